"""Unpacks a delivered file as it is read: gzip, zstandard, and zip with one member. Nothing is written to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Literal, cast

import pyarrow as pa

from qonys.errors import SupplierError

Compression = Literal["", "gz", "zst", "zip"]

_PIECE = 1 << 20
_MARKS: dict[bytes, Compression] = {
    b"\x1f\x8b": "gz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
_SUFFIXES = (".gz", ".zip", ".zst")
_WORKBOOKS = ("[Content_Types].xml", "mimetype")
"""Members by which a zip is itself a workbook: the first of XLSX (OPC), the second of ODS (OpenDocument)."""


def unpacked_name(name: str) -> str:
    """The name of a file without the ending that its compression gave it."""
    ending = next((suffix for suffix in _SUFFIXES if name.lower().endswith(suffix)), "")
    return name.removesuffix(name[-len(ending) :]) if ending else name


def compression_of(path: Path) -> Compression:
    """How a file is packed, by its first bytes: a name promises nothing."""
    with path.open("rb") as file:
        head = file.read(4)
    none: Compression = ""
    found = next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), none)
    return none if found == "zip" and _is_workbook(path) else found


def unpacked(path: Path, compression: Compression) -> BinaryIO:
    """The bytes of a file out of their compression, from the start.

    Raises:
        SupplierError: the archive is broken, locked, or holds not exactly one file; also while it is read.
    """
    if not compression:
        return path.open("rb")
    try:
        source = _member(path) if compression == "zip" else _decompressed(path, compression)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _broken(path, error) from error
    return cast("BinaryIO", io.BufferedReader(_Watched(source, path), _PIECE))


def _decompressed(path: Path, compression: Compression) -> BinaryIO:
    packed = pa.OSFile(str(path), "rb")
    return cast("BinaryIO", pa.CompressedInputStream(packed, "gzip" if compression == "gz" else "zstd"))


def _member(path: Path) -> BinaryIO:
    archive = zipfile.ZipFile(path)
    members = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    if len(members) != 1:
        raise SupplierError(
            f"The archive holds {len(members)} files; a delivery is one.",
            where=str(path),
            next_step="Unpack it and hand over the files, or the folder.",
        )
    return cast("BinaryIO", archive.open(members[0]))


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name in _WORKBOOKS for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _broken(path: Path, error: Exception) -> SupplierError:
    locked = "password" in str(error)
    return SupplierError(
        "The archive is locked with a password." if locked else "The file cannot be unpacked: it is broken or cut off.",
        where=str(path),
        next_step="Ask for a file without a password." if locked else "Ask the supplier to send it again.",
    )


class _Watched(io.RawIOBase):
    """A stream that says in our words what is wrong with the archive beneath it."""

    def __init__(self, source: BinaryIO, path: Path) -> None:
        self._source, self._path = source, path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            piece = self._source.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise _broken(self._path, error) from error
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._source.close()
        super().close()
