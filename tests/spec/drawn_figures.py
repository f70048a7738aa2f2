"""Figures drawn for tests: designs in short, and what stands in a picture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

import msgspec

from qonys.concepts.figure import FigureDesign
from qonys.concepts.period import Period
from qonys.concepts.release import ReleaseDesign
from qonys.country.profile import Profile
from qonys.datasets.outcome import Outcome
from qonys.datasets.output import OutputTable
from qonys.disseminate.figures.figure import Figure
from qonys.disseminate.figures.making import About, compute_figures, figures_in
from qonys.disseminate.words import words_of
from spec.seed_release import seed_facts

SVG = "{http://www.w3.org/2000/svg}"


def design_of(profile: Profile, **fields: object) -> FigureDesign:
    """A design of a figure with the same words in every language."""
    words = {name: dict.fromkeys(profile.languages, name.capitalize()) for name in ("title", "subtitle", "finding")}
    return msgspec.convert({"id": "drawn", "measures": ["net"], "along": "area", **words, **fields}, FigureDesign)


def release_with(profile: Profile, *figures: FigureDesign) -> ReleaseDesign:
    return msgspec.structs.replace(profile.releases["annual"], figures=figures)


def computed(
    profile: Profile, table: OutputTable, *figures: FigureDesign, more: Sequence[OutputTable] = ()
) -> Outcome[dict[str, dict[str, object]]]:
    tables = {one.id: one for one in (table, *more)}
    return compute_figures(release_with(profile, *figures), tables, Period(2024), profile.tiles, profile.outlines)  # type: ignore[return-value]


def drawn(
    profile: Profile, table: OutputTable, figure: FigureDesign, language: str = "", more: Sequence[OutputTable] = ()
) -> Figure:
    """One figure from its table, and from more where it needs them, in the profile's first language where none is named."""
    language = language or profile.languages[0]
    design = release_with(profile, figure)
    tables = {one.id: one for one in (table, *more)}
    readings = compute_figures(design, tables, Period(2024), profile.tiles, profile.outlines)
    assert not readings.findings, readings.findings
    identity, facts = profile.identity, seed_facts(profile.id)
    notice = f"{identity.notice[language]} {identity.synthetic_notice[language]}"
    about = About(
        facts, identity.names[language], identity.office[language], "Release", notice, profile.tiles, profile.outlines
    )
    return figures_in(words_of(profile, language), design, readings.data, tables, about)[figure.id]


def without_losses(tables: Mapping[str, OutputTable]) -> dict[str, OutputTable]:
    """Made-up tables with every number above zero, so that every kind of figure can be drawn of them."""
    return {
        name: msgspec.structs.replace(
            table,
            cells={k: c._replace(value=None if c.value is None else abs(c.value)) for k, c in table.cells.items()},
        )
        for name, table in tables.items()
    }


def marks_of(figure: Figure, tag: str) -> dict[str, dict[str, str]]:
    """The marks of a picture that stand for numbers, by what they stand for."""
    root = ET.fromstring(figure.picture.svg.decode())  # noqa: S314 our own picture
    found = [element.attrib for element in root.iter(SVG + tag) if "data-of" in element.attrib]
    return {attributes["data-of"]: attributes for attributes in found}


def words_in(figure: Figure) -> list[str]:
    """Every text of a picture, in order; a blank at which no line ends is a blank."""
    root = ET.fromstring(figure.picture.svg.decode())  # noqa: S314 our own picture
    return ["".join(element.itertext()).replace("\xa0", " ") for element in root.iter(SVG + "text")]


def numbers_in(html: str) -> list[str]:
    """The cells of the tables in a part of a page, with their marks and without what is spoken of them."""
    return [re.sub(r"<i> .*?</i>|<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", html)]
