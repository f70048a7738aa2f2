"""Colours of figures: Okabe and Ito's, which pass checks for colour blindness; in and out are never red and green."""

from __future__ import annotations

ARRIVALS = "#0072b2"
DEPARTURES = "#d55e00"
ACCENT = "#1c6071"
QUIET = "#7f949c"
INK = "#10242e"
SOFT = "#46606c"
LINE = "#cfdadf"
STRONG_LINE = "#7fa0a8"
PAPER = "#ffffff"
PARTS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#1c6071")
OTHER_PARTS = "#c3ced3"
DARK_PARTS = frozenset({"#0072b2", "#1c6071"})
"""Parts on which white letters are read."""
SEQUENCE = ("#f3f6f7", "#dbe9ea", "#b3d3d5", "#7fb5b9", "#2f7480", "#1c6071", "#0b3a53")
"""From little to much; white letters from the fifth on."""
FIRST_DARK = 4
_OF_MEASURES = {"arrivals": ARRIVALS, "departures": DEPARTURES}


def colour_of(series: str, highlight: str, index: int, count: int) -> str:
    """The colour of a series of lines or bars: in and out have theirs, the highlighted one stands out, others are quiet."""
    measure = series.removesuffix("_share").removesuffix("_adjusted")
    if not highlight and measure in _OF_MEASURES and count > 1:
        return _OF_MEASURES[measure]
    if not highlight or series == highlight:
        return ACCENT if highlight or count == 1 else PARTS[index % len(PARTS)]
    return QUIET


def part_colour(index: int, *, is_rest: bool) -> str:
    """The colour of a part of a whole."""
    return OTHER_PARTS if is_rest else PARTS[index % len(PARTS)]


def letters_on(fill: str) -> str:
    """The colour in which letters are read on a filling."""
    dark = fill in DARK_PARTS or fill in SEQUENCE[FIRST_DARK:]
    return PAPER if dark else INK
