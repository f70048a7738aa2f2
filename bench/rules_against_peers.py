"""The same 14 record rules on the same registrations: Qonys against pandera and pointblank; prints the ratio to the better.

    .venv/bin/python bench/rules_against_peers.py [--rows 2000000] [--runs 5] [--peers PYTHON]

Slips of Kazakhstan are made up and collected (not counted). Each tool then reads the same Parquet files and counts, for
each rule, the rows that break it, in a process of its own whose start is not counted. Qonys also keeps every such row with
all its reasons, which the peers do not. The counts of all three must agree. The peers live in an environment of their own,
made by pip from bench/requirements-peers.txt unless --peers names a Python that has them.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from slips import write_slips

from qonys.country.loading import SHIPPED
from qonys.process.verdicts import FAILS, verdicts_of, verdicts_query
from qonys.production.line import Line
from qonys.production.office import Office
from qonys.store.keys import Keys
from qonys.store.workspace import Workspace

HERE = Path(__file__).resolve().parent
WANTED = 2.0
RULES = {
    "future": "date <= received",
    "early": "date >= cast('2023-01-01' as date)",
    "born-after": "birth_date <= date",
    "too-old": "birth_date >= cast('1905-01-01' as date)",
    "sex": "sex in ('F', 'M')",
    "kind": "kind in ('arrival', 'departure')",
    "residence": "registration_type = 'residence'",
    "same-place": "origin <> destination",
    "ethnicity": "ethnicity in ('kazakh', 'russian', 'uzbek', 'ukrainian', 'uyghur', 'tatar', 'german', 'kyrgyz', 'azerbaijani', 'korean', 'turkish', 'dungan', 'tajik', 'belarusian', 'chechen', 'polish', 'other')",
    "marital": "marital in ('never', 'married', 'widowed', 'divorced')",
    "education": "education in ('postgraduate', 'higher', 'incomplete_higher', 'secondary_vocational', 'general_secondary', 'basic_secondary', 'primary', 'none')",
    "reason": "reason in ('work', 'study', 'family', 'housing', 'return', 'repatriation', 'health', 'other')",
    "citizenship": "citizenship = 'KZ'",
    "young-and-married": "marital = 'never' or year(birth_date) < 2006",
}
"""The rules of bench/peers.py in our words."""


def main() -> None:
    """Prepare the registrations, run every tool, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000, help="slips")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each tool")
    parser.add_argument("--peers", type=Path, help="Python of an environment that has the peers")
    parser.add_argument("--office", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.office:
        print(json.dumps(confronted(given.office)))
        return
    with tempfile.TemporaryDirectory() as folder:
        office, files = collected(Path(folder), given.rows)
        peers = str(given.peers or environment(Path(folder)))
        tools = {
            "qonys": [sys.executable, __file__, "--office", str(office)],
            "pandera": [peers, str(HERE / "peers.py"), "pandera", *files],
            "pointblank": [peers, str(HERE / "peers.py"), "pointblank", *files],
        }
        compare(tools, given.rows, given.runs)


def compare(tools: dict[str, list[str]], rows: int, runs: int) -> None:
    """Run the tools in turn, so that a slow minute of the machine is one of all of them."""
    seconds: dict[str, list[float]] = {tool: [] for tool in tools}
    fails: dict[str, dict[str, int]] = {}
    for _ in range(runs):
        for tool, command in tools.items():
            told = json.loads(ran(command))
            seconds[tool].append(told["seconds"])
            fails[tool] = told["fails"]
    if not fails["qonys"] == fails["pandera"] == fails["pointblank"]:
        sys.exit(f"The tools do not agree: {fails}")
    median = {tool: statistics.median(taken) for tool, taken in seconds.items()}
    print(f"{len(RULES)} rules, {rows} rows, {sum(fails['qonys'].values())} breaks, found alike by all three")
    for tool, second in median.items():
        print(f"{tool:10} median of {runs}: {second:7.2f} s, {rows / second / 1e6:6.2f} M rows/s")
    better = min(median["pandera"], median["pointblank"])
    print(f"{better / median['qonys']:.2f} times as fast as the better peer; wanted {WANTED:.0f}")


def ran(command: list[str]) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PANDERA_VALIDATION_DEPTH": "SCHEMA_AND_DATA"},
    )
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def collected(folder: Path, rows: int) -> tuple[Path, list[str]]:
    """A workspace whose profile has these rules alone, with the registrations in it, and their Parquet files."""
    profile = folder / "kz"
    shutil.copytree(SHIPPED / "kz", profile)
    shutil.rmtree(profile / "rules")
    (profile / "rules").mkdir()
    names = dict.fromkeys(("kk", "ru", "en"), "a rule")
    rules: list[dict[str, Any]] = [
        {"id": name, "message": names, "expr": expr, "action": "quarantine"} for name, expr in RULES.items()
    ]
    (profile / "rules" / "rules.yaml").write_text(yaml.safe_dump({"rules": rules}), "utf-8")
    write_slips(folder / "arrivals_1.csv", rows)
    office = at_work(Workspace.create(folder / "office", str(profile)))
    Line(office).collect([folder / "arrivals_1.csv"], received=date(2025, 1, 20))
    return office.workspace.folder, list(office.store.files("input/registrations").paths)


def at_work(workspace: Workspace) -> Office:
    keys = Keys.from_hex(secrets.token_hex(32), secrets.token_hex(32))
    return Office(workspace, date(2025, 1, 20), lambda *_: None, keys)


def confronted(folder: Path) -> dict[str, Any]:
    """Qonys: fails a rule, and the failing rows with all their reasons."""
    office = at_work(Workspace.open(folder))
    rules = office.profile.rules.of_records()
    tables = {
        "registrations": office.store.files("input/registrations"),
        "deliveries": office.counting_deliveries(),
        "territory": office.territory,
    }
    office.engine.run("select 1 as one")  # what a first use loads is not counted
    start = time.perf_counter()
    verdicts = verdicts_of(rules, office.engine.run(verdicts_query(rules, {}), None, **tables))
    seconds = time.perf_counter() - start
    fails = {rule.id: int(states[FAILS]) for rule, states in zip(rules, verdicts.states, strict=True)}
    return {"seconds": seconds, "fails": fails}


def environment(folder: Path) -> Path:
    """An environment with the peers."""
    venv.create(folder / "peers", with_pip=True)
    python = folder / "peers" / "bin" / "python"
    ran([str(python), "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements-peers.txt")])
    return python


if __name__ == "__main__":
    main()
