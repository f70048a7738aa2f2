"""A release to take away: everything in one folder, its hashes beside it, and a README that says what each file is."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.disseminate.archive import archive, checksums, files_in, hashes_of
from qonys.disseminate.bundle import release_bundle
from spec.seed_release import made_up_tables, seed_facts
from walked_line import WalkedLine

FOLDER = "mini-2024-0123456789ab/"
ENDING = "0123456789ab.zip"


@pytest.fixture(scope="module")
def mini() -> Profile:
    return load_profile("mini")


@pytest.fixture(scope="module")
def readme(walked: WalkedLine) -> dict[str, str]:
    """The lines of the README of the whole release of mini, with its quality report: name of a file -> what it is."""
    (packed,) = Path(walked.built.folder).glob("bundle/files/mini-2024-all-en-*.zip")
    held = unpacked(packed.read_bytes())
    text = next(content.decode() for name, content in held.items() if name.endswith("README-en.txt"))
    return {name: said.strip() for name, said in pairwise(text.splitlines()) if said.startswith("    ")}


@pytest.fixture(scope="module")
def bundle(mini: Profile) -> dict[str, bytes]:
    return release_bundle(mini, mini.releases["annual"], made_up_tables(mini), {}, seed_facts("mini")).data


def unpacked(content: bytes) -> dict[str, bytes]:
    packed = zipfile.ZipFile(io.BytesIO(content))
    assert packed.testzip() is None
    return {name: packed.read(name) for name in packed.namelist()}


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_the_archive_of_all_languages_holds_every_file_as_it_is_published(bundle: dict[str, bytes]) -> None:
    held = unpacked(bundle[f"files/mini-2024-all-{ENDING}"])
    for name, content in bundle.items():
        if name != "SHA256SUMS" and not name.endswith(".zip"):
            assert held[FOLDER + name] == content
    assert {name for name in held if "README" in name} == {f"{FOLDER}README-en.txt", f"{FOLDER}README-es.txt"}


def test_the_archive_of_a_language_holds_its_files_and_the_shared_ones_and_no_other(bundle: dict[str, bytes]) -> None:
    held = {name.removeprefix(FOLDER) for name in unpacked(bundle[f"files/mini-2024-all-es-{ENDING}"])}
    assert {"es/index.html", "assets/page.css", "README-es.txt", "SHA256SUMS"} <= held
    assert f"files/mini-2024-es-{ENDING[:-4]}.pdf" in held
    assert not [name for name in held if name.startswith("en/") or "-en-" in name or name == "index.html"]
    own = {name for name in bundle if "-es-" in name and not name.endswith(".zip")}
    assert own <= held


def test_a_file_of_no_language_is_in_the_archive_of_each() -> None:
    files = {"files/mini-2024-quality-0.json": b"", "files/mini-2024-x-en-0.csv": b"", "es/index.html": b""}
    assert set(files_in(files, "en", ("en", "es"))) == {"files/mini-2024-quality-0.json", "files/mini-2024-x-en-0.csv"}


def test_a_reader_can_check_the_bundle_and_finds_a_changed_file(bundle: dict[str, bytes], tmp_path: Path) -> None:
    folder = written(tmp_path, bundle)
    told = checked(folder)
    assert told.returncode == 0, told.stderr
    assert len(told.stdout.splitlines()) == len(bundle) - 1, "every file but the list itself"
    changed = folder / "en/index.html"
    changed.write_bytes(changed.read_bytes() + b" ")
    told = checked(folder)
    assert told.returncode == 1 and "en/index.html: FAILED" in told.stdout


def test_a_reader_can_check_what_was_unpacked(bundle: dict[str, bytes], tmp_path: Path) -> None:
    for name in (name for name in bundle if name.endswith(".zip")):
        folder = written(tmp_path / Path(name).stem, unpacked(bundle[name])) / FOLDER
        assert checked(folder).returncode == 0, name


def test_an_archive_has_sorted_names_and_the_day_of_publication_as_its_only_time(bundle: dict[str, bytes]) -> None:
    entries = zipfile.ZipFile(io.BytesIO(bundle[f"files/mini-2024-all-{ENDING}"])).infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(2025, 3, 12, 0, 0, 0)}


def test_the_order_of_the_files_does_not_change_the_bytes() -> None:
    one, two = {"a": b"1", "b": b"2"}, {"b": b"2", "a": b"1"}
    assert archive(one, hashes_of(one), seed_facts()) == archive(two, hashes_of(two), seed_facts())
    assert checksums(hashes_of(one)) == checksums(hashes_of(two))


def test_the_readme_says_of_every_file_what_it_is_and_how_to_check_it(bundle: dict[str, bytes]) -> None:
    held = unpacked(bundle[f"files/mini-2024-all-en-{ENDING}"])
    lines = held[f"{FOLDER}README-en.txt"].decode().splitlines()
    for name in (name.removeprefix(FOLDER) for name in held):
        shown = "assets/" if name.startswith("assets/") else name
        if not name.startswith("README"):
            assert lines[lines.index(shown) + 1].startswith("    "), name
    text = " ".join(" ".join(lines).split())
    for part in (
        "Migration of the population of Ardal, 2024", "All records are synthetic.", "Vintage: 0123456789ab",
        "External migration by country, 2024: one row for each figure", "… [x] L not available", "Invented (*): counted",
        "keeps the data status with each figure", "Qonys 0.1.0, published 12 March 2025", "sha256sum -c SHA256SUMS", "release@ardal.example",
    ):  # fmt: skip
        assert part in text, part


def test_every_file_of_a_built_release_is_in_its_list_and_named_in_its_readme(
    walked: WalkedLine, readme: dict[str, str]
) -> None:
    folder = Path(walked.built.folder) / "bundle"
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert names - listed == {"SHA256SUMS", "release.json"} and listed <= names
    own = {name for name in files_in(dict.fromkeys(listed, b""), "en", ("en", "es")) if not name.endswith(".zip")}
    assert {name for name in own if name not in readme and not name.startswith("assets/")} == set()
    assert readme["en/quality.html"] == "Quality report"


def test_the_page_links_to_both_archives(bundle: dict[str, bytes]) -> None:
    page = bundle["en/index.html"].decode()
    assert f'href="../files/mini-2024-all-en-{ENDING}" download>All files in this language (ZIP)' in page
    assert f'href="../files/mini-2024-all-{ENDING}" download>All files in all languages (ZIP)' in page


def test_every_file_of_a_release_has_its_line_in_the_documentation(walked: WalkedLine) -> None:
    reference = Path(__file__).parents[2] / "docs" / "reference" / "release-files.md"
    heads = [
        line.split("|")[1] for line in reference.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    ]
    names = [name for head in heads for name in re.findall(r"`([^`]+)`", head) if not name.startswith(".")]
    told = [re.sub(r"<(\w+)>", r"[\\w-]+", re.escape(name)) + (".+" if name.endswith("/") else "") for name in names]
    either = re.compile("|".join(one.removesuffix("svg") + "(svg|png)" if one.endswith("svg") else one for one in told))
    folder = Path(walked.built.folder) / "bundle"
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert [name for name in files if not either.fullmatch(name)] == []
