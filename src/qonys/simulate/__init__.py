"""Synthetic registers: delivered files whose clean moves equal the margins of a profile's plan."""
