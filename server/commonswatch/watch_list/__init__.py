"""The watch list as docs/watch-list.md has it: its files and manifests, written and read. No database, no network.

Which works are in it, and when there is a new version, is for ``services.watching``. The extension has its own reader.
"""
