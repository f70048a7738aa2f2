"""A release is built again elsewhere and every byte compared; one flipped record is found and named; readers check it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from msgspec.structs import replace

from qonys.evaluate.differences import Difference, differences_of_files
from qonys.production.verifying import Verification
from qonys.store.states import State, Store
from spec.command_line import Ran, qonys
from spec.drawn_slips import new_office
from walked_line import WalkedLine

OTHER_SEX = "sex = case sex when 'F' then 'M' else 'F' end"


@pytest.fixture
def office(walked: WalkedLine, tmp_path: Path) -> Path:
    return copied(walked, tmp_path)


def copied(walked: WalkedLine, folder: Path) -> Path:
    """A copy of a workspace with its published folder, to be harmed."""
    workspace = walked.line.office.workspace
    shutil.copytree(workspace.folder, folder / "workspace")
    shutil.copytree(workspace.published, folder / "published")
    return folder / "workspace"


@pytest.fixture
def bundle(walked: WalkedLine, tmp_path: Path) -> Path:
    return Path(shutil.copytree(Path(walked.built.folder) / "bundle", tmp_path / "bundle"))


def verified(office: Path) -> Ran:
    return qonys("release", "verify", "2024", "--workspace", office, "--json")


def test_a_release_is_built_again_byte_for_byte_under_other_surroundings(office: Path, walked: WalkedLine) -> None:
    ran = verified(office)
    found = ran.json["verification"]
    assert ran.json["holds"]
    assert ran.code == 0
    assert found["vintage"] == walked.built.vintage
    assert found["files"] == walked.built.files
    assert found["environment"].keys() >= {"TZ", "LC_ALL", "PYTHONHASHSEED"}
    assert len(found["places"]) == 2, "as built, and as published"


def test_it_is_built_again_although_the_profile_went_on_and_slips_came_later(tmp_path: Path, simulated: Path) -> None:
    profile = Path(shutil.copytree(Path(new_office(tmp_path / "other").profile.folder), tmp_path / "mine"))
    office = new_office(tmp_path / "workspace", profile=str(profile))
    days = sorted(path for path in simulated.iterdir() if path.is_dir())
    for words in (("collect", *days[:-1]), ("process",), ("tabulate",), ("release", "build", "2024")):
        assert qonys(*words, "--workspace", office.workspace.folder).code == 0
    (profile / "texts" / "en" / "later.yaml").write_text("later.word: Later\n", encoding="utf-8")
    assert qonys("collect", days[-1], "--workspace", office.workspace.folder).code == 0
    ran = verified(office.workspace.folder)
    assert ran.json["holds"], ran.json
    assert qonys("release", "build", "2024", "--workspace", office.workspace.folder).code == 4, (
        "it does not fit today's"
    )


@dataclass(frozen=True)
class Harmed:
    """A verification of a workspace of which three files were changed, none of which is an input of the release."""

    ran: Ran
    published: Path
    value: int
    moves: Path
    move: dict[str, Any]
    flows: Path

    @property
    def found(self) -> dict[str, Any]:
        return dict(self.ran.json["verification"])


@pytest.fixture(scope="module")
def harmed(walked: WalkedLine, tmp_path_factory: pytest.TempPathFactory) -> Harmed:
    office = copied(walked, tmp_path_factory.mktemp("harmed"))
    published, value = changed_cell(office, walked.built.vintage)
    moves, move = changed_row(office, "clean/moves", OTHER_SEX)
    flows = flipped_byte(office, "statistics/flows")
    return Harmed(verified(office), published, value, moves, move, flows)


def changed_cell(office: Path, vintage: str) -> tuple[Path, int]:
    """Add one to a cell of a published table; its file, and what the cell says now."""
    path = (
        office.parent / "published" / "mini" / "2024" / vintage / f"files/mini-2024-external-by-year-en-{vintage}.json"
    )
    table = json.loads(path.read_bytes())
    cell = next(o for o in table["observations"] if o["period"] == "2024" and o["measure"] == "arrivals")
    cell["value"] += 1
    path.write_text(json.dumps(table), encoding="utf-8")
    return path, cell["value"]


def changed_row(office: Path, state: State, setting: str) -> tuple[Path, dict[str, Any]]:
    """Change one value of one row of a state, in its file; the file and the row as it was."""
    files = Store(office / "store").files(state).paths
    path = Path(files[0])
    with duckdb.connect() as connection:
        connection.execute(f"create table rows as select * from read_parquet('{path}')")
        (first,) = (
            connection.sql("select * from rows where sex is not null order by all limit 1").to_arrow_table().to_pylist()
        )
        place = " and ".join(f"{name} = {first[name]!r}" for name in ("delivery", "row"))
        connection.execute(f"update rows set {setting} where {place}")
        connection.execute(f"copy rows to '{path}' (format parquet)")
    return path, first


def flipped_byte(office: Path, state: State) -> Path:
    """Flip a bit in the middle of a file of a state; the file."""
    path = Path(Store(office / "store").files(state).paths[0])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return path


def test_a_changed_cell_of_a_published_table_is_named(harmed: Harmed) -> None:
    assert harmed.ran.code == 4
    (told,) = harmed.found["differences"]
    assert told["file"].endswith(harmed.published.as_posix())
    assert told["at"] == "period=2024, measure=arrivals"
    assert told["what"] == f"value is {harmed.value} instead of {harmed.value - 1}"


def test_a_changed_record_and_a_flipped_byte_are_named_with_their_files_and_nothing_else(harmed: Harmed) -> None:
    assert not harmed.ran.json["holds"]
    assert {(one["file"], one["at"]) for one in harmed.found["damaged"]} == {
        ("clean/moves", harmed.moves.name),
        ("statistics/flows", harmed.flows.name),
    }
    fail_unless_row_is_named(harmed.found, harmed.move)


def test_a_single_changed_record_of_the_input_is_found_and_named(office: Path) -> None:
    path, row = changed_row(office, "input/registrations", OTHER_SEX)
    found = verified(office).json
    assert not found["holds"]
    assert [(one["file"], one["at"]) for one in found["verification"]["damaged"]] == [
        ("input/registrations", path.name)
    ]
    fail_unless_row_is_named(found["verification"], row)


@pytest.mark.parametrize("part", ["damaged", "records", "differences"])
def test_one_fault_of_one_kind_is_enough(part: str) -> None:
    whole = Verification("2024", "a", 1, 1, (), {}, (), (), ())
    assert whole.holds
    assert not replace(whole, **{part: (Difference("a file", "is another one"),)}).holds


def fail_unless_row_is_named(found: dict[str, Any], row: dict[str, Any]) -> None:
    moves = [one for one in found["records"] if one["file"] == "clean/moves"]
    assert moves
    assert all(one["at"].startswith(f"delivery {row['delivery']}, row {row['row']}, line ") for one in moves)
    assert all(one["what"] == "the row was changed: sex" for one in moves)


def test_what_cannot_be_built_again_says_why(office: Path) -> None:
    for path in Store(office / "store").files("input/registrations").paths:
        Path(path).unlink()
    ran = verified(office)
    assert ran.code == 4
    assert "cannot be built again" in ran.json["verification"]["differences"][0]["what"]
    assert ran.json["verification"]["damaged"]


def test_a_release_of_another_version_of_qonys_is_not_verified(office: Path) -> None:
    record = next(office.glob("releases/2024/*/record.json"))
    record.write_text(record.read_text("utf-8").replace('"code_version": "', '"code_version": "0.0.'), "utf-8")
    ran = verified(office)
    assert ran.code == 6
    assert "was built by Qonys 0.0." in ran.json["what"]


def test_a_reader_checks_hashes_sums_and_formats_without_a_workspace(bundle: Path) -> None:
    ran = qonys("release", "check", bundle, "--json", settings={})
    assert ran.code == 0
    found = ran.json["examination"]
    assert found["faults"] == []
    assert found["sums"] > 100
    tables = [path for path in (bundle / "files").glob("*.json") if "observations" in json.loads(path.read_bytes())]
    assert found["tables"] == len(tables) > 0


def test_a_reader_finds_a_number_that_was_changed_by_hash_sum_format_and_language(bundle: Path) -> None:
    path = next((bundle / "files").glob("*-internal-by-region-en-*.json"))
    table = json.loads(path.read_bytes())
    table["observations"][0]["value"] += 1
    path.write_text(json.dumps(table), encoding="utf-8")
    (bundle / "stray.txt").write_text("x")
    ran = qonys("release", "check", bundle, "--json", settings={})
    assert ran.code == 4
    told = [f"{one['file']}: {one['what']}" for one in ran.json["examination"]["faults"]]
    for part in (
        "was changed: its hash",
        "the parts by area",
        "arrivals less departures",
        "in JSON",
        "says other numbers",
        "stray.txt: is not of",
    ):
        assert any(part in one for one in told), part


def test_a_missing_file_is_named(bundle: Path) -> None:
    (bundle / "en" / "index.html").unlink()
    ran = qonys("release", "check", bundle, settings={})
    assert ran.code == 4
    assert "en/index.html: is missing" in ran.said


def test_a_folder_that_is_no_release_says_so(tmp_path: Path) -> None:
    assert "this is no release" in qonys("release", "check", tmp_path, settings={}).said
    assert "There is no such folder" in qonys("release", "check", tmp_path / "none", settings={}).said
    assert qonys("release", "check", "http://127.0.0.1:9/", settings={}).code == 6


@pytest.fixture
def address(bundle: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(bundle.parent)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/bundle"
    server.shutdown()
    server.server_close()


def test_a_reader_checks_a_release_on_the_web(address: str) -> None:
    ran = qonys("release", "check", address, "--json", settings={})
    assert ran.code == 0
    assert ran.json["examination"]["place"] == f"{address}/"


def test_two_releases_are_compared_by_file_table_and_cell(bundle: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(bundle, tmp_path / "other"))
    release = json.loads((other / "release.json").read_bytes())
    path = next((other / "files").glob("*-external-by-year-en-*.json"))
    table = json.loads(path.read_bytes())
    table["observations"][0]["value"] += 5
    path.write_text(json.dumps(table), encoding="utf-8")
    release["files"][f"files/{path.name}"] = "0" * 64
    (other / "release.json").write_text(json.dumps(release), encoding="utf-8")
    found = qonys("release", "compare", bundle, other, "--json", settings={}).json
    assert not found["is_same"]
    (changed,) = found["comparison"]["tables"]
    assert (changed["table"], changed["cells"], changed["of"]) == ("external-by-year", 1, len(table["observations"]))
    assert qonys("release", "compare", bundle, bundle, "--json", settings={}).json["is_same"]


def test_a_difference_without_cells_is_told_by_its_first_byte() -> None:
    one, other = {"a": b"same", "b": b"xyz", "c": b"1"}, {"a": b"same", "b": b"xYz", "d": b"1"}
    assert list(differences_of_files(one, other)) == [
        Difference("b", "3 bytes instead of 3", "byte 2"),
        Difference("c", "should not be there"),
        Difference("d", "is missing"),
    ]
