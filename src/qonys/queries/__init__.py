"""Turns designs into queries: pure, no engine. Canonical text is DuckDB's dialect; grouping sets are always explicit."""
