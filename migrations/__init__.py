"""Database migrations, numbered and named; shipped in the wheel as ``commonswatch.migrations``."""
