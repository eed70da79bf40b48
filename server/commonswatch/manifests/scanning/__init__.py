"""A whole manifest against everything that is registered: in blocks, on all cores, resumable, with what was found."""
