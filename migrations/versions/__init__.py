"""One file a migration: 0001_first_tables.py, 0002_…"""
