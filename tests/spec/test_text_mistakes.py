"""A text of a profile that says a value which there is not is told with file, text, language, and the known values."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qonys.country.loading import SHIPPED
from spec.command_line import qonys

DESIGN = "release/designs/annual.yaml"
MISTAKES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    # what: file, words in it, what stands there instead, what the message says
    "a key point": (
        DESIGN, "sent {arrivals} of the arrivals", "sent {arivals} of the arrivals",
        ("no value “arivals”", "key point union (en), character 37", "arrivals, arrivals_size, country, period, period_in"),
    ),
    "a key point in its second language": (
        DESIGN, "aportaron el {arrivals} de", "aportaron el {llegadas} de",
        ("no value “llegadas”", "key point union (es)", "Known: arrivals, arrivals_size"),
    ),
    "a key point in a branch that no figure may ever take": (
        DESIGN, "same {did not change}", "same {did not change from {arrivals_bse}}",
        ("no value “arrivals_bse”", "key point growth (en)", "arrivals, arrivals_base, arrivals_size"),
    ),
    "the name of a value that has none": (
        DESIGN, "sent {arrivals} of the arrivals", "sent {arrivals_name} of the arrivals",
        ("no value “arrivals_name”", "key point union (en)"),
    ),
    "a month in the release of a year": (
        DESIGN, 'en: "In {period}, {arrivals, plural', 'en: "In {month}, {arrivals, plural',
        ("no value “month”", "key point totals (en)", "previous_to"),
    ),
    "the title of a release": (
        DESIGN, "title: {en: \"Migration of the population of Ardal, {period}\"", "title: {en: \"Migration of {country}, {period}\"",
        ("no value “country”", "annual.yaml, title (en)", "Known: period, period_in"),
    ),
    "a headline": (
        DESIGN, "label: {en: Arrivals from abroad,", 'label: {en: "Arrivals, {years}",',
        ("no value “years”", "headline arrivals, label (en)", "Known: period, period_in"),
    ),
    "the title of a figure": (
        DESIGN, "{loss_name} lost most} other", "{lost_name} lost most} other",
        ("no value “lost_name”", "figure regions, title (en)", "gain, gain_name, gain_size, loss, loss_name"),
    ),
    "the title of a table": (
        "tables/external-by-year.yaml", "External migration, {period}", "External migration, {year}",
        ("no value “year”", "external-by-year.yaml, title (en)", "Known: period."),
    ),
    "a title with forms of its period": (
        "tables/external-by-year.yaml", "External migration, {period}", "External migration, {period, select, other {2024}}",
        ("this text has no forms of it", "title (en)", "Write {period}."),
    ),
    "the title of an analysis": (
        DESIGN, "Internal migration and distance, {period}", "Internal migration and distance, {from}",
        ("no value “from”", "analysis distance-effect, title (en)", "Known: period."),
    ),
    "the title of a section": (
        DESIGN, "title: {en: Ethnic structure,", 'title: {en: "Ethnic structure, {period}",',
        ("no value “period”", "section ethnic-structure, title (en)", "write the words themselves"),
    ),
    "the role of a contact": (
        "release/contacts.yaml", "es: Responsable de la publicación", 'es: "Responsable de {title}"',
        ("no value “title”", "contacts.yaml, release@ardal.example (es)", "write the words themselves"),
    ),
    "a text of the page": (
        "texts/en/prose.yaml", "by the day of its registration", "by the day of its registration in {period}",
        ("no value “period”", "texts/en, methodology, character", "write the words themselves"),
    ),
    "a text of the quality report": (
        "texts/en/quality.yaml", "Population and migration.", "Population and migration of {country}.",
        ("no value “country”", "texts/en, S.3.3", "write the words themselves"),
    ),
    "a text in place of a word of the product": (
        "texts/en/quality.yaml", "S.1.2: Desk", 'page.citation: "{title}, {author}"\nS.1.2: Desk',
        ("no value “author”", "texts/en, page.citation", "Known: published, title, version, vintage"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "words", "instead", "told"), MISTAKES.values(), ids=MISTAKES)
def test_an_unknown_value_of_a_text_is_told_with_its_place_and_the_known_ones(
    tmp_path: Path, name: str, words: str, instead: str, told: tuple[str, ...]
) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(SHIPPED / "mini", mine)
    path = mine / name
    content = path.read_text(encoding="utf-8")
    assert words in content
    path.write_text(content.replace(words, instead, 1), encoding="utf-8")
    ran = qonys("profile", "check", mine)
    assert ran.code == 5
    said = " ".join(ran.said.split())
    for part in told:
        assert part in said


def test_a_section_without_a_title_in_a_language_is_told(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(SHIPPED / "mini", mine)
    path = mine / DESIGN
    path.write_text(path.read_text(encoding="utf-8").replace("en: Glossary, ", ""), encoding="utf-8")
    ran = qonys("profile", "check", mine)
    assert ran.code == 5
    assert "section glossary, title: the text is missing in en" in " ".join(ran.said.split())


@pytest.mark.parametrize("name", ["mini", "kz", "es"])
def test_every_text_of_a_shipped_profile_says_known_values(name: str) -> None:
    assert qonys("profile", "check", name).code == 0
