"""What a command reads from its surroundings, once: the day, the keys, the workspace."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qonys.errors import OperatorError

if TYPE_CHECKING:
    from qonys.datasets.outcome import Progress
    from qonys.production.line import Line
    from qonys.publish.signing import SigningKey
    from qonys.store.keys import Keys


def line_of(workspace: Path, progress: Progress, *, counting: str = "") -> Line:
    """The line of a workspace, on today's date, worked by whoever runs it, with the keys if they are given.

    Args:
        workspace: folder of the workspace.
        progress: is told what is being done.
        counting: the engine that counts; empty for that of the workspace.
    """
    from qonys.production.line import Line
    from qonys.production.office import Office
    from qonys.store.workspace import Workspace

    os.environ.setdefault("RUST_LOG", "error")  # what Sail would write besides is not for whoever runs a command
    return Line(
        Office(
            Workspace.open(workspace),
            today(),
            progress,
            keys_from(os.environ, workspace),
            operator_from(os.environ),
            datetime.now(UTC),
            partial(connection_from, os.environ, workspace),
            counting,
            signing_key_from(os.environ, workspace),
        )
    )


def today() -> date:
    """The day. With the instant that `line_of` reads it is the only clock of Qonys."""
    return date.today()  # noqa: DTZ011 an office works by the calendar on its wall


def operator_from(environment: Mapping[str, str]) -> str:
    """Who works: ``QONYS_OPERATOR``, else the login name; empty where the machine knows neither."""
    named = environment.get("QONYS_OPERATOR", "").strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def keys_from(environment: Mapping[str, str], workspace: Path) -> Keys | None:
    """Both keys, from ``QONYS_KEY`` or ``QONYS_KEY_FILE``, and ``QONYS_RECORD_KEY`` or ``QONYS_RECORD_KEY_FILE``.

    Raises:
        OperatorError: only one of the two is given, or a key file lies in the workspace or cannot be read.
    """
    from qonys.store.keys import Keys

    person = _key(environment, "QONYS_KEY", workspace)
    record = _key(environment, "QONYS_RECORD_KEY", workspace)
    if person is None and record is None:
        return None
    if person is None or record is None:
        absent = "QONYS_KEY" if person is None else "QONYS_RECORD_KEY"
        raise OperatorError("Only one of the two keys is given.", next_step=f"Set {absent} or {absent}_FILE too.")
    return Keys.from_hex(person, record)


def signing_key_from(environment: Mapping[str, str], workspace: Path) -> SigningKey | None:
    """The key by which releases are signed, from ``QONYS_SIGNING_KEY`` or ``QONYS_SIGNING_KEY_FILE``; None without one.

    Raises:
        OperatorError: it is no key, or its file lies in the workspace or cannot be read.
    """
    written = _key(environment, "QONYS_SIGNING_KEY", workspace)
    if written is None:
        return None
    from qonys.publish.signing import SigningKey

    return SigningKey.from_hex(written)


def connection_from(environment: Mapping[str, str], workspace: Path, database: str) -> str:
    """The URI of a database, from ``QONYS_DATABASE_<NAME>`` or ``QONYS_DATABASE_<NAME>_FILE``.

    Raises:
        OperatorError: neither is given, or the file lies in the workspace or cannot be read.
    """
    from qonys.collect.extraction import database_setting

    setting = database_setting(database)
    if found := (_key(environment, setting, workspace) or "").strip():
        return found
    raise OperatorError(
        f"How the database “{database}” is reached is not said.",
        next_step=f"Set {setting} to postgresql://USER:PASSWORD@HOST/DATABASE, or {setting}_FILE to a file that holds it.",
    )


def new_person_key(environment: Mapping[str, str], workspace: Path) -> str:
    """The key that takes the place of the person key, from ``QONYS_NEW_KEY`` or ``QONYS_NEW_KEY_FILE``.

    Raises:
        OperatorError: it is not given, lies in the workspace or cannot be read.
    """
    key = _key(environment, "QONYS_NEW_KEY", workspace)
    if key is None:
        raise OperatorError(
            "The new key is missing.",
            next_step="Set QONYS_NEW_KEY to 64 hexadecimal digits (openssl rand -hex 32), or QONYS_NEW_KEY_FILE to a "
            "file that holds them.",
        )
    return key


def _key(environment: Mapping[str, str], name: str, workspace: Path) -> str | None:
    if environment.get(name):
        return environment[name]
    named = environment.get(f"{name}_FILE")
    if not named:
        return None
    path = Path(named).resolve()
    if path.is_relative_to(workspace.resolve()):
        raise OperatorError(
            "A key must not lie in the workspace that it protects.", where=str(path), next_step="Move it elsewhere."
        )
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(
            f"The key file cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}.",
            where=str(path),
            next_step="Check its path, and that whoever runs this may read it; it holds 64 hexadecimal digits.",
        ) from error
