"""Lines of a delimited file: which of them are cut one by one, and which need not be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qonys.collect.csv_lines import LineCutter

CUTTER = LineCutter(b";", b'"')


@pytest.mark.parametrize("content", [b'"a";"b"\n"c";""\n', b'"a;b";c\r\n"d";e\r\n', b'x;"y"\n'])
def test_columns_in_quotation_marks_need_no_look_at_every_line(content: bytes) -> None:
    assert CUTTER.block(content).rows is None


@pytest.mark.parametrize(
    "content", [b'"a;b\n"c";d\n', b'a"b;"c\n', b'"a""b";c\n', b'"a"b;c\n', b'"a;\nb";c\n', b'a;"\n']
)
def test_any_other_use_of_a_quotation_mark_does(content: bytes) -> None:
    assert CUTTER.block(content).rows is not None


@given(st.lists(st.text('ab;"', max_size=12), min_size=1, max_size=6))
@example(['"a', 'b"'])
def test_nothing_is_lost_by_not_looking(lines: list[str]) -> None:
    content = "".join(f"{line}\n" for line in lines).encode()
    block, cut = CUTTER.block(content), CUTTER.cut(content)
    if block.rows is None:
        assert cut.open_quotes == ()
        assert np.array_equal(cut.rows, [number for number, line in enumerate(lines, start=1) if line])
