"""A function reads in one glance."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 50


def _lengths(path: Path) -> dict[str, int]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_no_function_is_longer_than_50_lines() -> None:
    lengths = {name: length for path in (ROOT / "src").rglob("*.py") for name, length in _lengths(path).items()}
    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
