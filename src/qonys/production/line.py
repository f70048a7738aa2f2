"""The whole line on one screen: from delivered files to a published release.

    source --collect--> input --process--> clean --tabulate--> statistics --build--> output --publish--> published

Each step takes an office, does one thing, and says what it found. A step is imported when it is taken: to load them all
would take longer than most commands run (tests/architecture/test_commands_load_what_they_need.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qonys.collect.hashing import Hashing
    from qonys.concepts.analysis import AnalysisMethod
    from qonys.concepts.period import Period
    from qonys.concepts.text import Text
    from qonys.datasets.analysis import Analysed
    from qonys.datasets.outcome import Outcome, RuleResult
    from qonys.datasets.quality import QualityReport
    from qonys.evaluate.accounts import Account
    from qonys.production.auditing import Audit
    from qonys.production.building import BuiltRelease
    from qonys.production.from_slips import Told
    from qonys.production.lagging import Lag
    from qonys.production.office import Office
    from qonys.production.situation import Situation
    from qonys.publish.publication import Publication
    from qonys.store.receipts import Receipt


@dataclass(frozen=True)
class Line:
    """The line of one office."""

    office: Office

    def collect(
        self,
        files: Iterable[Path],
        *,
        layout: str | None = None,
        received: date | None = None,
        replaces: int | None = None,
        hashing: Hashing | None = None,
    ) -> Outcome[tuple[Receipt, ...]]:
        """Source -> input: deliveries become registrations; what cannot be read is quarantined with its reasons."""
        from qonys.production import collecting

        return collecting.collect(
            self.office, files, layout=layout, received=received, replaces=replaces, hashing=hashing
        )

    def collect_query(
        self, layout: str, *, received: date | None = None, replaces: int | None = None
    ) -> Outcome[tuple[Receipt, ...]]:
        """Source -> input: as files, what a layout's query gives."""
        from qonys.production import collecting

        return collecting.collect_query(self.office, layout, received=received, replaces=replaces)

    def process(self) -> Outcome[tuple[RuleResult, ...]]:
        """Input -> clean: rules, corrections, duplicates; slips become moves, children are moves of their own."""
        from qonys.production import processing

        return processing.process(self.office)

    def tabulate(self) -> Outcome[int]:
        """Clean -> statistics: moves are counted into flows, once for each data cut-off of the calendar."""
        from qonys.production import tabulating

        return tabulating.tabulate(self.office)

    def audit(self, period: Period) -> Outcome[Audit]:
        """Attack the tables of a release as an intruder would, who has all that is published."""
        from qonys.production import auditing

        return auditing.audit(self.office, period)

    def build(self, period: Period) -> Outcome[BuiltRelease]:
        """Statistics -> output: tables, identities, sentences, pages and files of one release."""
        from qonys.production import building

        return building.build(self.office, period)

    def build_from_slips(self, period: Period, told: Told = lambda _: None) -> Outcome[BuiltRelease]:
        """Input -> output: *process*, *tabulate* and *build* in one run, told of each as it ends."""
        from qonys.production import from_slips

        return from_slips.build_from_slips(self.office, period, told)

    def quality(self, period: Period) -> Outcome[QualityReport]:
        """The measures of the quality of a release, as its build computes them; nothing is written."""
        from qonys.production import building

        return building.quality(self.office, period)

    def analyse(
        self, period: Period, methods: Collection[AnalysisMethod], *, exact: bool = False
    ) -> Outcome[tuple[Analysed, ...]]:
        """The analyses of a release by some methods; of exact counts they are confidential."""
        from qonys.production import analysing

        return analysing.analyse(self.office, period, methods, exact=exact)

    def publish(self, period: Period | None = None) -> Outcome[Publication]:
        """Output -> published: a copy in the published folder, and the pointer to it."""
        from qonys.production import publishing

        return publishing.publish(self.office, period)

    def correct(self, period: Period, notice: Text) -> Outcome[Publication]:
        """Output -> published: the latest build in the place of what is public, with a notice."""
        from qonys.production import publishing

        return publishing.correct(self.office, period, notice)

    def status(self) -> tuple[Account, ...]:
        """Where every slip is, by year."""
        from qonys.production import accounting

        return accounting.accounts_by_year(self.office)

    def situation(self, day: date | None = None) -> Situation:
        """What came and what did not, what waits, where every slip is, and what to do next."""
        from qonys.production import situation

        return situation.situation(self.office, day)

    def lags(self) -> tuple[Lag, ...]:
        """The triangle of late registrations: month of the move × month in which it became known."""
        from qonys.production import lagging

        return lagging.lags(self.office)
