"""A line whose profile carries corrections, fills, edits and imputation, and somebody who reviews: for drawn tests."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Self

import msgspec

from qonys.country.loading import SHIPPED
from qonys.datasets.decision import Decision
from qonys.production.deciding import Request, decide
from qonys.production.office import Office
from qonys.store.workspace import SETTINGS
from spec.drawn_slips import Rows, Walk

AUTHOR = "Olga"
MARK = "QQ7391"
"""Every identifier of these tests begins so."""
FAULTY = f"""
    SLIP     | PERSON    | DAY        | SEX | BORN       | SCHOOL | REASON
    {MARK}s1 | {MARK}ann | 31.02.2024 | f   | 01.02.1990 | 2 | study
    {MARK}s2 | {MARK}bob | 05.03.2024 | x   | 01.02.1990 | 2 | study
    {MARK}s3 | {MARK}cid | 05.03.2024 | m   | 01.02.1890 | 2 | study
    {MARK}s4 | {MARK}dan | 05.03.2024 | m   | 01.02.2012 | 1 | study
    {MARK}s5 | {MARK}eve | 05.03.2024 | m   | 01.02.1990 | 2 | study
"""


class ReviewedWalk(Walk):
    """A walk by a copy of mini into which a test writes files of the profile; words of YAML, indented as it likes."""

    def __init__(self, folder: Path, **files: str) -> None:
        self.profile = folder / "country"
        shutil.copytree(SHIPPED / "mini", self.profile, ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in files.items():
            self.write(name, text)
        super().__init__(folder, profile=str(self.profile))
        object.__setattr__(self.line, "office", replace(self.line.office, operator=AUTHOR))

    def copied(self, folder: Path) -> Self:
        """The same in a folder of its own, with a profile of its own."""
        again = super().copied(folder)
        again.profile = folder / "country"
        settings = again.office.workspace.folder / SETTINGS
        settings.write_text(settings.read_text("utf-8").replace(str(self.profile), str(again.profile)), "utf-8")
        workspace = replace(again.office.workspace, profile=str(again.profile))
        object.__setattr__(again.line, "office", replace(again.office, workspace=workspace))
        return again

    def write(self, name: str, text: str) -> None:
        """Write a file of the profile: corrections, imputation or edits (rules)."""
        path = {
            "corrections": "corrections/corrections.yaml", "imputation": "imputation.yaml", "edits": "rules/edits.yaml",
        }[name]  # fmt: skip
        (self.profile / path).parent.mkdir(exist_ok=True)
        (self.profile / path).write_text(text, encoding="utf-8")
        if hasattr(self, "line"):
            object.__setattr__(self.line, "office", replace(self.line.office))

    @property
    def office(self) -> Office:
        return self.line.office

    def decide(self, delivery: int, row: int, act: str, reason: str = "REVIEW", **more: object) -> tuple[Decision, ...]:
        """Decide one thing about one slip."""
        said = {"delivery": delivery, "row": row, "act": act, "reason": reason, **more}
        return decide(self.office, [msgspec.convert(said, Request)])

    def log(self, columns: str) -> Rows:
        """The log of decisions, in its order."""
        names = columns.split()
        return [
            {name: "" if getattr(entry, name) is None else str(getattr(entry, name)) for name in names}
            for entry in self.office.decision_log.entries
        ]


def faulty_walk(folder: Path) -> ReviewedWalk:
    """Of `FAULTY` rows 2 and 3 were quarantined at entry, row 4 by a rule, row 5 was flagged, row 6 is sound."""
    walk = ReviewedWalk(folder)
    walk.receive("2025-01-10", FAULTY)
    walk.process()
    return walk
