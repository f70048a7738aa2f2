"""Explains published cells to the office that published them: from the pinned versions, set-wise for a whole table.

Law: what is given back holds counts and definitions; no record, no identifier, no key of a record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import msgspec
import pyarrow as pa
from msgspec.structs import replace

from qonys.analyse.absences import why_absent
from qonys.analyse.indicators import counts_of_measures, days_in, is_of_total_alone, needs_population
from qonys.analyse.populations import Populations
from qonys.analyse.tables import counts_by_key
from qonys.analyse.waterfalls import Ground, Sides, sides_of, waterfall_of
from qonys.concepts.indicator import Indicator
from qonys.concepts.period import Period
from qonys.concepts.table_design import COUNTS, TableDesign, Universe
from qonys.concepts.text import TOTAL
from qonys.datasets.explanation import SIDES, Explanation, Side, Step, fail_if_steps_do_not_sum
from qonys.disseminate.explained_cell import SaidExplanation, said_explanation
from qonys.disseminate.words import words_of
from qonys.errors import StatisticianError
from qonys.process.built_in_rules import every_rule
from qonys.production.explained_release import BuiltFiles, Observation, PublishedTable, record_of, table_and_measure
from qonys.production.known_flows import known_flows
from qonys.production.office import Office
from qonys.production.public_explaining import language_of
from qonys.production.slips_counted import slip_steps
from qonys.production.touches import Touches, touched_flows, touches_by_cell
from qonys.queries.explaining import EVER, CellValue, by_month_and_stream, cells_sql, value_sql, with_all_totals
from qonys.queries.flow_tables import FlowTable, characteristics, designs_by_flows, flow_table_of
from qonys.queries.tables import table_query
from qonys.store.release_record import ReleaseRecord

_NEEDED: Mapping[str, tuple[Side, ...]] = {"arrivals": ("arrivals",), "departures": ("departures",)}


def explain(
    office: Office, period: Period, figure: str, at: Mapping[str, str], vintage: str | None = None, language: str = ""
) -> Explained:
    """How one cell of a release came to be.

    Args:
        office: the office at work.
        period: of the release.
        figure: ``table.measure``.
        at: dimension -> code or name; what is not named stands at its total, the period at the release's.
        vintage: of the release; the published one by default, else the one built last.
        language: in which it is told; English by default, where the release has it.

    Raises:
        OperatorError: there is no such release.
        StatisticianError: there is no such cell; near matches are named.
    """
    release = ExplainedRelease.of(office, period, vintage)
    profile, language = office.profile, language_of(release.files, language)
    table, measure = table_and_measure(release.files, figure, language)
    told = release.table(table).explanation(table.located(measure, at, period))
    said = said_explanation(
        told, profile.tables[table.id], profile, every_rule(profile.rules), table.labels, words_of(profile, language),
        str(table.content["title"]),
    )  # fmt: skip
    return Explained(told, said)


class Explained(msgspec.Struct, frozen=True):
    """An explanation, as data and in words."""

    explanation: Explanation
    in_words: SaidExplanation


@dataclass(frozen=True)
class ExplainedRelease:
    """A release of which several cells are explained: what they share is counted once."""

    office: Office
    record: ReleaseRecord
    files: BuiltFiles
    _steps: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    _flows: dict[tuple[FlowTable, str], pa.Table] = field(default_factory=dict)
    _sides: dict[tuple[FlowTable, str, Universe, str | None], Sides] = field(default_factory=dict)
    _touched: dict[tuple[FlowTable, str], pa.Table] = field(default_factory=dict)

    @classmethod
    def of(cls, office: Office, period: Period, vintage: str | None = None) -> ExplainedRelease:
        """A release in the workspace.

        Raises:
            OperatorError: it was not built.
            StatisticianError: the profile is not the one that it was built with.
        """
        office = office.reading()
        record, files = record_of(office, period, vintage)
        if record.essence.profile_hash != office.profile.content_hash:
            raise StatisticianError(
                "The profile is not the one that the release was built with: its definitions may say something else.",
                where=f"release {period}, vintage {record.vintage}",
                next_step="Build the release again, or work with the profile whose hash begins with "
                f"{record.essence.profile_hash[:12]}.",
            )
        return cls(office, record, files)

    @cached_property
    def versions(self) -> dict[str, int]:
        """State -> version that the release was made of."""
        return {state: pinned.version for state, pinned in self.record.states.items()}

    @cached_property
    def period(self) -> Period:
        return Period.parse(self.record.essence.period)

    def table(self, table: PublishedTable) -> ExplainedTable:
        """A table of which cells are explained.

        Raises:
            StatisticianError: it is an analysis, which is computed from another table.
        """
        if table.id not in self.office.profile.tables:
            design = self.office.profile.releases[self.record.essence.design]
            analysis = next(one for one in design.analyses if one.id == table.id)
            read = f"from the table {analysis.table}" if analysis.table else "from moves by the month they became known"
            raise StatisticianError(
                f"{table.id} is an analysis: it was computed {read}, by the method “{analysis.method}”.",
                next_step=f"Explain a cell of {analysis.table or 'a table'}, or ask with --public.",
            )
        return ExplainedTable(self, table, self.office.profile.tables[table.id])

    def slips(self, cut_off: str) -> tuple[Step, ...]:
        """From the slips that were read to the moves that are known on a data cut-off."""
        if cut_off not in self._steps:
            wanted = set(self.record.essence.deliveries)
            receipts = [receipt for receipt in self.office.store.receipts() if receipt.sha256 in wanted]
            day = date.fromisoformat(cut_off)
            self._steps[cut_off] = slip_steps(self.office, (day,), receipts, self.versions)[day]
        return self._steps[cut_off]

    def flows(self, table: FlowTable, cut_off: str) -> pa.Table:
        """The pinned flows of a data cut-off."""
        if (table, cut_off) not in self._flows:
            day = date.fromisoformat(cut_off)
            pinned = known_flows(self.office, table, day, version=self.versions[table])
            self._flows[table, cut_off] = self.office.engine.run("select * from flows", None, flows=pinned)
        return self._flows[table, cut_off]

    def sides(self, design: TableDesign, universe: Universe, cut_off: str) -> Sides:
        """All sides of a universe by month and stream, on the borders of a design."""
        key = (flow_table_of(design), cut_off, universe, design.boundaries)
        if key not in self._sides:
            counts = self.counted(by_month_and_stream(design, universe), Period(EVER), key[0], cut_off)
            self._sides[key] = sides_of(counts)
        return self._sides[key]

    def counted(self, design: TableDesign, period: Period, flows: FlowTable, cut_off: str) -> pa.Table:
        """The counts of a design over the pinned flows of a data cut-off."""
        return self.office.engine.run(
            table_query(design, period, self.carried(flows), self.office.remainder), None,
            flows=self.flows(flows, cut_off), groups=self.office.groups, **self.office.divisions_of(design),
        )  # fmt: skip

    def touched_flows(self, flows: FlowTable, cut_off: str) -> pa.Table:
        """The flows of the moves whose slips something touched, by what it was."""
        if (flows, cut_off) not in self._touched:
            self._touched[flows, cut_off] = touched_flows(self.office, flows, cut_off, self.versions)
        return self._touched[flows, cut_off]

    def carried(self, flows: FlowTable) -> tuple[str, ...]:
        """The characteristics that the flows hold."""
        return characteristics(designs_by_flows(self.office.profile.tables.values())[flows])


@dataclass(frozen=True)
class ExplainedTable:
    """A table whose cells are explained: its counts are made once for all of them."""

    release: ExplainedRelease
    published: PublishedTable
    design: TableDesign
    _heads: dict[str, str] = field(default_factory=dict)

    @property
    def cut_off(self) -> str:
        return str(self.published.content["data_cut_off"]["date"])

    @cached_property
    def ground(self) -> Ground:
        """What all cells share: the slips, all sides, and the exact counts with a total over every dimension."""
        release, flows = self.release, flow_table_of(self.design)
        own = release.sides(self.design, self.design.universe, self.cut_off)
        counts = release.counted(with_all_totals(self.design), release.period, flows, self.cut_off)
        return Ground(
            release.slips(self.cut_off),
            release.sides(self.design, "all", self.cut_off),
            frozenset(stream for _, stream in own),
            counts_by_key(self.design, counts),
        )

    @cached_property
    def touches(self) -> Touches:
        """What touched the slips of each cell, by period and dimensions."""
        flows = self.release.touched_flows(flow_table_of(self.design), self.cut_off)
        return touches_by_cell(self.release.office, self.design, self.release.period, flows)

    def explanation(self, at: Mapping[str, str]) -> Explanation:
        """How the cell at these codes came to be.

        Raises:
            StatisticianError: the waterfall does not sum.
        """
        observation = self.published.observations[tuple(at[name] for name in self.published.labels)]
        indicator = self.release.office.profile.indicators.get(at["measure"])
        is_history = Period.parse(at["period"]).year <= self.release.period.year - self.design.years
        plain = self._plain(at, observation)
        if is_history:
            if observation["value"] is not None:
                return replace(plain, made="taken")
            why = self._why_absent(at, observation, indicator, is_history=True)
            return replace(plain, made="absent", why_absent=why)
        if observation["value"] is None:
            plain = replace(plain, made="absent", why_absent=self._why_absent(at, observation, indicator))
            if plain.why_absent in ("nothing-delivered", "not-covered"):
                return plain
        elif indicator or at["measure"] not in COUNTS:
            plain = replace(plain, made="computed")
        return self._counted_cell(plain, at, indicator)

    def _counted_cell(self, plain: Explanation, at: Mapping[str, str], indicator: Indicator | None) -> Explanation:
        key = tuple(at[name] for name in ("period", *self.design.dimensions))
        counts = self.ground.counts.get(key, (0, 0))
        measure = indicator.of if indicator else at["measure"].removesuffix("_share")
        sides = _NEEDED.get(measure, SIDES)
        waterfalls = tuple(waterfall_of(self.design, at, side, self.ground) for side in sides)
        for side, waterfall in zip(sides, waterfalls, strict=True):
            fail_if_steps_do_not_sum(waterfall, counts[SIDES.index(side)], f"table {self.design.id}, {', '.join(key)}")
        value = self._value(at, measure, indicator)
        sql = self.sql(at, value) if value else ""
        exact = counts_of_measures(*counts)[measure] if at["measure"] in COUNTS else self.run(sql) if sql else None
        touched = tuple(touch for touch in self.touches.get(key, ()) if any(getattr(touch, side) for side in sides))
        return replace(
            plain, exact=exact, sql=sql, reads=self._reads() if sql else {}, waterfalls=waterfalls, touched=touched,
            inputs=self._inputs(value, counts) if value and at["measure"] not in COUNTS else {},
        )  # fmt: skip

    def sql(self, at: Mapping[str, str], value: CellValue) -> str:
        """The statement that gives the exact value of a cell."""
        base = value.base_cut_off
        if base not in self._heads:
            flows = flow_table_of(self.design)
            query = table_query(
                self.design, self.release.period, self.release.carried(flows), self.release.office.remainder
            )
            self._heads[base] = cells_sql(query, self.cut_off, base)
        return self._heads[base] + value_sql(self.design, at, value)

    def run(self, sql: str) -> float | None:
        """The value that a statement gives on the pinned state."""
        office, flows = self.release.office, flow_table_of(self.design)
        pinned = office.store.files(flows, self.release.versions[flows])
        result = office.engine.run(
            sql, None, statistics_flows=pinned, groups=office.groups, **office.divisions_of(self.design)
        )
        value = result["value"][0].as_py()
        return None if value is None else float(value)

    def _value(self, at: Mapping[str, str], measure: str, indicator: Indicator | None) -> CellValue | None:
        """What is made of the counts of a cell; None where something that it needs is not known."""
        if indicator is None:
            return CellValue(at["measure"])
        period = Period.parse(at["period"])
        if is_of_total_alone(indicator) and at.get("area", TOTAL) != TOTAL:
            return None
        plain = CellValue(measure, indicator)
        if needs_population(indicator):
            profile = self.release.office.profile
            populations = Populations(profile.population, profile.areas, self.release.record.essence.published)
            average = populations.average(at, period, self.design.boundaries)
            days = period.span[1] - period.span[0]
            if average is None:
                return None
            return replace(plain, population=average.persons, of_year=days_in(period.year) / days.days)
        if indicator.function == "growth":
            return self._growth(plain, at, indicator, period)
        return plain

    def _growth(
        self, plain: CellValue, at: Mapping[str, str], indicator: Indicator, period: Period
    ) -> CellValue | None:
        if period.year > self.release.period.year - self.design.years + 1:
            cut_off = self.release.record.essence.cut_offs[
                indicator.base or str(self.published.content["data_cut_off"]["name"])
            ]
            return replace(plain, base_cut_off=cut_off if cut_off != self.cut_off else "")
        earlier, area, locality = str(period.years_back(1)), at.get("area", TOTAL), at.get("locality", TOTAL)
        for figure in self.release.office.profile.history:
            place = (figure.area or TOTAL, figure.locality or TOTAL)
            is_known = not figure.as_of or figure.as_of.isoformat() <= self.release.record.essence.published
            if (figure.series, figure.period, figure.measure, *place) == (
                self.design.history, earlier, indicator.of, area, locality,
            ) and is_known:  # fmt: skip
                return replace(plain, base=float(figure.value))
        return None

    def _inputs(self, value: CellValue, counts: tuple[float, float]) -> dict[str, float]:
        told: dict[str, float | None] = {
            "arrivals": counts[0], "departures": counts[1], "population": value.population, "base": value.base,
            "of_year": value.of_year if value.of_year != 1 else None,
        }  # fmt: skip
        return {name: number for name, number in told.items() if number is not None}

    def _why_absent(
        self, at: Mapping[str, str], observation: Observation, indicator: Indicator | None, *, is_history: bool = False
    ) -> str:
        if observation["conf_status"] == "C":
            return "coarsened"
        status = str(observation["obs_status"]).split(";")[0]
        if is_history:
            return why_absent(self.design, at, status, indicator, {}, (), frozenset(), is_history=True)
        covers = self.release.office.profile.covers
        return why_absent(
            self.design, at, status, indicator, self.ground.counts, self.ground.months, covers, is_history=False
        )

    def _plain(self, at: Mapping[str, str], observation: Observation) -> Explanation:
        essence, protection = self.release.record.essence, self.release.office.profile.protection
        referred = ("source", "source_as_of", "related_to", "related_to_as_of")
        return Explanation(
            profile=essence.profile, period=essence.period, vintage=self.release.record.vintage, table=self.design.id,
            measure=at["measure"], at=dict(at), published=observation["value"], obs_status=observation["obs_status"],
            conf_status=observation["conf_status"], data_status=observation["data_status"], made="counted",
            method=protection.method(self.design.id), method_reason=protection.exact.get(self.design.id, ""),
            references={name: str(observation[name]) for name in referred if name in observation},
            versions=self._versions(),
        )  # fmt: skip

    def _versions(self) -> dict[str, str]:
        essence = self.release.record.essence
        return {
            "profile": essence.profile_hash, "code": essence.code_version, "data_cut_off": self.cut_off,
            **{state: str(version) for state, version in self.release.versions.items()},
            "deliveries": " ".join(essence.deliveries),
            **({"decisions": essence.decisions} if essence.decisions else {}),
        }  # fmt: skip

    def _reads(self) -> dict[str, str]:
        flows = flow_table_of(self.design)
        told = {
            "statistics_flows": f"{flows}, version {self.release.versions[flows]}",
            "groups": "profile, country groups",
        }
        return {**told, **({"divisions": "profile, territory changes"} if self.design.boundaries else {})}
