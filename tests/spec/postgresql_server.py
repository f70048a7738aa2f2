"""A PostgreSQL server of the tests' own: in a folder of its own, on a free port, with a password, gone afterwards.

    @pytest.fixture(scope="session")
    def server() -> Iterator[Server]:
        with running_server() as server:
            yield server

Its programs must be installed; where they are not, the tests are skipped with that reason. A server refuses to run as
root, so root hands it to the first user without rights that there is.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER, PASSWORD = "registrar", "kept:from/every@message"
_SYSTEM_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int

    def uri(self, *, user: str = USER, password: str = PASSWORD, database: str = "postgres") -> str:
        from urllib.parse import quote

        return f"postgresql://{quote(user)}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str) -> None:
        """Run statements as the owner of the database."""
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(self.uri(), autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server, and stop it at the end."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="qonys-pg-"))
    try:
        as_user = _handed_over(folder)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        port = _free_port()
        data = str(folder / "data")
        made = ("-D", data, "-U", USER, "-E", "UTF8", "--no-sync", "--auth=scram-sha-256", f"--pwfile={secret}")
        _run(*as_user, str(programs / "initdb"), *made, folder=folder)
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        control = (*as_user, str(programs / "pg_ctl"), "-D", data, "-w")
        _run(*control, "-l", str(folder / "log"), "-o", settings, "start", folder=folder)
        try:
            yield Server(port)
        finally:
            _run(*control, "-m", "immediate", "stop", folder=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("PostgreSQL's server programs are not installed (Debian: apt-get install postgresql)")
    return folders[-1]


def _handed_over(folder: Path) -> tuple[str, ...]:
    """Words that run a command as the user to whom the folder now belongs."""
    if os.geteuid() != 0:
        return ()
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = next((name for name in _SYSTEM_USERS if name in known), None)
    if user is None or shutil.which("runuser") is None:
        pytest.skip("PostgreSQL refuses to run as root, and there is no user to whom to hand it")
    shutil.chown(folder, user)
    return ("runuser", "-u", user, "--")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: str, folder: Path) -> None:
    # pg_ctl leaves the server with its own outputs: a pipe would never end.
    with (folder / "output").open("ab") as output:
        done = subprocess.run(command, cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise RuntimeError((folder / "output").read_text())
