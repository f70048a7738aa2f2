"""Publishing: whole or not at all, once or twice the same; and the same slips make the same bytes."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import msgspec
import pytest

from qonys.concepts.period import Period
from qonys.errors import OperatorError
from qonys.production.line import Line
from qonys.publish.publication import publish_bundle
from qonys.published.bundles import PeriodStatus, PublishedFolder, ReleaseFile
from spec.drawn_slips import new_office
from walked_line import WalkedLine


@pytest.fixture
def bundle(walked: WalkedLine, tmp_path: Path) -> Path:
    return Path(shutil.copytree(Path(walked.built.folder) / "bundle", tmp_path / "bundle"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_public_is_what_was_built(walked: WalkedLine) -> None:
    public = Path(walked.published.folder)
    assert contents(public) == contents(Path(walked.built.folder) / "bundle")
    release = msgspec.json.decode((public / "release.json").read_bytes(), type=ReleaseFile)
    assert set(release.files) == contents(public).keys() - {"release.json"}
    assert all(hashlib.sha256(contents(public)[name]).hexdigest() == found for name, found in release.files.items())


def test_publishing_twice_changes_nothing(bundle: Path, tmp_path: Path) -> None:
    public = PublishedFolder(tmp_path / "public")
    first = publish_bundle(bundle, public)
    before = contents(tmp_path / "public")
    assert publish_bundle(bundle, public) == first
    assert contents(tmp_path / "public") == before
    assert not [name for name in before if "/." in name]


@pytest.mark.parametrize("change", ["altered", "missing"])
def test_a_bundle_that_was_changed_after_it_was_built_is_not_published(
    bundle: Path, tmp_path: Path, change: str
) -> None:
    page = bundle / "en" / "index.html"
    if change == "altered":
        page.write_text(page.read_text("utf-8") + " ", "utf-8")
    else:
        page.unlink()
    public = PublishedFolder(tmp_path / "public")
    with pytest.raises(OperatorError, match="not as it was built") as told:
        publish_bundle(bundle, public)
    assert str(page) in told.value.where
    assert public.current() == ()


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_a_bundle_whose_own_description_is_broken_is_not_published(
    bundle: Path, tmp_path: Path, content: bytes | None
) -> None:
    path = bundle / "release.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OperatorError) as told:
        publish_bundle(bundle, PublishedFolder(tmp_path / "public"))
    assert "release.json" in told.value.where
    assert "Build the release again" in told.value.next_step


def test_the_pointer_moves_to_the_new_vintage_and_the_old_one_stays(bundle: Path, tmp_path: Path) -> None:
    public = PublishedFolder(tmp_path / "public")
    old = publish_bundle(bundle, public)
    release = msgspec.json.decode((bundle / "release.json").read_bytes(), type=ReleaseFile)
    later = msgspec.structs.replace(release, facts=msgspec.structs.replace(release.facts, vintage="f" * 12))
    (bundle / "release.json").write_bytes(msgspec.json.encode(later))
    publish_bundle(bundle, public)
    assert public.current_vintage("mini", "2024") == "f" * 12
    assert Path(old.folder).is_dir()
    assert [one.facts.vintage for one in public.current()] == ["f" * 12]


def test_a_pointer_that_could_not_be_written_leaves_the_old_one(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = PublishedFolder(tmp_path / "public")
    release = msgspec.json.decode((bundle / "release.json").read_bytes(), type=ReleaseFile)
    publish_bundle(bundle, public)
    later = msgspec.structs.replace(release, facts=msgspec.structs.replace(release.facts, vintage="f" * 12))
    monkeypatch.setattr(Path, "replace", _fails)
    with pytest.raises(OSError, match="power"):
        public.point_to(later, PeriodStatus("f" * 12))
    assert public.current_vintage("mini", "2024") == release.facts.vintage


@pytest.mark.parametrize("file", ["status.json", "*/release.json", "*/files/mini-2024-external-by-year-*.json"])
@pytest.mark.parametrize("harm", [b'{"current":', b'{"current": "\xff"}'], ids=["cut off", "other bytes"])
def test_a_published_file_that_was_harmed_is_told(bundle: Path, tmp_path: Path, file: str, harm: bytes) -> None:
    public = PublishedFolder(tmp_path / "public")
    publish_bundle(bundle, public)
    (release,) = public.current()
    for path in (tmp_path / "public" / "mini" / "2024").glob(file):
        path.write_bytes(harm)
    with pytest.raises(OperatorError, match="A published file cannot be read"):
        public.status("mini", "2024")
        public.release("mini", "2024", release.facts.vintage)
        public.observations(release, "external-by-year")


def _fails(self: Path, target: Path) -> Path:
    raise OSError("the power went off")


def test_nothing_outside_of_the_folder_is_a_published_file(walked: WalkedLine) -> None:
    folder = Path(walked.published.folder).parents[2]
    public = PublishedFolder(folder)
    assert public.file("mini/2024/status.json")
    (folder.parent / "secret.txt").write_text("secret")
    for path in (
        "../secret.txt",
        "mini/../../secret.txt",
        "/etc/passwd",
        "mini",
        ".",
        "",
        "mini/2024/.hidden",
        "a\0b",
        "x" * 5000,
    ):
        assert public.file(path) is None


def test_the_same_slips_make_the_same_vintage_and_the_same_bytes(walked: WalkedLine, tmp_path: Path) -> None:
    line = Line(new_office(tmp_path / "again"))
    line.collect([walked.deliveries])
    line.process()
    line.tabulate()
    built = line.build(Period(2024)).data
    assert built.vintage == walked.built.vintage
    assert contents(Path(built.folder) / "bundle") == contents(Path(walked.built.folder) / "bundle")
