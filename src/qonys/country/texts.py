"""Every text of a profile that a reader sees, each with its file and its owner.

Laws: a text is either shown as it stands or has values filled in, and each text is listed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from qonys.concepts.text import Text
from qonys.country.figure_checks import figure_texts
from qonys.country.indicator_checks import indicator_texts
from qonys.country.profile import Profile

Owned: TypeAlias = tuple[str, str, Text]
"""File in the profile, what in it the text belongs to, and the text by language."""


def plain_texts(profile: Profile) -> Iterator[Owned]:
    """The texts that are shown as they stand."""
    identity = profile.identity
    yield from (
        ("profile.yaml", name, getattr(identity, name)) for name in ("names", "office", "notice", "synthetic_notice")
    )
    if identity.licence is not None:
        yield "profile.yaml", "licence", identity.licence.names
    for layout in profile.layouts.values():
        yield f"sources/{layout.id}.yaml", "names", layout.names
    for spelling in profile.spellings.values():
        yield f"spellings/{spelling.id}.yaml", "names", spelling.names
    yield from (("rules", rule.id, rule.message) for rule in profile.rules.rules)
    for table in profile.tables.values():
        yield from ((f"tables/{table.id}.yaml", "notes", note) for note in table.notes)
    yield from indicator_texts(profile)
    yield from (("breaks.yaml", one.id, one.text) for one in profile.breaks)
    for design in profile.releases.values():
        where = f"release/designs/{design.id}.yaml"
        yield from ((where, f"section {section.id}, title", section.title) for section in design.every_section)
        yield from ((where, f"comparison of {one.table}, title", one.title) for one in design.comparisons)
    for term in profile.glossary:
        yield "release/glossary.yaml", term.id, term.term
        yield "release/glossary.yaml", term.id, term.meaning
    yield from (("release/links.yaml", link.address, link.title) for link in profile.links)
    yield from (("release/contacts.yaml", contact.address, contact.role) for contact in profile.contacts)


def titles_of_tables(profile: Profile) -> Iterator[Owned]:
    """Titles into which the periods of their table are put."""
    for table in profile.tables.values():
        yield f"tables/{table.id}.yaml", "title", table.title
    for design in profile.releases.values():
        for analysis in design.analyses:
            yield f"release/designs/{design.id}.yaml", f"analysis {analysis.id}, title", analysis.title


def worded_texts(profile: Profile) -> Iterator[Owned]:
    """Texts of release designs that are worded with periods and computed values."""
    for design in profile.releases.values():
        where = f"release/designs/{design.id}.yaml"
        yield where, "title", design.title
        yield from ((where, f"headline {one.id}, label", one.label) for one in design.headlines)
        yield from ((where, f"key point {point.id}", point.text) for point in design.key_points)
        yield from ((where, *told) for told in figure_texts(design))
