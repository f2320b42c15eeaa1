"""The few things pages are built of: figures, tables, tiles and charts."""
