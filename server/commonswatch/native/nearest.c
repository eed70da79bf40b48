/* The nearest kernel: not written yet. */
