"""Compares what is made with its golden copy; `--accept-golden` takes what is made as the new copy.

    golden.text("page-en", text)
    golden.pictures("bulletin-en", small_pages, full_pages)

A copy that differs is shown as a difference of lines; of a picture, where the new one can be looked at beside the old one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import pytest

COPIES = Path(__file__).parent / "copies"
LONGEST = 60
HOW = "If the change is meant: make accept-golden, look at `git diff`, and commit the copies with what changed them."


@dataclass(frozen=True)
class Golden:
    """The copies, whether new ones are taken, and where pictures that differ are laid down."""

    accept: bool
    beside: Path

    def text(self, name: str, made: str) -> None:
        """Fails with the lines that differ."""
        copy = COPIES / f"{name}.txt"
        if self.accept:
            copy.write_text(made, encoding="utf-8")
        old = copy.read_text(encoding="utf-8") if copy.is_file() else ""
        difference = list(
            unified_diff(old.splitlines(), made.splitlines(), "golden copy", "made now", n=1, lineterm="")
        )
        if difference:
            more = f"\n… and {len(difference) - LONGEST} more lines" if len(difference) > LONGEST else ""
            pytest.fail("\n".join([f"{copy.name} differs.", *difference[:LONGEST]]) + f"{more}\n{HOW}", pytrace=False)

    def pictures(self, name: str, small: list[bytes], full: list[bytes]) -> None:
        """Fails with the numbers of the pages that differ by any pixel, and where to look at them.

        Kept are the hash of each page in full size and a small picture of it, to see what it was.
        """
        hashes = "".join(f"{n:02} {hashlib.sha256(page).hexdigest()}\n" for n, page in enumerate(full, start=1))
        kept = COPIES / f"{name}-pixels.txt"
        if self.accept:
            for copy in COPIES.glob(f"{name}-*.png"):
                copy.unlink()
            for number, picture in enumerate(small, start=1):
                (COPIES / f"{name}-{number:02}.png").write_bytes(picture)
            kept.write_text(hashes, encoding="utf-8")
        old = set(kept.read_text(encoding="utf-8").splitlines()) if kept.is_file() else set()
        differing = sorted({line[:2] for line in old ^ set(hashes.splitlines())})
        for number in differing:
            page = full[int(number) - 1] if int(number) <= len(full) else b""
            (self.beside / f"{name}-{number}.png").write_bytes(page)
        if differing:
            look = f"The new ones are in {self.beside}, the golden ones, smaller, in {COPIES}."
            pytest.fail(f"Pages {', '.join(differing)} of {name} differ.\n{look}\n{HOW}", pytrace=False)
