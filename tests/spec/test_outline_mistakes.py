"""A mistake in the file of outlines is told with what is wrong, where, and what to do; exit code 5."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from qonys.country.loading import SHIPPED, load_profile
from qonys.country.outlines import OUTLINES
from qonys.errors import ProfileError
from spec.command_line import qonys
from spec.invented_outlines import invented_outlines, write_outlines


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "mini", tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__")))


def _with(place: int, **fields: object) -> dict[str, Any]:
    content = invented_outlines()
    content["features"][place] |= fields
    return content


def _polygon(ring: list[list[float]]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [ring]}


MISTAKES: dict[str, tuple[object, tuple[str, ...]]] = {
    "a list": ([1, 2], ("no GeoJSON", "Export the areas as GeoJSON")),
    "TopoJSON": ({"type": "Topology", "objects": {}, "arcs": []}, ("This is TopoJSON", "Export the areas as GeoJSON")),
    "a single feature": ({"type": "Feature", "geometry": None}, ("no GeoJSON collection of features", "Export")),
    "no feature": ({"type": "FeatureCollection", "features": []}, ("has no feature",)),
    "no property with codes": (
        {**invented_outlines(), "features": [_with(i, properties={"name": "x"})["features"][i] for i in range(3)]},
        ("No property of the features holds the code of an area of the level region", "Properties: name", "`code`"),
    ),
    "an unknown code": (
        _with(1, properties={"region": "Q9"}), ("feature 2", "“Q9” in “region” is no area of the level region", "Mend its code"),
    ),
    "a feature without a code": (_with(2, properties={}), ("feature 3", "It has no code in “region”")),
    "two features of one area": (_with(2, properties={"region": "N1"}), ("feature 3", "N1 has two features", "MultiPolygon")),
    "a point": (
        _with(0, geometry={"type": "Point", "coordinates": [1, 2]}), ("N1", "Its geometry is Point, not a Polygon"),
    ),
    "no geometry": (_with(0, geometry=None), ("N1", "Its geometry is nothing")),
    "metres in place of degrees": (
        _with(0, geometry=_polygon([[5e5, 5e6], [6e5, 5e6], [6e5, 6e6], [5e5, 5e6]])), ("N1", "not degrees"),
    ),
    "words in place of coordinates": (
        _with(0, geometry={"type": "Polygon", "coordinates": [[["a", "b"]]]}), ("N1", "Its coordinates are malformed"),
    ),
    "a place of one number": (_with(0, geometry=_polygon([[1.0], [2.0]])), ("N1", "Its coordinates are malformed")),
    "a polygon that encloses nothing": (
        _with(0, geometry=_polygon([[1.0, 1.0], [2.0, 2.0], [1.0, 1.0]])), ("N1", "no polygon that encloses anything"),
    ),
    "empty coordinates": (_with(0, geometry={"type": "Polygon", "coordinates": []}), ("N1", "no polygon that encloses")),
}  # fmt: skip


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_in_the_file_of_outlines_is_told(mine: Path, what: str) -> None:
    content, told = MISTAKES[what]
    write_outlines(mine / OUTLINES, content)
    with pytest.raises(ProfileError) as refused:
        load_profile(str(mine))
    said = " ".join((refused.value.where, refused.value.what, refused.value.next_step))
    for part in ("outlines.geojson", *told):
        assert part in said


def test_the_command_tells_of_a_file_that_is_no_json_without_a_traceback(mine: Path) -> None:
    (mine / OUTLINES).write_text("<kml/>")
    ran = qonys("profile", "check", mine, "--json")
    assert ran.code == ran.json["exit_code"] == 5, ran
    assert "This is no GeoJSON" in ran.json["what"]
    assert "outlines.geojson" in ran.json["where"]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("areas/none.geojson", "names this file of outlines, and it is absent"),
        ("../other.geojson", "outside the profile"),
    ],
)
def test_a_named_file_must_be_there_and_inside_the_profile(mine: Path, named: str, told: str) -> None:
    with (mine / "profile.yaml").open("a") as file:
        file.write(f"outlines: {named}\n")
    with pytest.raises(ProfileError, match=told):
        load_profile(str(mine))


def test_a_named_file_is_read_whichever_property_holds_the_codes(mine: Path) -> None:
    content = invented_outlines()
    for feature in content["features"]:
        feature["id"] = feature["properties"].pop("region")
    write_outlines(mine / "areas" / "regions.geojson", content)
    with (mine / "profile.yaml").open("a") as file:
        file.write("outlines: areas/regions.geojson\n")
    assert [outline.code for outline in load_profile(str(mine)).outlines] == ["N1", "S1", "C1"]


def test_a_byte_order_mark_before_the_file_is_no_mistake(mine: Path) -> None:
    path = write_outlines(mine / OUTLINES)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(load_profile(str(mine)).outlines) == 3


def test_heights_are_left_out_and_rings_are_closed(mine: Path) -> None:
    content = json.loads(json.dumps(invented_outlines()).replace("[10.0, 48.0]]", "[10.0, 48.0, 7.5]]"))
    content["features"][0]["geometry"]["coordinates"][0].pop()
    write_outlines(mine / OUTLINES, content)
    north, south, _ = load_profile(str(mine)).outlines
    assert north.polygons[0][0][0] == north.polygons[0][0][-1]
    assert all(len(place) == 2 for place in south.polygons[0][0])


def test_outlines_are_part_of_what_a_profile_is(mine: Path) -> None:
    before = load_profile(str(mine)).content_hash
    write_outlines(mine / OUTLINES)
    assert load_profile(str(mine)).content_hash != before


def test_without_a_file_there_are_no_outlines() -> None:
    assert load_profile("mini").outlines == ()


FLOWS = {
    "no table of flows": ("    kind: flow_map", "flows: there is no table “”"),
    "a table of flows that there is not": (
        "    kind: flow_map\n    flows: by-shoe-size",
        "flows: there is no table “by-shoe-size”",
    ),
    "flows without origins": ("    kind: flow_map\n    flows: internal-by-region", "has no origins and destinations"),
    "flows of another kind": ("    kind: tiles\n    flows: origin-destination", "`flows` are the arrows of a flow_map"),
}


@pytest.mark.parametrize("what", FLOWS)
def test_a_mistake_in_the_flows_of_a_map_is_told(mine: Path, what: str) -> None:
    path = mine / "release" / "designs" / "annual.yaml"
    instead, told = FLOWS[what]
    text = path.read_text("utf-8")
    assert "    kind: tiles" in text
    path.write_text(text.replace("    kind: tiles", instead, 1), "utf-8")
    with pytest.raises(ProfileError, match=told.replace("(", r"\(")):
        load_profile(str(mine))
