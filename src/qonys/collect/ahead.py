"""Work that is done ahead of what asks for it, on as many cores as there are workers, in its own order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

WORKERS = 2
_AHEAD = 2


def in_order(work: Callable[[Given], Made], items: Iterable[Given]) -> Iterator[Made]:
    """What ``work`` makes of each item, in the order of the items; a few are made while an earlier one is used.

    Only so many items are held at once, whatever their number. An error of an item comes out in its turn.
    """
    pool = ThreadPoolExecutor(max_workers=WORKERS)
    coming: deque[Future[Made]] = deque()
    try:
        for item in items:
            coming.append(pool.submit(work, item))
            if len(coming) > _AHEAD:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
