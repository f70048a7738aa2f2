"""Computes the sentences and headline figures of a release from its tables.

Laws: no number is typed; a value is rounded to what is displayed before anything is said of it, so a growth that shows
as 0.0 is *no change*; a sentence with a missing value is left out whole and reported, in every language alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain

from qonys.concepts.period import Period
from qonys.concepts.release import KeyPoint, ReleaseDesign, Value
from qonys.concepts.status import ConfidentialityStatus
from qonys.concepts.table_design import COUNTS
from qonys.concepts.text import NOT_STATED, TOTAL, Text
from qonys.datasets.outcome import Finding, Outcome
from qonys.datasets.output import Member, OutputTable, Reference, innermost
from qonys.disseminate.language_check import Counted, defects, defects_of_numbers, fail_if_defective, marked
from qonys.disseminate.numbers import listed, month_in_text, number, percent, rounded
from qonys.disseminate.period_words import KNOWN, base_in_words, period_arguments
from qonys.disseminate.wording import Argument, worded
from qonys.disseminate.words import Words

PERCENT_DECIMALS = 1
TIMES_DECIMALS = 1
LEAST_TIMES = Fraction(3, 2)
"""What is at least so many times as large is told in times, where a design asks for it."""
COUNTED: Mapping[str, Counted] = {"number": "persons", "members": "members", "times": "times"}
"""What a number of each form counts; the others are percentages."""
NON_BREAKING_HYPHEN = "\u2011"


@dataclass(frozen=True, slots=True)
class Reading:
    """A computed value, in no language yet.

    Args:
        size: the number as it is displayed, rounded: a count, a percentage, or how many members are listed.
        form: how it is written.
        decimals: decimals shown.
        members: of ``positive``, the names and their numbers, largest first.
        unit: what it is counted in, where that is neither persons nor percent.
        base: of a growth, the figures that it is on.
    """

    size: Decimal
    form: str = "number"
    decimals: int = 0
    members: tuple[tuple[Text, Decimal], ...] = ()
    unit: Text = field(default_factory=dict)
    base: Reference | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a value cannot be computed."""

    why: str


@dataclass(frozen=True, slots=True)
class Computed:
    """The key points and headlines of a release whose values exist, in no language yet."""

    sentences: dict[str, dict[str, Reading]]
    headlines: dict[str, tuple[Reading, Reading | None]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A key point in one language, and the table whose numbers it says."""

    id: str
    text: str
    table: str


@dataclass(frozen=True, slots=True)
class BigFigure:
    """A headline in one language; ``growth`` is empty where the base year is missing."""

    id: str
    label: str
    value: str
    growth: str
    direction: str
    table: str


def compute_key_points(design: ReleaseDesign, tables: Mapping[str, OutputTable], period: Period) -> Outcome[Computed]:
    """Every value of a design, read from the tables; what has none is left out and found."""
    findings: list[Finding] = []
    sentences: dict[str, dict[str, Reading]] = {}
    for point in design.key_points:
        values = {name: reading(value, tables, period) for name, value in point.values.items()}
        missing = next((v for v in values.values() if isinstance(v, Missing)), None)
        if missing is not None:
            findings.append(_left_out(f"key point “{point.id}”", missing, design))
        else:
            sentences[point.id] = {name: v for name, v in values.items() if isinstance(v, Reading)}
    headlines: dict[str, tuple[Reading, Reading | None]] = {}
    for headline in design.headlines:
        value = reading(headline.value, tables, period)
        if isinstance(value, Missing):
            findings.append(_left_out(f"headline “{headline.id}”", value, design))
            continue
        growth = _headline_growth(headline.value, tables, period)
        headlines[headline.id] = (value, growth)
    return Outcome(Computed(sentences, headlines), tuple(findings))


def reading(value: Value, tables: Mapping[str, OutputTable], period: Period) -> Reading | Missing:
    """One value of a key point, or why there is none."""
    table = tables.get(value.table)
    if table is None:
        return Missing(f"there is no table {value.table}")
    at = {"period": own_period(table, period), "measure": value.measure, **value.at}
    if value.compute == "positive":
        return _positive(table, at, value.over or "area")
    if value.compute in ("largest", "smallest"):
        return _extreme(table, at, value.over or "area", largest=value.compute == "largest")
    here = _number(table, at)
    if isinstance(here, Missing):
        return here
    form = table.measures[value.measure]
    related = table.cells[table.key(at)].related_to
    if value.compute in ("growth", "times"):
        return _growth(table, at, here, by_times=value.compute == "times")
    if value.compute == "share":
        return _share(table, at, here, value.over or "")
    unit = "percent" if set(form.unit.values()) == {"%"} else "number"
    own = {} if unit == "percent" or value.measure in COUNTS else form.unit
    return Reading(rounded(here, form.decimals), unit, form.decimals, unit=own, base=related[0] if related else None)


def sentences_in(
    words: Words, design: ReleaseDesign, computed: Computed, period: Period, country: str
) -> dict[str, Sentence]:
    """The key points in one language, by id.

    Raises:
        ProfileError: a text is malformed; with language, key point and character.
    """
    spoken: dict[str, Sentence] = {}
    for point in design.key_points:
        if point.id in computed.sentences:
            where = f"key point “{point.id}” ({words.language})"
            readings = computed.sentences[point.id]
            text = said_text(words, point.text, readings, period, country, where=where)
            _fail_if_badly_said(point, _all_arguments(words, readings, period, country), readings, words, where)
            spoken[point.id] = Sentence(point.id, text, _table_of(point))
    return spoken


def said_text(
    words: Words, text: Text, readings: Mapping[str, Reading], period: Period, country: str, *, where: str
) -> str:
    """A text with computed values, in one language.

    Raises:
        ProfileError: the text is malformed, or says a value that is not among the readings.
    """
    arguments = _all_arguments(words, readings, period, country)
    return _unbroken(_begun(worded(text[words.language], arguments, words.language, where=where).strip()))


def big_figures_in(words: Words, design: ReleaseDesign, computed: Computed, period: Period) -> list[BigFigure]:
    """The headlines in one language, in the order of the design."""
    figures, periods = [], period_arguments(period, words)
    for headline in design.headlines:
        if headline.id not in computed.headlines:
            continue
        value, growth = computed.headlines[headline.id]
        said = words("growth.named", growth=_argument(words, growth), to=periods["previous_to"]) if growth else ""
        figures.append(
            BigFigure(
                headline.id,
                worded(headline.label[words.language], periods, words.language, where=f"headline “{headline.id}”"),
                _argument(words, value).shown,
                _begun(said),
                _direction(growth.size) if growth else "",
                headline.value.table,
            )
        )
    return figures


def _unbroken(text: str) -> str:
    """Keeps a suffix on the line of its number: Kazakh writes case endings behind a hyphen."""
    return re.sub(r"(?<=[\d%])-(?=\w)", NON_BREAKING_HYPHEN, text)


def own_period(table: OutputTable, period: Period) -> str:
    """The code of the release's own period in a table: of the month where it shows months, else of the year so far."""
    month = str(period)
    return month if month in table.dimension("period").codes else str(period.year_so_far)


def _begun(text: str) -> str:
    """A sentence begins with a capital letter, whatever phrase of a period stands first."""
    return text[:1].upper() + text[1:]


def _all_arguments(words: Words, readings: Mapping[str, Reading], period: Period, country: str) -> dict[str, Argument]:
    return {**period_arguments(period, words), "country": Argument(country), **_arguments(words, readings)}


def _fail_if_badly_said(
    point: KeyPoint, arguments: Mapping[str, Argument], readings: Mapping[str, Reading], words: Words, where: str
) -> None:
    """The sentence as a reader sees it, and again with marks around its numbers: each has its unit."""
    marks = {name: _marked(argument, readings.get(name.removesuffix("_size"))) for name, argument in arguments.items()}
    said, with_marks = (
        _unbroken(_begun(worded(point.text[words.language], known, words.language, where=where).strip()))
        for known in (arguments, marks)
    )
    units = [value.unit[words.language] for value in readings.values() if value.unit]
    fail_if_defective(chain(defects(said, words, sentence=True), defects_of_numbers(with_marks, words, units)), where)


def _marked(argument: Argument, value: Reading | None) -> Argument:
    if value is None or value.form not in COUNTED:
        return argument
    counts: Counted = "own" if value.unit else COUNTED[value.form]
    return replace(argument, shown=marked(argument.shown, counts))


def _table_of(point: KeyPoint) -> str:
    return next((value.table for value in point.values.values()), "")


def _left_out(what: str, missing: Missing, design: ReleaseDesign) -> Finding:
    return Finding(
        f"The {what} is left out: {missing.why}.",
        where=f"release/designs/{design.id}.yaml",
        next_step="Nothing needs to be done where the source does not have the figure.",
    )


def _number(table: OutputTable, at: dict[str, str]) -> float | Missing:
    cell = table.cell(at)
    place = ", ".join(f"{dimension} {code}" for dimension, code in at.items())
    if cell is None:
        return Missing(f"{table.id} has no cell at {place}")
    if cell.value is None or cell.confidentiality is ConfidentialityStatus.CONFIDENTIAL:
        return Missing(f"{table.id} has no value at {place} (status {cell.observation.value})")
    return cell.value


def _growth(table: OutputTable, at: dict[str, str], here: float, *, by_times: bool = False) -> Reading | Missing:
    before = {**at, "period": str(Period.parse(at["period"]).years_back(1))}
    base = _number(table, before)
    if isinstance(base, Missing):
        return base
    if base <= 0:
        return Missing(f"{table.id} has {base:g} in the base period, so a growth has no value")
    taken = table.cells[table.key(before)].taken_from
    if by_times and Fraction(here) >= LEAST_TIMES * Fraction(base):
        growth = Reading(_quotient(Fraction(here), Fraction(base), TIMES_DECIMALS), "times", TIMES_DECIMALS)
    else:
        growth = _percentage(Fraction(here) - Fraction(base), Fraction(base), "growth")
    return replace(growth, base=taken[0] if taken else Reference(KNOWN, table.cut_off))


def _share(table: OutputTable, at: dict[str, str], part: float, over: str) -> Reading | Missing:
    whole = _number(table, {**at, over: TOTAL})
    if isinstance(whole, Missing):
        return whole
    if whole == 0:
        return Missing(f"{table.id} has the total 0 over {over}, so a share has no value")
    return _percentage(Fraction(part), Fraction(whole), "percent")


def _percentage(part: Fraction, whole: Fraction, form: str) -> Reading:
    return Reading(_quotient(100 * part, whole, PERCENT_DECIMALS), form, PERCENT_DECIMALS)


def _quotient(part: Fraction, whole: Fraction, decimals: int) -> Decimal:
    ratio = part / whole
    return rounded(Decimal(ratio.numerator) / Decimal(ratio.denominator), decimals)


def _positive(table: OutputTable, at: dict[str, str], over: str) -> Reading | Missing:
    decimals = table.measures[at["measure"]].decimals
    found: list[tuple[Text, Decimal]] = []
    for member in table.dimension(over).members:
        if member.code in (TOTAL, NOT_STATED):
            continue
        value = _number(table, {**at, over: member.code})
        if isinstance(value, Missing):
            return value
        if rounded(value, decimals) > 0:
            found.append((member.label, rounded(value, decimals)))
    found.sort(key=lambda pair: -pair[1])
    return Reading(Decimal(len(found)), "members", 0, tuple(found))


def _extreme(table: OutputTable, at: dict[str, str], over: str, *, largest: bool) -> Reading | Missing:
    """The member with the largest or smallest cell; members without a value are passed over, groups are left aside."""
    decimals = table.measures[at["measure"]].decimals
    found: list[tuple[Text, Decimal]] = []
    for member in innermost(table.dimension(over)):
        value = _number(table, {**at, over: member.code})
        if not isinstance(value, Missing):
            found.append((_in_text(member, over), rounded(value, decimals)))
    if not found:
        return Missing(f"{table.id} has no value over {over}")
    name, size = (max if largest else min)(found, key=lambda pair: pair[1])
    in_percent = set(table.measures[at["measure"]].unit.values()) == {"%"}
    return Reading(size, "percent" if in_percent else "number", decimals, ((name, size),))


def _in_text(member: Member, dimension: str) -> Text:
    """The name of a member inside a sentence, where a month does not begin with a capital in every language."""
    if dimension != "period" or not (period := Period.parse(member.code)).is_month:
        return member.label
    return {language: month_in_text(period, language) for language in member.label}


def _headline_growth(value: Value, tables: Mapping[str, OutputTable], period: Period) -> Reading | None:
    """A balance has no growth in percent: between two signs the ratio means nothing."""
    if value.compute != "value" or value.measure == "net":
        return None
    growth = reading(Value(value.table, value.measure, value.at, "growth"), tables, period)
    return None if isinstance(growth, Missing) else growth


def _arguments(words: Words, readings: Mapping[str, Reading]) -> dict[str, Argument]:
    arguments: dict[str, Argument] = {}
    for name, value in readings.items():
        arguments[name] = _argument(words, value)
        arguments[f"{name}_size"] = Argument(_written(words, value, abs(value.size), signed=False), abs(value.size))
        if value.unit:
            arguments[f"{name}_unit"] = Argument(value.unit[words.language])
        if value.base:
            arguments[f"{name}_base"] = Argument(base_in_words(value.base, words))
        if value.form == "members":
            arguments[f"{name}_list"] = Argument(_enumerated(words, value))
        if len(value.members) == 1:
            arguments[f"{name}_name"] = Argument(value.members[0][0][words.language])
    return arguments


def _argument(words: Words, value: Reading) -> Argument:
    shown = _written(words, value, value.size, signed=value.form == "growth")
    return Argument(shown, value.size, "times" if value.form == "times" else _direction(value.size))


def _written(words: Words, value: Reading, size: Decimal, *, signed: bool) -> str:
    write = number if value.form in COUNTED else percent
    return write(size, words.language, value.decimals, signed=signed)


def _enumerated(words: Words, value: Reading) -> str:
    items = [
        words("list.item", name=names[words.language], n=Argument(number(size, words.language), size))
        for names, size in value.members
    ]
    return listed(items, words.language) if items else ""


def _direction(size: Decimal) -> str:
    return "same" if size == 0 else "up" if size > 0 else "down"
