"""How one cell came to be, worded for the office: what it is, what it was made of, the way from the slips, what touched them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.rule import Rule
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from qonys.datasets.explanation import Explanation, Touch
from qonys.disseminate.explaining import Facts, SaidLine, Teller, said_query, teller
from qonys.disseminate.numbers import number
from qonys.disseminate.words import Words

_DECIMALS = 6


class SaidExplanation(msgspec.Struct, frozen=True):
    """An explanation in one language.

    Args:
        title: of the table.
        facts: of the cell and of its table, as heads and texts.
        ways: head and lines of each waterfall.
        touched: a head, then what touched the slips; empty where nothing was counted.
        sql: head and statement; empty where there is none.
        versions: a head, then what else decides the value.
    """

    title: str
    facts: Facts
    ways: tuple[tuple[str, tuple[SaidLine, ...]], ...]
    touched: tuple[str, ...]
    sql: tuple[str, ...]
    versions: tuple[str, ...]


def said_explanation(
    told: Explanation, design: TableDesign, profile: Profile, rules: Sequence[Rule], labels: Mapping[str, Mapping[str, str]],
    words: Words, title: str,
) -> SaidExplanation:  # fmt: skip
    """An explanation in one language.

    Args:
        told: the explanation.
        design: the table.
        profile: names what is defined.
        rules: everything that is checked of a slip.
        labels: dimension -> code -> name, in the language.
        words: words of the language.
        title: of the table, in the language.

    Raises:
        ProfileError: a word is missing in the language.
    """
    members = {name: labels[name].get(code, code) for name, code in told.at.items()}
    tell = teller(rules, words, members)
    query = said_query(design, profile, words, Period.parse(told.period), told.versions["data_cut_off"])
    ways = tuple(
        (f"{words['how.way_to']}: {words[f'measure.{way.side}']}", tuple(tell.lines(way.steps, way.side)))
        for way in told.waterfalls
    )
    touched = [_touch(touch, tell) for touch in told.touched] or [words["how.touched_none"]]
    return SaidExplanation(
        title=title,
        facts=(*_of_cell(told, members, words), *query),
        ways=ways,
        touched=(words["how.touched"], *touched) if ways else (),
        sql=(words["how.sql"], told.sql, *(f"{name}: {state}" for name, state in told.reads.items()))
        if told.sql
        else (),
        versions=(words["how.versions"], *(f"{name}: {version}" for name, version in told.versions.items())),
    )


def _of_cell(told: Explanation, members: Mapping[str, str], words: Words) -> Iterator[tuple[str, str]]:
    yield words["how.cell"], ", ".join(members.values())
    why = f" {words[f'how.why.{told.why_absent}']}" if told.why_absent else ""
    published = words["how.no_value"] if told.published is None else _number(told.published, words)
    yield words["how.published"], f"{published}. {words[f'how.made.{told.made}']}{why}"
    if told.exact is not None:
        yield words["how.exact"], _number(told.exact, words)
    if told.inputs:
        inputs = (f"{words[f'how.input.{name}']} {_number(value, words)}" for name, value in told.inputs.items())
        yield words["how.inputs"], ", ".join(inputs)
    for head, name in (("source", "source"), ("related", "related_to")):
        if name in told.references:
            as_of = told.references.get(f"{name}_as_of", "")
            yield words[f"how.{head}"], told.references[name] + (f" ({as_of})" if as_of else "")


def _touch(touch: Touch, tell: Teller) -> str:
    words = tell.words
    field = words.entries.get(f"dimension.{touch.field}", touch.field)
    is_rule = touch.how in ("flagged", "edited")
    what = f"{tell.rule(touch.what)} ({touch.what})" if is_rule else touch.what
    counts = (("arrivals", touch.arrivals), ("departures", touch.departures))
    told = ", ".join(f"{words[f'how.input.{side}']} {tell.count(count)}" for side, count in counts if count)
    return f"{words(f'how.touch.{touch.how}', field=field, what=what)} – {told}"


def _number(value: float, words: Words) -> str:
    text = number(value, words.language, 0 if float(value).is_integer() else _DECIMALS)
    return text.rstrip("0") if not float(value).is_integer() else text
