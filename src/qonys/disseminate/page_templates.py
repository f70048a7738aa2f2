"""The templates of every page that a reader opens, the files that its frame names, and the languages to which its head leads."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from qonys.country.profile import Profile
from qonys.disseminate.line_ends import kept_together
from qonys.disseminate.words import words_of

_TEMPLATES = Path(__file__).parent / "templates"
_ASSETS = Path(__file__).parent / "assets"
_RANGE = re.compile(r"(\d+–\d+)")
_OF_THE_FRAME = ("page.css", "inter.woff2", "inter-licence.txt")


@cache
def templates() -> Environment:
    """The templates of all pages."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_written,
    )  # fmt: skip
    made.filters["whole_ranges"] = _with_whole_ranges
    return made


def read_templates() -> None:
    """Read all of them now, which takes a quarter of a second; a page that is made later finds its own read."""
    for name in templates().list_templates():
        templates().get_template(name)


@pass_context
def _written(context: Context, value: object) -> object:
    """What a template says; a text that is no HTML yet with its no-break spaces, where the page has a language."""
    language = context.get("language")
    if language and isinstance(value, str) and not isinstance(value, Markup):
        return kept_together(value, language)
    return value


@pass_context
def _with_whole_ranges(context: Context, text: str) -> Markup:
    """A text as it is written, in which no range such as *2023–2024* is parted: a browser ends lines after its dash."""
    whole = Markup('<span class="range">{}</span>')
    pieces = _RANGE.split(str(_written(context, text)))
    return Markup("").join(whole.format(piece) if place % 2 else piece for place, piece in enumerate(pieces))


def frame_files() -> dict[str, bytes]:
    """What the frame of every page names: path beside the folders of languages -> content."""
    return {f"assets/{name}": (_ASSETS / name).read_bytes() for name in _OF_THE_FRAME}


def languages_of(profile: Profile) -> list[tuple[str, str]]:
    """The languages of a profile, each by its own name."""
    return [(language, words_of(profile, language)["page.this_language"]) for language in profile.languages]
