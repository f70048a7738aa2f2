"""How long counting takes as moves become more: seconds a million moves, and peak memory, with two threads and a bound of 4 GB.

    .venv/bin/python bench/scale_of_flows.py [--most 100000000] [--regions 60] [--runs 3] [--other-work] [--picture]

The flows are origin × destination × month × sex × age group. Each size is counted in a process of its own, which counts by codes
first where `qonys tabulate` would; the moves are written by another process, so that its memory is not told as that of counting.
Each size is counted several times (beyond 100 million once), and the median is told: seconds of the clock, and of both cores together, which say the same on
a machine that does other work (`--other-work` notes that it did). Writes bench/results/scale_of_flows.csv and .png.

Two lines are fitted to the seconds of the processor, and told with their largest residual: fixed seconds and seconds a million moves; and,
besides, seconds a million flows. The second one is what the work is: each move is read and looked up, and each flow that comes
of them is made once. A million moves make 0.7 million flows, a billion make 1.6 million, as there are no more combinations; so small sizes cost more
a move, and not because something is slow at the start.

Moves beyond 100 million are the same files named several times: 100 million take about 1.3 GB of disk, which are given back.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import platform
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import duckdb
from cube_against_sql import CUBES
from linear_fit import FIXED, Fit, linear_fit
from moves import territory, write_moves

from qonys.datasets.outcome import Files
from qonys.disseminate.figures.png import png_of
from qonys.engine.duck import DuckDBEngine
from qonys.queries.flows import counts_codes_first, flows_query

T = TypeVar("T")
RESULTS = Path(__file__).parent / "results"
ALLOWED = 1.2
MOST_WRITTEN = 100_000_000
MONTHS, SEXES, AGE_GROUPS = 12, 4, 20
FIELDS = (
    "moves", "flows", "codes_first", "seconds", "processor_seconds", "seconds_a_million", "processor_seconds_a_million",
    "peak_gib", "runs", "cores", "memory_gib", "processor", "duckdb", "other_work",
    "fixed_seconds", "seconds_a_million_moves", "fitted_processor_seconds", "residual_percent",
    "fixed_seconds_with_flows", "seconds_a_million_moves_with_flows", "seconds_a_million_flows_with_flows",
    "fitted_processor_seconds_with_flows", "residual_percent_with_flows",
)  # fmt: skip
FITS = {"": ("moves",), "_with_flows": ("moves", "flows")}


def main() -> None:
    """Count each size, print and write the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=100_000_000, help="the largest number of moves")
    parser.add_argument("--regions", type=int, default=60, help="regions")
    parser.add_argument("--runs", type=int, default=3, help="timed runs of each size")
    parser.add_argument("--other-work", action="store_true", help="other work was running on the machine")
    parser.add_argument(
        "--picture",
        action="store_true",
        help="only fit the lines and draw the picture anew, from the table that is there",
    )
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    if given.picture:
        with (RESULTS / "scale_of_flows.csv").open(encoding="utf-8", newline="") as file:
            rows = [dict(row) for row in csv.DictReader(file)]
        tell(rows)
        return
    moves = 1_000_000
    while moves <= given.most:
        runs = given.runs if moves <= MOST_WRITTEN else 1
        rows.append(measured(moves, given.regions, runs) | machine(runs, other_work=given.other_work))
        print({name: rows[-1][name] for name in FIELDS[:8]}, flush=True)
        write_table(rows)
        moves *= 10
    tell(rows)


def tell(rows: list[dict[str, object]]) -> None:
    """Fit the lines, write table and picture, print how far the lines are from what was measured."""
    for name, fit in fits(rows).items():
        told = {f"seconds_a_million_{term}": round(fit.seconds[term], 4) for term in FITS[name]}
        for row, fitted, residual in zip(rows, fit.fitted, fit.residuals, strict=True):
            values = {"fixed_seconds": round(fit.seconds[FIXED], 3), **told}
            values |= {"fitted_processor_seconds": round(fitted, 2), "residual_percent": round(residual, 1)}
            row.update({f"{column}{name}": value for column, value in values.items()})
        print(f"{said(fit)}: within {100 * (ALLOWED - 1):.0f} %: {fit.largest <= 100 * (ALLOWED - 1)}")
    write_table(rows)
    (RESULTS / "scale_of_flows.png").write_bytes(png_of(picture(rows).encode()))


def fits(rows: list[dict[str, object]]) -> dict[str, Fit]:
    """The lines through the seconds of the processor, a million moves and flows being the units."""
    seconds = [float(str(row["processor_seconds"])) for row in rows]
    millions = {term: [float(str(row[term])) / 1e6 for row in rows] for term in ("moves", "flows")}
    return {name: linear_fit(seconds, {term: millions[term] for term in terms}) for name, terms in FITS.items()}


def said(fit: Fit) -> str:
    terms = [f"{seconds:.3f} s a million {term}" for term, seconds in fit.seconds.items() if term != FIXED]
    return f"{fit.seconds[FIXED]:.2f} s + {' + '.join(terms)}, largest residual {fit.largest:.0f} %"


def measured(moves: int, regions: int, runs: int) -> dict[str, object]:
    folder = Path(tempfile.mkdtemp())
    try:
        written = alone(write, folder / "moves", min(moves, MOST_WRITTEN), regions)
        paths = written * (moves // min(moves, MOST_WRITTEN))
        found = [alone(counted, paths, moves, regions, folder) for _ in range(runs)]
    finally:
        shutil.rmtree(folder)
    clock, processor = (statistics.median(float(one[name]) for one in found) for name in ("clock", "processor"))
    return {
        "moves": moves,
        "flows": int(found[0]["flows"]),
        "codes_first": "yes" if first(moves, regions) else "no",
        "seconds": round(clock, 2),
        "processor_seconds": round(processor, 2),
        "seconds_a_million": round(clock / moves * 1e6, 4),
        "processor_seconds_a_million": round(processor / moves * 1e6, 4),
        "peak_gib": round(max(one["peak"] for one in found), 2),
    }


def alone(what: Callable[..., T], *given: object) -> T:
    """What a process of its own finds."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(what, given)


def write(folder: Path, moves: int, regions: int) -> tuple[str, ...]:
    return write_moves(folder, moves, regions).paths


def first(moves: int, regions: int) -> bool:
    return counts_codes_first(moves, regions, MONTHS, (SEXES, AGE_GROUPS))


def counted(paths: tuple[str, ...], moves: int, regions: int, spill: Path) -> dict[str, float]:
    engine = DuckDBEngine(memory_limit="4GB", threads=2, spill=spill)
    files = Files(paths, duckdb.read_parquet(paths[0]).limit(0).to_arrow_table().schema)
    query = flows_query((CUBES["O×D×sex×age group"],), changes=() if first(moves, regions) else None)
    start, used = time.perf_counter(), time.process_time()
    found = engine.run(query, {"cut_off": "2025-02-28"}, moves=files, territory=territory(regions))
    return {
        "clock": time.perf_counter() - start,
        "processor": time.process_time() - used,
        "flows": found.num_rows,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def machine(runs: int, *, other_work: bool) -> dict[str, object]:
    """What the figures were measured on, without names of it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "runs": runs,
        "cores": os.cpu_count() or 0,
        "memory_gib": round(memory, 1),
        "processor": platform.machine(),
        "duckdb": duckdb.__version__,
        "other_work": "yes" if other_work else "no",
    }


def write_table(rows: list[dict[str, object]]) -> None:
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "scale_of_flows.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n", extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)


def picture(rows: list[dict[str, object]]) -> str:
    """Seconds over moves, both by powers of ten: a straight line that rises by one in one is linear."""
    lines = {"by the clock": ("seconds", "#1f5f8b"), "of the processor, both cores": ("processor_seconds", "#b35c00")}
    values = {name: [float(str(row[field])) for row in rows] for name, (field, _) in lines.items()}
    low, high = -1, math.ceil(math.log10(max(max(of_line) for of_line in values.values())) + 0.2)
    across = [120 + 460 * place / max(len(rows) - 1, 1) for place in range(len(rows))]
    parts = [text(40, 34, "Seconds to count moves: origin × destination × month × sex × age", 16)]
    note = f"{rows[0]['cores']} cores, bound of 4 GB, DuckDB {rows[0]['duckdb']}, median of {rows[0]['runs']} runs"
    if int(str(rows[-1]["moves"])) > MOST_WRITTEN:
        note += ", above 100 M one, of the same files again"
    parts.append(text(40, 56, note + ("; other work ran" if rows[0]["other_work"] == "yes" else ""), 12))

    def height(seconds: float) -> float:
        return 360 - 270 * (math.log10(seconds) - low) / (high - low)

    for power in range(low, high + 1):
        level = height(10**power)
        parts.append(f'<line x1="80" x2="620" y1="{level:.1f}" y2="{level:.1f}" stroke="#ddd"/>')
        parts.append(text(36, level + 4, f"{10**power:g} s", 12))
    for row, at in zip(rows, across, strict=True):
        parts.append(text(at - 26, 384, f"{int(str(row['moves'])) // 10**6:,} M", 12))
        parts.append(text(at - 26, 400, f"{row['peak_gib']} GiB at most", 11))
    for place, (name, (field, colour)) in enumerate(lines.items()):
        points = [(at, height(value)) for at, value in zip(across, values[name], strict=True)]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), row in zip(points, rows, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
            parts.append(
                text(
                    x + (8 if place else -60),
                    y + (16 if place else -12),
                    f"{float(str(row[f'{field}_a_million'])):.3f} a million",
                    11,
                    colour,
                )
            )
        parts.append(text(96, 90 + 18 * place, f"— {name}", 12, colour))
    of_fits = fits(rows)
    best = [(at, height(value)) for at, value in zip(across, of_fits["_with_flows"].fitted, strict=True)]
    dashes = " ".join(f"{x:.1f},{y:.1f}" for x, y in best)
    parts.append(f'<polyline points="{dashes}" fill="none" stroke="#555" stroke-dasharray="4 4"/>')
    parts.append(text(96, 126, "- - fitted to moves and flows", 12, "#555"))
    for line, fit in enumerate(of_fits.values()):
        parts.append(text(40, 424 + 18 * line, f"of the processor: {said(fit)}", 11, "#222"))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="700" height="456" font-family="Inter">'
        f'<rect width="700" height="456" fill="white"/>{"".join(parts)}</svg>'
    )


def text(x: float, y: float, words: str, size: int, colour: str = "#222") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}">{words}</text>'


if __name__ == "__main__":
    sys.exit(main())
