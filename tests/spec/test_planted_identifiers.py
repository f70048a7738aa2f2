"""Identifiers are planted in good rows, bad rows and broken files of every format; the whole line is run over them; then
no file, temporary file, log, query or word of a command holds one of them, or a key."""

from __future__ import annotations

import base64
import codecs
import gzip
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import pyarrow.parquet as pq
import pytest

from qonys.store.states import Store
from spec.bad_files import encoded_files, packed_files
from spec.bad_files.bad_file import MARK, csv_bytes, csv_lines, csv_text, slip
from spec.bad_files.corpus import CORPUS, profile_with_more_layouts
from spec.bad_files.parquet_files import parquet
from spec.bad_files.parquet_files import row as bulk_row
from spec.bad_files.spreadsheets import HEADING, row, workbook
from spec.command_line import KEY_SETTINGS, Ran, qonys
from spec.drawn_slips import KEYS
from spec.postgresql_server import Server, running_server
from spec.watched_run import contents_of, sightings_in, watched, written_as

NAMES = ("Zquorvyn", "Xylobrith", "Wexmouthby")
"""A family name, a given name, a place of birth."""
NAMED = "number,surname,given,born_in,day,sex,born,from,to\n"
SECRETS = [KEYS.person, KEYS.record]
KEY_TEXTS = [text for key in SECRETS for text in (key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key).rstrip(b"="), repr(key)[2:-1].encode())]  # fmt: skip
WORDS = [*written_as([MARK, *NAMES]), *KEY_TEXTS]


def good_files() -> dict[str, bytes]:
    """Files that are taken, whole or in part."""
    named = [f"{MARK}20{n},{NAMES[0]},{NAMES[1]},{NAMES[2]},2024-03-0{n},F,1990-01-01,N11,C11" for n in range(1, 6)]
    named[2] = named[2].replace("2024-03-03", "31.02.2024")
    named[3] = f"{named[3]},{NAMES[0]}"
    lines = csv_lines([slip(n) for n in range(11, 15)])
    lines[2] = f'{MARK}0001;;"{MARK}open;05.03.2024'
    lines[3] = f";{lines[3]}".rpartition(";")[0]
    records = [json.dumps(slip(n)) for n in range(21, 24)]
    records[1] = records[1][:40]
    return {
        "arrivals_1.csv": csv_bytes([slip(1), slip(2, DAY="31.02.2024"), slip(3, FROM="Nowhere"), slip(4, BORN="06.03.2025")]),
        "arrivals_2.csv": "\n".join([*lines, f"{MARK}0015;;{MARK}01"]).encode(),
        "arrivals_3.csv": codecs.BOM_UTF16_LE + csv_text([slip(31), slip(32, SEX=f"{MARK}032")]).encode("utf-16-le"),
        "arrivals_4.csv.gz": gzip.compress(csv_bytes([slip(41), slip(42, CORRECTS=f"{MARK}0001"), slip(41, SLIP=f"{MARK}0043")])),
        "arrivals_5.csv.zip": packed_files.zipped(("x.csv", csv_bytes([slip(51)]))),
        "departures_1.xlsx": workbook(HEADING, row(1), row(2, Day="never"), ["", *row(3)][:12], row(4, Person=int(f"{MARK}004"))),
        "bulk.parquet": parquet(bulk_row(1), bulk_row(2, sex="?"), bulk_row(3, date=f"{MARK}003")),
        "lines_1.jsonl": "\n".join(records).encode(),
        "named_1.csv": (NAMED + "\n".join(named) + "\n").encode(),
    }  # fmt: skip


def broken_files() -> dict[str, bytes]:
    """Files that are refused as a whole, with identifiers where they break."""
    files = {f"{number:03}/{bad.name}": bad.content for number, bad in enumerate(CORPUS) if bad.refused and bad.profile == "mini" and bad.layout is None}  # fmt: skip
    files["names/named_1.csv"] = NAMED.encode() + f"{MARK}201,{NAMES[0]},Болат".encode("cp1251")
    files["heading/arrivals_1.csv"] = f"{MARK}0001;{NAMES[0]};{NAMES[1]};{MARK}001\n".encode()
    files["half/arrivals_1.csv"] = f"SLIP;PERSON;{MARK}001;{MARK}0001\n".encode()
    files["kz/arrivals_1.csv"] = encoded_files.kz_text().encode("utf-16-be")
    return files


class Office:
    """An office, all that its commands said, and where words were seen while they ran."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "office"
        self.workspace = self.folder / "workspace"
        self.temporary = folder / "temporary"
        self.delivered = folder / "delivered"
        self.ran: list[Ran] = []
        self.seen: list[str] = []
        for made in (self.folder, self.temporary):
            made.mkdir()

    def run(self, *words: object, codes: tuple[int, ...] = (0,), both: bool = True, **settings: str) -> None:
        """Run a command, for a person and for a machine."""
        for more in ((), ("--json",)) if both else ((),):
            given = {**KEY_SETTINGS, "TMPDIR": str(self.temporary), **settings}
            one = qonys(*words, "--workspace", self.workspace, *more, settings=given)
            assert one.code in codes, (words, one)
            self.ran.append(one)

    def deliver(self, name: str, content: bytes) -> Path:
        path = self.delivered / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("planted")
    office = Office(folder)
    profile = profile_with_more_layouts(folder / "mini")
    made = qonys("new", office.workspace, "--profile", profile)
    settings = office.workspace / "qonys.toml"
    settings.write_text(settings.read_text().replace("1200MB", "64MB"))
    good = [office.deliver(f"good/{name}", content) for name, content in good_files().items()]
    bad = [office.deliver(f"bad/{name}", content) for name, content in broken_files().items()]
    with (
        database() as server,
        mock.patch.object(tempfile, "tempdir", str(office.temporary)),
        watched([office.folder, office.temporary], WORDS) as seen,
    ):
        walk(office, good, bad, server)
        office.seen = seen
    assert made.code == 0
    yield office


@contextmanager
def database() -> Iterator[Server | None]:
    """A PostgreSQL server; None where its programs are not installed."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_server())
        except pytest.skip.Exception:
            server = None
        yield server


def walk(office: Office, good: list[Path], bad: list[Path], server: Server | None) -> None:
    """Every command over the planted files."""
    office.run("collect", *good, "--received", "2025-01-20")
    for path in bad:
        office.run("collect", path, codes=(3,), both=path.parent.name == "names")
    if server is not None:
        _collect_from_a_database(office, server)
    with mock.patch.dict("os.environ", {"QONYS_KEY": ""}):
        office.run("collect", good[0], codes=(6,), both=False, QONYS_KEY="12" * 31)
    steps = ("process", "findings", "rules", "status", "history", "history clean", "corrections", "doctor", "tabulate")
    for words in (*steps, "release build 2024", "release publish", "status", "doctor", "history"):
        office.run(*words.split())
    office.run(
        "findings", "--html", office.folder / "findings.html", "--csv", office.folder / "findings.csv", both=False
    )
    office.run("review", "--no-screen")
    office.run("review", "--export", office.folder / "waiting.csv", both=False)
    office.run("collect", good[0], "--replaces", "99", codes=(0, 3, 4))


def _collect_from_a_database(office: Office, server: Server) -> None:
    server.run(
        "create table slips (number text, person text, day text, place_from text, place_to text)",
        f"insert into slips values ('{MARK}0091', '{MARK}091', '2024-03-05', 'N11', 'C11')",
        f"insert into slips values ('{MARK}0092', '{MARK}092', '{MARK}092', 'N11', 'C11')",
        f"insert into slips values ('{MARK}0093', '{MARK}093', '2024-03-05', 'N11', '12-{MARK}093')",
    )
    office.run("collect", "--layout", "extract", both=False, QONYS_DATABASE_REGISTRY=server.uri())
    server.run("alter table slips rename column day to other")
    office.run("collect", "--layout", "extract", codes=(3,), QONYS_DATABASE_REGISTRY=server.uri())


def test_the_files_hold_what_is_looked_for(office: Office) -> None:
    contents = [content for path in office.delivered.rglob("*") if path.is_file() for content in contents_of(path)]
    for word in written_as([MARK])[:2] + written_as(NAMES)[::3]:
        assert any(word in content for content in contents)


def test_no_command_says_an_identifier_or_a_key(office: Office) -> None:
    for one in office.ran:
        said = "".join(one.said.split()).replace("\0", "").encode()
        assert [word for word in WORDS if word in said] == []


def test_no_file_that_is_left_holds_an_identifier_or_a_key(office: Office) -> None:
    assert sightings_in(office.folder, WORDS) == []
    assert sightings_in(office.temporary, WORDS) == []


def test_no_file_query_or_log_held_one_while_the_commands_ran(office: Office) -> None:
    assert office.seen == []


def test_nothing_is_left_in_the_temporary_folder(office: Office) -> None:
    assert [path for path in office.temporary.rglob("*") if path.is_file()] == []


def test_every_planted_row_is_in_the_account(office: Office) -> None:
    receipts = Store(office.workspace / "store").receipts()
    assert len(receipts) in (len(good_files()), len(good_files()) + 1)
    assert sum(receipt.rows for receipt in receipts) == sum(receipt.registrations + receipt.quarantined for receipt in receipts)  # fmt: skip


def test_names_are_kept_as_encodings_by_which_they_can_be_compared(office: Office) -> None:
    paths = Store(office.workspace / "store").files("input/registrations").paths
    rows = [one for path in paths for one in pq.read_table(path).to_pylist() if one.get("surname")]
    assert len(rows) == 3
    assert rows[0]["surname"] == rows[1]["surname"]
    assert all(isinstance(number, int) for one in rows for name in ("surname", "given_name", "birth_place") for number in one[name])  # fmt: skip
    assert rows[0]["surname"] != rows[0]["given_name"]


def test_a_word_that_gets_out_is_seen(tmp_path: Path) -> None:
    with watched([tmp_path], written_as([MARK])) as seen:
        (tmp_path / "short.txt").write_text(f"{MARK}001")
        for _ in range(200):
            if seen:
                break
            (tmp_path / "short.txt").touch()
            _wait()
    assert seen
    assert sightings_in(tmp_path, written_as([MARK])) == [str(tmp_path / "short.txt")]


def _wait() -> None:
    import time

    time.sleep(0.01)
