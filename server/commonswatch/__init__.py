"""Commonswatch: tells creators and the people shown when their Creative Commons media turn up elsewhere."""

__version__ = "0.1.0"
