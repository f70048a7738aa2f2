"""Confronts the corrections, the fills and the imputation plan of a profile with what they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from qonys.concepts.correction import CLASS_VARIABLES, EDITABLE, FILLABLE, Correction, Fill
from qonys.concepts.variable import VARIABLES, Kind
from qonys.country.profile import Profile

_WHERE = "corrections"

Told = tuple[str, str, str]


def corrections(profile: Profile) -> Iterator[Told]:
    """What is wrong with ``corrections/*.yaml`` and ``imputation.yaml``."""
    book = profile.corrections
    for name, times in Counter([*(c.id for c in book.corrections), *(f.id for f in book.fills)]).items():
        if times > 1:
            yield _WHERE, f"{name} stands {times} times.", "Every entry needs an id of its own."
        if ":" in name or not name:
            yield _WHERE, f"“{name}” is no id.", "An id is a short name without a colon."
    for entry in book.corrections:
        yield from _correction(entry, profile)
    for fill in book.fills:
        yield from _fill(fill)
    yield from _imputation(profile)


def _correction(entry: Correction, profile: Profile) -> Iterator[Told]:
    if entry.field not in EDITABLE:
        allowed = ", ".join(EDITABLE)
        yield _WHERE, f"{entry.id}: “{entry.field}” is no variable that can be corrected.", f"Allowed: {allowed}."
        return
    if entry.old == entry.new:
        yield _WHERE, f"{entry.id}: the new value is the old one.", "Mend one of them."
    if entry.new is None and VARIABLES[entry.field].required:
        yield _WHERE, f"{entry.id}: {entry.field} must be stated.", "Give the new value."
    if entry.new is not None and not _is_value(entry.field, str(entry.new), profile):
        yield (
            _WHERE,
            f"{entry.id}: “{entry.new}” is no value of {entry.field}.",
            "Write a code, 2024-01-31, or a number.",
        )
    for layout in entry.layouts:
        if layout not in profile.layouts:
            yield _WHERE, f"{entry.id}: there is no layout “{layout}”.", f"Layouts: {', '.join(profile.layouts)}."
    suppliers = {layout.supplier for layout in profile.layouts.values()}
    for supplier in entry.suppliers:
        if supplier not in suppliers:
            yield _WHERE, f"{entry.id}: no layout is of “{supplier}”.", f"Suppliers: {', '.join(sorted(suppliers))}."


def _is_value(field: str, text: str, profile: Profile) -> bool:
    match VARIABLES[field].kind:
        case Kind.AREA | Kind.CODE:
            return text in profile.codes_of(field)
        case Kind.INTEGER:
            return text.removeprefix("-").isdecimal()
        case Kind.DATE:
            return _is_date(text)
        case _:
            return True


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _fill(fill: Fill) -> Iterator[Told]:
    for field in fill.fields:
        if field not in FILLABLE:
            yield (
                _WHERE,
                f"{fill.id}: “{field}” is no variable that can be filled.",
                f"Allowed: {', '.join(FILLABLE)}.",
            )
    if not fill.fields or fill.days < 0:
        yield _WHERE, f"{fill.id} fills nothing.", "Name fields, and days of 0 or more."


def _imputation(profile: Profile) -> Iterator[Told]:
    where = "imputation.yaml"
    for name, times in Counter(one.variable for one in profile.imputation.variables).items():
        if times > 1:
            yield where, f"{name} stands {times} times.", "Name every variable once."
    for one in profile.imputation.variables:
        for variable in {name for classes in one.classes for name in classes}:
            if variable not in CLASS_VARIABLES or variable == one.variable:
                allowed = ", ".join(name for name in CLASS_VARIABLES if name != one.variable)
                yield where, f"{one.variable}: no class can be made of “{variable}”.", f"Allowed: {allowed}."
