"""Documents that name things of the code name all of them, and link to what exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from qonys import errors
from qonys.concepts.analysis import Analysis, AnalysisMethod
from qonys.concepts.expectation import Expectation
from qonys.concepts.figure import FigureDesign, FigureKind
from qonys.concepts.layout import Column, Source, SourceLayout
from qonys.concepts.publication import PublicationPlan, ReleaseRule
from qonys.concepts.quality import QUALITY_MEASURES, SIMS, MirrorFigure
from qonys.concepts.release import CalendarEntry
from qonys.concepts.rule import Rule
from qonys.concepts.status import ConfidentialityStatus, DataStatus, ObservationStatus
from qonys.concepts.table_design import Frequency, Measure, SideDimension, TableDesign, Universe
from qonys.concepts.variable import VARIABLES
from qonys.concepts.working_days import Holiday, WorkingDays
from qonys.datasets.lag import LAG
from qonys.datasets.revision import CorrectionEntry, VintageReasons
from qonys.evaluate.deliveries import DeliveryState
from qonys.process.verdicts import DERIVED
from qonys.publish.announcements import AnnouncedBy, punctuality
from qonys.publish.lifecycle import Approval, Stage
from qonys.published.bundles import PeriodStatus, VintageState, VintageStatus
from qonys.store.lifecycle import LifecycleAct, LifecycleEntry
from qonys.store.receipts import Receipt

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def _unnamed(document: Path, words: tuple[str, ...]) -> list[str]:
    text = document.read_text(encoding="utf-8")
    return [word for word in words if f"`{word}`" not in text]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    inside = [target.split("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    assert [target for target in inside if not (page.parent / target).exists()] == []


def test_every_page_is_reached_from_the_index() -> None:
    seen, open_pages = set(), [ROOT / "docs" / "README.md"]
    while open_pages:
        page = open_pages.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        open_pages += [(page.parent / target).resolve() for target in targets if "://" not in target]
    assert [str(page) for page in (ROOT / "docs").rglob("*.md") if page.resolve() not in seen] == []


def test_the_reference_of_variables_names_every_variable() -> None:
    assert _unnamed(REFERENCE / "variables.md", (*VARIABLES, *DERIVED)) == []


def test_the_reference_of_layouts_names_every_field() -> None:
    fields = (*SourceLayout.__struct_fields__, *Column.__struct_fields__, *Source.__struct_fields__)
    text = (REFERENCE / "layouts.md").read_text(encoding="utf-8")
    assert [field for field in fields if not re.search(rf"`{field}\b", text)] == []


def test_the_reference_of_profiles_names_every_part_of_a_table_and_of_a_rule() -> None:
    choices = (*get_args(Universe), *get_args(Frequency), *get_args(Measure), *get_args(SideDimension))
    shown_by_example = {"id", "title", "message"}
    fields = (set(TableDesign.__struct_fields__) | set(Rule.__struct_fields__)) - shown_by_example - {"source"}
    assert _unnamed(REFERENCE / "profile.md", (*choices, *sorted(fields))) == []


def test_the_reference_of_figures_names_every_field_and_kind() -> None:
    assert _unnamed(REFERENCE / "figures.md", (*FigureDesign.__struct_fields__, *get_args(FigureKind))) == []


def test_the_reference_of_analyses_names_every_field_and_method() -> None:
    assert _unnamed(REFERENCE / "analyses.md", (*Analysis.__struct_fields__, *get_args(AnalysisMethod))) == []


def test_the_reference_of_deliveries_names_every_field_and_state() -> None:
    fields = (*Receipt.__struct_fields__, *Expectation.__struct_fields__, *get_args(DeliveryState), *LAG.names[2:])
    assert _unnamed(REFERENCE / "deliveries.md", fields) == []


def test_the_reference_of_releases_names_every_state_act_and_field() -> None:
    choices = (*get_args(Stage), *get_args(LifecycleAct), *get_args(Approval), *get_args(VintageState))
    fields = (
        *LifecycleEntry.__struct_fields__, *PeriodStatus.__struct_fields__, *VintageStatus.__struct_fields__,
    )  # fmt: skip
    assert _unnamed(REFERENCE / "releases.md", (*choices, *fields)) == []


def test_the_reference_of_the_calendar_names_every_field() -> None:
    kinds = (PublicationPlan, ReleaseRule, WorkingDays, Holiday, CalendarEntry)
    fields = [field for kind in kinds for field in kind.__struct_fields__]
    assert _unnamed(REFERENCE / "calendar.md", (*fields, *get_args(AnnouncedBy), *punctuality(()))) == []


def test_the_reference_of_statuses_names_every_status() -> None:
    text = (REFERENCE / "statuses.md").read_text(encoding="utf-8")
    assert [status.value for status in DataStatus if f"| {status.value} |" not in text] == []
    codes = tuple(status.value for statuses in (ObservationStatus, ConfidentialityStatus) for status in statuses)
    assert _unnamed(REFERENCE / "statuses.md", codes) == []


def test_the_reference_of_exit_codes_has_a_row_for_the_code_of_every_error() -> None:
    classes = [thing for thing in vars(errors).values() if isinstance(thing, type)]
    text = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    codes = {kind.exit_code for kind in classes if issubclass(kind, errors.QonysError)}
    assert codes
    assert [code for code in sorted(codes) if f"| {code} |" not in text] == []


def test_the_reference_of_quality_names_every_measure_concept_and_column() -> None:
    texts = tuple(concept.code for concept in SIMS if concept.kind == "text")
    fields = (*QUALITY_MEASURES, *texts, *MirrorFigure.__struct_fields__)
    text = (REFERENCE / "quality.md").read_text(encoding="utf-8")
    assert [field for field in fields if f"`{field}`" not in text] == []


def test_the_reference_of_what_changed_names_every_kind_of_reason_and_field_of_the_log() -> None:
    everything = VintageReasons(True, 1, 1, 1, True, ("tables/a.yaml",), ("areas/a.csv",), True, True, True)
    fields = (*everything.kinds, *CorrectionEntry.__struct_fields__)
    assert len(everything.kinds) == 7
    assert _unnamed(REFERENCE / "what-changed.md", fields) == []


def test_the_glossary_names_every_variable() -> None:
    assert _unnamed(ROOT / "GLOSSARY.md", tuple(VARIABLES)) == []


def test_the_decisions_are_numbered_without_a_gap_and_have_three_parts() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    parts = ("**Context.**", "**Decision.**", "**Consequence.**")
    assert [page.name for page in pages if not all(part in page.read_text(encoding="utf-8") for part in parts)] == []
