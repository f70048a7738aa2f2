"""The synthetic register of mini, counted from its files by a slow reader of its own that shares no code with Qonys."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatch
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from python_calamine import CalamineWorkbook

from qonys.concepts.simulation import FAULTS
from qonys.country.loading import SHIPPED, load_profile
from qonys.country.simulation_plan import load_plan
from qonys.errors import ProfileError, StatisticianError
from qonys.simulate import register
from qonys.simulate.register import simulate

MINI = SHIPPED / "mini"


def written(folder: Path, *, profile: str = "mini", seed: int = 7, moves: int | None = None) -> Path:
    country = load_profile(profile)
    simulate(country, load_plan(country), folder, seed=seed, moves=moves, progress=lambda file, slips: None)
    return folder


@dataclass
class Slip:
    """A slip as its file says it; ``day`` and ``born`` are None where they cannot be read."""

    received: date
    file: str
    slip: str
    corrects: str
    person: str
    kind: str
    day: date | None
    born: date | None
    registration: str
    origin: str
    destination: str
    origin_kind: str
    destination_kind: str
    children: list[tuple[str, date]]
    text: dict[str, str]

    @property
    def persons(self) -> int:
        return 1 + len(self.children)


def read_slips(folder: Path) -> list[Slip]:
    layouts = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((MINI / "sources").glob("*.yaml"))]
    aliases = {(r["list"], r["text"]): r["code"] for r in rows_of(MINI / "areas" / "aliases.csv")}
    slips = []
    for path in sorted(p for p in folder.glob("*/*") if p.is_file()):
        layout = next(entry for entry in layouts if fnmatch(path.name, entry["match"]))
        for row in rows_of(path):
            text = {}
            for name, source in layout["variables"].items():
                found = str(source.get("constant") or row.get(source.get("column"), "") or "")
                found = source.get("recode", {}).get(found, found)
                text[name] = aliases.get((source.get("aliases"), found), found)
            slips.append(as_slip(path, text, layout["variables"]))
    return slips


def as_slip(path: Path, text: dict[str, str], variables: dict[str, dict[str, str]]) -> Slip:
    def day(name: str) -> date | None:
        try:
            return as_day(text[name], variables[name].get("date", "%Y-%m-%d"))
        except ValueError:
            return None

    children = [(c[0], as_day(c[1:], "%Y%m%d")) for c in text["children"].split()]
    return Slip(
        date.fromisoformat(path.parent.name), path.name, text["slip"], text.get("corrects", ""), text["person"],
        text["kind"], day("date"), day("birth_date"), text["registration_type"], text["origin"], text["destination"],
        text["origin_locality"], text.get("destination_locality", ""), children, text,
    )  # fmt: skip


def as_day(text: str, form: str) -> date:
    return datetime.strptime(text, form).replace(tzinfo=UTC).date()


def rows_of(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".xlsx":
        heading, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return [dict(zip(heading, row, strict=True)) for row in rows]
    with path.open(encoding="utf-8", newline="") as file:
        first = file.readline()
        file.seek(0)
        return list(csv.DictReader(file, delimiter=";" if ";" in first else ","))


AREAS = rows_of(MINI / "areas" / "areas.csv")
COUNTRIES = {row["code"] for row in rows_of(MINI / "classifications" / "country.csv")} - {"XA"}


def region(code: str, day: date) -> str:
    """The region of a district on a day; empty abroad."""
    for row in AREAS:
        holds = row["valid_from"] <= str(day) and (not row["valid_to"] or str(day) < row["valid_to"])
        if row["code"] == code and row["level"] == "district" and holds:
            return row["parent"]
    return ""


def fault(slip: Slip, seen: set[tuple[object, ...]]) -> str:
    """The visible trait by which a planted fault is recognised; empty for a true slip."""
    key = (slip.person, slip.day, slip.kind, slip.origin, slip.destination)
    if slip.day is None:
        return "impossible_date"
    if "Nowhere" in (slip.origin, slip.destination):
        return "unknown_area"
    if slip.day > slip.received:
        return "future"
    if slip.born is None or slip.born > slip.day:
        return "born_after"
    if slip.registration != "residence":
        return slip.registration
    if not slip.corrects and key in seen:
        return "duplicate"
    seen.add(key)
    return ""


def true_slips(slips: list[Slip]) -> list[Slip]:
    """Without faults and without slips that another one corrects."""
    seen: set[tuple[object, ...]] = set()
    kept = [slip for slip in slips if not fault(slip, seen)]
    corrected = {slip.corrects for slip in kept if slip.corrects}
    return [slip for slip in kept if slip.slip not in corrected]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("register"))


@pytest.fixture(scope="module")
def slips(folder: Path) -> list[Slip]:
    return read_slips(folder)


@pytest.fixture(scope="module")
def operational(slips: list[Slip]) -> list[Slip]:
    return true_slips([slip for slip in slips if slip.received <= date(2025, 1, 31)])


@pytest.fixture(scope="module")
def final(slips: list[Slip]) -> list[Slip]:
    return true_slips(slips)


def internal(slips: list[Slip]) -> Counter[tuple[int, int, str, str]]:
    """Persons by year, month, region and direction."""
    count: Counter[tuple[int, int, str, str]] = Counter()
    for s in slips:
        assert s.day is not None
        origin, destination = region(s.origin, s.day), region(s.destination, s.day)
        if origin and destination:
            count[s.day.year, s.day.month, destination, "arrivals"] += s.persons
            count[s.day.year, s.day.month, origin, "departures"] += s.persons
    return count


def net(slips: list[Slip], year: int, *, abroad: bool) -> tuple[Counter[str], Counter[str]]:
    """Net migration of a year by region and by locality, with or without external moves."""
    by_region, by_locality = Counter[str](), Counter[str]()
    for s in slips:
        assert s.day is not None
        ends = (region(s.origin, s.day), region(s.destination, s.day))
        if s.day.year == year and (abroad or all(ends)):
            for end, kind, sign in ((ends[0], s.origin_kind, -1), (ends[1], s.destination_kind, 1)):
                if end:
                    by_region[end] += sign * s.persons
                    by_locality[kind] += sign * s.persons
    return by_region, by_locality


def test_one_seed_gives_the_same_bytes_and_another_seed_others(folder: Path, tmp_path: Path) -> None:
    again, other = written(tmp_path / "again"), written(tmp_path / "other", seed=8)
    files = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    # Three files of 2023, three a month of 2024, the corrections, and the note.
    assert len(files) == 3 + 3 * 12 + 1 + 1
    assert all((folder / file).read_bytes() == (again / file).read_bytes() for file in files)
    assert all((folder / file).read_bytes() != (other / file).read_bytes() for file in files)


def test_monthly_internal_moves_before_the_corrections_equal_the_margins(operational: list[Slip]) -> None:
    counted = internal(operational)
    margins = [row for row in rows_of(MINI / "simulation" / "internal.csv") if row["month"]]
    assert len(margins) == 36
    for row in margins:
        for direction in ("arrivals", "departures"):
            assert counted[2024, int(row["month"]), row["area"], direction] == int(row[direction]), row


def test_annual_internal_moves_equal_the_margins_and_fall_in_all_months(operational: list[Slip]) -> None:
    counted = internal(operational)
    for row in rows_of(MINI / "simulation" / "internal.csv"):
        if row["year"] == "2023":
            for direction in ("arrivals", "departures"):
                by_month = [counted[2023, month, row["area"], direction] for month in range(1, 13)]
                assert sum(by_month) == int(row[direction])
                assert min(by_month) > 0


@pytest.mark.parametrize("year", [2023, 2024])
def test_net_migration_after_the_corrections_equals_the_margins(final: list[Slip], year: int) -> None:
    (every, by_locality), (inside, _) = net(final, year, abroad=True), net(final, year, abroad=False)
    facts = [row for row in rows_of(MINI / "simulation" / "nets.csv") if row["year"] == str(year)]
    assert facts
    for row in facts:
        counted = (
            by_locality[row["locality"]]
            if row["locality"]
            else (every if row["flows"] == "all" else inside)[row["area"]]
        )
        assert counted == int(row["net"]), row


def test_the_corrections_change_the_net_but_not_the_number_of_internal_moves(
    operational: list[Slip], final: list[Slip]
) -> None:
    before, after = (net(slips, 2024, abroad=False)[0] for slips in (operational, final))
    assert {area: after[area] - before[area] for area in after} == {"C1": -2, "N1": 1, "S1": 1}
    assert sum(internal(operational).values()) == sum(internal(final).values())


def test_a_correction_repeats_its_slip_but_for_the_destination(slips: list[Slip]) -> None:
    by_number = {slip.slip: slip for slip in slips}
    corrections = [slip for slip in slips if slip.corrects]
    assert len(corrections) == 2
    for correction in corrections:
        corrected = by_number[correction.corrects]
        assert correction.received > corrected.received
        assert (correction.person, correction.day, correction.origin) == (
            corrected.person,
            corrected.day,
            corrected.origin,
        )
        assert not corrected.children
        assert correction.destination_kind == corrected.destination_kind
        assert sum(slip.person == correction.person for slip in slips) == 2


def test_external_moves_equal_the_totals_and_countries(final: list[Slip]) -> None:
    counted: Counter[tuple[str, str, str]] = Counter()
    for s in final:
        assert s.day is not None
        for code, direction in ((s.origin, "arrivals"), (s.destination, "departures")):
            if code in COUNTRIES:
                counted[str(s.day.year), direction, code] += s.persons
    expected = {
        (r["year"], r["direction"], r["country"]): int(r["persons"])
        for r in rows_of(MINI / "simulation" / "countries.csv")
    }
    assert counted == expected


def months_late(slip: Slip) -> int:
    """Deliveries between that of the slip's month, which comes in the next one, and its own."""
    assert slip.day is not None
    return 12 * (slip.received.year - slip.day.year) + slip.received.month - slip.day.month - 1


def test_most_slips_of_a_month_come_with_its_delivery_the_rest_later_and_all_by_the_last(slips: list[Slip]) -> None:
    seen: set[tuple[object, ...]] = set()
    true = [slip for slip in slips if not fault(slip, seen) and "2024-" in slip.file and not slip.corrects]
    lags = Counter(months_late(slip) for slip in true)
    assert set(lags) == {0, 1, 2, 3}
    assert lags[0] / lags.total() == pytest.approx(0.9, abs=0.03)
    assert lags[1] / lags.total() == pytest.approx(0.06, abs=0.03)
    assert lags[0] > lags[1] > lags[2] > lags[3] > 0
    assert {slip.received for slip in true} == {date(2024, m, 20) for m in range(2, 13)} | {date(2025, 1, 20)}
    december = [slip for slip in true if slip.day and slip.day.month == 12]
    assert {slip.received for slip in december} == {date(2025, 1, 20)}


def test_a_year_without_lags_has_the_same_slips_in_one_delivery(copy: Path, tmp_path: Path, slips: list[Slip]) -> None:
    replace(copy / "simulation" / "plan.yaml", ", monthly: {day: 20, lags: [0.9, 0.06, 0.03, 0.01]}", "")
    at_once = read_slips(written(tmp_path / "out", profile=str(copy)))
    assert {slip.received for slip in at_once} == {date(2024, 1, 15), date(2025, 1, 20), date(2025, 2, 20)}
    assert sorted(tuple(slip.text.items()) for slip in at_once) == sorted(tuple(slip.text.items()) for slip in slips)


def test_the_note_tells_the_faults_and_the_clean_moves_of_the_files(folder: Path, slips: list[Slip]) -> None:
    note = json.loads((folder / "planted.json").read_text("utf-8"))
    seen: set[tuple[object, ...]] = set()
    found: dict[str, Counter[str]] = {"2023": Counter(), "2024": Counter()}
    for slip in slips:
        if kind := fault(slip, seen):
            found["2023" if "2023" in slip.file else "2024"][kind] += 1
    assert found == note["faults"]
    assert set(note["faults"]["2024"]) == set(FAULTS) - {"wrong_check_digit", "sex_against_number"}
    assert note["slips"] == len(slips)
    for year, counts in note["clean"].items():
        of_year = [s for s in true_slips(slips) if s.day is not None and str(s.day.year) == year]
        assert counts["moves"] == sum(s.persons for s in of_year)
        ends = [(region(s.origin, s.day), region(s.destination, s.day), s.persons) for s in of_year if s.day]
        assert counts["internal"] == sum(n for origin, destination, n in ends if origin and destination)
        assert counts["within_area"] == sum(n for origin, destination, n in ends if origin and origin == destination)
        assert counts["external_in"] == sum(n for origin, _, n in ends if not origin)
        assert counts["external_out"] == sum(n for _, destination, n in ends if not destination)


def test_no_true_move_looks_like_one_within_a_settlement(final: list[Slip]) -> None:
    for slip in final:
        assert slip.day is not None
        assert slip.origin != slip.destination
        assert not (region(slip.origin, slip.day) == region(slip.destination, slip.day) == "C1")


def test_every_end_holds_on_the_day_and_has_its_locality(final: list[Slip]) -> None:
    locality = {(row["code"], row["parent"]): row["locality"] for row in AREAS}
    for slip in final:
        assert slip.day is not None
        for code, kind in ((slip.origin, slip.origin_kind), (slip.destination, slip.destination_kind)):
            if code not in COUNTRIES:
                assert locality[code, region(code, slip.day)] == kind
    assert {s.destination for s in final if s.day and s.day.year == 2023} >= {"N13"}
    assert {s.destination for s in final if s.day and s.day.year == 2024} >= {"S12"}


def test_children_are_under_fourteen_and_ride_on_the_slip_of_a_grown_person(final: list[Slip]) -> None:
    accompanied = [slip for slip in final if slip.children]
    assert 0.1 < len(accompanied) / len(final) < 0.5
    for slip in final:
        assert slip.day is not None and slip.born is not None
        assert age(slip.born, slip.day) >= 14
        for sex, born in slip.children:
            assert sex in "FM"
            assert 0 <= age(born, slip.day) <= 13
            assert age(slip.born, born) >= 17


def test_the_schooling_of_those_under_fifteen_is_not_stated(final: list[Slip]) -> None:
    young = [s for s in final if s.born and s.day and age(s.born, s.day) < 15]
    assert young
    assert all(not slip.text["education"] for slip in young)
    assert {slip.text["education"] for slip in final} == {"", "1", "2", "3"}


def test_numbers_of_slips_and_of_persons_are_given_once(slips: list[Slip], final: list[Slip]) -> None:
    assert len({slip.slip for slip in slips}) == len(slips)
    assert len({slip.person for slip in final}) == len(final)
    assert all(len(s.person) == 12 and s.born and s.person.startswith(s.born.strftime("%y%m%d")) for s in final)


def age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@pytest.mark.parametrize("moves", [1, 2_500])
def test_a_benchmark_has_exactly_the_moves_it_was_asked_for_in_files_of_limited_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    monkeypatch.setattr(register, "_MOVES_AT_ONCE", 1_000)
    slips = read_slips(written(tmp_path, moves=moves))
    by_file: Counter[str] = Counter()
    for slip in true_slips(slips):
        by_file[slip.file] += slip.persons
    assert by_file.total() == moves
    assert len(by_file) == -(-moves // 1_000)
    assert max(by_file.values()) < 1_200
    assert len({slip.slip for slip in slips}) == len(slips)


def test_a_benchmark_of_no_moves_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StatisticianError, match="0 moves"):
        written(tmp_path, moves=0)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of mini that a test may spoil."""
    return Path(shutil.copytree(MINI, tmp_path / "country"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_plan_without_nets_and_without_external_margins_gives_internal_moves_alone(
    copy: Path, tmp_path: Path
) -> None:
    for name in ("nets", "external", "countries"):
        (copy / "simulation" / f"{name}.csv").unlink()
    out = written(tmp_path / "out", profile=str(copy))
    clean = json.loads((out / "planted.json").read_text("utf-8"))["clean"]["2024"]
    assert clean["moves"] == clean["internal"] == 4950
    assert not list(out.rglob("departures_*"))


def test_a_profile_without_a_plan_is_told_so(copy: Path) -> None:
    shutil.rmtree(copy / "simulation")
    with pytest.raises(ProfileError, match="has no simulation plan"):
        load_plan(load_profile(str(copy)))


SPOILT = {
    "arrivals that are not departures": ("internal.csv", "2023,,N1,1140,", "2023,,N1,1141,", "arrivals, but"),
    "a net that the corrections do not lead to": ("plan.yaml", "recorded: C1, true: N1", "recorded: S1, true: N1", "give -300, not -299"),
    "urban and rural nets that are no whole": ("nets.csv", "2024,all,XA,U,640", "2024,all,XA,U,641", "urban and rural"),
    "an unknown country": ("countries.csv", "2023,arrivals,XB", "2023,arrivals,XQ", "XQ is no country"),
    "an unknown region": ("places.csv", "N1,10.2", "N9,10.2", "N9 is no area"),
    "an unknown kind of fault": ("plan.yaml", "duplicate:", "duplicates:", "no kind of fault"),
    "an unknown code": ("plan.yaml", "work: 40", "labour: 40", "reason has no code labour"),
    "an unknown layout": ("plan.yaml", "layout: departures", "layout: gate", "no layout “gate”"),
    "a layout that cannot be inverted": ("plan.yaml", "layout: arrivals,", "layout: ledger,", "fixed width"),
    "a delivery in the year itself": ("plan.yaml", "received: 2025-01-20", "received: 2024-12-20", "before it has ended"),
    "lags that are no shares": ("plan.yaml", "[0.9, 0.06,", "[0.9, 0.6,", "lags are shares"),
    "a day that February lacks": ("plan.yaml", "day: 20, lags", "day: 30, lags", "allowed: 1 to 28"),
    "a child with a slip of its own": ("plan.yaml", "[[14, 1]", "[[13, 1]", "begin at 14"),
    "a typing error in a key": ("plan.yaml", "women:", "woman:", "woman"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_wrong_plan_is_refused_with_its_file(copy: Path, name: str) -> None:
    file, old, new, message = SPOILT[name]
    replace(copy / "simulation" / file, old, new)
    with pytest.raises(ProfileError, match=message) as refusal:
        load_plan(load_profile(str(copy)))
    assert refusal.value.where


def test_margins_that_no_origin_destination_table_can_have_are_refused(copy: Path, tmp_path: Path) -> None:
    replace(copy / "simulation" / "places.csv", "S1,10.6,49.1,0.25", "S1,10.6,49.1,0.99")
    replace(copy / "simulation" / "places.csv", "N1,10.2,51.4,0.3", "N1,10.2,51.4,0.99")
    with pytest.raises(ProfileError, match="cannot be met"):
        written(tmp_path / "out", profile=str(copy))


def test_countries_that_exceed_their_total_are_refused(copy: Path, tmp_path: Path) -> None:
    replace(copy / "simulation" / "countries.csv", "2024,arrivals,XB,240,invented", "2024,arrivals,XB,900,published")
    with pytest.raises(ProfileError, match="the facts leave -390 persons"):
        written(tmp_path / "out", profile=str(copy))


def test_an_urban_net_beyond_reach_is_refused(copy: Path, tmp_path: Path) -> None:
    replace(copy / "simulation" / "nets.csv", "2024,all,XA,U,640", "2024,all,XA,U,9640")
    replace(copy / "simulation" / "nets.csv", "2024,all,XA,R,-460", "2024,all,XA,R,-9460")
    with pytest.raises(ProfileError, match="too few arrivals can be resettled"):
        written(tmp_path / "out", profile=str(copy))


def test_a_text_that_the_encoding_lacks_is_refused(copy: Path, tmp_path: Path) -> None:
    replace(copy / "simulation" / "plan.yaml", "unknown_area: Nowhere", "unknown_area: Нигде")
    replace(copy / "sources" / "arrivals.yaml", "encoding: utf-8", "encoding: ascii")
    with pytest.raises(ProfileError, match="cannot be written in ascii"):
        written(tmp_path / "out", profile=str(copy))
