"""Outlines of the invented country: two regions side by side, and a city in a hole of one of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NORTH = [[10.0, 50.0], [14.0, 50.0], [14.0, 52.0], [13.0, 52.1], [12.0, 52.0], [10.0, 52.0], [10.0, 50.0]]
SOUTH = [[10.0, 48.0], [14.0, 48.0], [14.0, 50.0], [10.0, 50.0], [10.0, 48.0]]
CITY = [[12.0, 49.0], [12.1, 49.0], [12.1, 49.1], [12.0, 49.1], [12.0, 49.0]]


def invented_outlines() -> dict[str, Any]:
    """A collection of features whose codes are the property ``region``."""
    rings = {"N1": [NORTH], "S1": [SOUTH, CITY[::-1]], "C1": [CITY]}
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"Region {code}", "region": code},
            "geometry": {"type": "Polygon", "coordinates": polygon},
        }
        for code, polygon in rings.items()
    ]
    return {"type": "FeatureCollection", "features": features}


def write_outlines(path: Path, content: object | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(invented_outlines() if content is None else content), "utf-8")
    return path
