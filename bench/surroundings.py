"""What surrounds a command of a bench: throw-away keys, and Python as it is where a program is installed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

EXTRAS = ("pandas", "pysail", "pyspark", "statsmodels")
"""What the extras of Qonys and the tools of its tests bring."""
_HIDING = f"""
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in {EXTRAS}:
            raise ModuleNotFoundError(f"{{name}} is not installed here")

sys.meta_path.insert(0, Hidden())
"""


def as_installed() -> dict[str, str]:
    """The environment of a command.

    Images of containers often forbid Python to keep what it compiles. An installed program is compiled once; without that
    every command would compile two hundred modules anew, and what is measured would be that.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "QONYS_KEY": secrets.token_hex(32), "QONYS_RECORD_KEY": secrets.token_hex(32)}


def without_extras(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """The same where the extras are not installed: a module of a new folder, which Python loads at its start, hides them.

    PyArrow loads pandas with its first array wherever it is installed, unasked.
    """
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_HIDING, "utf-8")
    named = [str(folder), *filter(None, [environment.get("PYTHONPATH")])]
    return {**environment, "PYTHONPATH": os.pathsep.join(named)}
