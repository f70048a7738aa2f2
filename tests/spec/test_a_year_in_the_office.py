"""docs/how-to/a-year-in-the-office.md, run as it is written: twelve closings, the annual release, one correction."""

from __future__ import annotations

from pathlib import Path

import pytest

from qonys.published.bundles import PublishedFolder
from spec.run_pages import HOW_TO, Block, run_page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("year")


@pytest.fixture(scope="module")
def blocks(folder: Path) -> list[Block]:
    return run_page(HOW_TO / "a-year-in-the-office.md", folder)


def test_every_command_of_the_page_succeeds(blocks: list[Block]) -> None:
    assert len(blocks) >= 8


def test_what_the_page_shows_is_what_the_commands_said(blocks: list[Block]) -> None:
    assert [line for block in blocks for line in block.not_said] == []


def test_twelve_months_are_built_and_the_year_is_published_twice(blocks: list[Block], folder: Path) -> None:
    assert blocks
    months = [f"2024-{month:02}" for month in range(1, 13)]
    assert sorted(path.name for path in (folder / "ardal" / "releases").iterdir()) == ["2024", *months]
    published = folder / "published" / "mini"
    assert sorted(path.name for path in published.glob("2024*")) == ["2024", "2024-01", "2024-12"]
    vintages = {path.name for path in (published / "2024").iterdir() if path.is_dir()} - {"latest"}
    assert len(vintages) == 2
    assert len(list(PublishedFolder(folder / "published").current())) == 3
