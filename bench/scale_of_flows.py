"""How long counting takes as moves become more: seconds a million moves, and peak memory, with two threads and a bound of 4 GB.

    .venv/bin/python bench/scale_of_flows.py [--most 100000000] [--regions 60] [--runs 3] [--kept FOLDER] [--other-work] [--picture]

Two cubes are counted: origin × destination × month × sex, which has all but one of its 86,400 flows from a million moves on, so that its time is that of
the moves alone; and the same × age group, of which a million moves make 0.7 million flows, and ten million or more all 1.6 million. Each size is
counted in a process of its own, which counts by codes first where `qonys tabulate` would. It counts an empty table beforehand, so that loading
the program is not timed; the moves are written by another process, so that its memory is not told as that of counting. Each size is counted
several times (beyond 100 million once), and the median is told: seconds of the clock, and of both cores together, which say the same on a
machine that does other work (`--other-work` notes that it did).
Writes bench/results/scale_of_flows.csv and .png.

*Linear within 20 %* means: the processor seconds of every size lie within 20 % of a line through all of them, fitted by least squares of
relative residuals, of which the largest is told. Two lines are fitted for each cube: fixed seconds and seconds a million moves; and, besides, seconds
a million flows. Where flows still become more, only the second one can hold: each move is read and looked up, and each flow that comes of them is
made and written out once, so a small size, of which nearly every move makes a flow of its own, costs more a move.

Moves beyond 100 million are the same files named several times: 100 million take about 1.3 GB of disk. They are given back, unless
`--kept` names a folder in which they stay, and are found by the next run.
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
from cube_against_sql import CODES, CUBES, MONTHS
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
FIELDS = (
    "cube", "moves", "flows", "codes_first", "seconds", "processor_seconds", "seconds_a_million", "processor_seconds_a_million",
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
    parser.add_argument("--kept", type=Path, help="folder in which the moves stay")
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
        of_machine = machine(runs, other_work=given.other_work)
        rows += [found | of_machine for found in measured(moves, given.regions, runs, given.kept)]
        for row in rows[-len(CODES) :]:
            print({name: row[name] for name in FIELDS[:9]}, flush=True)
        write_table(rows)
        moves *= 10
    tell(rows)


def tell(rows: list[dict[str, object]]) -> None:
    """Fit the lines, write table and picture, print how far the lines are from what was measured."""
    for cube in CODES:
        of_cube = [row for row in rows if row["cube"] == cube]
        for name, fit in fits(of_cube).items():
            told = {f"seconds_a_million_{term}": round(fit.seconds[term], 4) for term in FITS[name]}
            for row, fitted, residual in zip(of_cube, fit.fitted, fit.residuals, strict=True):
                values = {"fixed_seconds": round(fit.seconds[FIXED], 3), **told}
                values |= {"fitted_processor_seconds": round(fitted, 2), "residual_percent": round(residual, 1)}
                row.update({f"{column}{name}": value for column, value in values.items()})
            print(f"{cube}: {said(fit)}: within {100 * (ALLOWED - 1):.0f} %: {fit.largest <= 100 * (ALLOWED - 1)}")
    write_table(rows)
    (RESULTS / "scale_of_flows.png").write_bytes(png_of(picture(rows).encode()))


def fits(rows: list[dict[str, object]]) -> dict[str, Fit]:
    """The lines through the seconds of the processor of a cube, a million moves and flows being the units."""
    seconds = [float(str(row["processor_seconds"])) for row in rows]
    millions = {term: [float(str(row[term])) / 1e6 for row in rows] for term in ("moves", "flows")}
    return {name: linear_fit(seconds, {term: millions[term] for term in terms}) for name, terms in FITS.items()}


def said(fit: Fit) -> str:
    terms = [f"{seconds:.3f} s a million {term}" for term, seconds in fit.seconds.items() if term != FIXED]
    return f"{fit.seconds[FIXED]:.2f} s + {' + '.join(terms)}, largest residual {fit.largest:.0f} %"


def measured(moves: int, regions: int, runs: int, kept: Path | None) -> list[dict[str, object]]:
    """What each cube of so many moves took."""
    folder, most = Path(tempfile.mkdtemp()), min(moves, MOST_WRITTEN)
    try:
        of_moves = (kept or folder) / f"{most}_{regions}"
        written = tuple(map(str, sorted(of_moves.glob("*.parquet")))) or alone(write, of_moves, most, regions)
        paths = written * (moves // most)
        return [
            summary(cube, moves, [alone(counted, cube, paths, moves, regions, folder) for _ in range(runs)], regions)
            for cube in CODES
        ]
    finally:
        shutil.rmtree(folder)


def summary(cube: str, moves: int, found: list[dict[str, float]], regions: int) -> dict[str, object]:
    clock, processor = (statistics.median(float(one[name]) for one in found) for name in ("clock", "processor"))
    return {
        "cube": cube,
        "moves": moves,
        "flows": int(found[0]["flows"]),
        "codes_first": "yes" if first(cube, moves, regions) else "no",
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


def first(cube: str, moves: int, regions: int) -> bool:
    return counts_codes_first(moves, regions, MONTHS, CODES[cube])


def counted(cube: str, paths: tuple[str, ...], moves: int, regions: int, spill: Path) -> dict[str, float]:
    engine = DuckDBEngine(memory_limit="4GB", threads=2, spill=spill)
    files = Files(paths, duckdb.read_parquet(paths[0]).limit(0).to_arrow_table().schema)
    query = flows_query((CUBES[cube],), changes=() if first(cube, moves, regions) else None)
    known = {"cut_off": "2025-02-28"}
    engine.run(query, known, moves=files.schema.empty_table(), territory=territory(regions))  # loads what it works with
    start, used = time.perf_counter(), time.process_time()
    found = engine.run(query, known, moves=files, territory=territory(regions))
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


COLOURS = {"O×D×sex": "#1f5f8b", "O×D×sex×age group": "#b35c00"}


def picture(rows: list[dict[str, object]]) -> str:
    """Processor seconds over moves, both by powers of ten: a straight line that rises by one in one is linear."""
    of_cubes = {cube: [row for row in rows if row["cube"] == cube] for cube in CODES}
    sizes = next(iter(of_cubes.values()))
    seconds = [float(str(row["processor_seconds"])) for row in rows]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)) + 0.2)
    across = [120 + 460 * place / max(len(sizes) - 1, 1) for place in range(len(sizes))]
    parts = [
        text(40, 34, "Processor seconds to count moves, both cores together", 16),
        text(40, 56, of_machine(rows), 12),
    ]

    def height(seconds: float) -> float:
        return 360 - 270 * (math.log10(seconds) - low) / (high - low)

    for power in range(low, high + 1):
        level = height(10**power)
        parts.append(f'<line x1="80" x2="620" y1="{level:.1f}" y2="{level:.1f}" stroke="#ddd"/>')
        parts.append(text(36, level + 4, f"{10**power:g} s", 12))
    for row, at in zip(sizes, across, strict=True):
        parts.append(text(at - 26, 384, f"{int(str(row['moves'])) // 10**6:,} M", 12))
    for place, (cube, of_cube) in enumerate(of_cubes.items()):
        fit = best(of_cube)
        points = [(at, height(float(str(row["processor_seconds"])))) for at, row in zip(across, of_cube, strict=True)]
        parts.append(line(points, COLOURS[cube]))
        parts.append(
            line([(at, height(value)) for at, value in zip(across, fit.fitted, strict=True)], "#555", dashed=True)
        )
        for (x, y), row in zip(points, of_cube, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOURS[cube]}"/>')
            words = f"{float(str(row['processor_seconds_a_million'])):.3f} a million"
            parts.append(
                text(x + 8 if place == 0 else x - 84, y + 16 if place == 0 else y - 10, words, 11, COLOURS[cube])
            )
        flows, peak = (
            max(int(str(row["flows"])) for row in of_cube),
            max(float(str(row["peak_gib"])) for row in of_cube),
        )
        parts.append(
            text(96, 110 + 18 * place, f"— {cube} × month: at most {flows:,} flows, {peak} GiB", 12, COLOURS[cube])
        )
        parts.append(text(40, 424 + 18 * place, f"{cube}: {said(fit)}", 11))
    parts.append(text(96, 146, "- - the fitted line", 12, "#555"))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="700" height="456" font-family="Inter">'
        f'<rect width="700" height="456" fill="white"/>{"".join(parts)}</svg>'
    )


def best(rows: list[dict[str, object]]) -> Fit:
    """The line to moves alone where the first size has nearly all flows already, else that to moves and flows."""
    flows = [int(str(row["flows"])) for row in rows]
    return fits(rows)["" if min(flows) > 0.99 * max(flows) else "_with_flows"]


def of_machine(rows: list[dict[str, object]]) -> str:
    note = f"{rows[0]['cores']} cores, bound of 4 GB, DuckDB {rows[0]['duckdb']}, median of {rows[0]['runs']} runs"
    if int(str(rows[-1]["moves"])) > MOST_WRITTEN:
        note += ", above 100 M one, of the same files again"
    return note + ("; other work ran" if rows[0]["other_work"] == "yes" else "")


def line(points: list[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'


def text(x: float, y: float, words: str, size: int, colour: str = "#222") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}">{words}</text>'


if __name__ == "__main__":
    sys.exit(main())
