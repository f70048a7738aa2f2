"""What every analysis gets, and how its result becomes a table of the release.

Law: below each result stands how it was made, the source of the method, and what it was computed from.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import msgspec

from qonys.analyse.members import Setting
from qonys.analyse.studies.formulas import FORMULAS
from qonys.concepts.analysis import Analysis
from qonys.concepts.period import Period
from qonys.concepts.status import ConfidentialityStatus, DataStatus, ObservationStatus
from qonys.concepts.text import TOTAL, Text
from qonys.datasets.analysis import Analysed, Said, Sentences, drawn_table
from qonys.datasets.output import Cell, Dimension, MeasureForm, Member, OutputTable
from qonys.errors import ProfileError

FORMS: Mapping[str, tuple[int, str]] = {
    "migrants": (0, "persons"),
    "crude_migration_intensity": (2, "percent"),
    "migration_effectiveness": (2, "percent"),
    "aggregate_net_migration_rate": (3, "percent"),
    "migration_weighted_gini": (3, "share"),
    "connectivity": (3, "share"),
    "courgeau_k": (3, "percent"),
    "field_gini_out": (3, "share"),
    "field_gini_in": (3, "share"),
    "mean_distance": (0, "kilometres"),
    "median_distance": (0, "kilometres"),
    "distance_exponent": (3, "exponent"),
    "standard_error": (3, "exponent"),
    "dispersion": (3, "ratio"),
    "arrivals_share": (1, "percent"),
    "departures_share": (1, "percent"),
    "observed_rate": (2, "per_thousand"),
    "fitted_rate": (2, "per_thousand"),
    "lower_rate": (2, "per_thousand"),
    "upper_rate": (2, "per_thousand"),
}
"""Decimals and unit of a measure of a result; persons, without decimals, where it is not named."""

_OF_DISTANCE = frozenset({"mean_distance", "median_distance", "distance_exponent"})
"""Measures that tell of a synthetic register how its simulation laid out the moves."""

_SOURCE = re.compile(r"Source: (.+?)\.?\s*(?:\n\s*\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Study:
    """One analysis at work.

    Args:
        entry: what is asked.
        setting: what all tables of the release share.
        say: words of analyses in every language.
        table: the table that is read; None for a nowcast.
        vintage: name of the data cut-off from which it is drawn.
        base: to whose multiples protection rounds counts; 0 where they are read as they are.
        confidential: the counts are not protected, so the result is not for the public.
    """

    entry: Analysis
    setting: Setting
    say: Sentences
    table: OutputTable | None
    vintage: str
    base: int
    confidential: bool = False

    @property
    def title(self) -> Text:
        """The title of the entry with the years of the table that is read, or else with the period of the release."""
        words, codes = self.setting.words, self.table.dimension("period").codes if self.table else ()
        first, last = (Period.parse(codes[at]) for at in (0, -1)) if codes else (self.setting.period,) * 2
        period = words.covered(first, last) if first.month is None else words.period(self.setting.period)
        return {language: title.replace("{period}", period[language]) for language, title in self.entry.title.items()}

    @property
    def source(self) -> OutputTable:
        """The table that is read.

        Raises:
            ProfileError: the entry names none.
        """
        if self.table is None:
            raise ProfileError(
                f"The analysis {self.entry.id} reads a table, and names none.", next_step="Write `table:` in its entry."
            )
        return self.table

    def refused(self, reason: str, arguments: Mapping[str, Said] | None = None) -> Analysed:
        """The analysis was not made; the reason is a key of words below ``analysis.refused``."""
        why = self.say(f"analysis.refused.{reason}", arguments or {})
        sentence = self.say("analysis.refused", {"title": self.title, "why": why})
        return Analysed(self.entry.id, self.entry.method, self.title, refused=sentence)

    def measures(self, names: Sequence[str]) -> Dimension:
        """The dimension of measures, by their names."""
        words = self.setting.words
        return Dimension("measure", words.dimensions["measure"], tuple(Member(n, words.measures[n]) for n in names))

    def periods(self, codes: Iterable[str]) -> Dimension:
        """The dimension of periods, by their codes."""
        words = self.setting.words
        members = tuple(Member(code, words.period(Period.parse(code))) for code in codes)
        return Dimension("period", words.dimensions["period"], members)

    def result(
        self,
        rows: Sequence[Dimension],
        columns: Sequence[Dimension],
        values: Mapping[tuple[str, ...], float],
        method: Callable[..., object],
        note: Mapping[str, Said],
        *,
        estimated: frozenset[str] = frozenset(),
        further: Sequence[Text] = (),
    ) -> Analysed:
        """The table of a result.

        Args:
            rows: dimensions down the side.
            columns: dimensions across the top.
            values: one code of each dimension -> value; nan where there is none.
            method: the function of `qonys.methods` that made it; its docstring names the source.
            note: what the note of the method says.
            estimated: measures of counts that are not known yet.
            further: sentences of this result alone, below the note of the method.
        """
        measures = next(d.codes for d in (*rows, *columns) if d.id == "measure")
        notes = tuple(self._notes(method, note, (*self._cautions(measures), *further)))
        table = self._table(rows, columns, values, notes, estimated)
        return Analysed(self.entry.id, self.entry.method, self.title, table)

    def with_drawn(
        self,
        result: Analysed,
        rows: Sequence[Dimension],
        columns: Sequence[Dimension],
        values: Mapping[tuple[str, ...], float],
        *,
        estimated: frozenset[str] = frozenset(),
    ) -> Analysed:
        """A result with the table that its picture draws, where that is another one; arguments as of `result`."""
        notes = result.table.notes if result.table else ()
        table = self._table(rows, columns, values, notes, estimated)
        title = self.say("analysis.drawn", {"title": self.title})
        drawn = msgspec.structs.replace(table, id=drawn_table(self.entry.id), title=title)
        return msgspec.structs.replace(result, drawn=drawn)

    def _table(
        self,
        rows: Sequence[Dimension],
        columns: Sequence[Dimension],
        values: Mapping[tuple[str, ...], float],
        notes: tuple[Text, ...],
        estimated: frozenset[str],
    ) -> OutputTable:
        dimensions = (*rows, *columns)
        place = [d.id for d in dimensions].index("measure")
        return OutputTable(
            id=self.entry.id,
            title=self.title,
            period=str(self.setting.period),
            vintage=self.vintage,
            cut_off=self.setting.cut_offs[self.vintage],
            rows=tuple(d.id for d in rows),
            columns=tuple(d.id for d in columns),
            dimensions=dimensions,
            measures={name: self._form(name) for name in dimensions[place].codes},
            notes=notes,
            cells={key: self._cell(value, estimated=key[place] in estimated) for key, value in values.items()},
        )

    def _form(self, measure: str) -> MeasureForm:
        decimals, unit = FORMS.get(measure, (0, "persons"))
        return MeasureForm(decimals, self.setting.words.units[unit])

    def _cell(self, value: float, *, estimated: bool) -> Cell:
        who = ConfidentialityStatus.CONFIDENTIAL if self.confidential else ConfidentialityStatus.FREE
        if not isfinite(value):
            return Cell(None, ObservationStatus.NOT_APPLICABLE, self._status, who)
        how = ObservationStatus.PROVISIONAL if estimated else ObservationStatus.NORMAL
        return Cell(float(value), how, self._status, who)

    @property
    def _status(self) -> DataStatus:
        if self.table is not None:
            return self.table.prevailing_status
        return DataStatus.INVENTED if self.setting.synthetic else DataStatus.COMPILED

    def _cautions(self, measures: Iterable[str]) -> Iterable[Text]:
        """What keeps the assumptions of a simulation from being read as findings."""
        if self.setting.synthetic and not _OF_DISTANCE.isdisjoint(measures):
            yield self.say("analysis.synthetic_distances")

    def _notes(
        self, method: Callable[..., object], note: Mapping[str, Said], further: Sequence[Text]
    ) -> Iterable[Text]:
        yield self.say(f"analysis.{self.entry.method}.note", note)
        yield from further
        if formula := FORMULAS.get(self.entry.method):
            yield self.say("analysis.formula", {"formula": dict.fromkeys(self.title, formula)})
        if source := source_of(method):
            yield self.say("analysis.source", {"source": source})
        if self.confidential:
            yield self.say("analysis.confidential")
        elif self.table is not None:
            yield self.say("analysis.from_table", {"table": self.table.title})
        elif self.base > 1:
            yield self.say("analysis.rounded", {"base": self.base})


def source_of(method: Callable[..., object]) -> str:
    """The source that the docstring of a method names, without its last stop; empty where it names none.

    >>> from qonys.methods.systems.impact import migration_effectiveness
    >>> "Bell" in source_of(migration_effectiveness)
    True
    """
    found = _SOURCE.search(inspect.getdoc(method) or "")
    return " ".join(found[1].split()) if found else ""


def value_at(table: OutputTable, at: Mapping[str, str]) -> float:
    """The value of a cell, a dimension that is not named being at its total; nan where it has none."""
    cell = table.cell(dict(at))
    return float("nan") if cell is None or cell.value is None else cell.value


def parts_of(table: OutputTable, dimension: str) -> tuple[str, ...]:
    """The codes of a dimension without its total."""
    return tuple(code for code in table.dimension(dimension).codes if code != TOTAL)
