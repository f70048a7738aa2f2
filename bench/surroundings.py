"""What surrounds a command of a bench: throw-away keys, and Python as it is where a program is installed."""

from __future__ import annotations

import os
import secrets


def as_installed() -> dict[str, str]:
    """The environment of a command.

    Images of containers often forbid Python to keep what it compiles. An installed program is compiled once; without that
    every command would compile two hundred modules anew, and what is measured would be that.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "QONYS_KEY": secrets.token_hex(32), "QONYS_RECORD_KEY": secrets.token_hex(32)}
