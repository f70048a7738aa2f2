"""The outlines of a profile's areas, from a GeoJSON file of the user's: reads them, and checks them against the areas.

Laws: no outline comes with Qonys; a file that is there is right, or the profile is refused; a feature is found by its code
and by nothing else, whichever property holds the codes; rings of fewer than three places enclose nothing, and are left out.

Source: RFC 7946, The GeoJSON Format (2016): longitude before latitude, in degrees of WGS 84.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import msgspec

from qonys.concepts.outline import Outline, Ring
from qonys.errors import ProfileError

OUTLINES = "areas/outlines.geojson"
_HALF_ROUND = 180.0
_FEWEST = 3
_FEW = 8
_EXPORT = "Export the areas as GeoJSON with polygons in degrees (WGS 84), one feature an area."


class _Geometry(msgspec.Struct, frozen=True):
    type: str
    coordinates: msgspec.Raw = msgspec.Raw(b"[]")


class _Feature(msgspec.Struct, frozen=True):
    geometry: _Geometry | None = None
    properties: dict[str, Any] | None = None
    id: str | int | None = None


class _Collection(msgspec.Struct, frozen=True):
    type: Literal["FeatureCollection"]
    features: tuple[_Feature, ...]


class _Kind(msgspec.Struct, frozen=True):
    type: str = ""


def outlines_of(folder: Path, named: str, known: frozenset[str], level: str) -> tuple[Outline, ...]:
    """The outlines of the profile's areas; none where it names no file and has no ``areas/outlines.geojson``.

    Args:
        folder: the profile's folder.
        named: the file that ``profile.yaml`` names, relative to the folder; empty where it names none.
        known: codes of the areas of the level.
        level: the level of the tables, for messages.

    Raises:
        ProfileError: the file is absent or outside the profile, is no GeoJSON of polygons in degrees, or a feature has
            no code, an unknown one, or that of another feature.
    """
    path = folder / (named or OUTLINES)
    if named and not path.resolve().is_relative_to(folder.resolve()):
        raise _error(
            path, "The file lies outside the profile, whose hash would not cover it.", f"Copy it to {OUTLINES}."
        )
    if not path.is_file():
        if not named:
            return ()
        next_step = "Put the file there, or take `outlines` out of profile.yaml: maps are then drawn of squares."
        raise _error(path, "profile.yaml names this file of outlines, and it is absent.", next_step)
    features = _features(path)
    codes = _codes(path, features, known, level)
    return tuple(Outline(code, _polygons(path, code, feature)) for code, feature in zip(codes, features, strict=True))


def _features(path: Path) -> tuple[_Feature, ...]:
    content = path.read_bytes().removeprefix(BOM_UTF8)
    try:
        kind = msgspec.json.decode(content, type=_Kind).type
    except msgspec.DecodeError as error:
        raise _error(path, f"This is no GeoJSON: {str(error).rstrip('.')}.", _EXPORT) from error
    if kind == "Topology":
        raise _error(path, "This is TopoJSON, and the outlines are read as GeoJSON.", _EXPORT)
    try:
        features = msgspec.json.decode(content, type=_Collection).features
    except msgspec.DecodeError as error:
        raise _error(path, f"This is no GeoJSON collection of features: {str(error).rstrip('.')}.", _EXPORT) from error
    if not features:
        raise _error(path, "The file has no feature.", _EXPORT)
    return features


def _codes(path: Path, features: Sequence[_Feature], known: frozenset[str], level: str) -> list[str]:
    """The code of each feature: from its id, or from the property in which most features have the code of an area."""
    names = dict.fromkeys(chain(["id"], *(feature.properties or () for feature in features)))
    fitting = {name: sum(_value(feature, name) in known for feature in features) for name in names}
    key = max(fitting, key=lambda name: fitting[name])
    if not fitting[key]:
        held = ", ".join([name for name in names if name != "id"][:_FEW]) or "none"
        what = f"No property of the features holds the code of an area of the level {level}."
        raise _error(path, what, f"Properties: {held}. Add one with the codes of areas.csv, as `code`.")
    codes = [_value(feature, key) for feature in features]
    for place, code in enumerate(codes, 1):
        where = f"{path}, feature {place}"
        if code not in known:
            what = f"“{code}” in “{key}” is no area of the level {level}." if code else f"It has no code in “{key}”."
            raise _error(where, what, "Mend its code, or take the feature out.")
        if code in codes[: place - 1]:
            raise _error(where, f"{code} has two features.", "Make one MultiPolygon of them.")
    return codes


def _value(feature: _Feature, name: str) -> str:
    value = feature.id if name == "id" and feature.id is not None else (feature.properties or {}).get(name)
    return str(value) if isinstance(value, str | int) else ""


def _polygons(path: Path, code: str, feature: _Feature) -> tuple[tuple[Ring, ...], ...]:
    geometry = feature.geometry or _Geometry("nothing")
    where = f"{path}, {code}"
    if geometry.type not in ("Polygon", "MultiPolygon"):
        raise _error(where, f"Its geometry is {geometry.type}, not a Polygon or MultiPolygon.", _EXPORT)
    try:
        raw = geometry.coordinates
        parts = (
            [msgspec.json.decode(raw, type=list[list[list[float]]])]
            if geometry.type == "Polygon"
            else msgspec.json.decode(raw, type=list[list[list[list[float]]]])
        )
        polygons = tuple(rings for rings in (_rings(part) for part in parts if part) if rings)
    except (msgspec.DecodeError, ValueError) as error:
        raise _error(where, f"Its coordinates are malformed: {error}.", _EXPORT) from error
    if not polygons:
        raise _error(where, "It has no polygon that encloses anything.", _EXPORT)
    if any(abs(x) > _HALF_ROUND or abs(y) > _HALF_ROUND / 2 for rings in polygons for ring in rings for x, y in ring):
        raise _error(where, "Its coordinates are not degrees of longitude and latitude.", _EXPORT)
    return polygons


def _rings(part: Sequence[Sequence[Sequence[float]]]) -> tuple[Ring, ...]:
    """The rings of a polygon that enclose something; none where the outer one encloses nothing.

    Raises:
        ValueError: a place has no two coordinates.
    """
    rings = [_ring(ring) for ring in part]
    return tuple(ring for ring in rings if len(set(ring)) >= _FEWEST) if len(set(rings[0])) >= _FEWEST else ()


def _ring(places: Sequence[Sequence[float]]) -> Ring:
    """A closed ring; heights are left out."""
    ring = tuple((x, y) for x, y, *_ in places)
    return ring if not ring or ring[0] == ring[-1] else (*ring, ring[0])


def _error(where: object, what: str, next_step: str) -> ProfileError:
    return ProfileError(what, where=str(where), next_step=next_step)
