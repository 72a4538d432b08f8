"""How much a caller may ask: requests a minute, and the size of one."""

import threading
import time
from collections.abc import Callable

MINUTE = 60.0


class Allowance:
    """So many requests a minute for each caller: what is not used is kept, up to a minute's worth."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(a_minute)
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait(self, caller: str) -> float:
        """Take one; 0, or the seconds until there is one again."""
        now = self._clock()
        with self._lock:
            left, then = self._left.get(caller, (self._most, now))
            left = min(self._most, left + (now - then) * self._most / MINUTE)
            if left >= 1:
                self._left[caller] = left - 1, now
                return 0.0
            self._left[caller] = left, now
            return (1 - left) * MINUTE / self._most
