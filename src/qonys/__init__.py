"""Qonys: from the registration slips of people who moved to a migration release that anyone can check."""
