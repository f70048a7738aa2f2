"""Which layout a file is read by."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

from qonys.collect.unpacking import unpacked_name
from qonys.concepts.layout import SourceLayout
from qonys.country.profile import Profile
from qonys.errors import SupplierError


def fits(name: str, layout: SourceLayout) -> bool:
    """Whether a file of this name is meant for a layout, packed or not."""
    return fnmatch(name, layout.match) or fnmatch(unpacked_name(name), layout.match)


def layout_for(path: Path, profile: Profile, wanted: str | None = None) -> SourceLayout:
    """The layout of a file: the one that was asked for, or the only one whose pattern its name fits.

    Raises:
        SupplierError: no layout fits, or more than one does, or the one asked for does not exist.
    """
    known = ", ".join(f"{layout.id} ({layout.match or layout.format})" for layout in profile.layouts.values())
    if wanted is not None:
        if wanted not in profile.layouts:
            raise SupplierError(f"There is no layout “{wanted}”.", where=str(path), next_step=f"Layouts: {known}.")
        return profile.layouts[wanted]
    fitting = [layout for layout in profile.layouts.values() if fits(path.name, layout)]
    if len(fitting) != 1:
        if not path.exists():
            raise SupplierError("There is no such file.", where=str(path), next_step="Check the name and the folder.")
        found = "No layout fits" if not fitting else f"{len(fitting)} layouts fit"
        raise SupplierError(
            f"{found} the name of the file.", where=str(path), next_step=f"Name one with --layout. Layouts: {known}."
        )
    return fitting[0]
