"""``python -m commonswatch`` is the command line."""

from commonswatch.cli import main

main()
