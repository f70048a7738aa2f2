"""Runs base R beside a method on the same arrays, where R is installed; nothing of Qonys depends on it.

Only what R brings itself is asked: glm and loglin of its package stats. Packages such as migest, migration.indices,
DemoTools, rcbayes and mipfp are not used; beside them stand the figures that were measured when they were run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

GRAVITY = """
n <- as.integer(round(sqrt(length(flows))))
cells <- data.frame(flow = flows, distance = distances, origin = factor(rep(1:n, n)), end = factor(rep(1:n, each = n)))
cells <- cells[cells$origin != cells$end, ]
took <- system.time(model <- glm(flow ~ origin + end + log(distance), family = poisson(), data = cells))
found <- summary(model)$coefficients["log(distance)", 1:2]
"""
RAKING = """
shape <- as.integer(shape)
took <- system.time(fit <- loglin(array(cube, shape), list(c(1, 2), c(1, 3, 4), c(2, 3, 4)), fit = TRUE, eps = 1e-9,
  iter = 2000, print = FALSE)$fit)
found <- as.vector(fit)
"""
_HEAD = """
folder <- commandArgs(trailingOnly = TRUE)[1]
for (file in list.files(folder, pattern = "[.]in$")) {
  path <- file.path(folder, file)
  assign(sub("[.]in$", "", file), readBin(path, "double", file.size(path) / 8))
}
"""
_TAIL = """
writeBin(c(took[["user.self"]] + took[["sys.self"]], as.double(found)), file.path(folder, "found.out"))
"""


def beside_r(script: str, arrays: Mapping[str, np.ndarray]) -> tuple[float, np.ndarray] | None:
    """Seconds of the processor that R took, and what it found; None, with a word on stderr, where there is no R.

    Args:
        script: text of R that sets `took`, by system.time, and `found`.
        arrays: of floats, by the names that they have in the script, as vectors in the order of R (first axis fastest).
    """
    program = shutil.which("Rscript")
    if program is None:
        print("Rscript is not installed: nothing is run beside.", file=sys.stderr)
        return None
    with TemporaryDirectory(prefix="qonys-r-") as name:
        folder = Path(name)
        for array, values in arrays.items():
            (folder / f"{array}.in").write_bytes(np.asarray(values, dtype=float).tobytes(order="F"))
        (folder / "script.R").write_text(_HEAD + script + _TAIL, encoding="utf-8")
        subprocess.run([program, "--vanilla", str(folder / "script.R"), name], check=True)
        found = np.frombuffer((folder / "found.out").read_bytes())
    return float(found[0]), found[1:]


def told_beside(name: str, ours: float, theirs: float, apart: float) -> None:
    """A line: seconds of the processor of both, their ratio, and how far what they found is apart."""
    print(f"{name:40s} {ours:8.4f} s, R {theirs:8.3f} s: ratio {ours / theirs:.5f}; apart by {apart:.1e}")
