"""Fixed-width files whose rows are not of the layout's width or have something else in its places."""

from __future__ import annotations

from collections.abc import Iterator

from spec.bad_files.bad_file import BadFile

GOOD = "202403051 34N12"
"""A man of 34 comes from Kell on 5 March 2024: the layout ``ledger`` of mini."""
LAST = "202403076 20N12"

PARTLY: dict[str, tuple[str, str]] = {
    "a short row": ("2024030", "The row has 7 characters, the layout needs 15."),
    "a row short by one": ("202403061 34N1", "The row has 14 characters, the layout needs 15."),
    "a row of one character": ("2", "The row has 1 characters, the layout needs 15."),
    "tabs between the values": ("20240306\t1\t34\tN12", "no whole number"),
    "semicolons between the values": ("20240306;1;34;N12", "no code of sex"),
    "values one place to the right": (" 202403061 34N12", "no date of the form %Y%m%d"),
    "an impossible date in its place": ("202402301 34N12", "no date of the form %Y%m%d"),
    "a date with points in its place": ("05.03.20241 34N12", "no date of the form %Y%m%d"),
    "an age as a word": ("202403061oldN12", "no whole number"),
    "an age with a decimal": ("2024030613.5N12", "no whole number"),
    "an unknown sex in its place": ("202403069 34N12", "no code of sex"),
    "an unknown place in its place": ("202403061 34N99", "no area or country that the profile knows"),
    "a heading in a fixed-width file": ("DAY     SAGEPLA", "no date of the form %Y%m%d"),
    "a total row in a fixed-width file": ("TOTAL         3", "no date of the form %Y%m%d"),
    "a row of blanks of the layout's width": (" " * 15, "needed, but not stated"),
}

JUDGED: dict[str, tuple[str, str]] = {
    "an age of 999": ("202403061999N12", "age-range"),
    "an age below zero": ("202403061 -1N12", "age-range"),
    "a fixed-width day after the delivery": ("202602011 34N12", "future"),
    "a fixed-width row from where it goes": ("202403061 34N11", "same-place"),
}


def bad_files() -> Iterator[BadFile]:
    for fault, (line, reason) in PARTLY.items():
        yield BadFile(fault, "ledger_1.txt", _lines(GOOD, line, LAST), taken=2, quarantined={2: reason})
    for fault, (line, reason) in JUDGED.items():
        yield BadFile(fault, "ledger_1.txt", _lines(GOOD, line, LAST), taken=3, judged={2: reason})
    yield BadFile("a fixed-width row that is too long", "ledger_1.txt", _lines(GOOD, f"{LAST} remark"), taken=2)
    yield BadFile("blank lines in a fixed-width file", "ledger_1.txt", _lines(GOOD, "", LAST, ""), taken=2)
    yield BadFile("an end-of-file mark in a fixed-width file", "ledger_1.txt", _lines(GOOD) + b"\x1a", taken=1)
    yield BadFile(
        "line breaks of Windows in a fixed-width file",
        "ledger_1.txt",
        _lines(GOOD, LAST).replace(b"\n", b"\r\n"),
        taken=2,
    )
    yield BadFile("a fixed-width file of blank lines", "ledger_1.txt", b"\n\n\n", refused="holds no rows")
    yield BadFile(
        "a delimited file where fixed width is expected",
        "ledger_1.txt",
        b"DAY;SEX\n20240305;1\n",
        quarantined={1: "The row has 7 characters", 2: "The row has 10 characters"},
    )
    yield BadFile(
        "a fixed-width file where a delimited one is expected",
        "arrivals_1.csv",
        _lines(GOOD, LAST),
        refused="none of them was found",
    )


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
