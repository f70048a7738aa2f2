"""Runs queries. The only place that imports DuckDB."""
