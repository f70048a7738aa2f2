"""Confronts integration.yaml with variables and layouts, and its dated definitions with each other."""

from __future__ import annotations

from collections.abc import Iterator

from qonys.concepts.integration import Dated, Integration, overlapping
from qonys.concepts.variable import VARIABLES, Kind
from qonys.country.profile import Profile

_WHERE = "integration.yaml"
_COMPARABLE = tuple(name for name, variable in VARIABLES.items() if variable.kind not in (Kind.CHILDREN, Kind.ENCODED))


def integration(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """What integration.yaml says that cannot be: file, what, and what is allowed."""
    definition = profile.integration
    for what, next_step in (
        *_keys(definition),
        *_sources(definition, profile),
        *_dates(definition),
        *_bounds(definition),
    ):
        yield _WHERE, what, next_step


def _keys(definition: Integration) -> Iterator[tuple[str, str]]:
    keys = [("duplicate_key", definition.duplicate_key)]
    keys += [("near_duplicates", near.key) for near in definition.near_duplicates]
    keys += [("pairing", pairing.key) for pairing in definition.pairing]
    for owner, key in keys:
        unknown = [name for name in key if name not in _COMPARABLE]
        if unknown:
            yield f"{owner}: {', '.join(unknown)} is no variable by which slips are compared.", _allowed()
    for near in definition.near_duplicates:
        if not near.key or "date" in near.key:
            yield "near_duplicates: its key needs variables, and not the date, which `days` compares.", _allowed()
    for pairing in definition.pairing:
        if not pairing.key or {"date", "kind"} & set(pairing.key):
            yield "pairing: its key needs variables that a departure and its arrival share.", _allowed()


def _allowed() -> str:
    return f"Allowed: {', '.join(_COMPARABLE)}."


def _sources(definition: Integration, profile: Profile) -> Iterator[tuple[str, str]]:
    for name in definition.sources:
        if name not in profile.layouts:
            yield f"sources: there is no layout “{name}”.", f"Layouts: {', '.join(profile.layouts)}."


def _dates(definition: Integration) -> Iterator[tuple[str, str]]:
    dated: dict[str, list[Dated]] = {
        name: list(getattr(definition, name)) for name in ("near_duplicates", "children", "pairing", "duration")
    }
    for sequence in definition.sequences:
        dated.setdefault(f"sequences, {sequence.id}", []).append(sequence)
    for owner, definitions in dated.items():
        if overlapping(definitions):
            yield (
                f"{owner}: two definitions hold on one day.",
                "End the earlier one (`valid_to`) where the later begins.",
            )


def _bounds(definition: Integration) -> Iterator[tuple[str, str]]:
    for dated in (definition.near_duplicates, definition.children, definition.pairing):
        for days in (window.days for window in dated):
            if days < 0:
                yield f"`days` is {days}.", "Write 0 or more."
    for duration in definition.duration:
        if duration.months < 1 or (duration.of_months is not None and duration.of_months < duration.months):
            yield "duration: `months` is at least 1, and `of_months` at least `months`.", "12, or 12 of 16."
    linkage = definition.linkage
    if linkage and not 0 < linkage.review <= linkage.link <= 1:
        yield "linkage: the thresholds are 0 < review ≤ link ≤ 1.", "They are probabilities."
