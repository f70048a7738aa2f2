"""Opens a delivered file: out of its compression, into UTF-8, as a stream that can be read from its start as often as needed.

No clear byte is written anywhere: a file is unpacked and decoded as it is read. A file that is plain UTF-8 already is
read in place.
"""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from qonys.collect.encodings import Encoding, encoding_of, likely_encoding
from qonys.collect.file_kinds import another_kind
from qonys.collect.unpacking import Compression, compression_of, unpacked
from qonys.concepts.layout import SourceLayout
from qonys.errors import SupplierError

_PIECE = 1 << 20
_HEAD = 1 << 16
_WHOLE_BYTES = 1 << 30
_TEXTS = ("delimited", "fixed", "json_lines")


@dataclass(frozen=True)
class Opened:
    """A delivered file that can be streamed.

    Args:
        path: the file as it was delivered, for messages.
        layout: by which it is read.
        compression: how it is packed; nothing where it is not.
        encoding: of the unpacked text.
        notes: what a person should know of how it is read.
    """

    path: Path
    layout: SourceLayout
    compression: Compression = ""
    encoding: Encoding = field(default=Encoding("utf-8"))
    notes: list[str] = field(default_factory=list)

    @property
    def in_place(self) -> Path | None:
        """The file itself where its bytes are what `stream` would give: it can be mapped, or handed to an engine."""
        plain = not self.compression and self.encoding.name == "utf-8" and not self.encoding.mark
        return self.path if plain else None

    def unpacked(self) -> BinaryIO:
        """The bytes out of their compression, from the start, in the encoding in which they came."""
        return unpacked(self.path, self.compression)

    def stream(self) -> BinaryIO:
        """The text as UTF-8 without a byte order mark, from the start.

        A text that came as UTF-8 is handed on unchecked (`fail_if_wrongly_encoded`); another is decoded as it is read.

        Raises:
            SupplierError: while it is read, where a byte is not of the encoding, with the row.
        """
        source = self.unpacked()
        source.read(self.encoding.mark)
        if self.encoding.name == "utf-8":
            return source
        return cast("BinaryIO", io.BufferedReader(_Decoded(source, self), _PIECE))

    def whole(self) -> bytes:
        """All unpacked bytes at once, for a format that cannot be streamed.

        Raises:
            SupplierError: they would fill the memory.
        """
        with self.unpacked() as source:
            content = source.read(_WHOLE_BYTES + 1)
        if len(content) > _WHOLE_BYTES:
            raise SupplierError(
                f"The file holds more than {_WHOLE_BYTES >> 30} GiB when it is unpacked.",
                where=str(self.path),
                next_step="Unpack it before it is collected, or ask for a text format.",
            )
        return content

    def fail_if_wrongly_encoded(self) -> None:
        """Read all of the text once, for its bytes alone.

        Raises:
            SupplierError: a byte is not of the encoding, with the row.
        """
        source = self.unpacked()
        source.read(self.encoding.mark)
        with io.BufferedReader(_Decoded(source, self), _PIECE) as text:
            while text.read(_PIECE):
                pass

    def refused(self, what: str, next_step: str) -> SupplierError:
        """The refusal of a file that cannot be read by its layout; one that seems to be of another kind is told as that."""
        with self.unpacked() as source:
            kind = another_kind(source.read(_HEAD), self.layout.format)
        if kind is None:
            return SupplierError(what, where=str(self.path), next_step=next_step)
        return SupplierError(f"{what} It seems to be {kind.name}.", where=str(self.path), next_step=kind.next_step)

    def wrong_bytes(self, row: int, piece: bytes) -> SupplierError:
        """What is told of bytes that are not of the encoding."""
        likely = likely_encoding(piece, self.layout)
        hint = f"With the encoding {likely} they could be read: if it is so, say it in the layout {self.layout.id}."
        return self.refused(
            f"The file cannot be read by the layout “{self.layout.id}”: row {row} holds bytes that are not "
            f"{self.encoding.name}.",
            hint if likely else "Check that it is the right file, and that it arrived whole.",
        )


def opened(path: Path, layout: SourceLayout) -> Opened:
    """Open a delivered file.

    Raises:
        SupplierError: it is missing or empty, or cannot be unpacked.
    """
    if not path.is_file():
        raise SupplierError("There is no such file.", where=str(path), next_step="Check the name and the folder.")
    if path.stat().st_size == 0:
        raise _empty(path)
    compression = compression_of(path)
    if layout.format not in _TEXTS:
        return Opened(path, layout, compression)
    with unpacked(path, compression) as source:
        head = source.read(_PIECE)
    if not head:
        raise _empty(path)
    encoding = encoding_of(head, layout)
    return Opened(path, layout, compression, encoding, [encoding.note] if encoding.note else [])


def _empty(path: Path) -> SupplierError:
    return SupplierError("The file is empty.", where=str(path), next_step="Ask the supplier to send it again.")


class _Decoded(io.RawIOBase):
    """A stream decoded from its encoding and encoded in UTF-8, piece by piece."""

    def __init__(self, source: BinaryIO, file: Opened) -> None:
        self._source, self._file = source, file
        self._decoder = codecs.getincrementaldecoder(file.encoding.name)()
        self._rest = memoryview(b"")
        self._rows = 1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            piece = self._source.read(_PIECE)
            self._rest = memoryview(self._decode(piece).encode())
            if not piece:
                break
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)

    def close(self) -> None:
        self._source.close()
        super().close()

    def _decode(self, piece: bytes) -> str:
        try:
            text = self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self._file.encoding.name, errors="ignore")
            raise self._file.wrong_bytes(self._rows + before.count("\n"), error.object) from error
        self._rows += text.count("\n")
        return text
