"""A dataset's listing in, its rows out, streamed in bounded memory: one reader for each kind, found by sniffing.

No database and no network: bytes come from an open file, what was found leaves as values.
"""
