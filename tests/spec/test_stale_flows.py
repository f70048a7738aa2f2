"""A release is built only from flows that count every delivery its record names, by the profile it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from qonys.concepts.period import Period
from qonys.errors import StatisticianError
from spec.drawn_slips import Walk

pytestmark = pytest.mark.usefixtures("only_pages")


def test_a_delivery_that_came_in_time_must_be_counted_before_the_release_is_built(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON | DAY\nann | 05.03.2024\nbob | 05.03.2023")
    walk.process()
    walk.line.tabulate()
    walk.line.build(Period(2024))
    walk.receive("2025-01-20", "PERSON\ncat")
    with pytest.raises(StatisticianError, match="1 deliveries in time came after they were counted"):
        walk.line.build(Period(2024))
    walk.line.tabulate()
    with pytest.raises(StatisticianError, match="qonys process"):
        walk.line.build(Period(2024))
    walk.process()
    walk.line.tabulate()
    walk.line.build(Period(2024))


def test_a_delivery_after_the_last_cut_off_changes_nothing(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON | DAY\nann | 05.03.2024\nbob | 05.03.2023")
    walk.process()
    walk.line.tabulate()
    before = walk.line.build(Period(2024)).data.vintage
    walk.receive("2025-06-01", "PERSON\ncat")
    assert walk.line.build(Period(2024)).data.vintage == before


def test_flows_that_an_earlier_program_kept_are_counted_anew_first(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON | DAY\nann | 05.03.2024\nbob | 05.03.2023")
    walk.process()
    walk.line.tabulate()
    office = walk.line.office
    flows = office.engine.run(
        "select * exclude (known_from, known_to) from f", f=office.store.files("statistics/flows")
    )
    office.store.replace("statistics/flows", flows, office.store.lineage("statistics/flows"))
    with pytest.raises(StatisticianError, match=r"an earlier version of Qonys.* another form") as told:
        walk.line.build(Period(2024))
    assert "qonys tabulate" in told.value.next_step
    walk.line.tabulate()
    walk.line.build(Period(2024))
