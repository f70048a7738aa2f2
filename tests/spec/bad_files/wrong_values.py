"""Slips of a sound file of which one says what cannot be: it stands in row 3, between two good ones."""

from __future__ import annotations

from collections.abc import Iterator

from spec.bad_files.bad_file import MARK, BadFile, csv_bytes, slip

DAY, AREA = "no date of the form %d.%m.%Y", "no area or country that the profile knows"
CHILDREN = "no children of the form F20150302 M20180711"
NEEDED = "needed, but not stated"

UNREADABLE: dict[str, tuple[dict[str, str], str]] = {
    "the 31st of February": ({"DAY": "31.02.2024"}, DAY),
    "the 29th of February of a common year": ({"DAY": "29.02.2023"}, DAY),
    "the 31st of April": ({"DAY": "31.04.2024"}, DAY),
    "a day of zeros": ({"DAY": "00.00.0000"}, DAY),
    "a month 13": ({"DAY": "05.13.2024"}, DAY),
    "a year of two digits": ({"DAY": "05.03.24"}, DAY),
    "a year of five digits": ({"DAY": "05.03.20245"}, DAY),
    "a date in the order of the US": ({"DAY": "03/15/2024"}, DAY),
    "a date with strokes": ({"DAY": "15/03/2024"}, DAY),
    "a date with commas": ({"DAY": "05,03,2024"}, DAY),
    "an ISO date where days come first": ({"DAY": "2024-03-05"}, DAY),
    "a date with the time": ({"DAY": "05.03.2024 00:00:00"}, DAY),
    "a month as a word": ({"DAY": "5 March 2024"}, DAY),
    "a month as a Cyrillic word": ({"DAY": "5 марта 2024"}, DAY),
    "a serial date of a spreadsheet as text": ({"DAY": "45356"}, DAY),
    "a date in Arabic digits": ({"DAY": "٠٥.٠٣.٢٠٢٤"}, DAY),
    "a date with the letter O for a zero": ({"DAY": "O5.03.2024"}, DAY),
    "a month and year only": ({"DAY": "03.2024"}, DAY),
    "a year only": ({"DAY": "2024"}, DAY),
    "a word instead of a date": ({"DAY": "yesterday"}, DAY),
    "a question mark instead of a date": ({"DAY": "?"}, DAY),
    "NULL as a word": ({"DAY": "NULL"}, DAY),
    "an error of a spreadsheet as text": ({"DAY": "#N/A"}, "an error of the spreadsheet"),
    "an error of a spreadsheet as an area": ({"TO": "#REF!"}, "an error of the spreadsheet"),
    "an error of a spreadsheet in what need not be stated": ({"REASON": "Err:502"}, "an error of the spreadsheet"),
    "a formula as text": ({"DAY": "=TODAY()"}, DAY),
    "no date": ({"DAY": ""}, NEEDED),
    "a dash instead of a date": ({"DAY": "-"}, NEEDED),
    "blanks instead of a date": ({"DAY": "   "}, NEEDED),
    "an ISO birth date where days come first": ({"BORN": "1990-02-01"}, DAY),
    "a birth year only": ({"BORN": "1990"}, DAY),
    "an unknown sex": ({"SEX": "x"}, "no code of sex"),
    "a sex as a word": ({"SEX": "female"}, "no code of sex"),
    "a Cyrillic letter for a sex": ({"SEX": "м"}, "no code of sex"),
    "an unknown ethnic group": ({"GROUP": "zzz"}, "no code of ethnicity"),
    "an ethnic group in capitals": ({"GROUP": "ARD"}, "no code of ethnicity"),
    "an ethnic group with a blank inside": ({"GROUP": "a rd"}, "no code of ethnicity"),
    "a zero before a code": ({"SCHOOL": "02"}, "no code of education"),
    "a code as a decimal number": ({"SCHOOL": "2.0"}, "no code of education"),
    "a code in full width digits": ({"SCHOOL": "２"}, "no code of education"),
    "a label instead of a code": ({"SCHOOL": "Secondary"}, "no code of education"),
    "two codes in one cell": ({"REASON": "work, family"}, "no code of reason"),
    "a reason of another list": ({"REASON": "holiday"}, "no code of reason"),
    "an unknown kind of registration": ({"TYPE": "9"}, "no code of registration_type"),
    "a very long code": ({"REASON": "w" * 10_000}, "no code of reason"),
    "a code with a line of markup": ({"REASON": "<b>work</b>"}, "no code of reason"),
    "a code with brackets of a console": ({"REASON": "[red]work[/red]"}, "no code of reason"),
    "a code that would be SQL": ({"REASON": "work') or ('1' = '1"}, "no code of reason"),
    "an unknown area": ({"FROM": "Nowhere"}, AREA),
    "an area in small letters": ({"FROM": "n11"}, AREA),
    "an area with a blank inside": ({"FROM": "N 11"}, AREA),
    "an area by its name": ({"FROM": "Highmoor"}, AREA),
    "an area with a letter O for a zero": ({"TO": "C1O"}, AREA),
    "a country in small letters": ({"FROM": "xb"}, AREA),
    "no origin": ({"FROM": ""}, NEEDED),
    "no destination": ({"TO": "-"}, NEEDED),
    "an unknown kind of place": ({"TO_KIND": "town"}, "no code of locality"),
    "children as a number": ({"CHILDREN": "2"}, CHILDREN),
    "a child without a day of birth": ({"CHILDREN": "F2015"}, CHILDREN),
    "a child born on the 31st of February": ({"CHILDREN": "F20150231"}, CHILDREN),
    "children separated by commas": ({"CHILDREN": "F20150302,M20180711"}, CHILDREN),
    "children separated by two blanks": ({"CHILDREN": "F20150302  M20180711"}, CHILDREN),
    "a child of an unknown sex": ({"CHILDREN": "X20150302"}, CHILDREN),
    "a child's sex in small letters": ({"CHILDREN": "f20150302"}, CHILDREN),
    "a good child and a bad one": ({"CHILDREN": "F20150302 M20181311"}, CHILDREN),
    "children by their names": ({"CHILDREN": "Ann Bob"}, CHILDREN),
}
"""Fault -> what the slip says, and the reason for which it is quarantined on entry."""

JUDGED: dict[str, tuple[dict[str, str], str]] = {
    "a day after the delivery": ({"DAY": "21.01.2025"}, "future"),
    "a day in the next century": ({"DAY": "05.03.2124"}, "future"),
    "born after the move": ({"BORN": "06.03.2025"}, "born-after"),
    "born in another century": ({"BORN": "01.02.1790"}, "age-range"),
    "born on day 0 of a spreadsheet": ({"BORN": "30.12.1899"}, "age-range"),
    "both ends abroad": ({"FROM": "XB", "TO": "XC"}, "abroad-both"),
    "both ends the same place": ({"FROM": "C11", "TO": "C11"}, "same-place"),
    "something else than a change of residence": ({"TYPE": "3"}, "not-a-move"),
    "an area that was closed on that day": ({"FROM": "N13"}, "origin"),
    "an area that was not yet founded on that day": ({"FROM": "S12", "DAY": "05.03.2023"}, "origin"),
    "a destination that was closed on that day": ({"TO": "N13"}, "destination"),
}
"""Fault -> what the slip says, and the rule or law for which process takes it out."""

HARMLESS: dict[str, dict[str, str]] = {
    "blanks around every code": {"SEX": " f ", "GROUP": "ard ", "SCHOOL": " 2", "FROM": " N11 ", "DAY": " 05.03.2024 "},
    "day and month of one digit": {"DAY": "5.3.2024"},
    "dashes for all that is not needed": dict.fromkeys(("SEX", "BORN", "GROUP", "SCHOOL", "REASON", "CHILDREN"), "-"),
    "all that is not needed left empty": dict.fromkeys(("SEX", "BORN", "GROUP", "SCHOOL", "REASON", "CHILDREN"), ""),
    "no identifier at all": {"SLIP": "", "PERSON": ""},
    "an identifier with blanks around it": {"PERSON": f"  {MARK}002  "},
    "an identifier with a blank inside": {"PERSON": f"{MARK} 002"},
    "a very long identifier": {"PERSON": MARK + "9" * 5_000},
    "a correction of a slip that never came": {"CORRECTS": f"{MARK}9999"},
    "a country that is not stated": {"FROM": "_U"},
    "thirty children": {"CHILDREN": " ".join(["F20150302"] * 30)},
}
"""Fault -> what a slip says that looks odd and is sound."""


def bad_files() -> Iterator[BadFile]:
    for fault, (said, reason) in UNREADABLE.items():
        yield BadFile(fault, "arrivals_x.csv", _between_good(said), taken=2, quarantined={3: reason})
    for fault, (said, reason) in JUDGED.items():
        yield BadFile(fault, "arrivals_x.csv", _between_good(said), taken=3, judged={3: reason})
    for fault, said in HARMLESS.items():
        yield BadFile(fault, "arrivals_x.csv", _between_good(said), taken=3)


def _between_good(said: dict[str, str]) -> bytes:
    return csv_bytes([slip(1), slip(2, **said), slip(3)])
