"""A command loads the shelves that it works with, and of the libraries only those that it uses: what is loaded takes time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spec.command_line import KEY_SETTINGS, qonys

SHELVES = {"collect", "process", "analyse", "disseminate", "publish", "evaluate", "simulate"}
OF_RELEASES = (
    "babel",
    "jinja2",
    "scipy",
    "typst",
    "xlsxwriter",
    "litestar",
    "textual",
    "splink",
    "adbc_driver_postgresql",
)
"""Libraries of pages, files, screens, and methods."""
WITHOUT_EXTRAS = """
import atexit, sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in {"pandas", "pysail", "pyspark", "statsmodels"}:
            raise ModuleNotFoundError(f"{name} is not installed here")

sys.meta_path.insert(0, Hidden())
atexit.register(lambda: sys.stderr.write("\\nLOADED " + " ".join(sys.modules)))
"""
"""What the extras bring is hidden: PyArrow loads pandas with its first array wherever it is installed, unasked."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with some slips of arrival, which nobody took in yet."""
    folder = tmp_path_factory.mktemp("start") / "office"
    qonys("new", folder, "--profile", "mini")
    qonys("simulate", "--moves", "100", "--workspace", folder)
    return folder


@pytest.mark.parametrize(
    ("command", "shelves", "besides"),
    [
        ("--version", set(), ("duckdb", "sqlglot", "pyarrow", "numpy", "msgspec", "yaml")),
        ("collect deliveries", {"collect"}, ("duckdb", "sqlglot")),
        ("process", {"process"}, ("datafusion",)),
        ("status", {"evaluate", "process"}, ("datafusion", "sqlglot")),
    ],
)
def test_a_command_loads_its_shelves_and_no_library_of_others(
    office: Path, command: str, shelves: set[str], besides: tuple[str, ...]
) -> None:
    loaded = modules_loaded_by(command, office)
    assert {name.split(".")[1] for name in loaded if name.startswith("qonys.")} & SHELVES == shelves
    assert [name for name in (*OF_RELEASES, *besides) if name in loaded] == []


def modules_loaded_by(command: str, office: Path) -> set[str]:
    script = f"{WITHOUT_EXTRAS}\nsys.argv = {['qonys', *command.split()]}\nfrom qonys.cli import main\nmain()"
    settings = {**os.environ, **KEY_SETTINGS}
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=office, env=settings, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stderr.rpartition("LOADED ")[2].split())
