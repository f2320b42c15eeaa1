"""A release on a PostgreSQL server, where every account sees its own rows and no number it may not see."""
