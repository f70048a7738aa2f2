"""Names of months, of open age groups and of numbers of zones for narrow places."""

from __future__ import annotations

from babel.dates import format_date

from qonys.concepts.period import Period
from qonys.disseminate.numbers import locale

_OPEN = "Y_GE"


def short_label(dimension: str, code: str, label: str, language: str, *, one_year: bool) -> str:
    """The short name of a month, with its year where the table has several; ``85+``; a bare number of zones; other labels as they are."""
    if dimension == "zones":
        return code
    if dimension == "age_group" and code.startswith(_OPEN):
        return f"{code.removeprefix(_OPEN)}+"
    if dimension != "period" or not (period := Period.parse(code)).is_month:
        return label
    month = format_date(period.first_day, "LLL", locale=locale(language)).capitalize()
    return month if one_year else f"{month} {code[:4]}"
