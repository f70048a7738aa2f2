"""What lies beside the files of a release when they are taken away: a plain text that says what each of them is.

Law: its words are the page's; a file that it does not know is named all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import fill

from qonys.disseminate.archive import SUMS
from qonys.disseminate.conditions_of_use import conditions_of_use
from qonys.disseminate.corrections import CORRECTIONS_FILE, cells_name
from qonys.disseminate.figures.making import figure_name
from qonys.disseminate.how_we_know import OF_RELEASE as HOW_OF_RELEASE
from qonys.disseminate.how_we_know import PAGE as HOW_PAGE
from qonys.disseminate.page import ReleaseContent
from qonys.disseminate.quality_files import QUALITY_PAGE, quality_file_name
from qonys.disseminate.shown_cells import SYMBOLS
from qonys.disseminate.words import Words

_WIDTH = 100
_SHARED = {"assets": "readme.assets"}
_WHOLE = {"xlsx": "page.workbook", "pdf": "page.bulletin", "html": "readme.page"}
_QUALITY = {"html": "quality.link", "json": "quality.json"}
_OF_TABLE = {"csv": "readme.csv", "json": "readme.json"}


def readme(content: ReleaseContent, names: Iterable[str]) -> bytes:
    """The README of the files of a release in one language, as UTF-8 text; what holds the whole release comes first."""
    in_order = sorted(names, key=lambda name: (bool(_table_of(content, name)), name))
    words, spoken, language = content.words, content.spoken, content.words.language
    contacts = (f"{contact.role[language]}: {contact.address}" for contact in content.profile.contacts)
    sections: list[tuple[str, list[str]]] = [
        (words["readme.files"], list(_files(content, in_order))),
        (words["page.symbols"], [words["readme.symbols"], "", *_symbols(words)]),
        (words["page.sources"], [f"{status.name} ({status.mark}): {meaning}" for status, meaning in content.statuses]),
        (words["page.licence"], [conditions_of_use(content.profile, words).written]),
        (words["page.cite"], [spoken.citation]),
        (words["readme.check"], [words("readme.check_text", file=SUMS), "", *(f"    {way}" for way in _checks())]),
        (words["page.contacts"], list(contacts)),
    ]
    head = [spoken.title, "=" * len(spoken.title), "", _filled(spoken.notice), ""]
    head += [f"{words['page.published']}: {content.published}", f"{words['page.vintage']}: {content.facts.vintage}"]
    body = [line for title, lines in sections for line in ("", "", title, "-" * len(title), *map(_filled, lines))]
    return ("\n".join([*head, *body]) + "\n").encode()


def _files(content: ReleaseContent, names: Iterable[str]) -> Iterator[str]:
    told = set()
    for name in names:
        folder = name.partition("/")[0]
        said, shown = (
            (content.words[_SHARED[folder]], f"{folder}/") if folder in _SHARED else (_said(content, name), name)
        )
        if shown not in told:
            told.add(shown)
            yield shown
            yield f"    {said}" if said else ""
    yield SUMS
    yield f"    {content.words['readme.sums']}"


def _said(content: ReleaseContent, name: str) -> str:
    words, kind = content.words, name.rpartition(".")[2]
    table = _table_of(content, name)
    if name.endswith(f"/{QUALITY_PAGE}") or name == quality_file_name(content.facts, words.language):
        return words[_QUALITY[kind]]
    if name in (CORRECTIONS_FILE, cells_name(words, content.facts)):
        return words["changes.log_file" if name == CORRECTIONS_FILE else "changes.all_cells"]
    if name == f"{words.language}/{HOW_PAGE}" or f"-{HOW_OF_RELEASE}-" in name:
        return " ".join(filter(None, (words["how.title"], content.titles.get(table, ""))))
    if name.startswith("figures/"):
        named = {figure_name(one, content.facts, kind): one for one in content.spoken.drawn.values()}
        return f"{named[name].title}. {named[name].subtitle}." if name in named else ""
    if not table:
        return words[_WHOLE[kind]] if kind in _WHOLE else ""
    if f"-{table}-changes-" in name:
        return words("readme.changes", title=content.titles[table])
    return words(_OF_TABLE[kind], title=content.titles[table]) if kind in _OF_TABLE else content.titles[table]


def _table_of(content: ReleaseContent, name: str) -> str:
    """The table that a file is of, by its name; the longest one where one's name begins with another's."""
    start = f"files/{content.facts.profile}-{content.facts.period}-"
    found = [table for table in content.titles if name.startswith(f"{start}{table}-")]
    return max(found, key=len, default="")


def _symbols(words: Words) -> Iterator[str]:
    for key in SYMBOLS:
        code = "" if key in ("empty", "C") else key
        yield f"    {words[f'symbol.{key}']:<4}{words[f'symbol.{key}.short']:<8}{code:<4}{words[f'symbol.{key}.meaning']}"


def _checks() -> tuple[str, ...]:
    return (f"sha256sum -c {SUMS}", f"shasum -a 256 -c {SUMS}", "certutil -hashfile FILE SHA256")


def _filled(line: str) -> str:
    return fill(line, _WIDTH, subsequent_indent=" " * (len(line) - len(line.lstrip()))) if line.strip() else ""
