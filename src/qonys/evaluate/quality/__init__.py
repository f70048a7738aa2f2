"""The quality report: every measure that register and release allow, each with its value or the reason why it has none."""
