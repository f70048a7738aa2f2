"""The cell-key method against tables and an example that the R packages ptable and cellKey made."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.disclosure.cell_key import perturbation_table
from real.real_data import real_data

TABLES = (
    "ex_D2_V1.05_js1", "D3_V1", "D3_V1.08_js1", "D4_V2_js0", "D5_V2", "D5_V3_js2_pstay0.5", "D7_V3", "D5_V3_js2", "D2_V1",
    "D2_V0.9_pstay0.3",
)  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_perturbation_table_is_that_of_the_package(name: str) -> None:
    given = json.loads(real_data("methods/ptable_vectors_meta.json").read_text("utf-8"))["tables"][name]["args"]
    made = perturbation_table(
        given["D"], given["V"], smallest_kept=given.get("js", 0), stay=given.get("pstay", 0),
        monotone=tuple(given["mono"]) if "mono" in given else True,
    )  # fmt: skip
    found = {
        (row, int(noise)): probability
        for row, of_row in enumerate(made.probabilities)
        for noise, probability in zip(made.noise, of_row, strict=True)
    }
    with real_data("methods/ptable_vectors.csv").open(encoding="utf-8") as file:
        wanted = {(int(r["i"]), int(r["v"])): float(r["p"]) for r in csv.DictReader(file) if r["ptable"] == name}
    assert {row for row, _ in wanted} == set(range(len(made.probabilities)))
    assert max(abs(found[cell] - wanted.get(cell, 0.0)) for cell in found) < 1e-6
    assert set(wanted) <= set(found)


def test_every_table_of_the_file_is_compared_but_the_one_that_the_package_could_not_make() -> None:
    given = json.loads(real_data("methods/ptable_vectors_meta.json").read_text("utf-8"))["tables"]
    assert set(given) - set(TABLES) == {"D3_V2_js2"}
    assert "check" not in given["D3_V2_js2"]


def test_what_is_infeasible_for_the_package_is_refused() -> None:
    with pytest.raises(StatisticianError):
        perturbation_table(3, 2, smallest_kept=2)


def test_a_table_by_sex_and_age_is_perturbed_as_the_package_does() -> None:
    with real_data("methods/cellkey_microdata_sex_age_rkey.csv").open(encoding="utf-8") as file:
        records = [(r["sex"], r["age"], float(r["rkey"])) for r in csv.DictReader(file)]
    with real_data("methods/cellkey_expected_sex_age.csv").open(encoding="utf-8") as file:
        wanted = list(csv.DictReader(file))
    assert len(records) == 4580
    noise = perturbation_table(5, 3, smallest_kept=2, stay=0.5)
    counts, keys = [], []
    for cell in wanted:
        of_cell = [k for sex, age, k in records if cell["sex"] in (sex, "Total") and cell["age"] in (age, "Total")]
        counts.append(len(of_cell))
        keys.append(sum(of_cell) % 1)
    assert counts == [int(cell["n"]) for cell in wanted]
    assert keys == pytest.approx([float(cell["ck"]) for cell in wanted], abs=1e-9)
    assert noise.perturbed(np.array(counts), np.array(keys)).tolist() == [int(cell["pn"]) for cell in wanted]
