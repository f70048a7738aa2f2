"""Periods as a sentence says them: *in January–September 2024*, *в январе–сентябре 2024 года*.

Laws: a month is named in the case that its phrase asks for, as the words of the language list it; no language is known
here. A release of a month speaks of the year so far, and by names of their own of the month itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

from qonys.concepts.period import Period
from qonys.datasets.output import Reference
from qonys.disseminate.numbers import long_date
from qonys.disseminate.wording import Argument

if TYPE_CHECKING:
    from qonys.disseminate.words import Words

Phrase: TypeAlias = Literal["name", "in", "to", "against"]
"""As it is called; in it; a growth on it; compared with it."""


KNOWN = "known"
"""Stands for the data cut-off that the growth itself is of."""


def period_phrase(period: Period, words: Words, phrase: Phrase = "name") -> str:
    """A period in a phrase of the language; ``months.<phrase>`` lists the twelve months in the case that it needs."""
    return words(f"period.{_kind(period)}.{phrase}", year=str(period.year), **_months(period, words, phrase))


def years_phrase(first: Period, last: Period, words: Words) -> str:
    """What a series of the same part of some years covers: ``2023–2024``, ``January–September, 2023–2024``."""
    if first == last:
        return period_phrase(last, words)
    months = _months(last, words, "name")
    return words(f"periods.{_kind(last)}", since=str(first.year), until=str(last.year), **months)


def period_arguments(period: Period, words: Words) -> dict[str, Argument]:
    """What a sentence of a release can say of its period and of the one before.

    ``period``, ``period_in``; ``previous``, ``previous_to``, ``previous_against``; in the release of a month ``month`` and
    ``month_in`` too.
    """
    so_far, before = period.year_so_far, period.year_so_far.years_back(1)
    arguments = {
        "period": Argument(period_phrase(so_far, words), Decimal(period.year)),
        "period_in": Argument(period_phrase(so_far, words, "in")),
        "previous": Argument(period_phrase(before, words), Decimal(before.year)),
        "previous_to": Argument(period_phrase(before, words, "to")),
        "previous_against": Argument(period_phrase(before, words, "against")),
    }
    if period.is_month:
        arguments |= dict(_of_month(period, lambda phrase: period_phrase(period, words, phrase)))
    return arguments


def base_in_words(base: Reference, words: Words) -> str:
    """The figures that a growth is on, named by their vintage: a data cut-off, or where they were published."""
    if not base.as_of:
        return words.source(base.source)
    day = day_label(base.as_of, words.language)
    key = f"base.{base.source}"
    return (
        words(key, date=day)
        if key in words.entries
        else words("base.taken", source=words.source(base.source), date=day)
    )


def day_label(written: str, language: str) -> str:
    """An ISO date in words; a year or a month as it is written."""
    return long_date(date.fromisoformat(written), language) if len(written) == len("2025-03-12") else written


def _of_month(period: Period, said: Callable[[Phrase], str]) -> Iterator[tuple[str, Argument]]:
    yield "month", Argument(said("name"), Decimal(period.month or 0))
    yield "month_in", Argument(said("in"))


def _kind(period: Period) -> str:
    if period.is_month:
        return "month"
    return "part" if period.from_january else "year"


def _months(period: Period, words: Words, phrase: Phrase) -> dict[str, str]:
    """The first and the last month in the case of the phrase; ``start``, the first one as it is called."""
    names, cased = (words[f"months.{case}"].split(", ") for case in ("name", phrase))
    last = (period.month or 12) - 1
    return {"start": names[0], "first": cased[0], "last": cased[last]}
