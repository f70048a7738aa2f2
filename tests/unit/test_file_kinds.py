"""What a refused file might be: told by its first bytes; text of any encoding is text, bytes at random are none."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.collect.file_kinds import another_kind, is_text, reads_as_text

RUSSIAN = "НОМЕР;ДАТА;ОТКУДА ПРИБЫЛ\r\n1;05.03.2024;ШЫМКЕНТ\r\n" * 20


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r", "cp866"]
)
@pytest.mark.parametrize("text", [RUSSIAN, "SLIP;DAY\n1;2\n"])
def test_text_of_any_encoding_is_text(encoding: str, text: str) -> None:
    assert is_text(text.encode(encoding))
    assert another_kind(text.encode(encoding), "delimited") is None


@pytest.mark.parametrize("seed", range(50))
def test_bytes_at_random_are_no_text(seed: int) -> None:
    kind = another_kind(np.random.default_rng(seed).bytes(5_000), "delimited")
    assert kind and kind.name.startswith("no text")


def test_one_control_character_makes_a_text_none_the_less() -> None:
    assert is_text(RUSSIAN.encode("cp1251") + b"\x1a")
    assert reads_as_text(RUSSIAN + "\x00")


def test_a_file_of_the_layouts_own_format_is_of_no_other_kind() -> None:
    assert another_kind(b"PK\x03\x04[Content_Types].xml xl/", "spreadsheet") is None
    assert another_kind(b"PAR1", "parquet") is None
    assert another_kind(np.random.default_rng(1).bytes(5_000), "spreadsheet") is None


@pytest.mark.parametrize(
    ("head", "format", "name"),
    [
        (b"PK\x03\x04[Content_Types].xml xl/", "delimited", "a workbook (XLSX or ODS)"),
        (b"PK\x03\x04[Content_Types].xml word/", "spreadsheet", "a document (DOCX or ODT)"),
        (b"PAR1\x15", "json_lines", "a Parquet file"),
        (b"BZh91AY&SY\x00", "fixed", "packed by bzip2"),
        (b"  <HTML><body>", "delimited", "a page of the web"),
        (b"SQLite format 3\x00", "delimited", "a database"),
        (b"SLIP;DAY\n", "parquet", "plain text"),
    ],
)
def test_a_kind_is_known_by_its_first_bytes(head: bytes, format: str, name: str) -> None:  # noqa: A002
    kind = another_kind(head, format)
    assert kind and kind.name == name and kind.next_step
