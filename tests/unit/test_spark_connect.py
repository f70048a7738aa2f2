"""The engine over Spark Connect: what it reads, what it refuses, what it says. The server is Sail, in this process."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qonys.datasets.outcome import Files, KnownOn
from qonys.engine import spark_connect
from qonys.engine.duck import DuckDBEngine
from qonys.engine.sail import SailServer
from qonys.engine.spark_connect import SparkConnectEngine, spark_text
from qonys.errors import OperatorError, QueryError

ONE = pa.table({"a": pa.array([1], pa.int64())})


@pytest.fixture(scope="module")
def sail() -> Iterator[SparkConnectEngine]:
    engine = SparkConnectEngine("sail")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that this process reaches by its address, as it would one elsewhere."""
    running = SailServer()
    yield running.address
    running.stop()


def written(path: Path, table: pa.Table) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return str(path)


def test_no_table_outlives_its_query(sail: SparkConnectEngine) -> None:
    assert sail.run("select a from t", None, t=ONE).to_pylist() == [{"a": 1}]
    with pytest.raises(QueryError):
        sail.run("select a from t")


def test_files_are_read_whatever_their_folder_is_called(sail: SparkConnectEngine, tmp_path: Path) -> None:
    for name in ("plain", "with space", "Қазақ", "br[1]", "cu{r}ly", "st*r", "wh?", "hash#1", "50%25"):
        path = written(tmp_path / name / "a.parquet", ONE)
        assert sail.run("select a from t", None, t=Files((path,), ONE.schema)).num_rows == 1, name


def test_a_relative_path_is_one_from_here(
    sail: SparkConnectEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "a.parquet", ONE)
    monkeypatch.chdir(tmp_path)
    assert sail.run("select a from t", None, t=Files(("a.parquet",), ONE.schema)).num_rows == 1


def test_files_of_which_the_server_reads_less_than_there_is_are_told(
    sail: SparkConnectEngine, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sail takes a file that it does not find for an empty one: the counts would be too low, and nobody would know."""
    here = written(tmp_path / "a.parquet", pa.concat_tables([ONE] * 3))
    monkeypatch.setattr(Path, "as_uri", lambda path: f"file:///elsewhere{path}")
    with pytest.raises(OperatorError, match="reads 0 of 3 rows of the store") as told:
        sail.run("select a from t", None, t=Files((here,), ONE.schema))
    assert "under the same path" in told.value.next_step
    absolute = Path.absolute
    monkeypatch.setattr(Path, "absolute", lambda path: Path("/elsewhere") / absolute(path).name)
    elsewhere = SparkConnectEngine(server)
    with pytest.raises(OperatorError, match=f"The engine {server} reads 0 of 3 rows"):
        elsewhere.run("select a from t", None, t=Files((here,), ONE.schema))
    elsewhere.close()


def test_a_path_that_spark_takes_for_a_pattern_is_refused(server: str, tmp_path: Path) -> None:
    engine = SparkConnectEngine(server)
    files = Files((written(tmp_path / "a[1]" / "a.parquet", ONE),), ONE.schema)
    with pytest.raises(OperatorError, match="Spark cannot read a path with one of"):
        engine.run("select a from t", None, t=files)
    engine.close()


def test_the_rows_that_are_known_on_a_day_are_the_same_as_duckdb_reads(
    sail: SparkConnectEngine, tmp_path: Path
) -> None:
    first, day, later = date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 1)
    spans = [(first, None), (first, day), (first, later), (day, None), (later, None)]
    since, until = (pa.array(days, pa.date32()) for days in zip(*spans, strict=True))
    state = pa.table({"n": pa.array([1, 2, 3, 4, 5], pa.int64()), "known_from": since, "known_to": until})
    known = KnownOn(Files((written(tmp_path / "a.parquet", state),), state.schema), day)
    for engine in (DuckDBEngine(memory_limit="200MB", threads=1), sail):
        found = engine.run("select * from flows order by n", None, flows=known)
        assert found.to_pydict() == {"n": [1, 3, 4]}


def test_a_server_that_is_gone_in_the_middle_is_told_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_connect, "RETRIES", 1)
    running = SailServer()
    engine = SparkConnectEngine(running.address)
    assert engine.run("select a from t", None, t=ONE).num_rows == 1
    running.stop()
    with pytest.raises(OperatorError, match=r"sc://127\.0\.0\.1:\d+ cannot be reached"):
        engine.run("select a from t", None, t=ONE)
    engine.close()


def test_a_token_is_never_shown() -> None:
    with pytest.raises(OperatorError) as told:
        SparkConnectEngine("sc://127.0.0.1:9/;token=planted").run("select 1 as one")
    assert "planted" not in str(told.value)
    assert str(told.value).startswith("The engine sc://127.0.0.1:9 cannot be reached")


@pytest.mark.parametrize("address", ["sc://", "sc://host:port", "sc://[::1]:9"])
def test_an_address_that_leads_nowhere_is_told(address: str) -> None:
    with pytest.raises(OperatorError, match="cannot be reached"):
        SparkConnectEngine(address).run("select 1 as one")


@pytest.mark.parametrize(("module", "package"), [("pysail.spark", "pysail"), ("pyspark.sql", "pyspark-client")])
def test_a_package_that_is_missing_is_told_with_what_to_install(
    module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    engine = SparkConnectEngine("sail")
    with pytest.raises(OperatorError, match=f"The package {package} is missing") as told:
        engine.run("select 1 as one")
    assert "qonys[spark]" in told.value.next_step
    engine.close()


def test_what_sparks_dialect_cannot_say_is_refused() -> None:
    with pytest.raises(QueryError, match="cannot say"):
        spark_text("select a from t for update")


def test_a_query_that_breaks_writes_nothing_on_the_screen(
    sail: SparkConnectEngine, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(QueryError, match=r"(?i)zero"):
        sail.run("select 1 / (a - 1) as b from t", None, t=ONE)
    assert logging.getLogger("SQLQueryContextLogger").level > logging.CRITICAL
    assert "zero" not in "".join(capfd.readouterr()).lower()
