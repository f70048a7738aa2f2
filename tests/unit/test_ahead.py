"""Work that is done ahead keeps its order and gives its errors in their turn."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from functools import partial

import pytest

from qonys.collect.ahead import begun, in_order


def _numbers(made: list[int], last: int) -> Iterator[int]:
    for number in range(last):
        made.append(number)
        yield number


def test_what_is_made_ahead_comes_in_the_order_of_its_items() -> None:
    assert list(in_order(lambda number: number * 2, range(50))) == [number * 2 for number in range(50)]


def test_a_forked_process_has_threads_of_its_own() -> None:
    assert list(in_order(abs, range(9))) == list(range(9))
    child = os.fork()
    if not child:
        os._exit(0 if list(in_order(abs, range(9))) == list(range(9)) else 1)
    assert _ended(child) == 0


def _ended(child: int) -> int | None:
    """How a process ended; None where it did not within ten seconds."""
    for _ in range(1000):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def test_stages_that_go_on_at_once_do_not_wait_for_each_other() -> None:
    doubled = in_order(lambda number: 2 * number, range(100))
    assert list(in_order(lambda number: number + 1, doubled)) == [2 * number + 1 for number in range(100)]


def test_what_nobody_asks_for_any_more_is_left() -> None:
    made: list[int] = []
    following = in_order(abs, _numbers(made, 500))
    next(following)
    following.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(made) < 50
    assert list(in_order(abs, range(3))) == [0, 1, 2]


def test_more_is_made_ahead_while_nothing_can_be_used() -> None:
    made: dict[bool, list[int]] = {True: [], False: []}
    for waits, numbers in made.items():
        assert next(in_order(abs, _numbers(numbers, 500), partial(bool, waits))) == 0
    assert len(made[False]) < len(made[True]) < 50


def test_what_was_made_far_ahead_is_used_up_in_its_order() -> None:
    made: list[int] = []
    waiting = [True]
    following = in_order(abs, _numbers(made, 500), lambda: waiting[0])
    used = [next(following)]
    far, waiting[0] = len(made), False
    while len(made) < 2 * far:
        used.append(next(following))
    assert len(made) - len(used) < far / 2
    assert [*used, *following] == list(range(500))


def test_the_first_item_is_made_before_it_is_asked_for() -> None:
    made: list[int] = []
    items = begun(_numbers(made, 3))
    assert made == [0]
    assert list(items) == [0, 1, 2]


def test_nothing_to_begin_with_gives_nothing() -> None:
    assert list(begun(iter(()))) == []


def test_an_error_of_the_first_item_comes_when_it_is_asked_for() -> None:
    def failing() -> Iterator[int]:
        raise ValueError("the heading is wrong")
        yield 1

    items = begun(failing())
    with pytest.raises(ValueError, match="the heading is wrong"):
        next(items)
