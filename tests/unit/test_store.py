"""States as versions that are never rewritten, receipts, and release records."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qonys.errors import OperatorError
from qonys.store.disk import write_atomically, write_together
from qonys.store.receipts import Receipt
from qonys.store.release_record import Essence, hashed_files
from qonys.store.states import State, Store
from qonys.store.workspace import Workspace


def rows(*numbers: int) -> pa.Table:
    return pa.table({"n": pa.array(numbers, pa.int64())})


def numbers(store: Store, state: State, version: int | None = None) -> list[int]:
    paths = store.files(state, version).paths
    return sorted(n for path in paths for n in pq.read_table(path)["n"].to_pylist())


def test_every_write_is_a_version_and_earlier_ones_stay(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.version("clean/moves") is None
    added = [store.append("input/decisions", some, {}) for some in (rows(1, 2), rows(3))]
    made = [store.replace("clean/moves", some, {"day": str(n)}) for n, some in enumerate((rows(1, 2), rows(4)))]
    assert added == made == [0, 1]
    assert [numbers(store, "input/decisions", version) for version in (0, 1, None)] == [[1, 2], [1, 2, 3], [1, 2, 3]]
    assert [numbers(store, "clean/moves", version) for version in (0, 1, None)] == [[1, 2], [4], [4]]
    assert store.lineage("clean/moves")["day"] == "1"


def test_the_largest_file_stands_first_so_that_an_engine_does_not_plan_for_the_smallest(tmp_path: Path) -> None:
    store = Store(tmp_path / "кеңсе of ours")
    for count in (1, 5000, 20, 300):
        store.append("input/registrations", rows(*range(count)), {})
    files = [Path(path) for path in store.files("input/registrations").paths]
    sizes = [file.stat().st_size for file in files]
    assert sizes == sorted(sizes, reverse=True)
    assert pq.read_table(files[0]).num_rows == 5000


def test_a_version_is_pinned_by_the_hash_of_its_files(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append("input/registrations", rows(1), {})
    before = hashed_files(store.files("input/registrations"), store.folder)
    store.append("input/registrations", rows(2), {})
    after = hashed_files(store.files("input/registrations"), store.folder)
    assert before.items() < after.items()
    for name, found in after.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == found


@pytest.mark.parametrize(
    ("state", "step"),
    [("input/registrations", "collect"), ("clean/moves", "process"), ("statistics/flows", "tabulate")],
)
def test_a_state_that_is_not_there_names_the_step_that_makes_it(tmp_path: Path, state: str, step: str) -> None:
    with pytest.raises(OperatorError) as told:
        Store(tmp_path).files(state)  # type: ignore[arg-type]
    assert f"qonys {step}" in told.value.next_step


def test_a_delivery_counts_from_its_receipt_and_its_number_is_never_given_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, _ = store.reserve_delivery()
    second, folder = store.reserve_delivery()
    assert (first, second, folder.is_dir()) == (1, 2, True)
    assert store.receipts() == ()
    receipt = Receipt(
        2, "a.csv", "arrivals", "office", "0" * 64, 5, date(2025, 1, 10), 3, 2, 1, "real", ("a note",), "0", "1"
    )
    store.write_receipt(receipt)
    assert store.receipts() == (receipt,)
    assert store.reserve_delivery()[0] == 3


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "file"
    write_atomically(path, b"first")
    monkeypatch.setattr(Path, "replace", _fails)
    with pytest.raises(OSError, match="power"):
        write_atomically(path, b"second")
    assert path.read_bytes() == b"first"


def test_files_that_are_written_together_are_all_there_and_leave_nothing_beside(tmp_path: Path) -> None:
    files = {tmp_path / folder / f"{n}": f"{folder}{n}".encode() for folder in ("a", "b") for n in range(40)}
    write_together(files)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files


def test_a_file_that_cannot_be_written_together_with_others_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"first")
    monkeypatch.setattr(Path, "replace", _fails)
    with pytest.raises(OSError, match="power"):
        write_together({path: b"second", tmp_path / "other": b"new"})
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"file": b"first"}


def _fails(self: Path, target: Path) -> Path:
    raise OSError("the power went off")


def test_a_vintage_depends_on_everything_that_decides_the_figures() -> None:
    plain = Essence(
        "mini", "f" * 64, "0.1", "2024", "annual", "2025-03-12", "2026-03-12", {"final": "2025-02-28"}, ("a", "b")
    )
    assert plain.vintage == msgspec.structs.replace(plain).vintage
    assert len(plain.vintage) == 12
    changes = [
        {"profile_hash": "e" * 64}, {"code_version": "0.2"}, {"period": "2023"}, {"cut_offs": {"final": "2025-03-01"}},
        {"deliveries": ("a",)}, {"deliveries": ("a", "c")}, {"published": "2025-03-13"},
    ]  # fmt: skip
    assert len({plain.vintage, *(msgspec.structs.replace(plain, **change).vintage for change in changes)}) == 8


def test_a_profile_folder_is_relative_to_its_workspace(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "office", "./mine", published="../public")
    assert workspace.profile == str((tmp_path / "office" / "mine").resolve())
    assert workspace.published == (tmp_path / "public").resolve()
    assert Workspace.open(tmp_path / "office") == workspace
