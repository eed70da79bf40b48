"""Manifests that were read, which works are in them, and what that says about copies of their relatives."""
