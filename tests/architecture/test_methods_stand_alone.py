"""Who installs the methods needs numpy and scipy, and nothing of an office; what they do is told by their docstrings."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
METHODS = ROOT / "src" / "qonys" / "methods"
REFERENCE = runpy.run_path(str(ROOT / "docs" / "methods_reference.py"))
ALONE = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        ours = name == "qonys" or name.startswith(("qonys.methods", "qonys.errors"))
        if ours or top in {"numpy", "scipy"} or top in sys.stdlib_module_names or top.startswith("_"):
            return None
        raise ImportError(f"{name} is not installed here")

sys.meta_path.insert(0, Blocked())
import importlib, pathlib
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    parts = ["qonys", "methods", *path.relative_to(sys.argv[1]).with_suffix("").parts]
    importlib.import_module(".".join(part for part in parts if part != "__init__"))
from qonys.methods.systems.summary import system_summary
print(system_summary([[0, 30], [20, 0]], [400, 600])["migration_effectiveness"])
try:
    importlib.import_module(sys.argv[2])
except ImportError as error:
    print(error)
"""


def test_the_methods_work_where_only_numpy_and_scipy_are_installed() -> None:
    command = [sys.executable, "-c", ALONE, str(METHODS), "msgspec"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["20.0", "msgspec is not installed here"], "and the block holds"


@pytest.mark.parametrize("name", sorted(REFERENCE["pages"]()))
def test_a_page_of_the_reference_says_what_the_docstrings_say(name: str) -> None:
    written = (ROOT / "docs" / "reference" / "methods" / name).read_text(encoding="utf-8")
    assert written == REFERENCE["pages"]()[name], "write it again: python docs/methods_reference.py"


def test_the_reference_has_every_package_and_nothing_else() -> None:
    packages = {path.parent.name for path in METHODS.glob("*/__init__.py")}
    assert {path.stem for path in (ROOT / "docs" / "reference" / "methods").glob("*.md")} == packages | {"README"}


def test_the_tutorial_of_the_methods_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "docs" / "tutorials" / "methods.py"))
    said = capsys.readouterr().out
    assert "20 regions" in said
    assert "exponent of distance -1.0000" in said


def test_the_tutorial_uses_the_methods_alone() -> None:
    text = (ROOT / "docs" / "tutorials" / "methods.py").read_text(encoding="utf-8")
    used = [line.split()[1] for line in text.splitlines() if line.startswith(("from qonys", "import qonys"))]
    assert used
    assert [name for name in used if not name.startswith("qonys.methods")] == []
