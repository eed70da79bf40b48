"""What the command line can do, one file a theme. A command reads its words, calls what does the work, prints."""
