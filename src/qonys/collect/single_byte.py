"""Encodings of one byte a character that hold ASCII: such a file is cut and parsed as it is, its distinct texts decoded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

_ASCII = bytes(range(128))


class SingleByte:
    """One such encoding.

    Args:
        name: of the encoding.
        undefined: bytes that stand for no character.
    """

    def __init__(self, name: str, undefined: bytes) -> None:
        self.name, self.undefined = name, undefined

    def first_wrong_byte(self, content: bytes | bytearray) -> int | None:
        """Where the first byte stands that is no character."""
        found = (content.find(byte) for byte in self.undefined)
        return min((place for place in found if place >= 0), default=None)

    def decoded(self, texts: pa.Array[Any]) -> pa.Array[Any]:
        """The texts of a column of bytes; of a dictionary, each text once."""
        if isinstance(texts, pa.DictionaryArray):
            return pa.DictionaryArray.from_arrays(texts.indices, self.decoded(texts.dictionary), safe=False)
        content: Any = texts.buffers()[2]
        if content is None or np.frombuffer(content, np.uint8).max(initial=0) < len(_ASCII):
            plain: pa.Array[Any] = texts.cast(pa.string())
            return plain
        return pa.array([None if text is None else text.decode(self.name) for text in texts.to_pylist()], pa.string())


def single_byte(encoding: str) -> SingleByte | None:
    """The encoding of this name, if it is one of one byte a character that holds ASCII."""
    undefined = bytearray()
    for byte in range(256):
        try:
            text = bytes([byte]).decode(encoding)
        except UnicodeDecodeError:
            undefined.append(byte)
            continue
        if len(text) != 1 or (byte < len(_ASCII) and text != chr(byte)):
            return None
    # The first byte of a character of several alone is no character either, but with a second it is.
    together = bytes(undefined).decode(encoding, errors="replace")
    several = encoding.startswith("utf") or len(together) != len(undefined) or len(undefined) >= len(_ASCII)
    return None if several and encoding != "ascii" else SingleByte(encoding, bytes(undefined))
