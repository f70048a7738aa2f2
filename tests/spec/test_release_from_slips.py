"""`qonys release build PERIOD --from-slips`: the three steps in one run leave what the three commands leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qonys.concepts.period import Period
from qonys.errors import ProfileError
from qonys.production.from_slips import Processed, Tabulated
from spec.command_line import KEY_SETTINGS, qonys
from spec.drawn_slips import Walk
from walked_line import WalkedLine

TESTS = Path(__file__).parents[1]
RECEIVED = ("2025-01-10", "PERSON | DAY\nann | 05.03.2024\nbob | 05.03.2023\ncat | 07.03.2030")
KILLED = """
import os, signal, sys
from pathlib import Path
from qonys.cli.settings import line_of
from qonys.concepts.period import Period

ends = []

def told(step):
    ends.append(step)
    if len(ends) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

line_of(Path(sys.argv[1]), lambda what, rows: None).build_from_slips(Period(2024), told)
"""


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    walk = Walk(tmp_path)
    walk.receive(*RECEIVED)
    return walk


def content_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in (folder / "bundle").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def workspace_of(walk: Walk) -> Path:
    return walk.line.office.workspace.folder


def test_the_command_builds_byte_for_byte_what_three_commands_build(walked: WalkedLine, tmp_path: Path) -> None:
    folder = tmp_path / "office"
    qonys("new", folder, "--profile", "mini")
    qonys("collect", walked.deliveries, "--workspace", folder)
    ran = qonys("release", "build", "2024", "--from-slips", "--workspace", folder)
    assert ran.code == 0, ran.said
    built = Path(ran.out.splitlines()[-1]).parent
    assert (built.name, content_of(built)) == (walked.built.vintage, content_of(Path(walked.built.folder)))


@pytest.mark.usefixtures("only_pages")
def test_it_says_in_short_what_each_step_found(walk: Walk) -> None:
    ran = qonys("release", "build", "2024", "--from-slips", "--workspace", workspace_of(walk))
    lines = [" ".join(line.replace("│", " ").split()) for line in ran.out.splitlines()]
    assert {"future error 1", "final 2025-02-28 2 2"} <= set(lines)
    assert "1 found errors" in ran.said
    assert ran.said.index("Processed: of ") < ran.said.index("Tabulated: ") < ran.said.index("Built 2024, vintage ")


@pytest.mark.usefixtures("only_pages")
def test_as_json_each_step_tells_what_its_own_command_tells(walk: Walk, tmp_path: Path) -> None:
    apart = ("--workspace", workspace_of(walk.copied(tmp_path / "apart")), "--json")
    told = qonys("release", "build", "2024", "--from-slips", "--workspace", workspace_of(walk), "--json").json
    assert told["process"] == qonys("process", *apart).json
    assert told["tabulate"] == qonys("tabulate", *apart).json
    built = qonys("release", "build", "2024", *apart).json
    assert sorted(map(str, told["findings"])) == sorted(map(str, built["findings"]))
    assert told["release"]["vintage"] == built["release"]["vintage"]
    assert set(told) == {"process", "tabulate", "release", "findings"}


def test_a_period_that_the_calendar_does_not_know_is_refused_before_anything_is_made(walk: Walk) -> None:
    with pytest.raises(ProfileError, match="2031"):
        walk.line.build_from_slips(Period(2031))
    assert walk.line.office.store.version("clean/moves") is None


def test_a_month_whose_files_have_not_come_is_refused_before_anything_is_made(walk: Walk) -> None:
    ran = qonys("release", "build", "2024-02", "--from-slips", "--workspace", workspace_of(walk))
    assert "By the data cut-off 2024-03-31 had not come: " in ran.said
    assert walk.line.office.store.version("clean/moves") is None


def test_without_a_delivery_it_ends_as_process_ends(tmp_path: Path) -> None:
    workspace = tmp_path / "office"
    qonys("new", workspace, "--profile", "mini")
    ran, alone = (
        qonys(*words, "--workspace", workspace)
        for words in (("release", "build", "2024", "--from-slips"), ("process",))
    )
    assert (ran.code, ran.said) == (alone.code, alone.said)
    assert "Nothing was collected yet." in ran.said


@pytest.mark.parametrize("step", ["process", "tabulate"])
def test_where_somebody_else_takes_a_step_it_ends_as_that_command_ends(walk: Walk, step: str) -> None:
    store = walk.line.office.store
    with store.together(step, {}):
        alone = qonys(step, "--workspace", workspace_of(walk), "--json")
        ran = qonys("release", "build", "2024", "--from-slips", "--workspace", workspace_of(walk), "--json")
    assert (ran.code, ran.json) == (alone.code, alone.json)
    assert alone.code != 0
    assert (store.version("clean/moves") is None) == (step == "process")
    assert store.version("statistics/flows") is None


def test_where_the_release_is_refused_what_was_counted_stays(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-06-01", "PERSON\nann")
    here = ("--workspace", workspace_of(walk))
    ran = qonys("release", "build", "2024", "--from-slips", *here, "--json")
    alone = qonys("release", "build", "2024", *here, "--json")
    assert (ran.code, ran.json) == (alone.code, alone.json)
    assert "No flow is known as of" in ran.json["what"]
    assert walk.line.office.store.version("statistics/flows") is not None


@pytest.mark.usefixtures("only_pages")
@pytest.mark.parametrize("ended", [1, 2])
def test_a_run_that_is_killed_between_two_steps_leaves_what_the_next_command_goes_on_from(
    walk: Walk, tmp_path: Path, ended: int
) -> None:
    apart = walk.copied(tmp_path / "apart")
    words = [sys.executable, "-c", KILLED, str(workspace_of(walk)), str(ended)]
    ran = subprocess.run(words, env={**os.environ, **KEY_SETTINGS}, cwd=TESTS, capture_output=True, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    store = walk.line.office.store
    assert store.version("clean/moves") is not None
    assert (store.version("statistics/flows") is None) == (ended == 1)
    if ended == 1:
        walk.line.tabulate()
    went_on, whole = walk.line.build(Period(2024)).data, apart.line.build_from_slips(Period(2024)).data
    assert content_of(Path(went_on.folder)) == content_of(Path(whole.folder))


@pytest.mark.usefixtures("only_pages")
def test_a_correction_after_the_flows_were_counted_is_in_the_release(walk: Walk) -> None:
    walk.line.build_from_slips(Period(2024))
    walk.receive("2025-01-20", "PERSON\ndan")
    here = ("--workspace", workspace_of(walk))
    refused = qonys("release", "build", "2024", *here)
    assert "came after they were counted" in refused.said
    assert "--from-slips" in refused.said
    steps: list[Processed | Tabulated] = []
    walk.line.build_from_slips(Period(2024), steps.append)
    assert isinstance(steps[1], Tabulated)
    assert steps[1].outcome.measures["2025-02-28"]["moves"] == 3
