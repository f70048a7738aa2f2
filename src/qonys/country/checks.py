"""Confronts the files of a profile with each other: what one names, another must define."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from qonys.concepts.release import ReleaseDesign, Section
from qonys.concepts.variable import BUILT_IN_CODES
from qonys.country.analysis_checks import analysis_contradictions
from qonys.country.correction_checks import corrections
from qonys.country.expectation_checks import expectations
from qonys.country.figure_checks import figure_contradictions
from qonys.country.history_checks import history_contradictions
from qonys.country.indicator_checks import indicator_contradictions
from qonys.country.integration_checks import integration
from qonys.country.layout_checks import layouts
from qonys.country.profile import Profile
from qonys.country.protection_checks import protection
from qonys.country.publication_checks import publication
from qonys.country.quality_checks import quality_contradictions
from qonys.country.rule_checks import rule_contradictions
from qonys.country.table_checks import table_contradictions
from qonys.country.territory_checks import territory
from qonys.country.texts import plain_texts, titles_of_tables, worded_texts
from qonys.country.tiles import tile_contradictions
from qonys.errors import ProfileError


def fail_if_inconsistent(profile: Profile) -> None:
    """Raise for the first contradiction between files of a profile.

    Raises:
        ProfileError: with the file, what is wrong, and what is allowed.
    """
    for where, what, next_step in _contradictions(profile):
        raise ProfileError(what, where=str(profile.folder / where), next_step=next_step)


def _contradictions(profile: Profile) -> Iterator[tuple[str, str, str]]:
    yield from _areas(profile)
    yield from territory(profile)
    yield from tile_contradictions(profile.tiles, profile.areas.areas, profile.identity.level)
    yield from _aliases_and_groups(profile)
    yield from _classifications(profile)
    yield from layouts(profile)
    yield from expectations(profile)
    yield from integration(profile)
    yield from corrections(profile)
    yield from indicator_contradictions(profile)
    yield from table_contradictions(profile)
    yield from history_contradictions(profile)
    yield from protection(profile)
    yield from publication(profile)
    yield from _releases(profile)
    yield from figure_contradictions(profile)
    yield from rule_contradictions(profile.rules.rules, profile.tables)
    yield from quality_contradictions(profile)
    yield from _texts_in_every_language(profile)
    yield from _glossary_forms(profile)
    licence = profile.identity.licence
    if licence is not None and not licence.address.startswith("https://"):
        yield "profile.yaml", f"licence: “{licence.address}” is no address of a licence.", "Write https://…"
    for link in profile.links:
        if not link.address.lstrip("#"):
            yield "release/links.yaml", f"“{link.address}” leads nowhere.", "Write an address or #section."


def _areas(profile: Profile) -> Iterator[tuple[str, str, str]]:
    codes = {area.code for area in profile.areas.areas}
    countries = {area.code for area in profile.areas.areas if area.level == "country"}
    for area in profile.areas.areas:
        if area.parent and area.parent not in codes:
            yield (
                "areas/areas.csv",
                f"{area.code}: its parent {area.parent} is no area.",
                "Add the parent or mend its code.",
            )
        if area.locality not in ("", *BUILT_IN_CODES["locality"]):
            yield "areas/areas.csv", f"{area.code}: “{area.locality}” is no locality.", "Allowed: U, R, or nothing."
    if profile.identity.home not in countries:
        yield "classifications/country.csv", f"The country itself, {profile.identity.home}, is missing.", "Add it."
    if not any(area.level == profile.identity.level for area in profile.areas.areas):
        yield "areas/areas.csv", f"No area is of the level {profile.identity.level}.", "Mend `level` in profile.yaml."


def _aliases_and_groups(profile: Profile) -> Iterator[tuple[str, str, str]]:
    codes = {area.code for area in profile.areas.areas}
    countries = {area.code for area in profile.areas.areas if area.level == "country"}
    for source, aliases in profile.areas.aliases.items():
        for text, code in aliases.items():
            if code not in codes:
                yield "areas/aliases.csv", f"{source}: “{text}” stands for {code}, which is no area.", "Mend the code."
    groups = {code.code for code in profile.classifications["country_group"].codes} if profile.memberships else set()
    for member in profile.memberships:
        if member.group not in groups or member.country not in countries:
            yield (
                "classifications/country_group_members.csv",
                f"{member.country} in {member.group}: one of them is unknown.",
                "Groups stand in country_group.csv, countries in country.csv.",
            )


def _classifications(profile: Profile) -> Iterator[tuple[str, str, str]]:
    for name, needed in BUILT_IN_CODES.items():
        found = (
            {code.code for code in profile.classifications[name].codes} if name in profile.classifications else set()
        )
        absent = [code for code in needed if code not in found]
        if absent and name != "slip_kind":
            yield f"classifications/{name}.csv", f"The codes {', '.join(absent)} are missing.", "The line needs them."


def _releases(profile: Profile) -> Iterator[tuple[str, str, str]]:
    for entry in profile.calendar:
        if entry.release not in profile.releases:
            known = ", ".join(profile.releases)
            yield "calendar.yaml", f"{entry.period}: there is no release design “{entry.release}”.", f"Known: {known}."
    for design in profile.releases.values():
        where = f"release/designs/{design.id}.yaml"
        yield from ((where, *told) for told in _values(design, profile))
        for section in design.every_section:
            yield from _section(section, design, where, profile)
        yield from analysis_contradictions(design, profile)


def _values(design: ReleaseDesign, profile: Profile) -> Iterator[tuple[str, str]]:
    values = [(point.id, value) for point in design.key_points for value in point.values.values()]
    values += [(headline.id, headline.value) for headline in design.headlines]
    values += [(figure.id, value) for figure in design.figures for value in figure.values.values()]
    for owner, value in values:
        if value.table not in profile.tables:
            yield f"{owner}: there is no table “{value.table}”.", f"Tables: {', '.join(profile.tables)}."
        elif value.measure not in profile.tables[value.table].measures:
            measures = ", ".join(profile.tables[value.table].measures)
            yield f"{owner}: {value.table} has no measure “{value.measure}”.", f"It has: {measures}."


def _section(section: Section, design: ReleaseDesign, where: str, profile: Profile) -> Iterator[tuple[str, str, str]]:
    for table in section.tables:
        if table not in profile.tables and table not in {analysis.id for analysis in design.analyses}:
            yield where, f"{section.id}: there is no table “{table}”.", f"Tables: {', '.join(profile.tables)}."
    for point in section.key_points:
        if point not in {p.id for p in design.key_points}:
            yield where, f"{section.id}: there is no key point “{point}”.", ""
    for text in section.texts:
        for language in profile.languages:
            if text not in profile.texts[language]:
                yield f"texts/{language}", f"The text “{text}” is missing.", f"{design.id} shows it."


def _texts_in_every_language(profile: Profile) -> Iterator[tuple[str, str, str]]:
    for where, owner, text in chain(plain_texts(profile), titles_of_tables(profile), worded_texts(profile)):
        absent = [language for language in profile.languages if not text.get(language)]
        if absent:
            yield where, f"{owner}: the text is missing in {', '.join(absent)}.", ""
        extra = [language for language in text if language not in profile.languages]
        if extra:
            yield where, f"{owner}: {', '.join(extra)} is no language of the profile.", ""


def _glossary_forms(profile: Profile) -> Iterator[tuple[str, str, str]]:
    where, known = "release/glossary.yaml", set(profile.languages)
    terms = Counter(term.id for term in profile.glossary)
    yield from ((where, f"{term} stands {n} times.", "A term has one id.") for term, n in terms.items() if n > 1)
    owners: dict[tuple[str, str], str] = {}
    for term in profile.glossary:
        for language in term.forms.keys() - known:
            yield where, f"{term.id}, forms: {language} is no language of the profile.", ""
        forms = [
            (lang, form) for lang in profile.languages for form in (term.term.get(lang, ""), *term.forms.get(lang, ()))
        ]
        for language, form in forms:
            other = owners.setdefault((language, form.casefold()), term.id)
            if other != term.id:
                yield where, f"“{form}” is a form of {other} and of {term.id}.", "A form belongs to one term."
            if not form.replace("*", "").strip():
                yield where, f"{term.id}, forms: “{form}” would be found everywhere.", "Write the beginning of a word."
