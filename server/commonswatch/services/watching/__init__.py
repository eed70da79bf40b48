"""The watch list: which works are in it, making its next version, its history. Its files are made in ``watch_list``."""
