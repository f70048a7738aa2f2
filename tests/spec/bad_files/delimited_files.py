"""Delimited files whose lines, columns or heading are not those of the layout."""

from __future__ import annotations

from collections.abc import Iterator

from spec.bad_files.bad_file import MARK, BadFile, csv_lines, csv_text, slip, slips
from spec.drawn_slips import PLAIN_SLIP

COLUMNS = list(PLAIN_SLIP)
OPEN_QUOTE = "A quotation mark is opened and not closed."


def bad_files() -> Iterator[BadFile]:
    for fault, content, what in _refused():
        yield BadFile(fault, "arrivals_x.csv", content, refused=what)
    for fault, content, rows in _partly_quarantined():
        yield BadFile(fault, "arrivals_x.csv", content, taken=3, quarantined=rows)
    for fault, content, notes in _taken():
        yield BadFile(fault, "arrivals_x.csv", content, taken=3, notes=notes)


def _refused() -> Iterator[tuple[str, bytes, str]]:
    text, lines = csv_text(), csv_lines(slips())
    absent = "none of them was found"
    yield "separated by commas", text.replace(";", ",").encode(), absent
    yield "separated by tabs", text.replace(";", "\t").encode(), absent
    yield "separated by bars", text.replace(";", "|").encode(), absent
    yield "no heading", _joined(lines[1:]), absent
    yield "a title above the heading", _joined(["Arrivals of 2024", *lines]), absent
    yield "the heading in small letters", _joined([lines[0].lower(), *lines[1:]]), absent
    yield (
        "the heading in another language",
        _joined([lines[0].replace("PERSON", "PERSONA"), *lines[1:]]),
        "the columns PERSON are missing",
    )
    yield "the heading on the last line", _joined([*lines[1:], lines[0]]), absent
    yield (
        "a heading with a column missing",
        _joined([lines[0].replace(";DAY;", ";"), *lines[1:]]),
        "the columns DAY are missing",
    )
    yield (
        "a column left out everywhere",
        _columns([name for name in COLUMNS if name != "BORN"]),
        "the columns BORN are missing",
    )
    yield (
        "a heading that names a column twice",
        _joined([f"{lines[0]};DAY", *(f"{line};x" for line in lines[1:])]),
        "The columns DAY stand in the heading more than once",
    )
    yield "a heading cut off", lines[0][:40].encode(), "are missing"
    yield "only a heading", _joined(lines[:1]), "holds no rows"
    yield "only a heading without a line break", lines[0].encode(), "holds no rows"
    yield "only blank lines", b"\n\n\r\n\n", absent
    yield "only separators", b";;;;;;;;;;;;;;\n" * 3, absent
    yield "a heading and blank lines", _joined([lines[0], "", "", ""]), "holds no rows"


def _partly_quarantined() -> Iterator[tuple[str, bytes, dict[int, str]]]:
    lines = csv_lines(slips())
    heading, first, *rest = lines
    yield (
        "a column too many in one row",
        _joined([heading, first, f"{lines[1]};more", *rest]),
        {3: "The row has 16 columns, the heading has 15."},
    )
    yield (
        "a column too few in one row",
        _joined([heading, first, lines[1].rpartition(";")[0], *rest]),
        {3: "The row has 14 columns, the heading has 15."},
    )
    yield (
        "a row of one word",
        _joined([heading, first, "word", *rest]),
        {3: "The row has 1 columns, the heading has 15."},
    )
    yield (
        "the last row cut off",
        _joined(lines) + lines[1][:20].encode(),
        {5: "The row has 3 columns, the heading has 15."},
    )
    yield "a number of rows at the end", _joined([*lines, "TOTAL;3"]), {5: "The row has 2 columns, the heading has 15."}
    yield "a total row at the end", _joined([*lines, "TOTAL;;3" + ";" * 12]), {5: "needed, but not stated"}
    yield "a remark at the end", _joined([*lines, "End of file"]), {5: "The row has 1 columns, the heading has 15."}
    yield "an end-of-file mark at the end", _joined(lines) + b"\x1a", {5: "The row has 1 columns, the heading has 15."}
    yield "the heading again in the middle", _joined([heading, first, heading, *rest]), {3: "no date"}
    yield "two files one after the other", _joined([*lines, heading]), {5: "no date"}
    yield (
        "a separator inside a name",
        _joined([heading, first, _said("PERSON", f"{MARK}a;b"), *rest]),
        {3: "The row has 16 columns"},
    )
    yield (
        "a line break inside a name",
        _joined([heading, first, _said("REASON", "wo\nrk"), *rest]),
        {3: "The row has 10 columns", 4: "The row has 6 columns"},
    )
    yield (
        "a quotation mark that is not closed",
        _joined([heading, first, _said("PERSON", f'"{MARK}a'), *rest]),
        {3: OPEN_QUOTE},
    )
    yield (
        "a quotation mark that is not closed at the end of a row",
        _joined([heading, first, _said("CHILDREN", '"'), *rest]),
        {3: OPEN_QUOTE},
    )
    yield (
        "a quotation mark that is not closed in the last row",
        _joined([*lines, _said("REASON", '"work')]),
        {5: OPEN_QUOTE},
    )
    yield (
        "a quoted line break",
        _joined([heading, first, _said("REASON", '"wo\nrk"'), *rest]),
        {3: OPEN_QUOTE, 4: "The row has 6 columns"},
    )
    yield (
        "three rows with open quotation marks",
        _joined([heading, first, *[_said("SLIP", f'"{MARK}q')] * 3, *rest]),
        dict.fromkeys((3, 4, 5), OPEN_QUOTE),
    )
    yield (
        "columns moved by one",
        _joined([heading, first, ";".join(["", *slip(9).values()][:15]), *rest]),
        {3: "identifier"},
    )
    yield (
        "columns in another order in one row",
        _joined([heading, first, ";".join([*slip(9).values()][::-1]), *rest]),
        {3: "identifier"},
    )
    yield (
        "two columns exchanged in one row",
        _joined([heading, first, _with(9, DAY=slip(9)["PERSON"], PERSON=slip(9)["DAY"]), *rest]),
        {3: "identifier"},
    )
    yield "a row of separators", _joined([heading, first, ";" * 14, *rest]), {3: "needed, but not stated"}
    yield "a row of blanks", _joined([heading, first, "    ", *rest]), {3: "The row has 1 columns"}
    yield "a NUL byte in a code", _joined([heading, first, _said("REASON", "wo\0rk"), *rest]), {3: "no code of reason"}
    yield (
        "a control character in a code",
        _joined([heading, first, _said("REASON", "work\x07"), *rest]),
        {3: "no code of reason"},
    )
    yield (
        "a field of a million characters",
        _joined([heading, first, _said("REASON", "w" * 1_000_000), *rest]),
        {3: "no code of reason"},
    )
    yield (
        "ten thousand columns in one row",
        _joined([heading, first, ";" * 10_000, *rest]),
        {3: "The row has 10001 columns"},
    )


def _taken() -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    lines, text = csv_lines(slips()), csv_text()
    yield "no line break at the end", text.rstrip("\n").encode(), ("does not end with a line break",)
    yield "blank lines between rows", text.replace("\n", "\n\n").encode(), ()
    yield "blank lines above the heading", b"\n\n" + text.encode(), ()
    yield "many blank lines at the end", text.encode() + b"\n" * 500, ()
    yield "line breaks of Windows", text.replace("\n", "\r\n").encode(), ()
    yield "line breaks of an old Macintosh", text.replace("\n", "\r").encode(), ()
    yield "line breaks of both kinds", _joined(lines[:2]) + "\r\n".join(lines[2:]).encode() + b"\r\n", ()
    yield "every field quoted", _joined([";".join(f'"{field}"' for field in line.split(";")) for line in lines]), ()
    yield (
        "a column that the layout does not know",
        _joined([f"{lines[0]};COLOUR", *(f"{line};red" for line in lines[1:])]),
        ("left aside: COLOUR",),
    )
    yield "a column without a name", _joined([f"{line};" for line in lines]), ("left aside",)
    yield "columns in another order everywhere", _columns(COLUMNS[::-1]), ()
    yield "blanks around the names of columns", _joined([lines[0].replace(";", " ; "), *lines[1:]]), ()
    yield "a doubled quotation mark inside a name", _joined([*lines[:3], _with(3, PERSON=f'"{MARK} ""3"""')]), ()


def _with(number: int, **said: str) -> str:
    return ";".join(slip(number, **said).values())


def _said(column: str, text: str) -> str:
    return _with(9, **{column: text})


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _columns(names: list[str]) -> bytes:
    return _joined([";".join(names), *(";".join(row[name] for name in names) for row in slips())])
