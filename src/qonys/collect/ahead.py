"""Work that is done ahead of what asks for it, on as many cores as there are workers, in its own order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from itertools import islice
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

WORKERS = max(2, min(4, len(os.sched_getaffinity(0))))
"""Threads that all stages share: beyond the cores they would only take each other's turn."""
_AHEAD = 2 * WORKERS + 2
_FAR_AHEAD = 24
"""Items that are made at most while none can be used: of slips a sixth of a gibibyte."""
_USED_AT_A_TIME = 2
"""Items that are used for each new one, so that what was made far ahead is used up while the workers go on."""


@cache
def _threads(process: int) -> ThreadPoolExecutor:
    """The threads of a process: one that was forked has none of those of its parent."""
    return ThreadPoolExecutor(WORKERS, thread_name_prefix=f"ahead-{process}")


def at_once() -> bool:
    """Nothing waits."""
    return False


def in_order(
    work: Callable[[Given], Made], items: Iterable[Given], waits: Callable[[], bool] = at_once
) -> Iterator[Made]:
    """What ``work`` makes of each item, in the order of the items; a few are made while an earlier one is used.

    Only so many items are held at once, whatever their number. An error of an item comes out in its turn.

    Args:
        work: several threads may call it at once; it does not wait for other work that is done ahead.
        items: what is worked on.
        waits: nobody can use anything yet: more is made ahead meanwhile, and used up little by little afterwards.
    """
    threads = _threads(os.getpid())
    coming: deque[Future[Made]] = deque()
    try:
        for item in items:
            coming.append(threads.submit(work, item))
            for _ in range(_USED_AT_A_TIME):
                if len(coming) > (_FAR_AHEAD if waits() else _AHEAD):
                    yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        wait([future for future in coming if not future.cancel()])


def begun(items: Iterator[Made]) -> Iterator[Made]:
    """The same items, of which the first is made at once; what it raises is raised when it is asked for."""
    first: Future[list[Made]] = Future()
    try:
        first.set_result(list(islice(items, 1)))
    except Exception as error:  # noqa: BLE001 it is raised in its turn
        first.set_exception(error)
    return _rest(first, items)


def _rest(first: Future[list[Made]], items: Iterator[Made]) -> Iterator[Made]:
    yield from first.result()
    yield from items
