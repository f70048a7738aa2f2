"""Opens a delivered file: out of its compression, into UTF-8, as a stream that can be read from its start as often as needed.

No clear byte is written anywhere: a file is unpacked and decoded as it is read. A file that is plain UTF-8 already is
read in place.
"""

from __future__ import annotations

import codecs
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, cast

import pyarrow as pa

from qonys.concepts.layout import SourceLayout
from qonys.errors import SupplierError

Compression = Literal["", "gz", "zst", "zip"]

_CHUNK = 1 << 20
_MARKS: dict[bytes, Compression] = {b"\x1f\x8b": "gz", b"\x28\xb5\x2f\xfd": "zst", b"PK\x03\x04": "zip"}


@dataclass(frozen=True)
class Opened:
    """A delivered file that can be streamed.

    Args:
        path: the file as it was delivered, for messages.
        compression: how it is packed; nothing where it is not.
        encoding: character encoding of the unpacked bytes.
        byte_order_mark: bytes before the first character.
        notes: what a person should know of how it was read.
    """

    path: Path
    compression: Compression = ""
    encoding: str = "utf-8"
    byte_order_mark: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def in_place(self) -> Path | None:
        """The file itself where its bytes are what `stream` would give: it can be mapped, or handed to an engine."""
        plain = not self.compression and self.encoding == "utf-8" and not self.byte_order_mark
        return self.path if plain else None

    def unpacked(self) -> BinaryIO:
        """The bytes out of their compression, from the start, in the encoding in which they came."""
        return _unpacked(self.path, self.compression)

    def stream(self) -> BinaryIO:
        """The text as UTF-8 without a byte order mark, from the start.

        Raises:
            SupplierError: while it is read, where bytes are not of the encoding, with the row.
        """
        source = self.unpacked()
        source.read(self.byte_order_mark)
        if self.encoding == "utf-8":
            return source
        return cast("BinaryIO", io.BufferedReader(_Decoded(source, self), _CHUNK))


def opened(path: Path, layout: SourceLayout) -> Opened:
    """Open a delivered file.

    Raises:
        SupplierError: it is missing or empty, or cannot be unpacked.
    """
    if not path.is_file():
        raise SupplierError("There is no such file.", where=str(path), next_step="Check the name and the folder.")
    if path.stat().st_size == 0:
        raise SupplierError("The file is empty.", where=str(path), next_step="Ask the supplier to send it again.")
    compression = _compression(path, layout)
    encoding = codecs.lookup(layout.encoding).name if layout.format in ("delimited", "fixed") else "utf-8"
    return Opened(path, compression, encoding)


def _compression(path: Path, layout: SourceLayout) -> Compression:
    if layout.format in ("spreadsheet", "parquet"):
        return ""
    with path.open("rb") as file:
        head = file.read(4)
    return next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), "")


def _unpacked(path: Path, compression: Compression) -> BinaryIO:
    match compression:
        case "":
            return path.open("rb")
        case "zip":
            archive = zipfile.ZipFile(path)
            return cast("BinaryIO", archive.open(archive.namelist()[0]))
        case "gz" | "zst":
            packed = pa.OSFile(str(path), "rb")
            return cast("BinaryIO", pa.CompressedInputStream(packed, "gzip" if compression == "gz" else "zstd"))


class _Decoded(io.RawIOBase):
    """A stream decoded from its encoding and encoded in UTF-8, piece by piece."""

    def __init__(self, source: BinaryIO, file: Opened) -> None:
        self._source, self._file = source, file
        self._decoder = codecs.getincrementaldecoder(file.encoding)()
        self._rest = b""
        self._rows = 1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            piece = self._source.read(_CHUNK)
            self._rest = self._decode(piece).encode()
            if not piece:
                break
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)

    def _decode(self, piece: bytes) -> str:
        try:
            text = self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self._file.encoding, errors="ignore")
            row = self._rows + before.count("\n")
            raise SupplierError(
                f"Row {row} holds bytes that are not {self._file.encoding}.",
                where=str(self._file.path),
                next_step="Check that it is the right file, and that it arrived whole.",
            ) from error
        self._rows += text.count("\n")
        return text
