"""Links second writings of persons, with errors and without numbers, to the persons: precision, recall, seconds, memory.

    .venv/bin/python bench/linkage.py [--records 1000000] [--runs 5] [--strangers 0.15]

Of the records 85 % are persons and 15 % second writings of some of them; all but the strangers have a number. Encoding the names is not part of the
figure, since it is done on entry. Precision and recall are those of pairs of a writing and a person; the names are invented
(simulate/persons_with_errors.py), so the figures say how the method works, not how well a country's real names link.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time

from qonys.collect.name_encodings import NameEncodings
from qonys.concepts.integration import Linkage
from qonys.engine.duck import DuckDBEngine
from qonys.process.linkage import linked
from qonys.simulate.persons_with_errors import persons_with_errors
from qonys.simulate.slips_of_persons import quality, slips_of_persons

BUDGET_SECONDS = 30.0
LEAST_PRECISION, LEAST_RECALL = 0.998, 0.9


def main() -> None:
    """Make the records, link them, print what it took and how good it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000, help="persons and second writings together")
    parser.add_argument("--runs", type=int, default=5, help="timed runs")
    parser.add_argument("--link", type=float, default=Linkage().link, help="threshold of a link")
    parser.add_argument(
        "--strangers", type=float, default=0.0, help="share of records that are of nobody with a number"
    )
    given = parser.parse_args()
    persons = int(given.records * 0.85)
    strangers = int(given.records * given.strangers)
    written = persons_with_errors(persons, given.records - persons, seed=1, strangers=strangers)
    tables = slips_of_persons(written, NameEncodings(b"bench").encoded)
    engine, seconds = DuckDBEngine(memory_limit="4GB"), []
    for run in range(1, given.runs + 1):
        start = time.perf_counter()
        found = linked(engine, Linkage(link=given.link), **tables)
        seconds.append(time.perf_counter() - start)
        precision, recall = quality(found.links, written)
        review = found.links.num_rows - sum(status == "linked" for status in found.links["status"].to_pylist())
        print(f"run {run}: {seconds[-1]:5.1f} s  precision {precision:.4f}  recall {recall:.4f}  review {review}")
    median, peak = statistics.median(seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"median {median:.1f} s of {BUDGET_SECONDS:.0f} s: ratio {median / BUDGET_SECONDS:.2f}; peak {peak:.2f} GiB")
    print(
        f"precision ≥ {LEAST_PRECISION}: {precision >= LEAST_PRECISION}; recall ≥ {LEAST_RECALL}: {recall >= LEAST_RECALL}"
    )


if __name__ == "__main__":
    main()
