"""Plain lines are cut into columns as they stand; any other line leaves its piece to a parser."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qonys.collect.csv_lines import marks_of
from qonys.collect.plain_lines import PlainLines

CELLS = st.text("абв -", max_size=3)
ROWS = st.integers(2, 6).flatmap(lambda columns: st.lists(st.tuples(*[CELLS] * columns), min_size=1, max_size=12))


def columns_of(content: bytes, plain: PlainLines) -> dict[int, Any] | None:
    return plain.columns(bytearray(content), marks_of(b";", content))


def plain_of(columns: int, *, whole: frozenset[int] = frozenset(), sample: bytes = b"") -> PlainLines:
    return PlainLines(b";", columns, frozenset(range(columns)) - whole, whole, pa.string(), sample)


@settings(deadline=None)
@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.data())
@example([("а", "б"), ("", ""), ("а", "б")], "\r\n", None)
def test_every_text_comes_out_where_it_stood(rows: list[tuple[str, ...]], end: str, data: st.DataObject | None) -> None:
    content = "".join(";".join(row) + end for row in rows).encode()
    places = st.sets(st.integers(0, len(rows[0]) - 1))
    whole = frozenset(data.draw(places)) if data else frozenset({1})
    coded = frozenset(data.draw(places)) - whole if data else frozenset({0})
    for sample in (b"", content):
        found = columns_of(content, PlainLines(b";", len(rows[0]), coded, whole, pa.string(), sample))
        assert found is not None
        assert {place: column.to_pylist() for place, column in found.items()} == {
            place: [row[place] for row in rows] for place in whole | coded
        }


def test_an_identifier_is_in_no_dictionary() -> None:
    content = b"1;a;x\n2;a;x\n"
    found = columns_of(content, plain_of(3, whole=frozenset({0}), sample=content)) or {}
    assert found[0].equals(pa.array(["1", "2"]))
    assert [found[place].dictionary.to_pylist() for place in (1, 2)] == [["a"], ["x"]]


def test_columns_that_say_little_together_are_cut_once_and_what_comes_later_is_cut_all_the_same() -> None:
    plain = plain_of(3, sample=b"a;b;c\n" * 8)
    found = columns_of(b"".join(b"%d;b;%d\n" % (row, row % 2) for row in range(100)), plain) or {}
    assert [found[place].to_pylist()[-1] for place in range(3)] == ["99", "b", "1"]
    assert [len(found[place].dictionary) for place in range(3)] == [100, 1, 2]


@pytest.mark.parametrize(
    "content",
    [b"a;b\n\n", b"\na;b\n", b"a\n", b"a;b;c\n", b"a;b;c\nd\n", b"a\nb;c;d\n", b"a;b\r\nc;d\n", b"a\r;b\n"],
)
def test_a_line_that_is_not_plain_leaves_all_of_them_to_a_parser(content: bytes) -> None:
    assert columns_of(content, plain_of(2)) is None


def test_where_there_is_one_column_a_blank_line_is_not_told_from_a_row() -> None:
    assert columns_of(b"a\n\n", plain_of(1)) is None
