"""Measures of the released tables: what they tell, what protection cost, how long their series are, what mirrors say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from qonys.concepts.quality import SIMS, MirrorFigure
from qonys.concepts.status import ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.datasets.output import OutputTable
from qonys.datasets.quality import Measured
from qonys.evaluate.quality.valued import SMALL, measured, share, valued, without_value
from qonys.methods.quality.indicators import length_since_break, mirror_asymmetry, rate

Utility = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By protected table and side: cells, changed, mean, largest, forced (`analyse.protecting.ProtectedCounts`)."""


def data_completeness(tables: Mapping[str, OutputTable]) -> Measured:
    """Share of the cells of all tables that hold a value, of those that can; percent.

    Cells that cannot have one (not applicable) are left out.

    Source: QPI R1, data completeness rate, with the cells of the release's design as those that are relevant.
    """
    cells = [cell for table in tables.values() for cell in table.cells.values()]
    relevant = [cell for cell in cells if cell.observation is not ObservationStatus.NOT_APPLICABLE]
    told = sum(cell.value is not None for cell in relevant)
    return measured("data_completeness", lambda: rate(told, len(relevant)))


def metadata_completeness(texts: Mapping[str, Mapping[str, str]]) -> Measured:
    """Share of the concepts of SIMS with a text, over all languages of the release; percent.

    Source: QPI AC3, metadata completeness rate.

    Args:
        texts: language -> code of a concept -> its text, whoever gave it.
    """
    wanted = [concept.code for concept in SIMS if concept.kind == "text"]
    told = sum(bool(texts[language].get(code)) for language in texts for code in wanted)
    return measured("metadata_completeness", lambda: rate(told, len(wanted) * len(texts)))


def protection_loss(utility: Utility, sensitive: Collection[str]) -> Iterator[Measured]:
    """What protection cost the tables that it changed: share of inner cells changed, and mean distance to exact counts.

    100 · changed / inner cells, in percent, over the protected tables of which it is told; Σ|protected − exact| / inner
    cells, in persons, by table and side. The exact counts stay in the office. Ours.

    Of a table that tells something sensitive neither is told. That anything was changed says that there was a small
    count: where one cell alone can have been it, that cell is found out; and the sum of the changes narrows the others.

    Args:
        utility: what protection changed.
        sensitive: tables that tell something sensitive.
    """
    sides = [(table, side, told) for table, of_table in utility.items() for side, told in of_table.items()]
    if not sides:
        yield from (without_value(name, "all_exact") for name in ("cells_changed", "distance_to_exact"))
        return
    counted = [told for table, _, told in sides if table not in sensitive]
    cells, changed = (sum(int(told[name]) for told in counted) for name in ("cells", "changed"))
    yield share("cells_changed", changed, cells, 0) if counted else without_value("cells_changed", SMALL)
    for table, side, told in sides:
        of = {"table": table, "side": side}
        if table in sensitive:
            yield without_value("distance_to_exact", SMALL, of)
        else:
            yield valued("distance_to_exact", told["mean"], of)


def comparable_length(tables: Mapping[str, OutputTable]) -> Iterator[Measured]:
    """Number of periods since the last break, the first one after it among them, of each series of years.

    Of each table with more than one year its total: once where all its measures say the same, else by measure.

    Source: QPI CC2, length of comparable time series.
    """
    found = False
    for table in tables.values():
        lengths = {measure: length for measure in table.measures if (length := _length(table, measure))}
        same = len(set(lengths.values())) == 1
        for measure, length in list(lengths.items())[: 1 if same else None]:
            found = True
            yield valued("comparable_length", length, {"table": table.id} | ({} if same else {"measure": measure}))
    if not found:
        yield without_value("comparable_length", "one_period")


def _length(table: OutputTable, measure: str) -> int:
    """Periods of a series since its last break; 0 where it is no series of years."""
    years = [code for code in table.dimension("period").codes if len(code) == len("2024")]
    cells = {year: table.cell({"period": year, "measure": measure}) for year in years}
    told = [year for year, cell in cells.items() if cell and cell.value is not None]
    breaks = [year for year in told if (cell := cells[year]) and ObservationStatus.BREAK in cell.statuses]
    return length_since_break(told, breaks) if len(told) > 1 else 0


def mirror_asymmetries(
    figures: Sequence[MirrorFigure], tables: Mapping[str, OutputTable], designs: Mapping[str, TableDesign]
) -> Iterator[Measured]:
    """Asymmetry of each flow that a partner counts too, in percent of the mean of both counts; plus: we count more.

    Source: QPI CC1, asymmetry for mirror flow statistics, bilateral.

    Args:
        figures: what partners say.
        tables: of the release.
        designs: of these tables.
    """
    found = False
    by_partner = [
        table
        for name, table in tables.items()
        if designs[name].dimensions == ("partner",) and designs[name].universe == "external" and not designs[name].only
    ]
    for table in by_partner[:1]:
        for figure in figures:
            at = {"partner": figure.partner, "period": figure.period, "measure": figure.measure}
            own = cell.value if (cell := table.cell(at)) else None
            if own is not None and figure.period == table.period:
                found = True
                of = {"partner": figure.partner, "measure": figure.measure, "source": figure.source}
                yield measured("mirror_asymmetry", partial(mirror_asymmetry, own, figure.persons), of)
    if not found:
        yield without_value("mirror_asymmetry", "no_mirror")
