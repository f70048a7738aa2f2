"""What tests read of the invented country, which was taken through the whole line once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qonys.production.building import BuiltRelease
from qonys.production.line import Line
from qonys.publish.publication import Publication


@dataclass(frozen=True)
class WalkedLine:
    """The synthetic register of mini, taken through the whole line once; tests read it and change nothing."""

    line: Line
    deliveries: Path
    built: BuiltRelease
    published: Publication
