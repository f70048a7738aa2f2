"""docs/how-to/withdraw-a-delivery.md, run as it is written: its commands in their order, and what it shows of their output."""

from __future__ import annotations

import pytest

from spec.run_pages import HOW_TO, Block, run_page


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> list[Block]:
    return run_page(HOW_TO / "withdraw-a-delivery.md", tmp_path_factory.mktemp("withdrawn"))


def test_every_command_of_the_page_succeeds(blocks: list[Block]) -> None:
    assert len(blocks) == 5


def test_what_the_page_shows_is_what_the_commands_said(blocks: list[Block]) -> None:
    assert [line for block in blocks for line in block.not_said] == []
