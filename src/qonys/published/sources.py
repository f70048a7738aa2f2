"""A published release as whoever reads it has it: a folder, or an address on the web."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.error import URLError
from urllib.parse import quote, urljoin
from urllib.request import Request, urlopen

import msgspec

from qonys.errors import OperatorError, told_if_damaged
from qonys.published.bundles import RELEASE_FILE, ReleaseFile

_SECONDS = 30


class Source(Protocol):
    """Where a release is read from."""

    @property
    def place(self) -> str:
        """The folder or address."""
        ...

    def file(self, name: str) -> bytes | None:
        """The content of a file of the release; None where there is none."""
        ...

    def names(self) -> frozenset[str] | None:
        """Every file that is there; None where that cannot be known."""
        ...


class FolderSource:
    """A release in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def place(self) -> str:
        return str(self._folder)

    def file(self, name: str) -> bytes | None:
        path = (self._folder / name).resolve()
        inside = path.is_relative_to(self._folder.resolve())
        return path.read_bytes() if inside and path.is_file() else None

    def names(self) -> frozenset[str] | None:
        files = (path for path in self._folder.rglob("*") if path.is_file())
        return frozenset(path.relative_to(self._folder).as_posix() for path in files)


class WebSource:
    """A release on the web; an address without a vintage leads to the current one."""

    def __init__(self, address: str) -> None:
        self._base = _landed_at(address if address.endswith("/") else f"{address}/")

    @property
    def place(self) -> str:
        return self._base

    def file(self, name: str) -> bytes | None:
        return _fetched(urljoin(self._base, quote(name)))

    def names(self) -> frozenset[str] | None:
        return None


def source_of(named: str) -> Source:
    """The source that a person named: an address that begins with http:// or https://, else a folder.

    Raises:
        OperatorError: there is no such folder, or the address cannot be reached.
    """
    if named.startswith(("http://", "https://")):
        return WebSource(named)
    folder = Path(named)
    if not folder.is_dir():
        raise OperatorError(
            "There is no such folder.", where=named, next_step="Name the folder of a release, or its address."
        )
    return FolderSource(folder)


def release_in(source: Source) -> ReleaseFile:
    """What a release says of itself.

    Raises:
        OperatorError: it does not, or not as a release does.
    """
    content = source.file(RELEASE_FILE)
    if content is not None:
        with told_if_damaged(RELEASE_FILE, source.place):
            return msgspec.json.decode(content, type=ReleaseFile)
    raise OperatorError(
        f"There is no {RELEASE_FILE}: this is no release.",
        where=source.place,
        next_step="Name the folder or the address of one vintage, such as …/kz/2024/4b90b08cf995/.",
    )


def _landed_at(address: str) -> str:
    try:
        with urlopen(Request(address), timeout=_SECONDS) as answer:  # noqa: S310 http and https alone come here
            return urljoin(str(answer.url), ".")
    except (URLError, OSError, ValueError) as error:
        raise _unreached("The address cannot be reached", address, error) from error


def _fetched(address: str) -> bytes | None:
    try:
        with urlopen(Request(address), timeout=_SECONDS) as answer:  # noqa: S310 http and https alone come here
            content: bytes = answer.read()
            return content
    except URLError as error:
        if getattr(error, "code", None) == 404:
            return None
        raise _unreached("The file cannot be fetched", address, error) from error


def _unreached(what: str, address: str, error: Exception) -> OperatorError:
    reason = getattr(error, "reason", error)
    return OperatorError(
        f"{what}: {getattr(reason, 'strerror', None) or reason}.",
        where=address,
        next_step="Check the address and the network, or name a folder with the files of the release.",
    )
