"""Runs commands as forks of one process: a process of its own for each, without the seconds that imports take.

    with forked_commands(folder, environment) as program_folder:
        subprocess.run(["bash", "-c", script], env={**environment, "PATH": f"{program_folder}:…"})

``qonys`` in the program folder hands its words, working folder, environment and three streams to a server, which forks
and runs the command in the fork, up to the end of its interpreter. Exit code and all that is said are those of a process
of its own; no command sees what another one left in memory. Only modules are known beforehand: those that an earlier
command imported. One command runs at a time.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
_STREAMS = (0, 1, 2)
_CLIENT = """#!{python} -IS
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
socket.send_fds(server, [b"streams"], [0, 1, 2])
request = {{"words": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
server.sendall(json.dumps(request).encode())
server.shutdown(socket.SHUT_WR)
sys.exit(int(server.recv(16)))
"""


@contextmanager
def forked_commands(folder: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """A folder with the program ``qonys`` while the block runs; the server begins in this environment."""
    address = folder / "server"
    program = folder / "qonys"
    program.write_text(_CLIENT.format(python=sys.executable, address=str(address)))
    program.chmod(0o755)
    words = [sys.executable, "-m", "spec.forked_commands", str(address)]
    with subprocess.Popen(words, cwd=TESTS, env=environment, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        try:
            yield folder
        finally:
            server.kill()


def serve(address: str) -> None:
    """Fork for each command that comes; this returns in the forks only, where the command has been run."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        client, _ = listening.accept()
        with client:
            _, streams, _, _ = socket.recv_fds(client, 16, len(_STREAMS))
            with client.makefile("rb") as coming:
                request = json.load(coming)
            reading, writing = os.pipe()
            gc.freeze()
            child = os.fork()
            if child == 0:
                listening.close()
                os.close(reading)
                client.close()
                _run(request, streams, writing)
                return
            os.close(writing)
            for stream in streams:
                os.close(stream)
            with os.fdopen(reading) as pipe:
                _import(pipe.read().split())
            _, status = os.waitpid(child, 0)
            with suppress(BrokenPipeError):
                client.sendall(str(os.waitstatus_to_exitcode(status) & 0xFF).encode())


def _run(request: dict[str, Any], streams: list[int], known: int) -> None:
    """Run the command here; what it raises, SystemExit too, ends this interpreter as it would end any."""
    from qonys.cli import main

    for stream, own in zip(streams, _STREAMS, strict=True):
        os.dup2(stream, own)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["qonys", *request["words"]]
    try:
        main()
    finally:
        with os.fdopen(known, "w") as pipe:
            pipe.write("\n".join(name for name in list(sys.modules) if name != "__main__"))


def _import(names: list[str]) -> None:
    for name in names:
        if name not in sys.modules:
            with suppress(ImportError):
                importlib.import_module(name)


if __name__ == "__main__":
    serve(sys.argv[1])
