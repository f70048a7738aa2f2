"""What a rule may name: the variables of a registration and what is derived from them and from the territory.

Laws: a name means the same in every rule; a rule is not applicable to a layout that does not state what it names.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from qonys.concepts.layout import SourceLayout
from qonys.concepts.rule import Rule
from qonys.concepts.variable import VARIABLES, Kind
from qonys.datasets.registration import NUMBER_SAYS
from qonys.queries.expressions import Expression, names_in, parsed_condition

_DERIVED = {
    "age": "coalesce(r.age, date_sub('year', r.birth_date, r.date))",
    "children_count": "coalesce(len(r.children), 0)",
    "first_child_born": "case when len(r.children) > 0 then list_min(list_transform(r.children, lambda child: child.birth_date)) end",
    "last_child_born": "case when len(r.children) > 0 then list_max(list_transform(r.children, lambda child: child.birth_date)) end",
    "layout": "y.layout",
    "origin_level": "o.level",
    "destination_level": "d.level",
    "origin_unit": "o.unit",
    "destination_unit": "d.unit",
    "origin_inside": "coalesce(o.inside, false)",
    "destination_inside": "coalesce(d.inside, false)",
    "origin_whole": "o.locality",
    "destination_whole": "d.locality",
}
"""Name -> expression over the registration ``r``, its delivery ``y``, the areas ``o`` and ``d`` of its ends on its day."""

_PLACES = ("delivery", "row", "received")
RECORD_NAMES: tuple[str, ...] = (
    *_PLACES,
    *(name for name, variable in VARIABLES.items() if variable.kind not in (Kind.CHILDREN, Kind.ENCODED)),
    *NUMBER_SAYS,
    *(name for name in _DERIVED if name not in VARIABLES),
)
"""Every name of a record rule."""

_STATED_BY: dict[str, tuple[str, ...]] = {
    "age": ("age", "birth_date"),
    **dict.fromkeys(("children_count", "first_child_born", "last_child_born"), ("children",)),
    **dict.fromkeys(NUMBER_SAYS, ("person",)),
}
"""Name -> the variables of which a layout must state one."""

_READ_FROM = {
    f"{end}_{what}": (end, "date") for end in ("origin", "destination") for what in ("level", "unit", "inside", "whole")
}
"""Name -> the variables by which it is looked up: without them nobody sees why a code is of no level."""

_HIDDEN = {name for name, variable in VARIABLES.items() if variable.kind in (Kind.IDENTIFIER, Kind.ENCODED)} | {
    "number_birth_date", "number_sex",
}  # fmt: skip


def names_of(rule: Rule) -> tuple[str, ...]:
    """The names that a record rule uses, in the order of `RECORD_NAMES`.

    Raises:
        ProfileError: an expression of the rule is none, or names what there is not.
    """
    used = frozenset[str]().union(*(_names_used(rule.id, text) for text in (rule.when, rule.expr) if text))
    return tuple(name for name in RECORD_NAMES if name in used)


def judged_names(rule: Rule) -> tuple[str, ...]:
    """The names that ``expr`` of a record rule uses: a layout that does not state one of them is not judged."""
    used = _names_used(rule.id, rule.expr)
    return tuple(name for name in RECORD_NAMES if name in used)


def shown_names(names: Collection[str]) -> tuple[str, ...]:
    """Some names, and those by which they are looked up, whose values may be shown: nothing that was read from an identifier."""
    told = {*names, *(source for name in names for source in _READ_FROM.get(name, ()))}
    return tuple(name for name in RECORD_NAMES if name in told and name not in _HIDDEN and name not in _PLACES)


def parsed(rule: Rule, text: str) -> Expression:
    """The syntax tree of an expression of a record rule.

    Raises:
        ProfileError: it is none, or names what there is not.
    """
    return _parsed(rule.id, text)


@lru_cache(maxsize=4096)
def _names_used(rule: str, text: str) -> frozenset[str]:
    """The names in an expression of the rule of an id; rules are asked over and over, for every layout."""
    return names_in(_parsed(rule, text))


def _parsed(rule: str, text: str) -> Expression:
    return parsed_condition(text, names=RECORD_NAMES, where=f"rules, {rule}")


def is_stated(name: str, layout: SourceLayout) -> bool:
    """Some row of the layout can have a value of the name."""
    needed = _STATED_BY.get(name, (name,) if name in VARIABLES else ())
    return not needed or any(variable in layout.variables for variable in needed)


def judged_query(names: Collection[str], registrations: str = "registrations") -> str:
    """Registrations of the deliveries that count, with the named columns besides their place and day.

    Tables: the registrations, ``deliveries``, and ``territory`` where a name needs it.

    Args:
        names: some of `RECORD_NAMES`.
        registrations: table or subquery of the registrations.
    """
    columns = dict.fromkeys((*_PLACES, "date", *(name for name in RECORD_NAMES if name in names)))
    chosen = ", ".join(f"{_DERIVED[name]} as {name}" if name in _DERIVED else f"r.{name}" for name in columns)
    territory = "".join(
        f" left join territory as {side} on {side}.code = r.{end}"
        f" and r.date >= {side}.valid_from and r.date < {side}.valid_to"
        for side, end in (("o", "origin"), ("d", "destination"))
        if any(_DERIVED.get(name, "").replace("coalesce(", "").startswith(f"{side}.") for name in columns)
    )
    return f"select {chosen} from {registrations} as r join deliveries as y on y.delivery = r.delivery{territory}"
