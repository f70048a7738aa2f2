"""Shared by all tests. Its place puts this folder on the path: `from spec.drawn_tables import drawn_table`."""
