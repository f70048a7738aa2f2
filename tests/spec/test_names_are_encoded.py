"""Names of a layout: kept as encodings only, in the register and in quarantine alike."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qonys.collect.name_encodings import NameEncodings
from qonys.country.loading import SHIPPED, load_profile
from qonys.errors import ProfileError
from spec.drawn_slips import KEYS, Walk


def profile_with_names(folder: Path, *, hidden: bool = True) -> Path:
    """Mini, its office writing a surname where it wrote the number of the person."""
    copy = folder / "named"
    shutil.copytree(SHIPPED / "mini", copy)
    layout = copy / "sources" / "arrivals.yaml"
    text = layout.read_text("utf-8").replace("person: {column: PERSON}", "surname: {column: PERSON}")
    layout.write_text(text if hidden else text.replace("{name: PERSON, identifier: true}", "{name: PERSON}"), "utf-8")
    return copy


def test_a_name_is_kept_as_its_encoding_and_stands_nowhere(tmp_path: Path) -> None:
    walk = Walk(tmp_path, profile=str(profile_with_names(tmp_path)))
    walk.receive(
        "2025-01-10", "PERSON | DAY\nQazwsxedc | 05.03.2024\nQAZWSXEDC | 06.03.2024\n | 07.03.2024\nQazwsxedc | x"
    )
    files = walk.line.office.store.files("input/registrations")
    found = walk.line.office.engine.run("select surname from registrations order by row", registrations=files)
    expected = NameEncodings(KEYS.name_key()).encoded("qazwsxedc")
    assert found["surname"].to_pylist() == [expected, expected, None]
    assert len(walk.quarantined_at_entry()) == 1
    for path in (path for path in (tmp_path / "workspace").rglob("*") if path.is_file()):
        assert b"qazwsxedc" not in path.read_bytes().lower(), path


def test_a_column_of_names_must_be_an_identifier(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="surname is an identifier: its column must say so"):
        load_profile(str(profile_with_names(tmp_path, hidden=False)))
