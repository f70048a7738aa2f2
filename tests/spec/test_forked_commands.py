"""A command that runs as a fork of a known process is not to be told from one that begins anew."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from spec.forked_commands import forked_commands

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("QONYS_")} | {"COLUMNS": "200"}
WORDS = (("--version",), ("profiles",), ("no-such-command",), ("status",), ("new", "office", "--profile", "nowhere"))


@pytest.fixture(scope="module")
def forked() -> Iterator[Path]:
    with TemporaryDirectory() as place, forked_commands(Path(place), ENVIRONMENT) as programs:
        yield programs / "qonys"


def ran(program: Path, words: tuple[str, ...], folder: Path, **settings: str) -> tuple[int, bytes, bytes]:
    environment = {**ENVIRONMENT, **settings}
    done = subprocess.run([program, *words], cwd=folder, env=environment, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_it_says_and_ends_as_the_installed_program_does(forked: Path, words: tuple[str, ...], tmp_path: Path) -> None:
    assert ran(forked, words, tmp_path) == ran(Path(sys.executable).with_name("qonys"), words, tmp_path)


def test_it_works_in_its_own_folder_and_environment_and_leaves_nothing_to_the_next(
    forked: Path, tmp_path: Path
) -> None:
    office = tmp_path / "office"
    assert ran(forked, ("new", "office", "--profile", "mini"), tmp_path)[0] == 0
    assert ran(forked, ("status",), office)[0] == 0
    assert ran(forked, ("status",), tmp_path)[0] != 0
    no_key = ran(forked, ("collect", "."), office)
    bad_key = ran(forked, ("collect", "."), office, QONYS_KEY="short")
    assert (no_key[0] != 0, bad_key[0] != 0, no_key[2] != bad_key[2]) == (True, True, True)
    assert ran(forked, ("collect", "."), office) == no_key
