"""A source layout: how one supplier writes a slip, and which of our variables its columns carry."""

from __future__ import annotations

from typing import Literal

import msgspec

from qonys.concepts.text import Text

Stream = Literal["internal", "external_in", "external_out"]
Format = Literal["delimited", "fixed", "spreadsheet", "parquet", "json_lines", "postgresql"]


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of the file: by its heading, or, in fixed width, by its first character (from 1) and width.

    An identifier is keyed-hashed as it is read; its plain text stays in the encrypted source alone. ``form`` is a
    regular expression of its texts, by which one is known in a column where none belongs; ten digits where not given.
    """

    name: str
    start: int | None = None
    width: int | None = None
    identifier: bool = False
    form: str = ""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a variable comes from: one column, or an expression over columns, or a constant.

    Args:
        column: heading of the column.
        expr: expression over columns, in the language of rules (docs/reference/expressions.md).
        constant: the same code for every row.
        recode: text in the file -> our code.
        aliases: name of the list of aliases by which this supplier writes areas (areas/aliases.csv).
        date: form of a date, in strptime codes; ``%Y-%m`` means the first of the month.
        missing: texts that mean *not stated*, besides the layout's own.
        scheme: of a personal number: the profile's scheme by which it is checked before it is hashed.
    """

    column: str | None = None
    expr: str | None = None
    constant: str | None = None
    recode: dict[str, str] = {}
    aliases: str | None = None
    date: str = "%Y-%m-%d"
    missing: tuple[str, ...] = ()
    scheme: str | None = None


class SourceLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One layout.

    Args:
        id: name by which a delivery can ask for it.
        supplier: who delivers it.
        names: name in every language.
        records: ``real`` registrations or ``synthetic`` ones; it decides what every figure says of itself.
        format: how the bytes are laid out.
        match: pattern of the file names it is meant for (``arrivals_*.csv``), without ``.gz``, ``.zip``, ``.zst``.
        covers: the kinds of moves that such files hold; a kind that no layout covers is *not available*.
        encoding: character encoding of a text file.
        header: the first row of a delimited file names its columns; else they come in the layout's order.
        separator: character between columns of a delimited file.
        quote: character around a column that holds the separator.
        short_lines: of fixed width: a line with fewer characters than the layout needs is ``broken``, or ``padded`` with
            blanks, where the supplier's program leaves those at its end out.
        sheet: name of the spreadsheet's sheet; the first one where empty.
        query: of a PostgreSQL database, one that selects the columns.
        database: name of that database; the setting ``QONYS_DATABASE_<NAME>`` says how to reach it.
        spellings: the profile's spellings by which a coded text is read when it is not known as it stands, in order.
        missing: texts that mean *not stated* in any column.
        columns: the columns of the file.
        variables: our variable -> where it comes from.
    """

    id: str
    supplier: str
    names: Text
    records: Literal["real", "synthetic"]
    format: Format
    covers: tuple[Stream, ...]
    columns: tuple[Column, ...]
    variables: dict[str, Source]
    match: str = ""
    encoding: str = "utf-8"
    header: bool = True
    separator: str = ";"
    quote: str = '"'
    short_lines: Literal["broken", "padded"] = "broken"
    sheet: str = ""
    query: str = ""
    database: str = ""
    spellings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ("",)
