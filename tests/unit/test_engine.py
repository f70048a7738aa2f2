"""DuckDB behind the protocol of engines."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import sqlglot

from qonys.datasets.outcome import Files
from qonys.engine.duck import DuckDBEngine
from qonys.errors import QueryError

NUMBERS = pa.table({"n": pa.array(range(300_000), pa.int32())})


@pytest.fixture(scope="module")
def engine() -> DuckDBEngine:
    return DuckDBEngine(memory_limit="300MB", threads=1)


def test_a_query_runs_over_tables_files_and_parameters(engine: DuckDBEngine, tmp_path: Path) -> None:
    pq.write_table(NUMBERS.slice(0, 10), tmp_path / "a.parquet")
    pq.write_table(NUMBERS.slice(5, 10), tmp_path / "b.parquet")
    files = Files((str(tmp_path / "a.parquet"), str(tmp_path / "b.parquet")), NUMBERS.schema)
    query = sqlglot.parse_one(
        "select count(*) as both from files join other using (n) where n < $limit", dialect="duckdb"
    )
    assert engine.run(query, {"limit": 8}, files=files, other=NUMBERS).to_pylist() == [{"both": 11}]


def test_a_table_without_a_file_is_empty_and_has_its_columns(engine: DuckDBEngine) -> None:
    assert engine.run("select n from none", none=Files((), NUMBERS.schema)).schema.names == ["n"]


def test_a_column_that_files_do_not_have_is_null_in_its_own_type(engine: DuckDBEngine, tmp_path: Path) -> None:
    nested = pa.list_(pa.struct([("sex", pa.string()), ("born on", pa.date32())]))
    more = [("m", pa.int64()), ("kin", nested), ("as", pa.list_(pa.int32())), ("id", pa.binary())]
    declared = pa.schema([*NUMBERS.schema, *more])
    paths = [str(tmp_path / name) for name in ("a.parquet", "b.parquet")]
    pq.write_table(NUMBERS.slice(0, 2), paths[0])
    for both in ([paths[0]], paths):
        pq.write_table(NUMBERS.slice(2, 2).append_column("m", pa.array([7, 8])), paths[1])
        found = engine.run("select * from t order by n", t=Files(tuple(both), declared))
        assert dict(zip(found.schema.names, found.schema.types, strict=True)) == dict(
            zip(declared.names, declared.types, strict=True)
        )
        assert [row["m"] for row in found.to_pylist()] == [None, None, 7, 8][: found.num_rows]
        assert all(found[name].null_count == found.num_rows for name in ("kin", "as", "id"))


def test_a_file_that_is_written_anew_is_read_anew(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "again.parquet"
    for rows in (3, 5):
        pq.write_table(NUMBERS.slice(0, rows), path)
        found = engine.run("select count(*) as n from again", again=Files((str(path),), NUMBERS.schema))
        assert found.to_pylist() == [{"n": rows}]


def test_a_stream_gives_the_same_rows_in_batches(engine: DuckDBEngine) -> None:
    batches = list(engine.stream("select n + 1 as n from numbers", numbers=NUMBERS))
    assert len(batches) > 1
    assert sum(pc.sum(batch["n"]).as_py() for batch in batches) == sum(range(1, 300_001))


def test_a_kept_result_is_read_again_and_gone_at_the_end(tmp_path: Path) -> None:
    spilling = DuckDBEngine(memory_limit="300MB", threads=1, spill=tmp_path / "spill" / "here-1-a")
    query = (
        "select n, encode(n::varchar) as person, [{'born': date '2020-01-01' + n}] as kin from numbers where n < $limit"
    )
    with spilling.kept(query, {"limit": 1000}, numbers=NUMBERS) as kept:
        assert isinstance(kept, Files)
        read = spilling.run("select * from kept order by n", kept=kept)
        assert list((tmp_path / "spill").rglob("*.parquet")) == [Path(kept.paths[0])]
    assert read == spilling.run(f"{query} order by n", {"limit": 1000}, numbers=NUMBERS)
    assert list((tmp_path / "spill").iterdir()) == []


def test_nothing_is_kept_on_the_disk_by_an_engine_that_does_not_spill(engine: DuckDBEngine) -> None:
    with engine.kept("select sum(n) as n from numbers", numbers=NUMBERS) as kept:
        assert isinstance(kept, pa.Table)
        assert kept.to_pylist() == [{"n": sum(range(300_000))}]


def test_a_query_that_breaks_keeps_nothing(tmp_path: Path) -> None:
    spilling = DuckDBEngine(memory_limit="300MB", threads=1, spill=tmp_path / "here-1-a")
    with pytest.raises(QueryError, match="absent"), spilling.kept("select absent from numbers", numbers=NUMBERS):
        pytest.fail("its body ran")
    assert list(tmp_path.iterdir()) == []


def test_no_table_outlives_its_query(engine: DuckDBEngine) -> None:
    engine.run("select 1 from numbers", numbers=NUMBERS)
    with pytest.raises(QueryError, match="numbers does not exist"):
        engine.run("select 1 from numbers")


def test_an_engine_for_identifiers_spills_nothing_and_loads_nothing() -> None:
    unspilled = DuckDBEngine(memory_limit="300MB")
    names = ("temp_directory", "autoinstall_known_extensions", "autoload_known_extensions", "memory_limit")
    query = "select " + ", ".join(f"current_setting('{name}') as {name}" for name in names)
    (found,) = unspilled.run(query).to_pylist()
    assert found["temp_directory"] in ("", None)
    assert not found["autoinstall_known_extensions"]
    assert not found["autoload_known_extensions"]
    assert found["memory_limit"].startswith("286")  # 300 MB, as DuckDB writes it in MiB
