"""Ages by the codes of SDMX CL_AGE: groups of five years, and the bands that a table design names."""

from __future__ import annotations

import re

OLDEST_AGE = 999
"""Stands for no last age."""
OLDEST_GROUP = 85
"""First age of the open-ended age group; below it, groups are of five years."""


def ages_of_band(code: str) -> tuple[str, int, int]:
    """A code of SDMX CL_AGE (``Y0T17``, ``Y_GE18``, ``Y_LT18``) with its first and last age.

    Raises:
        ValueError: it is no such code.
    """
    if match := re.fullmatch(r"Y(\d{1,3})T(\d{1,3})", code):
        return code, int(match[1]), int(match[2])
    if match := re.fullmatch(r"Y_GE(\d{1,3})", code):
        return code, int(match[1]), OLDEST_AGE
    if match := re.fullmatch(r"Y_LT(\d{1,3})", code):
        return code, 0, int(match[1]) - 1
    raise ValueError(code)


def age_groups() -> tuple[tuple[str, int, int | None], ...]:
    """Code, first age and last age of every age group; the last one is open."""
    closed = tuple((f"Y{low}T{low + 4}", low, low + 4) for low in range(0, OLDEST_GROUP, 5))
    return (*closed, (f"Y_GE{OLDEST_GROUP}", OLDEST_GROUP, None))
