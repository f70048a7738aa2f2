"""Sets bulletins, draws pictures and packs archives beside the pages: other cores work while the first one writes.

Laws: what is set is the same bytes in whatever order it is made; a mistake in one file stops the whole as it would have
without a second core; nothing is left running when the press is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeAlias

Files: TypeAlias = dict[str, bytes]


class Press:
    """Makes files in threads of its own; the compilers of bulletins and pictures do not keep others from running.

    Args:
        hands: how many files are made at once at most.
    """

    def __init__(self, hands: int = 1) -> None:
        self._threads = ThreadPoolExecutor(max_workers=hands, thread_name_prefix="press")
        self._ordered: list[Future[Files]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=kind is not None)

    def order(self, made: Callable[[], Mapping[str, bytes]]) -> None:
        """Files that are to be made: path in the bundle -> content."""
        self._ordered.append(self._threads.submit(lambda: dict(made())))

    def files(self) -> Files:
        """All files ordered until now, each made.

        Raises:
            QonysError: the first one that could not be made, as it says itself.
        """
        done: Files = {}
        for ordered in self._ordered:
            done |= ordered.result()
        return done
