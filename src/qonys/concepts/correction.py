"""Corrections that a profile carries: errors of a supplier that are known, and what a slip takes from another one.

Laws: no value changes without an entry that says why, from which source, by whom and when. An entry names the value that
is wrong; once no delivered slip carries it any more, the entry is an error itself and stops the step.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias, get_args

import msgspec

from qonys.concepts.variable import VARIABLES, Kind

ReasonCode: TypeAlias = Literal["OTHER_SOURCE", "REVIEW", "OWNER", "MARGINAL_UNIT", "DUPLICATE", "OTHER"]
REASONS: tuple[str, ...] = get_args(ReasonCode)
"""Why a value was changed: another source says so, a reviewer found it, the owner of the data mended it, the slip hardly
counts, it is said twice, or something that the note must tell."""

EDITABLE = tuple(n for n, variable in VARIABLES.items() if variable.kind not in (Kind.IDENTIFIER, Kind.ENCODED))
"""Variables that an edit may change: all but identifiers and what is made of them."""
FILLABLE = tuple(n for n in EDITABLE if not VARIABLES[n].required and VARIABLES[n].kind is not Kind.CHILDREN)
"""Variables that a slip may take from another one."""


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"decided": "date"}):
    """One known error of a supplier, and the value in its place.

    Args:
        id: short name, unique among the corrections and fills of the profile.
        field: the variable that is wrong.
        old: the wrong value; null where nothing is stated.
        new: the right value; null for *not stated*.
        reason: why, as a code.
        source: the document or register that says so.
        author: who decided it.
        decided: day on which it was decided (written ``date``).
        layouts: layouts of the deliveries that carry the error; all where empty.
        suppliers: suppliers of them; all where empty.
        valid_from: first day of registration that it concerns.
        valid_to: first day that it concerns no more.
        when: condition in the language of rules that a slip meets besides.
        closed: day from which deliveries are free of the error: the entry holds for those before, and is no more looked
            for in those after.
        note: what a reader should know besides.
    """

    id: str
    field: str
    old: str | int | None
    new: str | int | None
    reason: ReasonCode
    source: str
    author: str
    decided: date
    layouts: tuple[str, ...] = ()
    suppliers: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    when: str | None = None
    closed: date | None = None
    note: str = ""


class Fill(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source_slip": "from"}):
    """What a slip that does not state something takes from another slip of the same person.

    Nothing is taken where two such slips disagree.

    Args:
        id: short name.
        fields: the variables that may be filled.
        source_slip: ``other_kind`` (written ``from``): the departure of an arrival, the arrival of a departure, of the same
            person within ``days``; ``corrected``: the slip that this one corrects.
        days: how many days the two slips may be apart.
        note: what a reader should know besides.
    """

    id: str
    fields: tuple[str, ...]
    source_slip: Literal["other_kind", "corrected"]
    days: int = 0
    note: str = ""


class CorrectionBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of a profile's files ``corrections/*.yaml``."""

    corrections: tuple[Correction, ...] = ()
    fills: tuple[Fill, ...] = ()


class Imputed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One variable that is imputed where a slip does not state it.

    Args:
        variable: the variable; ``age`` stands for slips with neither age nor date of birth.
        classes: what donor and recipient have in common, in order of fallback; the empty list is any donor.
        when: condition in the language of rules under which the variable applies at all; where it cannot be told,
            nothing is imputed.
    """

    variable: Literal["sex", "age", "education", "ethnicity", "marital", "reason", "citizenship"]
    classes: tuple[tuple[str, ...], ...]
    when: str | None = None


class ImputationPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``imputation.yaml``: what is imputed, in this order; nothing where the profile has none."""

    variables: tuple[Imputed, ...] = ()


CLASS_VARIABLES = (
    "kind", "sex", "age", "age_group", "month", "origin_unit", "destination_unit", "origin_inside", "destination_inside",
    "citizenship", "ethnicity", "marital", "education", "reason",
)  # fmt: skip
"""What a class may be made of. A slip that does not state one of them is in no such class: missing equals nothing."""
