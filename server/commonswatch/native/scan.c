/* The scan kernel: not written yet. */
