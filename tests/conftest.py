"""Shared by all tests. Its place puts this folder on the path: `from spec.drawn_tables import drawn_table`."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from qonys.concepts.period import Period
from qonys.country import loading
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.production.line import Line
from qonys.production.simulating import simulate_register
from spec.drawn_slips import new_office
from spec.seed_release import pages_alone
from walked_line import WalkedLine

# The width of a terminal is read once, when a console is made; here nothing shall be cut, whoever makes it first.
os.environ.setdefault("COLUMNS", "300")
# As the commands do; for the workers of pytest-xdist and the processes that tests start, which load numpy after this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A worker of pytest-xdist has a main module without a file, which Spark's client takes for a doctest that it must end.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__
# A machine with other work beside is no defect: what is drawn may take its time.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept-golden", action="store_true", help="take what is made now as the new golden copies")


LONGEST = (
    "test_release_of_kazakhstan.py",
    "test_simulated_margins.py",
    "test_crashes.py",
    "browser",
    "test_a_year_in_the_office.py",
    "test_release_is_proven.py",
    "test_bad_files.py",
    "test_publication_survives.py",
    "test_ten_years.py",
    "test_integration_properties.py",
    "test_signature.py",
    "test_corrections.py",
)
"""Files, or folders of them, that run for longer than 20 seconds, the longest first"""


TOGETHER = {
    "browser/": "the browser and the release that it opens",
    "real/test_release_of_kazakhstan.py": "the slips of Kazakhstan",
    "real/test_simulated_margins.py": "the slips of Kazakhstan",
}
"""Part of a path -> what its tests share"""


class FilesTogether(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist has no types
    """A worker takes a file of tests at a time, and with it those that share what is long in the making."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return next((shared for part, shared in TOGETHER.items() if part in file), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FilesTogether:
    return FilesTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests come first: one that begins last is waited for by all workers."""
    items.sort(key=lambda item: min((LONGEST.index(n) for n in item.path.parts if n in LONGEST), default=len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def _disks_are_not_waited_for() -> Iterator[None]:
    """What is written is there for every process, killed or not; that it is on the disk too matters where power fails."""
    with mock.patch.object(os, "fsync", lambda _file: None):
        yield


@pytest.fixture(scope="session", autouse=True)
def _profiles_read_once() -> Iterator[None]:
    """The commands of the tests read the same profiles over and over; files of the same content say the same."""
    read = loading.profile_in

    @lru_cache(maxsize=32)
    def known(folder: Path, content: bytes) -> Profile:
        return read(folder)

    with mock.patch.object(loading, "profile_in", lambda folder: known(folder, _content_of(folder))):
        yield


def _content_of(folder: Path) -> bytes:
    """A digest over names and bytes of all files of a folder."""
    digest = hashlib.sha256(str(folder.resolve()).encode())
    for place, _, names in sorted(os.walk(folder)):
        for path in (Path(place, name) for name in sorted(names)):
            content = path.read_bytes()
            digest.update(f"{path}:{len(content)}\0".encode())
            digest.update(content)
    return digest.digest()


@pytest.fixture
def only_pages() -> Iterator[None]:
    """Releases of this test are built without what takes long and nothing in the test reads."""
    with pages_alone():
        yield


@pytest.fixture(scope="session")
def mini() -> Profile:
    return load_profile("mini")


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "deliveries"
    simulate_register("mini", folder, seed=7, moves=None, progress=lambda what, rows: None)
    return folder


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory, simulated: Path) -> WalkedLine:
    line = Line(new_office(tmp_path_factory.mktemp("walked") / "workspace"))
    line.collect([simulated])
    line.process()
    line.tabulate()
    built = line.build(Period(2024)).data
    return WalkedLine(line, simulated, built, line.publish().data)
