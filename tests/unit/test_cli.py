"""The command line: help of every command, JSON of every step, and a start that loads nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from qonys.country.loading import load_profile
from spec.command_line import qonys

COMMANDS = {
    "new": ["--profile", "--json"],
    "collect": ["--layout", "--received", "--workspace", "--json"],
    "process": ["--workspace", "--json"],
    "rules": ["try", "--profile", "--vtl", "--language", "--json"],
    "rules try": ["FILE", "--month", "--workspace", "--json"],
    "findings": ["--html", "--csv", "--language", "--workspace", "--json"],
    "tabulate": ["--workspace", "--json"],
    "release": ["build", "publish"],
    "release build": ["PERIOD", "--from-slips", "--workspace", "--json"],
    "release publish": ["PERIOD", "--workspace", "--json"],
    "status": ["--workspace", "--json"],
    "simulate": ["--folder", "--profile", "--seed", "--moves", "--workspace", "--json"],
    "profile": ["check", "schemas"],
    "profile check": ["NAME", "--json"],
    "profile schemas": ["FOLDER"],
    "serve": ["FOLDER", "--host", "--port", "--workspace"],
    "demo": ["FOLDER", "--serve", "--port", "--json"],
}
HEAVY = ("duckdb", "pyarrow", "numpy", "scipy", "deltalake", "litestar", "babel", "jinja2", "sqlglot")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_names_its_parameters(command: str) -> None:
    ran = qonys(*command.split(), "--help")
    assert ran.code == 0
    for parameter in COMMANDS[command]:
        assert parameter in ran.said


def test_help_names_every_command_and_the_version_is_told() -> None:
    said = qonys("--help").said
    assert all(command.split()[0] in said for command in COMMANDS)
    assert qonys("--version").out.strip() == "0.1.0"


@pytest.mark.parametrize(
    ("group", "told"), [("", "Take deliveries into the register"), ("release", "Build the release of a period")]
)
def test_help_of_a_group_tells_what_its_commands_do(group: str, told: str) -> None:
    """In a process of its own: here the modules of commands are loaded already, and a command is told of by its module."""
    words = [sys.executable, "-m", "qonys", *group.split(), "--help"]
    assert told in subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize("start", ["import qonys", "import qonys.cli", "from qonys.cli import main; main()"])
def test_a_start_loads_nothing_heavy(start: str) -> None:
    script = (
        "import atexit, sys\n"
        f"atexit.register(lambda: sys.stderr.write(' '.join(n for n in {HEAVY} if n in sys.modules)))\n"
        f"sys.argv = ['qonys', '--help']\n{start}"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_line_can_be_walked_by_commands_that_speak_json(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    assert qonys("new", folder, "--profile", "mini", "--json").json["profile"] == "mini"
    here = ("--workspace", folder, "--json")
    written = qonys("simulate", "--moves", "300", *here).json["deliveries"]
    collected = qonys("collect", folder / "deliveries", *here).json["receipts"]
    assert sum(receipt["rows"] for receipt in collected) == sum(delivery["slips"] for delivery in written) > 0
    assert {rule["rule"] for rule in qonys("process", *here).json["rules"]} >= {"future", "not-a-move"}
    cut_offs = qonys("tabulate", *here).json["cut_offs"]
    assert cut_offs["2025-02-28"]["moves"] > 0
    built = qonys("release", "build", "2024", *here).json["release"]
    published = qonys("release", "publish", "2024", *here).json["publication"]
    assert built["vintage"] == published["vintage"]
    assert Path(published["folder"]).is_relative_to(tmp_path / "published")
    accounts = qonys("status", *here).json["periods"]
    assert sum(account["delivered"] for account in accounts) == sum(receipt["rows"] for receipt in collected)


def test_the_schemas_of_profile_files_are_written_as_json(tmp_path: Path) -> None:
    assert qonys("profile", "schemas", tmp_path).code == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert {"profile.schema.json", "source.schema.json", "table.schema.json", "calendar.schema.json"} <= names
    assert all(json.loads(path.read_text("utf-8")) for path in tmp_path.iterdir())


def test_every_shipped_profile_is_in_order() -> None:
    for name in ("mini", "kz", "es"):
        assert qonys("profile", "check", name, "--json").json["profile"] == load_profile(name).id
