"""Reads and checks a country's profile: data in a folder, no Python."""
