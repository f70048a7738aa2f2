"""Writes the reference of `qonys.methods` from its docstrings: `python docs/methods_reference.py`.

One page a package, one section a module, its public functions and records in the order of the source. A test compares the
pages with the docstrings.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
METHODS = ROOT / "src" / "qonys" / "methods"
PAGES = ROOT / "docs" / "reference" / "methods"
_HEADINGS = ("Args:", "Returns:", "Raises:")


def pages() -> dict[str, str]:
    """Every page by its file name: one a package, and the index."""
    packages = sorted(path.parent for path in METHODS.glob("*/__init__.py"))
    found = {f"{package.name}.md": _page(package) for package in packages}
    lines = [f"- [{package.name}]({package.name}.md): {_first_line(package / '__init__.py')}" for package in packages]
    intro = f"{_first_line(METHODS / '__init__.py')}\n\nWritten by `python docs/methods_reference.py`."
    found["README.md"] = "# Methods\n\n" + intro + "\n\n" + "\n".join(lines) + "\n"
    return found


def _page(package: Path) -> str:
    head = _docstring(package / "__init__.py")
    title, _, rest = head.partition("\n")
    parts = [f"# qonys.methods.{package.name}", title, _as_markdown(rest.strip("\n")) if rest.strip() else ""]
    for path in sorted(package.glob("*.py")):
        if path.name != "__init__.py":
            parts += list(_module(path, package.name))
    return "\n\n".join(part for part in parts if part) + "\n"


def _module(path: Path, package: str) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    if not public:
        return
    yield f"## {package}.{path.stem}"
    yield _as_markdown(ast.get_docstring(tree) or "")
    for node in public:
        yield f"### `{_signature(node)}`"
        yield _as_markdown(ast.get_docstring(node) or "")


def _signature(node: ast.FunctionDef | ast.ClassDef) -> str:
    if isinstance(node, ast.ClassDef):
        return node.name
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({ast.unparse(node.args)}){returned}"


def _as_markdown(docstring: str) -> str:
    """A docstring as Markdown: lists of arguments, code that is shown, all else as it stands."""
    blocks = [block for block in docstring.split("\n\n") if block.strip()]
    return "\n\n".join(_block(block) for block in blocks)


def _block(block: str) -> str:
    head, _, rest = block.partition("\n")
    if head.strip() in _HEADINGS:
        return f"**{head.strip()[:-1]}**\n\n" + "\n".join(_listed(textwrap.dedent(rest)))
    if block.lstrip().startswith(">>>") or block.startswith("    "):
        return (
            "```python\n" + textwrap.dedent(block) + "\n```"
            if ">>>" in block
            else "```\n" + textwrap.dedent(block) + "\n```"
        )
    return block


def _listed(lines: str) -> Iterator[str]:
    """Each argument an item; what belongs to it is on further lines."""
    for line in lines.splitlines():
        name, found, said = line.partition(": ")
        if line.startswith(" "):
            yield f"  {line.strip()}"
        elif found and " " not in name.replace(", ", ","):
            yield f"- `{name}`: {said}"
        else:
            yield f"- {line}"


def _first_line(path: Path) -> str:
    return _docstring(path).partition("\n")[0]


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


if __name__ == "__main__":
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
