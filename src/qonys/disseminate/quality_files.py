"""The quality report as files: a page a language, and a flat list of SIMS concepts as JSON, in the shape of ESMS and ESQRS.

Laws: one entry a concept and one a value of a measure, in the order of SIMS; an entry without text or value says why; the
page has an anchor a concept, its code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from qonys.concepts.quality import SIMS_SOURCE
from qonys.datasets.output import ReleaseFacts
from qonys.disseminate.files import file_name
from qonys.disseminate.quality_said import SaidConcept, SaidMeasure, SaidQuality

QUALITY_PAGE = "quality.html"


@dataclass(frozen=True, slots=True)
class QualityGroup:
    """A main concept (S.13) with the ones below it."""

    concept: SaidConcept
    below: tuple[SaidConcept, ...]


def quality_file_name(facts: ReleaseFacts, language: str) -> str:
    """Path of the JSON of a quality report in the bundle."""
    return file_name(facts, "quality", language, "json")


def quality_groups(said: SaidQuality) -> tuple[QualityGroup, ...]:
    """The concepts, each main one with those below it."""
    return tuple(
        QualityGroup(main, tuple(c for c in said.concepts if c.code.startswith(f"{main.code}.")))
        for main in said.concepts
        if main.level == 1
    )


def quality_json(said: SaidQuality, facts: ReleaseFacts, title: str, notice: str) -> bytes:
    """The quality report as one JSON object: what it is of, and its flat list ``report``."""
    content = {
        "id": "quality",
        "structure": "SIMS 2.0 (ESMS, ESQRS)",
        "source": SIMS_SOURCE,
        "title": title,
        "language": said.words.language,
        "notice": notice,
        "release": {
            "profile": facts.profile, "period": facts.period, "vintage": facts.vintage, "published": facts.published,
            "next": facts.next, "code_version": facts.code_version, "profile_hash": facts.profile_hash,
        },
        "report": [entry for concept in said.concepts for entry in _entries(concept)],
    }  # fmt: skip
    return msgspec.json.encode(content)


def _entries(concept: SaidConcept) -> Iterator[dict[str, Any]]:
    named = {"code": concept.code, "concept": concept.sdmx or None, "name": concept.name}
    if concept.kind == "text":
        yield {**named, "kind": "text", "text": concept.text or None}
    elif concept.kind == "group":
        yield {**named, "kind": "group"}
    yield from ({**named, "kind": "measure", **_value(one)} for one in concept.measures)


def _value(one: SaidMeasure) -> Mapping[str, Any]:
    return {
        "measure": one.measured.measure,
        "label": one.name,
        "indicator": one.definition.indicator or None,
        "of": one.measured.of,
        "of_label": one.of,
        "value": one.measured.value,
        "unit": one.definition.unit,
        "why": one.measured.why or None,
        "said": one.value,
        "formula": one.formula,
        "source": one.source,
    }
