"""Slips out of a PostgreSQL database, of a real server: the same registrations as of a file, nothing in clear on a disk,
and messages that hold no password and no row."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from qonys.collect.extraction import database_setting, extract, read_extract
from qonys.concepts.layout import Column, Source, SourceLayout
from qonys.country.loading import SHIPPED
from qonys.errors import OperatorError, SupplierError
from qonys.store.states import Store
from spec.command_line import KEY_SETTINGS, Ran, qonys
from spec.drawn_slips import Walk, arrivals_csv, drawn
from spec.postgresql_server import PASSWORD, Server, running_server

KEY = bytes(range(32))
SETTING = "QONYS_DATABASE_CIVIL_REGISTER"
SLIPS = """
    SLIP    | PERSON          | DAY        | FROM | TO  | SEX | CHILDREN
    slip-01 | ann-of-highmoor | 05.03.2024 | N11  | C11 | f   | F20150302
    slip-02 | bob-of-highmoor | 06.03.2024 | N12  | C11 | m   |
    slip-03 | cat-of-highmoor | 07.03.2024 | XX9  | C11 | f   |
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as started:
        columns = ", ".join(f'"{name}" text' for name in HEADING)
        started.run(
            f"create table slips ({columns})",
            *(f"insert into slips values ({', '.join(quoted(cell) for cell in row)})" for row in ROWS),
            "create table kinds (number bigint, day date, entered timestamptz, share numeric, sure boolean, "
            "code char(5), note varchar)",
            "insert into kinds values (7, '2024-03-05', '2024-03-05 23:30:00+05', 1.50, true, 'ab', 'Ы'), "
            "(12, null, null, null, null, null, null)",
            f"create role stranger login password '{WRONG}'",
        )
        yield started


def quoted(cell: str) -> str:
    return "'" + cell.replace("'", "''") + "'" if cell else "null"


HEADING, *ROWS = [line.split(";") for line in arrivals_csv(drawn(SLIPS)).splitlines()]


def layout(query: str, *columns: str, **variables: Source) -> SourceLayout:
    return SourceLayout(
        id="civil",
        supplier="Civil register",
        names={"en": "Civil register"},
        records="synthetic",
        format="postgresql",
        covers=("internal",),
        columns=tuple(Column(name, width=4) for name in columns),
        variables=variables,
        query=query,
        database="civil-register",
    )


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A workspace whose profile is mini with one more layout: its arrivals, out of a database."""
    profile = tmp_path / "profile"
    shutil.copytree(SHIPPED / "mini", profile)
    arrivals = yaml.safe_load((profile / "sources" / "arrivals.yaml").read_text())
    names = ", ".join(f'"{name}"' for name in HEADING)
    query = {"query": f"select {names} from slips order by 1", "database": "civil-register", "format": "postgresql"}
    civil = {**arrivals, "id": "civil", **query}
    for unused in ("match", "encoding", "separator"):
        del civil[unused]
    (profile / "sources" / "civil.yaml").write_text(yaml.safe_dump(civil, allow_unicode=True))
    assert qonys("new", tmp_path / "office", "--profile", profile).code == 0
    return tmp_path / "office"


def collect(office: Path, *words: object, connection: str = "") -> Ran:
    settings = {**KEY_SETTINGS, **({SETTING: connection} if connection else {})}
    return qonys("collect", *words, "--workspace", office, "--received", "2025-01-20", settings=settings)


def test_a_query_gives_the_registrations_that_a_file_gives(server: Server, office: Path, tmp_path: Path) -> None:
    ran = collect(office, "--layout", "civil", "--json", connection=server.uri())
    assert ran.code == 0, ran
    (receipt,) = ran.json["receipts"]
    assert (receipt["file"], receipt["rows"], receipt["registrations"], receipt["quarantined"]) == ("civil", 3, 2, 1)
    filed = Walk(tmp_path / "filed")
    filed.receive("2025-01-20", SLIPS)
    columns = "slip, person, date, registration_type, sex, birth_date, origin, destination, children"
    query = f"select {columns} from registrations order by date"
    there = Store(office / "store").files("input/registrations")
    here = filed.line.office.store.files("input/registrations")
    assert filed.rows(query, registrations=there) == filed.rows(query, registrations=here)
    assert len(filed.rows(query, registrations=here)) == 2


def test_what_was_taken_before_is_not_taken_again(server: Server, office: Path) -> None:
    collect(office, "--layout", "civil", connection=server.uri())
    ran = collect(office, "--layout", "civil", connection=server.uri())
    assert ran.code == 0
    assert "The query gave what was taken before, as delivery 1 on 2025-01-20" in ran.said
    assert len(Store(office / "store").receipts()) == 1


def test_nothing_of_a_row_and_nothing_of_the_password_is_written_in_clear(server: Server, office: Path) -> None:
    ran = collect(office, "--layout", "civil", connection=server.uri())
    assert ran.code == 0
    for path in (path for path in office.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for secret in ("of-highmoor", "slip-0", PASSWORD, server.uri()):
            assert secret.encode() not in content, path
    assert list(office.rglob("source.sealed"))


def test_what_a_server_keeps_is_read_as_text_and_dates_in_the_form_of_the_layout(
    server: Server, tmp_path: Path
) -> None:
    columns = ("number", "day", "entered", "share", "sure", "code", "note")
    by = layout("select * from kinds order by number;", *columns, date=Source(column="day", date="%d.%m.%Y"))
    target = tmp_path / "sealed"
    extract(by, server.uri() + "?options=-c%20timezone%3DEtc/GMT-5", target, KEY)
    rows = [row for batch in read_extract(target, by, KEY).batches for row in batch.to_pylist()]
    assert [list(row.values()) for row in rows] == [
        ["0007", "05.03.2024", "2024-03-05 23:30:00", "1.50", "true", "ab", "Ы", 1],
        ["0012", None, None, None, None, None, None, 2],
    ]
    assert "Ы".encode() not in target.read_bytes()


def test_days_without_end_are_told_as_what_they_are(server: Server, office: Path, tmp_path: Path) -> None:
    days = "(date '2024-03-05'), ('infinity'), ('-infinity'), (null)"
    by = layout(
        f"select d as day, d::timestamp as time, d::timestamptz as zoned from (values {days}) as v (d)",
        *("day", "time", "zoned"), date=Source(column="day", date="%d.%m.%Y"),
    )  # fmt: skip
    target = tmp_path / "sealed"
    extract(by, server.uri() + "?options=-c%20timezone%3DUTC", target, KEY)
    (batch,) = read_extract(target, by, KEY).batches
    assert [list(row.values())[:-1] for row in batch.to_pylist()] == [
        ["05.03.2024", "2024-03-05", "2024-03-05"], ["infinity"] * 3, ["-infinity"] * 3, [None] * 3
    ]  # fmt: skip
    path = tmp_path / "profile" / "sources" / "civil.yaml"
    endless = "case when \"SLIP\" = 'slip-02' then date 'infinity' else to_date(\"DAY\", 'DD.MM.YYYY') end as \"DAY\""
    path.write_text(path.read_text().replace('"DAY"', endless, 1))
    ran = collect(office, "--layout", "civil", connection=server.uri())
    assert "DAY): no date of the form %d.%m.%Y, found “infinity”" in ran.said


def test_a_whole_number_of_any_type_is_written_alike(server: Server, tmp_path: Path) -> None:
    numbers = "7::bigint as a, 7::numeric(12, 0) as b, 7.00::numeric(6, 2) as c, 7::float8 as d, 7::real as e"
    others = "7.25::numeric as f, 'NaN'::float8 as g, 123456::numeric as h, 123456789012::float8 as i"
    by = layout(f"select {numbers}, {others}", *"abcdefghi")
    target = tmp_path / "sealed"
    extract(by, server.uri(), target, KEY)
    (batch,) = read_extract(target, by, KEY).batches
    assert list(batch.to_pylist()[0].values())[:-1] == [*["0007"] * 5, "7.25", None, "123456", "123456789012"]


REFUSED = {
    "a value that fails at once": ("select 1 / 0 as number", "failed while it ran (SQLSTATE 22012)"),
    "a column that the query does not give": (
        "select code from kinds",
        "does not give the columns number. It gives code",
    ),
    "a column that the table does not have": ("select nr as number from kinds", "column “nr” does not exist"),
    "a table that there is not": ("select number from kind", "“kind” does not exist"),
    "no query": ("selekt number from kinds", "cannot be run: syntax error"),
    "a value that fails": ("select 1 / (number - 7) as number from kinds", "failed while it ran"),
    "a row that fails late": (
        "select 1 / (200000 - i) as number from generate_series(1, 300000) as i",
        "failed while it ran",
    ),
    "a row that would be quoted": ("select note::int as number from kinds", "failed while it ran"),
    "a query that writes": ("with d as (delete from kinds returning *) select number from d", "failed while it ran"),
    "two commands": ("select 1 as number; drop table kinds", "cannot be run: syntax error"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_query_that_fails_is_told_without_a_row_and_changes_nothing(
    server: Server, tmp_path: Path, kind: str
) -> None:
    query, told = REFUSED[kind]
    with pytest.raises(SupplierError) as refusal:
        extract(layout(query, "number"), server.uri(), tmp_path / "sealed", KEY)
    said = str(refusal.value).replace('"', "“", 1).replace('"', "”", 1)
    assert told in said
    assert "civil" in said
    assert "Ы" not in said
    extract(layout("select number from kinds where number = 7", "number"), server.uri(), tmp_path / "sealed", KEY)


WRONG = "s3cret-and-wrong"


def unreachable(server: Server) -> dict[str, tuple[str, str]]:
    return {
        "a wrong password": (server.uri(password=WRONG), "refuses the user or the password"),
        "an unknown user": (server.uri(user="nobody-here", password=WRONG), "refuses the user"),
        "an unknown database": (server.uri(database="none"), "no such database"),
        "a server that is down": ("postgresql://u:s3cret-and-wrong@127.0.0.1:1/x", "cannot be reached"),
        "a password that is not encoded": ("postgresql://u:s3cret%and-wrong@127.0.0.1/x", "is no connection URI"),
        "no connection": ("s3cret-and-wrong", "is no connection URI"),
    }


@pytest.mark.parametrize("kind", unreachable(Server(1)))
def test_a_database_that_cannot_be_asked_is_told_without_its_password(
    server: Server, tmp_path: Path, kind: str
) -> None:
    connection, told = unreachable(server)[kind]
    with pytest.raises(OperatorError, match=told) as refusal:
        extract(layout("select number from kinds", "number"), connection, tmp_path / "sealed", KEY)
    said = str(refusal.value)
    assert SETTING in said
    assert not any(secret in said for secret in ("s3cret", PASSWORD, "and-wrong"))
    assert not any(secret in repr(cause) for cause in causes(refusal.value) for secret in ("s3cret", PASSWORD))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """What a traceback would show of an error besides itself."""
    while error is not None:
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if error is not None:
            yield error


def test_a_table_that_may_not_be_read_is_told(server: Server, tmp_path: Path) -> None:
    connection = server.uri(user="stranger", password=WRONG)
    with pytest.raises(SupplierError, match="permission denied for table kinds") as refusal:
        extract(layout("select number from kinds", "number"), connection, tmp_path / "sealed", KEY)
    assert WRONG not in str(refusal.value)


def test_a_failed_query_leaves_no_delivery_behind(server: Server, office: Path) -> None:
    ran = collect(office, "--layout", "civil", connection=server.uri(password=WRONG))
    assert (ran.code, Store(office / "store").receipts()) == (OperatorError.exit_code, ())
    assert WRONG not in ran.said
    assert "Traceback" not in ran.said


def test_a_setting_that_is_missing_is_told_by_its_name(office: Path) -> None:
    ran = collect(office, "--layout", "civil")
    assert ran.code == OperatorError.exit_code
    assert f"Set {SETTING} to postgresql://" in ran.said
    assert database_setting("civil-register") == SETTING


def test_the_setting_may_stand_in_a_file_outside_of_the_workspace(server: Server, office: Path, tmp_path: Path) -> None:
    secret = tmp_path / "connection"
    secret.write_text(server.uri() + "\n")
    settings = {**KEY_SETTINGS, f"{SETTING}_FILE": str(secret)}
    words = ("collect", "--layout", "civil", "--workspace", office)
    assert qonys(*words, settings=settings).code == 0
    inside = shutil.copy(secret, office / "connection")
    ran = qonys(*words, settings={**KEY_SETTINGS, f"{SETTING}_FILE": str(inside)})
    assert ran.code == OperatorError.exit_code


def test_a_layout_of_files_is_no_query(office: Path) -> None:
    ran = collect(office, "--layout", "arrivals")
    assert ran.code == OperatorError.exit_code
    assert "is one of files, and no file was named" in ran.said


def test_a_query_that_gives_no_rows_is_refused(server: Server, tmp_path: Path, office: Path) -> None:
    path = tmp_path / "profile" / "sources" / "civil.yaml"
    path.write_text(path.read_text().replace("from slips", "from slips where false"))
    ran = collect(office, "--layout", "civil", connection=server.uri())
    assert ran.code == SupplierError.exit_code
    assert "The query gives no rows" in ran.said


def test_the_layout_of_the_how_to_is_one(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "collect-from-a-database.md"
    block = page.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    profile = tmp_path / "profile"
    shutil.copytree(SHIPPED / "mini", profile)
    names = "names: {en: Arrivals of the civil register, es: Llegadas del registro civil}"
    told = textwrap.dedent(block).replace("names: {en: Arrivals of the civil register}", names)
    (profile / "sources" / "civil.yaml").write_text(told)
    assert qonys("profile", "check", profile).code == 0
