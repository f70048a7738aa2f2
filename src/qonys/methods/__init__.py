"""Textbook statistics that know none of our columns: another office could use each file unchanged."""
