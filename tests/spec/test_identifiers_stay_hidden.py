"""A personal identifier stands in the delivered file and, sealed, in the workspace; in plain it is nowhere else."""

from __future__ import annotations

import gzip
import hashlib
import hmac
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from qonys.store.keys import Keys
from qonys.store.sealed import unsealed
from qonys.store.states import Store
from spec.bad_files.spreadsheets import HEADING
from spec.command_line import KEY_SETTINGS, Ran, qonys
from spec.drawn_slips import KEYS, arrivals_csv, drawn

MARK = "QQ7391"
"""Every identifier of this test begins so; no other text of Qonys or of mini does."""
OTHER_KEYS = {"QONYS_KEY": "ab" * 32, "QONYS_RECORD_KEY": "cd" * 32}


def delivered_files(folder: Path) -> list[Path]:
    folder.mkdir()
    slips = drawn(f"""
        SLIP        | CORRECTS    | PERSON      | DAY        | BORN       | TO
        {MARK}s1    |             | {MARK}good  | 05.03.2024 | 01.02.1990 | C11
        {MARK}s2    |             | {MARK}twice | 05.03.2024 | 01.02.1990 | C11
        {MARK}s3    |             | {MARK}twice | 05.03.2024 | 01.02.1990 | C11
        {MARK}s4    |             | {MARK}date  | 31.02.2024 | 01.02.1990 | C11
        {MARK}s5    |             | {MARK}area  | 05.03.2024 | 01.02.1990 | Nowhere
        {MARK}s6    |             | {MARK}born  | 05.03.2024 | 06.03.2024 | C11
        {MARK}s7    | {MARK}s1    | {MARK}good  | 05.03.2024 | 01.02.1990 | C12
    """)  # fmt: skip
    broken = f'{MARK}s8;;{MARK}more{";x" * 20}\n{MARK}s9;;"{MARK}open;05.03.2024\n{MARK}s10;;{MARK}cut;05.0'
    first = folder / "arrivals_1.csv"
    first.write_text(arrivals_csv(slips) + broken, "utf-8")
    book = folder / "departures_1.xlsx"
    good = [
        f"{MARK}d1",
        f"{MARK}left",
        "2024-05-05",
        "man",
        "1990-01-01",
        "ard",
        "1",
        "work",
        "Harbour",
        "town",
        "Borland",
        "",
    ]
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate([HEADING, good, [f"{MARK}d2", f"{MARK}bad", "never", *good[3:]]]):
            sheet.write_row(number, 0, row)
    parquet = folder / "bulk.parquet"
    text = dict.fromkeys(["corrects", "education", "origin_locality", "destination_locality", "children"])
    said = {
        "slip": f"{MARK}p1",
        "person": f"{MARK}bulk",
        "date": "2024-02-02",
        "registration_type": "residence",
        "sex": "F",
    }
    said |= {"birth_date": "1980-01-01", "ethnicity": "ard", "reason": "work", "origin": "N11", "destination": "C11"}
    columns = [*said, *text]
    rows = [{**text, **said}, {**text, **said, "slip": f"{MARK}p2", "sex": "?"}]
    schema = pa.schema([(name, pa.string()) for name in columns])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), parquet)
    return [first, book, parquet]


def refused_files(folder: Path) -> list[Path]:
    folder.mkdir()
    slip = arrivals_csv([{"PERSON": f"{MARK}refused", "SLIP": f"{MARK}r1"}])
    contents = {
        "arrivals_no_heading.csv": slip.partition("\n")[2].encode(),
        "arrivals_utf16_cut.csv": slip.encode("utf-16")[:-1],
        "arrivals_late_bytes.csv": slip.encode() + f"{MARK}r2;;{MARK}Қазақ".encode("utf-16"),
        "arrivals_late_word.csv": slip.encode() + f"{MARK}r2;;{MARK}Болат".encode("cp1251"),
        "arrivals_commas.csv": slip.replace(";", ",").encode(),
        "cut.parquet": b"PAR1" + slip.encode(),
        "departures_cut.xlsx": b"PK" + slip.encode(),
    }
    return [_written(folder / name, content) for name, content in contents.items()]


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Ran], list[Path]]:
    """An office's folder, all that its commands said, and the delivered files, which lie elsewhere."""
    folder = tmp_path_factory.mktemp("office")
    delivered = tmp_path_factory.mktemp("delivered")
    files = delivered_files(delivered / "good")
    workspace = folder / "workspace"
    in_office = ("--workspace", workspace)
    ran = [qonys("new", workspace, "--profile", "mini")]
    ran += [qonys("collect", path, *in_office, "--received", "2025-01-20") for path in files]
    ran += [qonys("collect", files[0], *in_office, "--json")]
    refused = [
        qonys("collect", path, *in_office, *json)
        for path in refused_files(delivered / "bad")
        for json in ([], ["--json"])
    ]
    assert {one.code for one in refused} == {3}
    ran += [*refused]
    for command in (["process"], ["tabulate"], ["release", "build", "2024"], ["release", "publish"], ["status"]):
        ran += [qonys(*command, *in_office, *json) for json in ([], ["--json"])]
    assert {one.code for one in ran} == {0, 3}
    return folder, ran, files


def test_no_command_says_an_identifier(office: tuple[Path, list[Ran], list[Path]]) -> None:
    _, ran, files = office
    assert all(MARK.encode() in content for path in files for content in contents_of(path)[:2] if path.suffix == ".csv")
    for one in ran:
        assert MARK not in one.said.replace("\0", "")


def test_no_file_of_the_workspace_or_of_the_release_holds_an_identifier(
    office: tuple[Path, list[Ran], list[Path]],
) -> None:
    folder, _, files = office
    paths = [path for path in folder.rglob("*") if path.is_file()]
    assert len({path.suffix for path in paths} & {".parquet", ".json", ".html", ".xlsx", ".sealed", ".csv"}) >= 5
    marks = [MARK.encode(encoding) for encoding in ("utf-8", "utf-16-le")]
    for path in paths:
        assert not any(mark in content for mark in marks for content in contents_of(path)), path
        assert MARK not in str(path)
    assert any(MARK.encode() in content for path in files for content in contents_of(path))


def test_every_row_with_an_identifier_is_in_the_account(office: tuple[Path, list[Ran], list[Path]]) -> None:
    folder, _, _ = office
    receipts = Store(folder / "workspace" / "store").receipts()
    assert [(receipt.rows, receipt.quarantined) for receipt in receipts] == [(10, 5), (2, 1), (2, 1)]


def test_one_person_has_one_pseudonym_which_is_the_keyed_hash(office: tuple[Path, list[Ran], list[Path]]) -> None:
    folder, _, _ = office
    persons = column(folder / "workspace", "person")
    key = HKDF(SHA256(), 32, salt=None, info=b"qonys pseudonym").derive(KEYS.person)
    expected = [
        hmac.new(key, f"{MARK}{who}".encode(), hashlib.sha256).digest()[:16]
        for who in ("good", "twice", "twice", "born", "good", "left", "bulk")
    ]
    assert sorted(persons) == sorted(expected)


def test_another_key_gives_other_pseudonyms(tmp_path: Path) -> None:
    path = tmp_path / "arrivals_1.csv"
    path.write_text(arrivals_csv([{"PERSON": f"{MARK}one"}, {"PERSON": f" {MARK}one "}, {"PERSON": "-"}]), "utf-8")
    found = []
    for name, settings in (("a", KEY_SETTINGS), ("b", OTHER_KEYS)):
        qonys("new", tmp_path / name, "--profile", "mini")
        qonys("collect", path, "--workspace", tmp_path / name, settings=settings)
        found.append(column(tmp_path / name, "person"))
    for persons in found:
        assert persons[0] == persons[1]
        assert persons[2] is None
    assert found[0][0] != found[1][0]


def test_the_sealed_sources_open_to_the_delivered_bytes_with_the_same_key_only(
    office: tuple[Path, list[Ran], list[Path]],
) -> None:
    folder, _, files = office
    store = Store(folder / "workspace" / "store")
    for receipt, path in zip(store.receipts(), files, strict=True):
        sealed = store.folder / "deliveries" / f"{receipt.delivery:06}" / "source.sealed"
        assert b"".join(unsealed(sealed, KEYS.source_key())) == path.read_bytes()
        assert receipt.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        other = Keys.from_hex(*OTHER_KEYS.values())
        with pytest.raises(Exception, match="the person key is another one"):
            b"".join(unsealed(sealed, other.source_key()))


def test_a_key_shows_itself_nowhere(office: tuple[Path, list[Ran], list[Path]]) -> None:
    folder, ran, _ = office
    secrets = [KEYS.person, KEYS.record]
    texts = [secret.hex() for secret in secrets]
    for path in (path for path in folder.rglob("*") if path.is_file()):
        for content in contents_of(path):
            assert not any(secret in content for secret in (*secrets, *(text.encode() for text in texts))), path
    assert not any(text in one.said for text in texts for one in ran)
    assert not any(text in repr(KEYS) for text in (*texts, repr(KEYS.person)))


def contents_of(path: Path) -> list[bytes]:
    """The bytes of a file as they are, and as whoever opens it reads them."""
    raw = path.read_bytes()
    if path.suffix == ".parquet":
        return [raw, repr(pq.read_table(path).to_pylist()).encode()]
    if path.suffix == ".gz":
        return [raw, gzip.decompress(raw)]
    if is_zipfile(path):
        with ZipFile(BytesIO(raw)) as archive:
            return [raw, *(archive.read(name) for name in archive.namelist())]
    return [raw]


def column(workspace: Path, name: str) -> list[Any]:
    paths = list(Store(workspace / "store").files("input/registrations").paths)
    return [value for path in paths for value in pq.read_table(path)[name].to_pylist()]
