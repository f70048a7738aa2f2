"""The bulletin as a PDF, set by Typst.

Laws: the compiler refuses what is not PDF/UA-1 (tagged, with alternative texts) and PDF/A-2a at once; fonts are those that
ship with it and with us, never the machine's; nothing is written and nothing is fetched; the same content gives the same
bytes, as the only date in the file is that of publication.

Source: Typst 0.15, options `pdf-standards`, `creation-timestamp` and `ignore-system-fonts` of its compiler.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import typst

from qonys.disseminate.bulletin.content import Bulletin, Table, as_json
from qonys.disseminate.bulletin.row_heads import with_row_heads
from qonys.errors import StatisticianError

STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-2a"]
"""Typst takes one PDF/A standard of the 1.7 family beside PDF/UA-1; PDF/A-4 and PDF 2.0 exclude it."""

_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "templates"


def bulletin_file(bulletin: Bulletin) -> bytes:
    """The bulletin of a release as PDF.

    Raises:
        StatisticianError: the compiler does not accept what was to be placed: a picture without an alternative text, say.
    """
    published = datetime.fromisoformat(bulletin.date).replace(tzinfo=UTC)
    try:
        made = _compiler().compile(
            format="pdf", sys_inputs={"content": as_json(bulletin)}, pdf_standards=STANDARDS, timestamp=published
        )
    except typst.TypstError as error:
        raise _not_accepted(bulletin, error) from error
    return with_row_heads(_pages(made)[0], _heads_of_tables(bulletin))


def bulletin_pictures(bulletin: Bulletin, pixels_per_inch: float) -> list[bytes]:
    """Each page of the bulletin as a PNG."""
    return _pages(_compiler().compile(format="png", sys_inputs={"content": as_json(bulletin)}, ppi=pixels_per_inch))


def _heads_of_tables(bulletin: Bulletin) -> list[int]:
    """For each table of the file, how many of its first columns are heads; each part of a table is one in the file."""
    tables = (item for run in bulletin.runs for item in run.items if isinstance(item, Table))
    return [len(table.corner) for table in tables for _ in table.parts]


def _pages(made: bytes | list[bytes] | None) -> list[bytes]:
    """What the compiler made: one file or one a page, and nothing only where it wrote to a path."""
    return made if isinstance(made, list) else [made or b""]


def _compiler() -> typst.Compiler:
    """A new one: it sets one document at a time, and is made in no time."""
    return typst.Compiler(_TEMPLATES / "bulletin.typ", root=_TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(_HERE / "fonts")])


def _not_accepted(bulletin: Bulletin, error: typst.TypstError) -> StatisticianError:
    return StatisticianError(
        f"The bulletin was not accepted as {' and '.join(STANDARDS)}: {error.message}",
        where=f"bulletin of {bulletin.title} ({bulletin.language})",
        next_step="Mend the text or the picture that it names: letters must be in the fonts of the bulletin, and pictures "
        "need an alternative text. Then build again.",
    )
