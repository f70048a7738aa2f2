"""Numbers, dates and lists as a language writes them.

Laws: a number is rounded once, half away from zero, and everything said of it (its sign, *unchanged*, its plural form)
follows from the rounded number; a negative number carries U+2212 in every language; where CLDR separates thousands by
a no-break space, the narrow one (U+202F) stands.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import NumberPattern, parse_pattern

from qonys.concepts.period import Period
from qonys.errors import ProfileError

MINUS = "\u2212"
NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\xa0"
_REMEMBERED = 2**16
"""Numbers of which it is remembered how they are written: page, bulletin and files say the same ones in turn."""


@lru_cache(_REMEMBERED, typed=True)
def rounded(value: float | Decimal, decimals: int = 0) -> Decimal:
    """A value with a fixed number of decimals, half away from zero; never a negative zero."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    result = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return abs(result) if result == 0 else result


@lru_cache(_REMEMBERED, typed=True)
def number(value: float | Decimal, language: str, decimals: int = 0, *, signed: bool = False) -> str:
    """A number as a language writes it; ``signed`` puts a plus before a positive one."""
    shown = rounded(value, decimals)
    return _sign(shown, signed=signed) + _digits(abs(shown), language, decimals)


def percent(value: float | Decimal, language: str, decimals: int = 1, *, signed: bool = False) -> str:
    """A percentage (12.5 means 12.5 %) in the form of the language: ``12.5%``, ``12,5 %``."""
    shown = rounded(value, decimals)
    pattern = locale(language).percent_formats[None].pattern
    space = NO_BREAK_SPACE if NO_BREAK_SPACE in pattern else ""
    return f"{_sign(shown, signed=signed)}{_digits(abs(shown), language, decimals)}{space}%"


_DATE_FORMS = {"en": "d MMMM y", "ru": "d MMMM y 'года'"}
"""In English the day stands first, as in the seed; in Russian *года* is written out, since «г.» would end a sentence."""


def long_date(day: date, language: str) -> str:
    """A date in words: ``12 March 2025``, ``12 марта 2025 года``."""
    return format_date(day, _DATE_FORMS.get(language, "long"), locale=locale(language))


def month_name(period: Period, language: str) -> str:
    """The name of a month as it stands alone in a heading."""
    return format_date(period.first_day, "LLLL", locale=locale(language)).capitalize()


def month_and_year(period: Period, language: str) -> str:
    """A month with its year, as a label that stands alone."""
    written = month_in_text(period, language)
    return written[:1].upper() + written[1:]


def month_in_text(period: Period, language: str) -> str:
    """A month with its year inside a sentence: ``July 2024``, ``июль 2024 г.``."""
    return str(format_skeleton("yMMMM", period.first_day, locale=locale(language)))


def listed(parts: list[str], language: str) -> str:
    """An enumeration: ``a, b and c``."""
    return format_list(parts, style="standard", locale=locale(language))


def plural_category(value: Decimal, language: str) -> str:
    """The CLDR plural category of a number as it is shown, decimals included."""
    return str(locale(language).plural_form(abs(value)))


def plural_categories(language: str) -> frozenset[str]:
    """Every plural category that the language has."""
    return frozenset(locale(language).plural_form.tags) | {"other"}


@cache
def locale(language: str) -> Locale:
    """The CLDR data of a language.

    Raises:
        ProfileError: CLDR does not know the language.
    """
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError) as error:
        raise ProfileError(
            f"“{language}” is no language that CLDR knows.",
            where="profile.yaml",
            next_step="Write its ISO 639 code under `languages`, such as kk, ru, en, es.",
        ) from error


def _sign(shown: Decimal, *, signed: bool) -> str:
    if shown < 0:
        return MINUS
    return "+" if signed and shown > 0 else ""


@lru_cache(_REMEMBERED)
def _digits(size: Decimal, language: str, decimals: int) -> str:
    written = _pattern(decimals).apply(size, locale(language))
    return str(written).replace(NO_BREAK_SPACE, NARROW_SPACE)


@cache
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))
