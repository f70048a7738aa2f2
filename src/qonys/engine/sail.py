"""Sail in this process: a server of Spark Connect that needs no Java, on a free port of this machine, while it is needed."""

from __future__ import annotations

from typing import Any

from qonys.errors import OperatorError


class SailServer:
    """A server that runs in the background until it is stopped.

    Raises:
        OperatorError: the package is not installed.
    """

    def __init__(self) -> None:
        try:
            from pysail.spark import SparkConnectServer
        except ImportError as error:
            raise not_installed("pysail", error) from error
        self._server: Any = SparkConnectServer()
        self._server.start(background=True)

    @property
    def address(self) -> str:
        """Where it listens: ``sc://127.0.0.1:port``."""
        host, port = self._server.listening_address
        return f"sc://{host}:{port}"

    def stop(self) -> None:
        self._server.stop()


def not_installed(package: str, error: ImportError) -> OperatorError:
    """The error to tell where a package of the extra ``spark`` is not there."""
    return OperatorError(
        f"The package {package} is missing: {error}.",
        next_step="Install it (pip install 'qonys[spark]'), or leave --engine out.",
    )
