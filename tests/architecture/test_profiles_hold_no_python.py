"""A profile is data: a second country needs no program of its own."""

from __future__ import annotations

from pathlib import Path

PROFILES = Path(__file__).parents[2] / "src" / "qonys" / "profiles"
DATA = {".yaml", ".csv", ".json", ".geojson", ".md"}


def test_profiles_hold_nothing_but_data() -> None:
    files = [path for path in PROFILES.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert files
    assert [str(path.relative_to(PROFILES)) for path in files if path.suffix not in DATA] == []


def test_no_profile_makes_yaml_call_python() -> None:
    assert [path for path in PROFILES.rglob("*.yaml") if "!!python" in path.read_text(encoding="utf-8")] == []
