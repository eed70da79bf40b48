"""Who is who: accounts, roles, signing in, the first administrator, paired devices."""
