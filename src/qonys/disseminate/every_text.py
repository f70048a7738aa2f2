"""Every text of a release in one language, with its place, for the check of the language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from qonys.disseminate.page import ReleaseContent

Placed: TypeAlias = tuple[str, str]
"""Where a text stands in the profile, and the text."""


def every_text(content: ReleaseContent) -> Iterator[Placed]:
    """Every text of a profile that a release shows; key points are checked when they are composed."""
    language = content.words.language
    yield "title", content.spoken.title
    yield from ((f"table {table}", title) for table, title in content.titles.items())
    for figure in content.spoken.figures:
        yield from ((f"headline “{figure.id}”", text) for text in (figure.label, figure.growth))
    for term in content.profile.glossary:
        yield from ((f"glossary, {term.id}", text[language]) for text in (term.term, term.meaning))
    for block in (inner for outer in content.blocks for inner in outer.every_block):
        yield from ((f"section “{block.id}”", text) for text in (block.title, *block.paragraphs))
        yield from ((f"indicator {one.id}", one.meaning) for one in block.indicators)
