"""Files of a state: any shape of rows goes in, plain columns come out; flat, hashed, on the disk, or not there at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qonys.errors import OperatorError, SupplierError
from qonys.store.delta_log import DeltaLog
from qonys.store.parquet_files import GROUP_ROWS, plain_schema, write_files
from qonys.store.states import Store

SCHEMA = pa.schema([("delivery", pa.int32()), ("row", pa.int64()), ("sex", pa.string()), ("person", pa.binary())])


def table(first: int, rows: int, *, codes: tuple[str, ...] = ("F", "M")) -> pa.Table:
    numbers = list(range(first, first + rows))
    sex = pa.DictionaryArray.from_arrays(pa.array([n % len(codes) for n in numbers], pa.int32()), pa.array(codes))
    person = pa.array([n.to_bytes(16) for n in numbers], pa.binary(16))
    return pa.table({"delivery": pa.array([1] * rows, pa.int32()), "row": numbers, "sex": sex, "person": person})


def read(folder: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("*.parquet"))]).sort_by("row")


def test_dictionary_columns_are_read_as_plain_ones_whatever_their_dictionaries(tmp_path: Path) -> None:
    batches = [table(0, 1000), table(1000, 1000, codes=("M", "F", "U")), table(2000, 10).slice(3)]
    files = write_files(tmp_path, batches, SCHEMA)
    found = read(tmp_path)
    assert found.schema.remove_metadata() == SCHEMA
    wanted = pa.concat_tables([batch.cast(SCHEMA) for batch in batches])
    assert found.equals(wanted)
    assert [(file.rows, file.size) for file in files] == [(2007, (tmp_path / files[0].name).stat().st_size)]


def test_a_column_that_rows_do_not_have_stands_in_no_file_of_them(tmp_path: Path) -> None:
    batches = [table(0, 5).drop_columns("sex"), table(5, 5)]
    written = write_files(tmp_path, batches, SCHEMA)
    without, whole = (pq.read_table(tmp_path / file.name) for file in written)
    assert without.schema.names == ["delivery", "row", "person"]
    assert whole.schema.remove_metadata() == SCHEMA
    assert [without.num_rows, whole.num_rows] == [5, 5]


def test_a_file_has_row_groups_that_engines_like_and_a_bounded_size(tmp_path: Path) -> None:
    files = write_files(tmp_path, (table(n * 50_000, 50_000) for n in range(8)), SCHEMA, file_rows=2 * GROUP_ROWS)
    assert [file.rows for file in files] == [2 * GROUP_ROWS, 400_000 - 2 * GROUP_ROWS]
    for file in files:
        footer = pq.read_metadata(tmp_path / file.name)
        groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
        assert all(group.num_rows <= GROUP_ROWS for group in groups)
        assert {group.column(0).compression for group in groups} == {"ZSTD"}
        assert groups[0].column(1).statistics.max >= GROUP_ROWS - 1
    assert read(tmp_path)["row"].to_pylist() == list(range(400_000))


def test_the_hash_of_a_file_is_known_from_its_writing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append("input/registrations", table(0, 10), {})
    path = Path(store.files("input/registrations").paths[0])
    assert DeltaLog(path.parent).hashes() == {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.mark.parametrize("good", [0, 1, 3])
def test_what_the_making_of_rows_raises_comes_out_as_it_is_and_nothing_is_kept(tmp_path: Path, good: int) -> None:
    refusal = SupplierError("row 7 is no row")

    def rows() -> Iterator[pa.Table]:
        for number in range(good):
            yield table(number * GROUP_ROWS, GROUP_ROWS)
        raise refusal

    store = Store(tmp_path)
    with pytest.raises(SupplierError) as told:
        store.append("input/registrations", rows(), {}, schema=SCHEMA)
    assert told.value is refusal
    with pytest.raises(SupplierError) as told:
        batches = (batch for one in rows() for batch in one.cast(SCHEMA).to_batches())
        store.append("input/registrations", pa.RecordBatchReader.from_batches(SCHEMA, batches), {})
    assert told.value is refusal
    assert list(tmp_path.rglob("*.parquet")) == []
    assert store.version("input/registrations") is None


def test_rows_that_come_one_by_one_and_are_none_make_an_empty_version(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.append("input/registrations", iter([]), {}, schema=SCHEMA) == 0
    log = store.log("input/registrations")
    assert (log.files(), log.schema()) == ((), SCHEMA)


def test_a_column_that_is_new_is_added_and_one_of_another_type_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append("input/registrations", table(0, 3), {})
    more = table(3, 3).append_column("note", pa.array(["x"] * 3))
    store.append("input/registrations", more, {})
    assert store.log("input/registrations").schema() == SCHEMA.append(pa.field("note", pa.string()))
    with pytest.raises(OperatorError, match=r"other types: row .*string"):
        store.append("input/registrations", pa.table({"row": ["seven"]}), {})
    assert len(list(tmp_path.rglob("*.parquet"))) == 2


def test_two_who_wrote_at_once_are_both_there(tmp_path: Path) -> None:
    """The second writer opened the log before the first one's version was there, so its number is taken."""
    one, other = Store(tmp_path), Store(tmp_path)

    def meanwhile() -> Iterator[pa.Table]:
        yield table(0, 5)
        other.append("input/registrations", table(5, 5), {"day": "2"})

    one.append("input/registrations", meanwhile(), {"day": "1"}, schema=SCHEMA)
    assert read(tmp_path / "input/registrations")["row"].to_pylist() == list(range(10))
    assert [commit.lineage["day"] for commit in one.log("input/registrations").commits()] == ["2", "1"]


def test_a_state_as_it_is_kept_has_neither_dictionaries_nor_fixed_lengths() -> None:
    schema = pa.schema([("a", pa.dictionary(pa.int8(), pa.string())), ("b", pa.binary(16)), ("c", pa.large_string())])
    assert plain_schema(schema).types == [pa.string(), pa.binary(), pa.string()]


def test_the_log_keeps_all_versions_for_good_and_no_deletion_vectors(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(60):
        store.append("input/registrations", table(number, 1), {"day": str(number)})
    log = store.log("input/registrations")
    assert [commit.lineage["day"] for commit in log.commits()] == [str(number) for number in range(60)]
    assert [sum(file.rows for file in log.files(version)) for version in (0, 30, 59)] == [1, 31, 60]
    first = (log.folder / "_delta_log" / f"{0:020}.json").read_text()
    assert "interval 36500 days" in first
    assert '"minReaderVersion":1,' in first
    assert list((log.folder / "_delta_log").glob("*.checkpoint.parquet"))
