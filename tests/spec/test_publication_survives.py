"""Whatever happens while a release is published, the public sees the old one or the new one, whole: kill −9 at every write
and at fifty moments, a full disk, two who publish at once, readers who look all the time, a workspace that cannot be read."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from litestar.testing import TestClient

from qonys.cli.clocks import MachineClock
from qonys.concepts.period import Period
from qonys.errors import DiskFullError
from qonys.production.approving import schedule
from qonys.production.publishing import publish
from qonys.production.scheduling import wait
from qonys.published import bundles
from qonys.published.bundles import PublishedFolder
from qonys.serve.site import site
from spec.command_line import KEY_SETTINGS
from spec.publication_crashes import MOMENTS, office_of, seen
from unit.test_published import contents
from walked_line import WalkedLine

TESTS = Path(__file__).parents[1]
YEAR = Period(2024)
NEW = "f" * 12


@pytest.fixture
def folder(walked: WalkedLine, tmp_path: Path) -> Path:
    """A workspace of which one vintage is public, and another one was built since; few files, for many crashes."""
    base = tmp_path / "base"
    built, workspace = Path(walked.built.folder), base / "workspace"
    workspace.mkdir(parents=True)
    shutil.copy(walked.line.office.workspace.folder / "qonys.toml", workspace)
    for vintage in (built.name, NEW):
        few_files(built, workspace / "releases" / "2024" / vintage, vintage)
        if vintage == built.name:
            publish(office_of(base), YEAR)
    return base


def few_files(built: Path, target: Path, vintage: str) -> None:
    """A build under another vintage, with its pages and a few of its files."""
    release = json.loads((built / "bundle" / "release.json").read_bytes())
    names = [name for name in release["files"] if name.endswith(".html") or "external-by-year" in name]
    release["files"] = {name: release["files"][name] for name in names}
    release["facts"]["vintage"] = vintage
    for name in names:
        (target / "bundle" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built / "bundle" / name, target / "bundle" / name)
    (target / "bundle" / "release.json").write_text(json.dumps(release))
    record = json.loads((built / "record.json").read_bytes())
    (target / "record.json").write_text(json.dumps({**record, "vintage": vintage}))


@pytest.mark.parametrize("mode", ["writes", "moments"])
def test_a_publication_that_is_killed_leaves_the_old_release_or_the_new_one(folder: Path, mode: str) -> None:
    words = [sys.executable, "-m", "spec.publication_crashes", str(folder), mode]
    ran = subprocess.run(words, cwd=TESTS, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    assert found["faults"] == []
    assert len(found["vintages"]) == 2, "some were cut off before the pointer moved, some after"
    if mode == "writes":
        assert found["kills"] == found["writes"] > 25
    else:
        assert MOMENTS // 2 < found["kills"] <= MOMENTS


def full_at(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, nth: int) -> None:
    """The n-th call of a function meets a full disk."""
    original: Callable[..., Any] = getattr(owner, name)
    calls = [0]

    def full(*arguments: object, **named: object) -> object:
        calls[0] += 1
        if calls[0] == nth:
            raise OSError(errno.ENOSPC, "No space left on device", str(arguments[0]))
        return original(*arguments, **named)

    monkeypatch.setattr(owner, name, full)


@pytest.mark.parametrize(("name", "nth"), [("copyfile", 1), ("copyfile", 5), ("_replaced", 1)])
def test_a_disk_that_fills_leaves_what_was_public_and_with_room_the_same_command_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, nth: int
) -> None:
    before, old = contents(folder / "published"), seen(folder)
    with monkeypatch.context() as patched:
        full_at(patched, bundles.shutil if name == "copyfile" else bundles, name, nth=nth)
        with pytest.raises(DiskFullError, match="The disk is full"):
            publish(office_of(folder), YEAR)
    assert seen(folder) == old
    after = contents(folder / "published")
    assert {name: after[name] for name in before} == before
    assert not [name for name in after if "/." in name], "nothing half is left"
    publish(office_of(folder), YEAR)
    assert seen(folder)["vintage"] == NEW


def test_whoever_reads_all_the_time_sees_one_release_or_the_other(folder: Path) -> None:
    (old,) = PublishedFolder(folder / "published").current()
    (folder / "stop").unlink(missing_ok=True)
    reader = """
import sys
from pathlib import Path
from spec.publication_crashes import seen
folder, found = Path(sys.argv[1]), set()
stopped = False
while not stopped:  # the last look begins after the publication has ended
    stopped = (folder / "stop").exists()
    one = seen(folder)
    assert one["whole"] == "True", one
    found.add(one["vintage"])
    if len(found) == 1 and not (folder / "ready").exists():
        (folder / "ready").touch()
print(sorted(found))
"""
    running = subprocess.Popen(
        [sys.executable, "-c", reader, str(folder)], cwd=TESTS, stdout=subprocess.PIPE, text=True
    )
    until(lambda: (folder / "ready").exists())
    publish(office_of(folder), YEAR)
    (folder / "stop").touch()
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert out.strip() == str(sorted([old.facts.vintage, NEW]))


def test_two_programs_that_publish_at_once_leave_one_whole_release_and_an_answer_each(folder: Path) -> None:
    words = [sys.executable, "-m", "qonys", "release", "publish", "--workspace", str(folder / "workspace"), "--json"]
    environment = {**os.environ, **KEY_SETTINGS}
    running = [subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = [(json.loads(process.communicate(timeout=120)[0]), process.returncode) for process in running]
    assert 0 in [code for _, code in answers]
    for answer, code in answers:
        told = answer.get("what", "")
        assert code == 0 or (code == 6 and ("Somebody else publishes" in told or "Somebody else published" in told)), (
            answer
        )
    assert seen(folder)["vintage"] == NEW
    entries = office_of(folder).store.lifecycle.entries()
    assert [entry.vintage for entry in entries if entry.act == "publish"].count(NEW) == 1


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_at_the_hour_all_of_it_is_served_within_a_second_and_nothing_before(walked: WalkedLine, tmp_path: Path) -> None:
    import dataclasses

    shutil.copytree(walked.line.office.workspace.folder, tmp_path / "workspace")
    shutil.rmtree(tmp_path / "workspace" / "store" / "lifecycle", ignore_errors=True)
    due = datetime.now(UTC) + timedelta(seconds=3)
    office = dataclasses.replace(office_of(tmp_path), now=datetime.now(UTC))
    schedule(office, YEAR, due)
    asked: list[tuple[datetime, int]] = []

    class AskingClock(MachineClock):
        """At every nap, the portal is asked."""

        def sleep(self, seconds: float) -> None:
            asked.append((datetime.now(UTC), portal.get("/mini/2024/").status_code))
            super().sleep(min(seconds, 0.05))

    (tmp_path / "published").mkdir()
    with TestClient(site(tmp_path / "published")) as portal:
        (done,) = wait(office, None, AskingClock(), lambda told: None)
        served = datetime.now(UTC)
        assert all(code == 404 for instant, code in asked if instant < due)
        assert len(asked) > 10
        assert served - due < timedelta(seconds=1)
        for path, content in contents(Path(done.folder)).items():
            assert portal.get(f"/mini/2024/{done.vintage}/{path}").content == content, "served and static are equal"
        assert str(portal.get("/mini/2024/").url).endswith(f"/mini/2024/{done.vintage}/")


@pytest.fixture
def shut_workspace(walked: WalkedLine) -> Iterator[tuple[Path, list[str]]]:
    """A published folder beside a workspace at mode 000, and words that run a command without the rights of root."""
    as_user: list[str] = []
    if os.geteuid() == 0:  # root ignores modes, unless it gives up the right to
        if shutil.which("setpriv") is None:
            pytest.skip("root ignores modes, and there is no setpriv to give that up")
        as_user = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    root = Path(tempfile.mkdtemp(prefix="qonys-shut-"))
    root.chmod(0o755)
    workspace = Path(shutil.copytree(walked.line.office.workspace.folder, root / "workspace"))
    shutil.rmtree(workspace / "store" / "lifecycle", ignore_errors=True)
    publish(office_of(root), YEAR)
    workspace.chmod(0)
    try:
        yield root, as_user
    finally:
        workspace.chmod(0o755)
        shutil.rmtree(root, ignore_errors=True)


def test_the_portal_works_while_the_workspace_cannot_be_read(shut_workspace: tuple[Path, list[str]]) -> None:
    root, as_user = shut_workspace
    tried = subprocess.run([*as_user, "ls", str(root / "workspace")], capture_output=True, check=False)
    assert tried.returncode != 0, "it cannot be read"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [*as_user, sys.executable, "-m", "qonys", "serve", str(root / "published"), "--port", str(port)]
    served = subprocess.Popen(
        words, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        until(lambda: answered(port, "/") is not None)
        place = root / "published"
        found = [
            path
            for path in place.rglob("*")
            if path.is_file() and path.name != ".publishing" and "latest" not in path.parts
        ]
        assert len(found) > 20
        for path in found:
            assert answered(port, f"/{path.relative_to(place).as_posix()}") == path.read_bytes(), path
    finally:
        os.killpg(served.pid, 15)
        served.wait(timeout=30)


def answered(port: int, path: str) -> bytes | None:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            content: bytes = answer.read()
            return content
    except (URLError, OSError):
        return None
