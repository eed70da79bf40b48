"""One reader a format: a stream in, blocks of records out, in bounded memory. Which format it is: `sniffing`."""
