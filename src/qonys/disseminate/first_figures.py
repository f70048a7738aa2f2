"""The figures of a release's tables, drawn as soon as the tables stand: analyses and quality are still being computed then.

Laws: each figure is the one that it would be if all were drawn together in the end; what reads the result of an analysis
waits for it; pictures are made beside, and nothing is left running when the block ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import msgspec

from qonys.concepts.figure import FigureDesign
from qonys.concepts.period import Period
from qonys.concepts.release import ReleaseDesign
from qonys.country.profile import Profile
from qonys.datasets.outcome import Finding
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.disseminate.figures.figure import Figure
from qonys.disseminate.figures.making import About, compute_figures, figure_files, figures_in
from qonys.disseminate.period_words import period_arguments
from qonys.disseminate.press import Press
from qonys.disseminate.wording import worded
from qonys.disseminate.words import Words, words_of


@dataclass(frozen=True)
class FirstFigures:
    """The figures of tables.

    Args:
        ids: those that were drawn or found to have no value.
        figures: language -> id -> figure.
        findings: what was left out.
        press: makes their files, and whatever else is set and drawn for the release.
    """

    ids: frozenset[str]
    figures: Mapping[str, Mapping[str, Figure]]
    findings: tuple[Finding, ...]
    press: Press


@contextmanager
def first_figures(
    profile: Profile, design: ReleaseDesign, tables: Mapping[str, OutputTable], facts: ReleaseFacts
) -> Iterator[FirstFigures]:
    """The figures of a design that read these tables and no other, in every language; their pictures are begun.

    Raises:
        ProfileError: a text is malformed, or a word is missing in a language.
    """
    designs = tuple(one for one in design.figures if _tables_of(one) <= set(tables))
    design = msgspec.structs.replace(design, figures=designs)
    drawn = compute_figures(design, tables, Period.parse(facts.period), profile.tiles, profile.outlines)
    figures: dict[str, Mapping[str, Figure]] = {}
    with Press(hands=2) as press:
        for language in profile.languages:
            words = words_of(profile, language)
            about = about_release(profile, design, words, facts)
            figures[language] = figures_in(words, design, drawn.data, tables, about)
            press.order(partial(figure_files, figures[language].values(), facts))
        yield FirstFigures(frozenset(one.id for one in designs), figures, drawn.findings, press)


def about_release(profile: Profile, design: ReleaseDesign, words: Words, facts: ReleaseFacts) -> About:
    """What every picture of a release says of it in one language: its title, and what it is and is not."""
    identity, language, arguments = (
        profile.identity,
        words.language,
        period_arguments(Period.parse(facts.period), words),
    )
    notices = [identity.notice[language], identity.synthetic_notice.get(language, "") if facts.synthetic else ""]
    return About(
        facts,
        identity.names[language],
        identity.office[language],
        worded(design.title[language], arguments, language, where=f"title of {design.id} ({language})"),
        " ".join(filter(None, notices)),
        profile.tiles,
        profile.outlines,
    )


def _tables_of(one: FigureDesign) -> set[str]:
    return {one.table, *filter(None, (one.flows,)), *(value.table for value in one.values.values())}
