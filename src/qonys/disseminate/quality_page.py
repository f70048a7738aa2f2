"""The page of a quality report: every concept of SIMS under its code, with its text and its measures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby

from qonys.concepts.release import CalendarEntry, ReleaseDesign
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.datasets.quality import QualityReport
from qonys.disseminate.page import Spoken
from qonys.disseminate.page_templates import languages_of, templates
from qonys.disseminate.quality_files import QUALITY_PAGE, quality_file_name, quality_groups, quality_json
from qonys.disseminate.quality_said import SaidConcept, SaidMeasure, SaidQuality, said_quality


def said_of_release(
    profile: Profile,
    design: ReleaseDesign,
    report: QualityReport,
    tables: Mapping[str, OutputTable],
    facts: ReleaseFacts,
    language: str,
) -> SaidQuality:
    """The quality report of a release in a language, dated as the release is.

    Raises:
        ProfileError: a word is missing in the language.
    """
    entry = CalendarEntry(
        facts.period, design.id, date.fromisoformat(facts.published), date.fromisoformat(facts.next), {}
    )
    return said_quality(profile, report, tables, entry, language, synthetic=facts.synthetic)


def quality_bundle(spoken: Spoken, profile: Profile, facts: ReleaseFacts) -> dict[str, bytes]:
    """The files of the quality report of a release in one language: path in the bundle -> content; none without one."""
    if (said := spoken.quality) is None:
        return {}
    language, title, notice = said.words.language, said.words("quality.title", title=spoken.title), spoken.notice
    page = templates().get_template(QUALITY_PAGE)
    written = page.render(
        w=said.words,
        language=language,
        languages=languages_of(profile),
        page=QUALITY_PAGE,
        title=title,
        notice=notice,
        facts=facts,
        groups=quality_groups(said),
        grouped=_grouped,
        json=f"../{quality_file_name(facts, language)}",
    )
    return {
        f"{language}/{QUALITY_PAGE}": written.encode(),
        quality_file_name(facts, language): quality_json(said, facts, title, notice),
    }


def _grouped(concept: SaidConcept) -> list[tuple[str, list[SaidMeasure]]]:
    """The values of each measure of a concept under its name."""
    return [(name, list(values)) for name, values in groupby(concept.measures, key=lambda one: one.name)]
