"""73,677 real registrations of Spain through the same line, with no Python of their own."""

from __future__ import annotations

from datetime import date

import pytest

from real.real_data import real_data
from real.walked_line import WalkedLine, walked_line


@pytest.fixture(scope="module")
def spain(tmp_path_factory: pytest.TempPathFactory) -> WalkedLine:
    sample = real_data("es/sample_EVR_2016.txt")
    return walked_line("es", tmp_path_factory.mktemp("spain"), sample, "2016", received=date(2017, 6, 30))


def test_every_registration_is_a_move_and_departures_abroad_are_not_available(spain: WalkedLine) -> None:
    (account,) = spain.accounts
    assert (account.delivered, account.registrations, account.quarantined, account.set_apart) == (73_677, 73_677, 0, 0)
    assert (account.moves, account.internal, account.within_area) == (73_677, 71_101, 40_503)
    assert (account.external_in, account.external_out) == (2_576, None)


def test_blank_municipalities_are_moves_and_equal_rows_are_different_persons(spain: WalkedLine) -> None:
    """Missing equals nothing: 18,734 moves within a province have a blank municipality, and 365 rows repeat another."""
    office = spain.line.office
    moves = office.store.files("clean/moves")
    blank = office.engine.run(
        "select count(*) as n from moves where length(origin) = 2 and left(destination, 2) = origin "
        "or length(destination) = 2 and left(origin, 2) = destination",
        None,
        moves=moves,
    )
    assert blank["n"].to_pylist() == [18_734]
    text = [
        line for line in real_data("es/sample_EVR_2016.txt").read_text(encoding="ascii").splitlines() if line.strip()
    ]
    assert len(text) - len(set(text)) == 365


def test_the_page_has_departures_as_not_available_and_never_as_zero(spain: WalkedLine) -> None:
    rows = {row["measure"]: row for row in spain.rows("external-by-year")}
    assert rows["arrivals"]["value"] == "2576"
    for measure in ("departures", "net"):
        assert (rows[measure]["value"], rows[measure]["obs_status"]) == ("", "L")
    assert {row["data_status"] for row in rows.values()} == {"compiled"}
    for language in ("es", "en"):
        assert f'<html lang="{language}"' in spain.page(language)


def test_effectiveness_needs_no_population_and_is_that_of_the_published_counts(spain: WalkedLine) -> None:
    counts = {(row["area"], row["measure"]): row["value"] for row in spain.rows("interregional-net")}
    areas = {area for area, _ in counts if area != "_T"}
    came, left = ({area: int(counts[area, side]) for area in areas} for side in ("arrivals", "departures"))
    system = 100 * sum(abs(came[a] - left[a]) for a in areas) / sum(came[a] + left[a] for a in areas)
    shown = {(row["area"], row["measure"]): row for row in spain.rows("interregional-indicators")}
    assert float(shown["_T", "system_effectiveness"]["value"]) == pytest.approx(system, abs=0.05)
    few = {area for area in areas if came[area] + left[area] < 50}
    for area in areas:
        assert int(shown[area, "turnover"]["value"]) == came[area] + left[area]
        told = shown[area, "turnover_effectiveness"]
        if area in few:
            assert (told["value"], told["obs_status"]) == ("", "U")
        else:
            expected = 100 * (came[area] - left[area]) / (came[area] + left[area])
            assert float(told["value"]) == pytest.approx(expected, abs=0.05)
    assert not [row for row in spain.rows("interregional-indicators") if "rate" in row["measure"]]
