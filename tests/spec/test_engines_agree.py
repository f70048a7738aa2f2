"""DuckDB and Sail count the same, cell by cell; what they cannot do is said."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from qonys.concepts.period import Period
from qonys.datasets.outcome import Files, Overlay
from qonys.engine.spark_connect import SparkConnectEngine, is_remote, spark_text
from qonys.errors import OperatorError, QueryError
from qonys.production.line import Line
from qonys.production.office import Office
from qonys.production.simulating import simulate_register
from qonys.store.keys import Keys
from qonys.store.workspace import Workspace
from spec.command_line import qonys

KEYS = Keys(b"p" * 32, b"r" * 32)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Mini, from its simulated deliveries to clean moves."""
    folder = tmp_path_factory.mktemp("engines")
    simulate_register("mini", folder / "deliveries", seed=2024, moves=None, progress=lambda _what, _rows: None)
    workspace = Workspace.create(folder / "office", "mini")
    line = _line(workspace, "")
    line.collect([folder / "deliveries"])
    line.process()
    return workspace


def _line(workspace: Workspace, engine: str) -> Line:
    return Line(Office(workspace, date(2025, 12, 31), lambda _what, _rows: None, KEYS, counting=engine))


def _released(workspace: Workspace, engine: str) -> dict[str, bytes]:
    line = _line(workspace, engine)
    line.tabulate()
    folder = Path(line.build(Period(2024)).data.folder) / "bundle"
    if isinstance(line.office.counter, SparkConnectEngine):
        line.office.counter.close()
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_release_counted_by_sail_is_that_of_duckdb_byte_by_byte(walked: Workspace) -> None:
    by_duckdb, by_sail = _released(walked, ""), _released(walked, "sail")
    assert by_duckdb.keys() == by_sail.keys()
    assert [name for name, content in by_duckdb.items() if by_sail[name] != content] == []
    assert len(by_duckdb) > 20


def test_flows_are_the_same_rows_of_the_same_types(walked: Workspace) -> None:
    tables = []
    for engine in ("duckdb", "sail"):
        line = _line(walked, engine)
        line.tabulate()
        office = line.office
        flows = office.engine.run("select * from f order by all", None, f=office.store.files("statistics/flows"))
        tables.append(flows)
    assert tables[0].schema == tables[1].schema
    assert tables[0].equals(tables[1])
    assert tables[0].num_rows > 100


def test_the_engine_of_the_workspace_is_used_where_none_is_named(walked: Workspace) -> None:
    settings = walked.folder / "qonys.toml"
    before = settings.read_text("utf-8")
    try:
        settings.write_text(before + 'engine = "sail"\n', "utf-8")
        office = Office(Workspace.open(walked.folder), date(2025, 12, 31), lambda _what, _rows: None)
        assert isinstance(office.counter, SparkConnectEngine)
        assert office.reading().counter is office.counter
        named = Office(office.workspace, office.today, office.progress, counting="duckdb")
        assert named.counter is named.engine
    finally:
        settings.write_text(before, "utf-8")


def test_an_engine_that_there_is_not_is_told(walked: Workspace) -> None:
    ran = qonys("tabulate", "--engine", "abacus", "--workspace", walked.folder)
    assert ran.code == 6
    assert "There is no engine “abacus”" in ran.said


@pytest.fixture(scope="module")
def sail() -> Iterator[SparkConnectEngine]:
    engine = SparkConnectEngine("sail")
    yield engine
    engine.close()


def test_a_query_that_breaks_is_told_as_such(sail: SparkConnectEngine) -> None:
    with pytest.raises(QueryError):
        sail.run("select nowhere from t", None, t=pa.table({"a": [1]}))


def test_a_table_without_a_file_is_an_empty_one(sail: SparkConnectEngine) -> None:
    empty = Files((), pa.schema([("a", pa.int64())]))
    assert sail.run("select count(*) as n from t", None, t=empty).to_pylist() == [{"n": 0}]
    assert [batch.num_rows for batch in sail.stream("select a from t", None, t=pa.table({"a": [1, 2]}))] == [2]


def test_a_corrected_state_is_left_to_duckdb(sail: SparkConnectEngine) -> None:
    below = pa.table({"delivery": [1], "row": [1]})
    with pytest.raises(OperatorError, match="DuckDB reads such states"):
        sail.run("select * from t", None, t=Overlay(below, below))


def test_parameters_become_literals_and_a_secret_never_does() -> None:
    assert spark_text("select * exclude (a) from t where d = cast($day as date)", {"day": "2024-01-31"}) == (
        "SELECT * EXCEPT (a) FROM t WHERE d = CAST('2024-01-31' AS DATE)"
    )
    assert spark_text("select $text as t", {"text": "o'clock"}) == "SELECT 'o\\'clock' AS t"
    with pytest.raises(OperatorError, match="A secret cannot be given"):
        spark_text("select $key", {"key": b"secret"})


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(OperatorError, match="cannot be reached"):
        SparkConnectEngine("sc://127.0.0.1:9").run("select 1 as one")


def test_addresses_are_known() -> None:
    assert [is_remote(name) for name in ("sail", "sc://host:15002", "duckdb", "spark")] == [True, True, False, False]


@pytest.fixture
def spark() -> Iterator[str]:
    """A Spark Connect server of Apache Spark, where SPARK_HOME names one or pyspark brings it; two cores, an hour at most."""
    home = _spark_home()
    if home is None:
        pytest.skip("Apache Spark not found: install pyspark, or set SPARK_HOME")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [
        f"spark.connect.grpc.binding.port={port}",
        "spark.driver.bindAddress=127.0.0.1",
        "spark.ui.enabled=false",
    ]
    words = [home / "bin" / "spark-submit", "--master", "local[2]"]
    words += [word for setting in settings for word in ("--conf", setting)]
    words += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home)}
    server = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(60)


def _spark_home() -> Path | None:
    named = os.environ.get("SPARK_HOME")
    found = importlib.util.find_spec("pyspark")
    places = (
        [Path(named)] if named else [Path(place) for place in (found.submodule_search_locations or [])] if found else []
    )
    return next((place for place in places if (place / "bin" / "spark-submit").is_file()), None)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(1800):
        if server.poll() is not None:
            pytest.fail("Spark did not start.")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    pytest.fail("Spark does not answer.")


def test_a_release_counted_by_spark_is_that_of_duckdb_byte_by_byte(walked: Workspace, spark: str) -> None:
    by_duckdb, by_spark = _released(walked, ""), _released(walked, spark)
    assert [name for name, content in by_duckdb.items() if by_spark[name] != content] == []
