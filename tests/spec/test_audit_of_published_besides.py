"""The auditor reads what a release shows besides the counts of its tables: shares, and what changed since another data cut-off."""

from __future__ import annotations

from pathlib import Path

import pytest

from qonys.concepts.period import Period
from qonys.errors import StatisticianError
from spec.command_line import qonys
from spec.drawn_slips import Walk
from spec.test_audit_of_vintages_and_analyses import ALLOWED, HEAD, PEOPLE
from spec.test_protected_release import profile


def comparing(folder: Path, table: str) -> Walk:
    """Mini, of which the release of a year compares another table with its operational figures; nothing is allowed."""
    mine = profile(folder, (ALLOWED, ""))
    path = mine / "release/designs/annual.yaml"
    text, words = path.read_text("utf-8"), "comparisons:\n  - table: internal-by-region\n"
    assert words in text
    path.write_text(text.replace(words, words.replace("internal-by-region", table)), "utf-8")
    walk = Walk(folder, profile=str(mine))
    walk.receive("2024-01-10", f"{HEAD}\nold | 05.03.2023 | N11 | C11 | ard")
    walk.receive("2025-01-10", f"{HEAD}\n{PEOPLE}")
    return walk


@pytest.mark.parametrize(("late", "stands"), [(2, False), (3, True)])
def test_what_changed_since_another_cut_off_is_attacked(tmp_path: Path, late: int, stands: bool) -> None:
    """The final figures of an ethnic group less its operational ones are who came late."""
    walk = comparing(tmp_path, "external-by-ethnicity")
    slips = "\n".join(f"la{number} | 0{number + 1}.03.2024 | XB | C11 | ard" for number in range(late))
    walk.receive("2025-02-10", f"{HEAD}\n{slips}")
    walk.process()
    walk.line.tabulate()
    read = qonys("protect", "audit", "2024", "--workspace", walk.line.office.workspace.folder)
    assert "what changed since another data cut-off: external-by-ethnicity of operational" in read.out
    if stands:
        assert read.code == 0
        walk.line.build(Period(2024))
        return
    assert read.code == 4
    assert "2  difference of vintages" in read.out or "1  difference of vintages" in read.out
    with pytest.raises(StatisticianError, match="can be found out; the first, difference of vintages"):
        walk.line.build(Period(2024))


SHARES = """
id: ethnic-shares
title: {en: "Ethnic structure, {period}", es: "Estructura étnica, {period}"}
universe: external
frequency: year
measures: [arrivals_share]
rows: [ethnicity]
columns: [period, measure]
totals: [ethnicity]
"""
ROUNDED, PLAIN = "additive: [external-by-ethnicity, ", "  external-by-ethnicity: one dimension\n"
WITH_SHARES = "  ethnic-shares: shares of one dimension\n"


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        ([(PLAIN, WITH_SHARES), ("additive: [", ROUNDED)], False),
        ([(PLAIN, ""), ("additive: [", f"{ROUNDED}ethnic-shares, ")], True),
    ],
)
def test_a_share_of_counts_as_they_are_undoes_their_rounding_and_one_of_rounded_counts_does_not(
    tmp_path: Path, changes: list[tuple[str, str]], stands: bool
) -> None:
    """Two of 26 who came from abroad are Cadians: 7.7 %, which is 1.99 to 2.02 of 26."""
    mine = profile(tmp_path, (ALLOWED, ""), *changes)
    (mine / "tables/ethnic-shares.yaml").write_text(SHARES, "utf-8")
    path, words = mine / "release/designs/annual.yaml", "tables: [external-by-ethnicity]"
    path.write_text(path.read_text("utf-8").replace(words, words.replace("]", ", ethnic-shares]")), "utf-8")
    walk = Walk(tmp_path, profile=str(mine))
    cadians = "\n".join(f"ca{number} | 0{number + 1}.03.2024 | XB | C11 | cad" for number in range(2))
    walk.receive("2024-01-10", f"{HEAD}\nold | 05.03.2023 | N11 | C11 | ard")
    walk.receive("2025-01-10", f"{HEAD}\n{PEOPLE}\n{cadians}")
    walk.process()
    walk.line.tabulate()
    if stands:
        walk.line.build(Period(2024))
        assert qonys("protect", "audit", "2024", "--workspace", walk.line.office.workspace.folder).code == 0
        return
    with pytest.raises(
        StatisticianError, match="the first, rates and shares: table external-by-ethnicity, 2024, cad, arrivals"
    ):
        walk.line.build(Period(2024))
    read = qonys("protect", "audit", "2024", "--workspace", walk.line.office.workspace.folder)
    assert read.code == 4
    assert "2 persons can be found out, read together with" in read.said
    assert "Compute the ratio from protected counts" in read.said
