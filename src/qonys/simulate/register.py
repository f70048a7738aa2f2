"""A synthetic register as delivered files: true slips, faults on top, late corrections, and a note of what was planted.

Laws: one seed, one set of bytes; the clean moves of all deliveries equal the margins of the plan exactly, those received
before the late corrections the internal margins, all of them the published net; no step of the line reads the note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from qonys.concepts.layout import SourceLayout
from qonys.concepts.simulation import Revision, SimulatedYear, SimulationPlan
from qonys.country.profile import Profile
from qonys.country.simulation_plan import corrected_internal_net
from qonys.datasets.outcome import Finding, Outcome, Progress
from qonys.errors import StatisticianError
from qonys.simulate.corrections import correcting_slips
from qonys.simulate.delivered_files import Wording, write_slips
from qonys.simulate.faults import planted_faults
from qonys.simulate.flows import STREAMS, Flows, flows_of_year
from qonys.simulate.lags import deliveries_of_year
from qonys.simulate.revisions import revised_slips
from qonys.simulate.settling import Settlements, settlements_of_year
from qonys.simulate.slips import Flags, Numbers, Slips, one_below_another
from qonys.simulate.year import Counters, attribute_codes, counters_of, scaled_to, slips_of_flows, urban_net_of

NOTE = "planted.json"
_MOVES_AT_ONCE = 950_000
_EPOCH = date(1970, 1, 1)


class SimulatedDelivery(msgspec.Struct, frozen=True):
    """A written file.

    Args:
        path: where it lies.
        layout: id of its source layout.
        received: day on which it is delivered.
        slips: rows in it, faulty ones included.
        persons: holders and children on them.
    """

    path: Path
    layout: str
    received: date
    slips: int
    persons: int


@dataclass(slots=True)
class _Register:
    """What is being written: counters, files so far, faults so far."""

    profile: Profile
    plan: SimulationPlan
    folder: Path
    progress: Progress
    counters: Counters
    deliveries: list[SimulatedDelivery] = field(default_factory=list)
    faults: dict[int, Counter[str]] = field(default_factory=dict)
    clean: dict[int, dict[str, int]] = field(default_factory=dict)
    corrections: int = 0


def simulate(
    profile: Profile,
    plan: SimulationPlan,
    folder: Path,
    *,
    seed: int,
    moves: int | None = None,
    progress: Progress,
) -> Outcome[tuple[SimulatedDelivery, ...]]:
    """Write a synthetic register into ``folder/<day of delivery>/`` and what was planted into ``folder/planted.json``.

    Args:
        profile: the country, whose source layouts the files have.
        plan: its simulation plan.
        folder: where the files go; made where it is missing.
        seed: the same seed gives the same bytes.
        moves: for benchmarks: so many moves of the plan's last year, all in the layout of the last delivery, in files
            of less than a million moves; the margins then hold in proportion only.
        progress: is told a file's name and the number of its slips after it has been written.

    Raises:
        ProfileError: the plan cannot be met, or a layout cannot express a slip.
        StatisticianError: ``moves`` is not positive.
    """
    register = _Register(profile, plan, folder, progress, counters_of(profile))
    if moves is None:
        for entry in plan.design.years:
            _write_year(register, entry.year, seed)
    else:
        _write_benchmark(register, moves, seed)
    folder.mkdir(parents=True, exist_ok=True)
    note = _note(register, seed)
    (folder / NOTE).write_bytes(msgspec.json.format(msgspec.json.encode(note, order="sorted"), indent=2) + b"\n")
    return Outcome(tuple(register.deliveries), tuple(_findings(profile, plan)), note)


def _write_year(register: _Register, year: int, seed: int) -> None:
    profile, plan = register.profile, register.plan
    rng = np.random.default_rng([seed, year])
    flows = flows_of_year(profile, plan, year, rng)
    settlements = settlements_of_year(profile, plan, year, flows.countries)
    slips = slips_of_flows(
        profile, plan, flows, settlements, register.counters, rng, urban_net=urban_net_of(profile, plan, year)
    )
    register.clean[year] = _clean_moves(flows, settlements)
    revised = [(one, *_revised(register, one, slips, seed)) for one in plan.design.revisions if one.year == year]
    slips = revised[0][1] if revised else slips
    route = _routes(plan, slips, settlements)
    late = list(_late_corrections(register, year, slips, route, settlements, rng))
    late += [(one.received, profile.layouts[one.layout], revision) for one, _, revision in revised]
    corrected = np.concatenate([of_late.corrects for _, _, of_late in late] or [np.zeros(0, np.int64)])
    for number, delivery in enumerate(plan.design.deliveries):
        of_route = slips.take(np.flatnonzero(route == number))
        layout = profile.layouts[delivery.layout]
        if len(of_route):
            own = np.random.default_rng([seed, year, number, 1])
            _write_files(register, of_route, layout, plan.year(year), corrected, settlements, (rng, own))
    for number, (received, layout, of_late) in enumerate(late, start=1):
        tag = f"{year}-corrections" if number == 1 else f"{year}-corrections-{number}"
        register.corrections += int((of_late.corrects > 0).sum())
        _write(register, of_late, layout, tag, received, settlements)


def _revised(register: _Register, revision: Revision, slips: Slips, seed: int) -> tuple[Slips, Slips]:
    """What of a year is delivered as it goes, and what after; chance of its own changes no other figure."""
    chance = np.random.default_rng([seed, revision.year, len(register.plan.design.deliveries), 2])
    parts = revised_slips(revision, slips, register.counters, chance)
    return parts.first, parts.revision


def _late_corrections(
    register: _Register, year: int, slips: Slips, route: Numbers, settlements: Settlements, rng: np.random.Generator
) -> Iterator[tuple[date, SourceLayout, Slips]]:
    design = register.plan.design
    for late in design.corrections:
        if late.year == year:
            routes = [n for n, delivery in enumerate(design.deliveries) if delivery.layout == late.layout]
            able: Flags = np.isin(route, routes)
            of_late = correcting_slips(register.plan, late, slips, able, settlements, register.counters, rng)
            yield late.received, register.profile.layouts[late.layout], of_late


def _routes(plan: SimulationPlan, slips: Slips, settlements: Settlements) -> Numbers:
    """The number of the delivery that each slip takes: the first that fits."""
    codes = np.array(settlements.codes)
    areas = {place.area: index for index, place in enumerate(plan.places)}
    route = np.full(len(slips), -1, np.int8)
    for number, delivery in enumerate(plan.design.deliveries):
        fits = route < 0
        if delivery.streams:
            fits &= np.isin(slips.stream, [STREAMS.index(stream) for stream in delivery.streams])
        if delivery.destinations:
            regions = [areas[code] for code in delivery.destinations if code in areas]
            fits &= np.isin(slips.destination_area, regions) | np.isin(codes[slips.destination], delivery.destinations)
        route[fits] = number
    return route


def _write_files(
    register: _Register,
    slips: Slips,
    layout: SourceLayout,
    entry: SimulatedYear,
    corrected: Numbers,
    settlements: Settlements,
    chance: tuple[np.random.Generator, np.random.Generator],
) -> None:
    """Plant faults among the true slips of a year, and write each of its deliveries, sorted by day.

    ``chance``: of the faults, and of the lags, which so change no other figure.
    """
    together, filed = _with_faults(register, slips, layout, entry.received, corrected, settlements, chance[0])
    for tag, received, chosen in deliveries_of_year(entry, filed, chance[1]):
        if chosen.any():
            _write(register, together.take(chosen), layout, tag, received, settlements)


def _with_faults(
    register: _Register,
    slips: Slips,
    layout: SourceLayout,
    received: date,
    corrected: Numbers,
    settlements: Settlements,
    rng: np.random.Generator,
) -> tuple[Slips, Numbers]:
    """True and faulty slips in the order of the days on which they are filed, and those days, shape (slips,)."""
    design, counters = register.plan.design, register.counters
    planted = planted_faults(design, layout, slips, corrected, received, settlements, counters, rng)
    year = int(slips.number[0]) // 10**9
    register.faults.setdefault(year, Counter()).update({kind: len(faulty) for kind, faulty in planted.items()})
    together = one_below_another([slips, *planted.values()])
    first, last = int(slips.day.min()), int(slips.day.max())
    anywhere = rng.integers(first, last + 1, len(together), dtype=np.int32)
    filed = np.where((together.day < first) | (together.day > last), anywhere, together.day)
    order = np.argsort((filed - first).astype(np.int16), kind="stable")
    return together.take(order), filed[order]


def _write(
    register: _Register, slips: Slips, layout: SourceLayout, tag: str, received: date, settlements: Settlements
) -> None:
    path = register.folder / received.isoformat() / layout.match.replace("*", tag)
    wording = Wording(register.profile, settlements.codes, attribute_codes(register.profile, register.plan))
    write_slips(slips, layout, wording, path)
    register.deliveries.append(SimulatedDelivery(path, layout.id, received, len(slips), slips.persons))
    register.progress(path.name, len(slips))


def _write_benchmark(register: _Register, moves: int, seed: int) -> None:
    if moves < 1:
        raise StatisticianError(f"{moves} moves cannot be simulated.", next_step="Ask for at least one.")
    profile, plan = register.profile, register.plan
    year = plan.design.years[-1].year
    layout = profile.layouts[plan.design.deliveries[-1].layout]
    rng = np.random.default_rng([seed, year, 0])
    plan_flows = flows_of_year(profile, plan, year, rng)
    settlements = settlements_of_year(profile, plan, year, plan_flows.countries)
    flows = scaled_to(plan_flows, tuple(STREAMS.index(stream) for stream in _expressible(layout)), moves)
    register.clean[year] = _clean_moves(flows, settlements)
    files = -(-moves // _MOVES_AT_ONCE)
    offset = rng.random(len(flows.persons))
    for number in range(files):
        done, next_done = (np.floor(flows.persons * (n / files) + offset) for n in (number, number + 1))
        part = flows.of((next_done - done).astype(np.int64))
        own = np.random.default_rng([seed, year, 1 + number])
        slips = slips_of_flows(profile, plan, part, settlements, register.counters, own, urban_net=None)
        tag, received = f"{year}-{number + 1:04}", plan.year(year).received
        nothing = np.zeros(0, np.int64)
        together, _ = _with_faults(register, slips, layout, received, nothing, settlements, own)
        _write(register, together, layout, tag, received, settlements)


def _expressible(layout: SourceLayout) -> tuple[str, ...]:
    return tuple(stream for stream in STREAMS if stream in layout.covers)


def _clean_moves(flows: Flows, settlements: Settlements) -> dict[str, int]:
    """Moves by what they are called on the borders of the plan."""
    by_stream = np.bincount(flows.stream, weights=flows.persons, minlength=len(STREAMS)).astype(int)
    within = (flows.origin == flows.destination) & (flows.origin < settlements.areas)
    counts = {name: int(count) for name, count in zip(STREAMS, by_stream, strict=True)}
    return counts | {"within_area": int(flows.persons[within].sum()), "moves": int(flows.persons.sum())}


def _note(register: _Register, seed: int) -> dict[str, object]:
    files = [
        {
            "path": delivery.path.relative_to(register.folder).as_posix(),
            "layout": delivery.layout,
            "slips": delivery.slips,
            "persons": delivery.persons,
        }
        for delivery in register.deliveries
    ]
    return {
        "profile": register.profile.id,
        "seed": seed,
        "files": files,
        "slips": sum(delivery.slips for delivery in register.deliveries),
        "faults": {str(year): dict(faults) for year, faults in register.faults.items()},
        "corrections": register.corrections,
        "clean": {str(year): counts for year, counts in register.clean.items()},
        "months": {str(entry.year): entry.months for entry in register.plan.design.years if entry.months},
        "internal_net": {
            str(year): corrected_internal_net(register.plan, year) for year in register.clean if register.corrections
        },
    }


def _findings(profile: Profile, plan: SimulationPlan) -> Iterator[Finding]:
    """Columns that the files leave empty."""
    made = {"slip", "corrects", "person", "kind", "date", "entry_date", "registration_type", "sex", "birth_date", "age"}
    made |= {"origin", "destination", "origin_locality", "destination_locality", "children", *plan.design.attributes}
    for name in dict.fromkeys(route.layout for route in plan.design.deliveries):
        empty = [v for v, s in profile.layouts[name].variables.items() if v not in made and s.constant is None]
        if empty:
            yield Finding(
                f"Not simulated, so empty: {', '.join(empty)}.", where=f"sources/{name}.yaml", severity="info"
            )
