/* The pdq kernel: not written yet. */
