"""Figures: drawn from published tables as SVG files, pictures of the same bytes, and parts of the page."""
