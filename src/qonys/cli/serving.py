"""Runs the portal until it is stopped."""

from __future__ import annotations

import socket
from pathlib import Path

from qonys.cli.show import says
from qonys.errors import OperatorError


def serve_until_stopped(folder: Path, host: str, port: int) -> None:
    """Serve a published folder.

    Raises:
        OperatorError: nothing is published there, or the port is taken.
    """
    import uvicorn

    from qonys.serve.site import site

    if not folder.is_dir():
        raise OperatorError(
            "Nothing is published here yet.", where=str(folder), next_step="Run `qonys release publish` first."
        )
    _fail_if_taken(host, port)
    says.print(f"The portal is at http://{host}:{port}/ (stop it with Ctrl-C).")
    uvicorn.run(site(folder), host=host, port=port, log_level="warning")


def _fail_if_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OperatorError(
                f"Port {port} of {host} cannot be used: {reason}.", next_step="Name another one with --port."
            ) from error
