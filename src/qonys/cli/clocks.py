"""The clocks of the machine, for whoever waits for an instant."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class MachineClock:
    """The clock on the wall, and one that nobody sets and that goes on while the machine sleeps."""

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
