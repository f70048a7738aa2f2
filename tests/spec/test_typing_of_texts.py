"""How texts of a layout are typed: the same whatever the number of rows, formats of dates, blanks, expressions, numbers."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qonys.collect.dates import days_of
from spec.drawn_slips import Walk, drawn


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%Y-%m", "%d %b %Y", "%d.%m.%y"])
def test_dates_of_every_form_are_those_that_python_reads(form: str) -> None:
    days = [date(1900, 1, 1) + (date(2099, 12, 31) - date(1900, 1, 1)) * (n / 400) for n in range(401)]
    texts = [day.strftime(form) for day in days]
    expected = [datetime.strptime(text, form).date() for text in texts]  # noqa: DTZ007
    assert days_of(pa.array(texts), form).to_pylist() == expected


@settings(max_examples=200, deadline=None)
@given(
    form=st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y г."]),
    parts=st.lists(st.tuples(st.integers(0, 32), st.integers(0, 13), st.integers(990, 2030), st.booleans())),
    spoilt=st.lists(st.none() | st.sampled_from(["", "5.3.202", "aa.bb.cccc", "05:03:2024", "05.03.20२4"])),
)
def test_a_date_is_read_alike_whatever_stands_beside_it(
    form: str, parts: list[tuple[int, int, int, bool]], spoilt: list[str | None]
) -> None:
    texts = [_written(form, *part) for part in parts] + spoilt
    expected = [None if text is None else _read(text, form) for text in texts]
    assert days_of(pa.array(texts, pa.string()), form).to_pylist() == expected
    assert days_of(pa.array([None, *texts], pa.string())[1:], form).to_pylist() == expected


def _written(form: str, day: int, month: int, year: int, padded: bool) -> str:
    width = 2 if padded else 1
    return form.replace("%d", f"{day:0{width}}").replace("%m", f"{month:0{width}}").replace("%Y", str(year))


def _read(text: str, form: str) -> date | None:
    try:
        found = datetime.strptime(text, form).date() if text.isascii() or "г" in text else None  # noqa: DTZ007
    except ValueError:
        return None
    return found if found and found.year >= 1000 else None


@pytest.mark.parametrize(
    "text", ["29.02.2023", "31.04.2024", "00.01.2024", "01.00.2024", "01.13.2024", "1.1.24", "01.01.20244", "", "x", "01-01-2024",
             "01.01.0999", "01.01.2024 "]
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert days_of(pa.array([text]), "%d.%m.%Y").to_pylist() == [None]


def test_blanks_around_a_text_mean_nothing(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON | SEX\nann | f")
    path = tmp_path / "arrivals_9.csv"
    path.write_text(
        (tmp_path / "arrivals_1.csv").read_text("utf-8").replace(";f;", ";  f\t;").replace(";ann;", "; ann ;")
    )
    walk.line.collect([path], received=date(2025, 1, 20))
    walk.process()
    assert walk.set_apart_or_quarantined("delivery reasons") == drawn("delivery | reasons\n2 | duplicate")


def test_rows_in_small_batches_are_typed_as_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    days = rng.choice(["05.03.2024", "31.02.2024", "06.03.2024", ""], 300)
    born = rng.choice(["01.02.1990", "-", "1.2.1990", "x"], 300)
    children = rng.choice(["", "M20150306", "F20150306 M20180711", "M2015"], 300)
    text = "DAY | BORN | CHILDREN\n" + "\n".join(" | ".join(row) for row in zip(days, born, children, strict=True))
    found = []
    for name, size in (("small", 700), ("large", 1 << 24)):
        monkeypatch.setattr("qonys.collect.readers.delimited._BLOCK_BYTES", size)
        (tmp_path / name).mkdir()
        walk = Walk(tmp_path / name)
        walk.receive("2025-01-10", text)
        files = walk.line.office.store.files("input/registrations")
        registered = walk.rows("select * from registrations order by row", registrations=files)
        found.append((registered, walk.quarantined_at_entry()))
    assert found[0] == found[1]
    assert len(found[0][0]) + len({row["row"] for row in found[0][1]}) == 300
