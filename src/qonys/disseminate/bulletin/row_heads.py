"""Row heads of the bulletin's tables, told as heads of their rows, so that a screen reader says them with each number.

Typst 0.15 has `pdf.header-cell` for this, but only with its feature `a11y-extras`, which its Python package cannot switch on:
each cell outside of `table.header` comes out as data. So the structure that it wrote is amended here; the module can go when
the package hands features on.

Laws: only elements of the structure change, nothing that is drawn; a data cell keeps the heads above it and gains those beside
it; a file that is not built as expected is refused, never half amended.

Source: ISO 32000-1:2008, 7.5 (objects and cross-reference table), 14.7.2 (structure), 14.8.5.7 (attributes of tables).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from qonys.errors import OperatorError

_TABLE, _BODY, _ROW, _DATA = (b"<</Type/StructElem/S/" + kind + b"/" for kind in (b"Table", b"TBody", b"TR", b"TD"))
_KIDS = re.compile(rb"/K\[([\d R]+)\]")
_ATTRIBUTES = re.compile(rb"<</O/Table((?:/Headers\[[^\]]*\])?)((?:/\w+ \d+)*)>>")
_PARENT = re.compile(rb"/P \d+ 0 R")
_IDS = re.compile(rb"/IDTree<</Names\[(.*?)\]>>")
_NAMED = re.compile(rb"\(\w+\)\d+ 0 R")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([fn])\r?\n? ?")


def with_row_heads(pdf: bytes, heads: Sequence[int]) -> bytes:
    """The same file, in which the first cells of the rows of tables are heads (TH) with the scope of their row.

    Args:
        pdf: a tagged file as Typst writes it: all objects plain, with a cross-reference table.
        heads: for each table, in its order, how many of its first columns are heads.

    Raises:
        OperatorError: the file is not built as that of the compiler that this was written for.
    """
    if not any(heads):
        return pdf
    file = _File(pdf)
    tables = [number for number, written in file.objects.items() if _TABLE in written[:40]]
    if len(tables) != len(heads):
        raise _unexpected(f"{len(tables)} tables in the file, {len(heads)} in the bulletin")
    ids: list[bytes] = []
    for table, columns in zip(tables, heads, strict=True):
        rows = (row for part in file.kids(table, _BODY) for row in file.kids(part, _ROW))
        ids += _told_heads(file, rows, columns)
    file.name(ids)
    return file.written()


def _told_heads(file: _File, rows: Iterable[int], columns: int) -> Iterator[bytes]:
    """Amend the cells of a table; the id of each head."""
    beside, left = [b""] * columns, [0] * columns
    for row in rows:
        cells = iter(file.kids(row, b""))
        for place in range(columns):
            if left[place] == 0:
                cell = next(cells)
                beside[place] = b"(R%d)" % cell
                left[place] = file.amend(cell, beside[:place], head=beside[place])
                yield beside[place] + b"%d 0 R" % cell
            left[place] -= 1
        for cell in cells:
            file.amend(cell, beside)


class _File:
    """The objects of a file, by their number in the order in which they stand."""

    def __init__(self, pdf: bytes) -> None:
        table, (_, at) = pdf[: pdf.rfind(b"startxref")], pdf.rsplit(b"startxref", 1)
        start = int(at.split()[0])
        self.trailer = table[table.rfind(b"trailer") :]
        entries = _ENTRY.findall(table[start:])
        places = {number: int(place) for number, (place, _, kind) in enumerate(entries) if kind == b"n"}
        inner = sorted(places, key=places.__getitem__)
        ends = [*(places[number] for number in inner[1:]), start]
        self.head = pdf[: places[inner[0]]]
        self.objects = {number: pdf[places[number] : end] for number, end in zip(inner, ends, strict=True)}
        if len(places) + 1 != len(entries) or not all(self.objects[n].startswith(b"%d 0 obj" % n) for n in inner):
            raise _unexpected("its cross-reference table does not lead to its objects")

    def kids(self, number: int, kind: bytes) -> list[int]:
        """Numbers of the objects below one, of a kind."""
        found = _KIDS.search(self.objects[number])
        listed = [int(one) for one in found[1].split()[::3]] if found else []
        return [one for one in listed if kind in self.objects[one][:40]]

    def amend(self, number: int, beside: Iterable[bytes], head: bytes = b"") -> int:
        """Tell a cell the heads beside it and, of a head, that it is one: ``head`` is its id. How many rows it spans."""
        written = self.objects[number]
        found = _ATTRIBUTES.search(written)
        if _DATA not in written[:40] or found is None:
            raise _unexpected(f"object {number} is no cell of a table with its heads")
        above, spans = found.groups()
        headers = above.removeprefix(b"/Headers[").removesuffix(b"]") + b"".join(beside)
        scope = b"/Scope/Row" if head else b""
        told = b"<</O/Table%s/Headers[%s]%s>>" % (scope, headers, spans)
        written = written[: found.start()] + told + written[found.end() :]
        if head:
            written = written.replace(b"/S/TD/", b"/S/TH/", 1)
            written = _PARENT.sub(lambda parent: parent[0] + b"/ID" + head, written, count=1)
        self.objects[number] = written
        rows = re.search(rb"/RowSpan (\d+)", spans)
        return int(rows[1]) if rows else 1

    def name(self, ids: Sequence[bytes]) -> None:
        """Put ids among those of the structure, in the order of their letters, as a name tree is."""
        root = next((n for n, written in self.objects.items() if b"<</Type/StructTreeRoot" in written[:40]), 0)
        found = _IDS.search(self.objects.get(root, b""))
        if found is None:
            raise _unexpected("its structure has no list of ids")
        names = sorted([*_NAMED.findall(found[1]), *ids])
        written = self.objects[root]
        self.objects[root] = written[: found.start(1)] + b"".join(names) + written[found.end(1) :]

    def written(self) -> bytes:
        """The file, with a cross-reference table of its own."""
        size = max(self.objects) + 1
        place, entries = len(self.head), [b"0000000000 65535 f\r\n"] * size
        for number, written in self.objects.items():
            entries[number] = b"%010d 00000 n\r\n" % place
            place += len(written)
        references = b"xref\n0 %d\n%s%sstartxref\n%d\n%%%%EOF" % (size, b"".join(entries), self.trailer, place)
        return b"".join((self.head, *self.objects.values(), references))


def _unexpected(what: str) -> OperatorError:
    return OperatorError(
        f"The heads of rows cannot be told in the bulletin: {what}.",
        where="the file that the package typst made",
        next_step="Install the version of typst that requirements.lock names, or build with a newer Qonys.",
    )
