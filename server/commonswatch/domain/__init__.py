"""Words and rules of the field: no database, no network, no framework."""
