"""Figures that are drawn before analyses are made are those that are drawn with them."""

from __future__ import annotations

import msgspec
import pytest

from qonys.concepts.value import Value
from qonys.country.profile import Profile
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.first_figures import first_figures
from spec.seed_release import made_up_tables, seed_facts


@pytest.fixture(autouse=True)
def _pages_alone(only_pages: None) -> None:
    """Nothing is set or drawn in pixels."""


def test_figures_of_tables_stand_in_every_language_before_anything_else_is_said(mini: Profile) -> None:
    design, tables = mini.releases["annual"], made_up_tables(mini)
    with first_figures(mini, design, tables, seed_facts("mini")) as first:
        assert set(first.figures) == set(mini.languages)
        assert first.ids == {one.id for one in design.figures}
        assert all(set(drawn) <= first.ids and len(drawn) > 5 for drawn in first.figures.values())


def test_a_figure_waits_for_what_is_not_among_the_tables(mini: Profile) -> None:
    design, tables = mini.releases["annual"], made_up_tables(mini)
    one, other, *rest = design.figures
    waiting = msgspec.structs.replace(one, values={**one.values, "late": Value("an-analysis", "value")})
    of_another = msgspec.structs.replace(other, table="an-analysis")
    altered = msgspec.structs.replace(design, figures=(waiting, of_another, *rest))
    with first_figures(mini, altered, tables, seed_facts("mini")) as first:
        assert first.ids == {figure.id for figure in rest}


def test_a_release_with_figures_drawn_before_is_the_release_that_draws_them_itself(mini: Profile) -> None:
    design, tables, facts = mini.releases["annual"], made_up_tables(mini), seed_facts("mini")
    with first_figures(mini, design, tables, facts) as first:
        before = release_bundle(mini, design, tables, {}, facts, first=first)
    assert before == release_bundle(mini, design, tables, {}, facts)
