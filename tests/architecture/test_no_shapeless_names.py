"""What has no name of its own has no home."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHAPELESS = {"util", "helper", "common", "misc", "base", "manager", "stuff", "tool"}


def _is_shapeless(name: str) -> bool:
    last_word = name.strip("_").rsplit("_", 1)[-1].lower()
    return last_word in SHAPELESS or last_word.removesuffix("s") in SHAPELESS


@pytest.mark.parametrize("name", ["utils", "date_utils", "helpers", "_common", "misc", "base", "table_manager"])
def test_a_shapeless_name_is_recognised(name: str) -> None:
    assert _is_shapeless(name)


def test_no_module_or_folder_has_a_shapeless_name() -> None:
    paths = [
        path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts
    ]
    named = [path for path in paths if path.suffix == ".py" or path.is_dir()]
    assert named
    assert [str(path.relative_to(ROOT)) for path in named if _is_shapeless(path.stem)] == []
