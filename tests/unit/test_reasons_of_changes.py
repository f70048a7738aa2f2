"""Few moves behind a reason stay few in words: nobody can take them from what the others and the totals say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest

from qonys.country.profile import Profile
from qonys.datasets.revision import Movement
from qonys.disseminate.corrections import ReasonWords, said_below, said_movement
from qonys.disseminate.words import words_of


@pytest.mark.parametrize("came", [(2, 40), (1, 7), (2, 5, 900), (1, 50), (2, 99), (1, 6, 6)])
@pytest.mark.parametrize("went", [(), (12,), (5, 30)])
def test_whoever_knows_the_totals_cannot_tell_how_few_there_were(came: tuple[int, ...], went: tuple[int, ...]) -> None:
    """Every choice of counts that is said in the same words and has the same difference of totals, counted out."""
    counts, signs = [*came, *went], [1] * len(came) + [-1] * len(went)
    limits = said_below(counts, 3)
    may_be = [range(1, below) if below else [count] for count, below in zip(counts, limits, strict=True)]
    difference = _difference(signs, counts)
    same = [one for one in product(*may_be) if _difference(signs, one) == difference]
    assert tuple(counts) in same
    for place, count in enumerate(counts):
        if count < 3:
            assert len({one[place] for one in same}) > 1


def _difference(signs: Sequence[int], counts: Sequence[int]) -> int:
    return sum(sign * count for sign, count in zip(signs, counts, strict=True))


def test_what_is_not_few_is_said_as_it_is() -> None:
    assert said_below([40, 7], 3) == [0, 0]
    assert said_below([], 3) == []


def test_the_only_reason_of_few_is_said_with_another_one(mini: Profile) -> None:
    words = words_of(mini, "en")
    movement = Movement(came={"late": {"external_in": 2}, "returned": {"external_in": 41}}, went={})
    told = said_movement(movement, "external", ReasonWords(words, {}, 3))
    assert sum("ewer than 100 moves" in one for one in told) == 2
    assert not any("41" in one for one in told)
    plain = Movement(came={"late": {"external_in": 5}, "returned": {"external_in": 41}}, went={})
    assert any("41" in one for one in said_movement(plain, "external", ReasonWords(words, {}, 3)))
