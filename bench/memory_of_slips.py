"""Peak memory of collect and process as deliveries grow: it must not grow with them.

    .venv/bin/python bench/memory_of_slips.py [--rows 1000000 10000000]

50 million slips need about 25 GB of disk: --rows 1000000 50000000.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from slips import written_apart
from surroundings import as_installed
from validate_slips import BUDGET_GIB, STEPS, taken_by


def main() -> None:
    """Collect and process deliveries of rising size; print the peak of each and its ratio to the budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000], help="slips, one run each")
    environment = as_installed()
    for rows in parser.parse_args().rows:
        with tempfile.TemporaryDirectory() as folder:
            slips = Path(folder) / "arrivals_1.csv"
            written_apart(slips, rows)
            for step, taken in zip(STEPS, taken_by(slips, Path(folder) / "o", environment), strict=True):
                rate = rows / taken.seconds / 1e6
                ratio = taken.gib / BUDGET_GIB
                print(
                    f"{rows:>10} slips, {step:8} {taken.seconds:7.1f} s, {rate:5.2f} M rows/s, peak {taken.gib:.2f} GiB: ratio {ratio:.2f}"
                )


if __name__ == "__main__":
    main()
