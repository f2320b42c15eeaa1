"""Releases: immutable, hashed, chained, signed; readers see one or the next, never half."""
