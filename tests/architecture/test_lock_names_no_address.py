"""The lock pins every package by version and content, and leaves the address to the machine that installs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
HEAD = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==\S+( ; .+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def test_every_line_of_the_lock_is_a_pinned_version_or_a_hash() -> None:
    odd = [line for line in LOCK.splitlines() if line.strip() and not (HEAD.match(line) or HASH.match(line))]
    assert odd == []


def test_the_lock_names_no_address() -> None:
    assert "://" not in LOCK
    assert not re.search(r"(?m)^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b", LOCK)


def test_every_package_of_the_lock_has_a_hash() -> None:
    lines = [line for line in LOCK.splitlines() if line.strip()]
    heads = [index for index, line in enumerate(lines) if HEAD.match(line)]
    assert heads
    assert [lines[index] for index in heads if not HASH.match((*lines, "")[index + 1])] == []


def test_every_dependency_of_the_project_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = {_name(line) for line in LOCK.splitlines() if HEAD.match(line)}
    assert {_name(requirement) for requirement in asked} - locked == set()
