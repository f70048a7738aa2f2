"""All bad files, and the profile by which those of mini are read: mini with a few layouts more."""

from __future__ import annotations

import shutil
from pathlib import Path

from qonys.country.loading import SHIPPED
from spec.bad_files import (
    delimited_files,
    encoded_files,
    fixed_width_files,
    json_lines_files,
    packed_files,
    parquet_files,
    spreadsheets,
    whole_files,
    wrong_values,
)

_KINDS = (
    wrong_values,
    delimited_files,
    encoded_files,
    fixed_width_files,
    spreadsheets,
    parquet_files,
    json_lines_files,
    packed_files,
    whole_files,
)
CORPUS = [bad for kind in _KINDS for bad in kind.bad_files()]
_LAYOUTS = Path(__file__).parent / "sources"


def profile_with_more_layouts(folder: Path) -> Path:
    """A copy of mini with the layouts of this folder besides its own."""
    shutil.copytree(SHIPPED / "mini", folder)
    for layout in _LAYOUTS.glob("*.yaml"):
        shutil.copy(layout, folder / "sources")
    return folder
