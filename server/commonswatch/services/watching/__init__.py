"""The watch list: which works are in it, making its next version, its history. What files look like is in ``watch_list``."""
