"""A text in every language of a profile: language code -> words."""

from __future__ import annotations

from typing import TypeAlias

Text: TypeAlias = dict[str, str]

TOTAL = "_T"
"""Code of a total in every dimension (SDMX cross-domain code list practice)."""

NOT_STATED = "_U"
"""Code of what a slip does not say. It equals nothing, not even itself: two unknown places are not one place."""
