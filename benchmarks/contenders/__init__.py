"""Who reads the list of `benchmarks.manifests`, and what that costs."""
