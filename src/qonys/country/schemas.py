"""JSON Schemas of the files of a profile, made from the types by which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from qonys.concepts.correction import CorrectionBook, ImputationPlan
from qonys.concepts.expectation import Expectation
from qonys.concepts.history import Break
from qonys.concepts.indicator import Indicator
from qonys.concepts.integration import Integration
from qonys.concepts.layout import SourceLayout
from qonys.concepts.personal_number import NumberScheme
from qonys.concepts.protection import Protection
from qonys.concepts.publication import PublicationPlan
from qonys.concepts.release import CalendarEntry, Contact, GlossaryTerm, Link, ReleaseDesign
from qonys.concepts.rule import RuleSet
from qonys.concepts.spelling import Spelling
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Identity

_KINDS: dict[str, type] = {
    "profile": Identity,
    "source": SourceLayout,
    "number": NumberScheme,
    "spelling": Spelling,
    "deliveries": tuple[Expectation, ...],
    "rules": RuleSet,
    "integration": Integration,
    "corrections": CorrectionBook,
    "imputation": ImputationPlan,
    "table": TableDesign,
    "release": ReleaseDesign,
    "breaks": tuple[Break, ...],
    "indicators": tuple[Indicator, ...],
    "protection": Protection,
    "publication": PublicationPlan,
    "calendar": tuple[CalendarEntry, ...],
    "glossary": tuple[GlossaryTerm, ...],
    "links": tuple[Link, ...],
    "contacts": tuple[Contact, ...],
}


def write_schemas(folder: Path) -> Iterator[Path]:
    """Write one schema a kind of file; gives the path of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, kind in _KINDS.items():
        path = folder / f"{name}.schema.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(msgspec.json.schema(kind)), indent=2) + b"\n")
        yield path
