"""Two batches at a time: while the server works on the one, this process works on the other."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
Done = TypeVar("Done")

AT_A_TIME = 2


def abreast(
    do: Callable[[T], Done],
    batches: Sequence[T],
    over: Callable[[], bool],
    take: Callable[[Done], None],
) -> int:
    """Do batches in their order until it is `over`; how many were done, which are the first ones.

    `do` runs in threads of its own, `take` in the caller's, in the order of the batches. An error of
    one is raised once those that are under way have ended.

    >>> told = []
    >>> abreast(lambda n: n * n, [1, 2, 3], lambda: False, told.append), told
    (3, [1, 4, 9])
    """
    under_way: deque[Future[Done]] = deque()
    begun = 0
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for batch in batches:
            if over():
                break
            if len(under_way) == AT_A_TIME:
                take(under_way.popleft().result())
            under_way.append(pool.submit(do, batch))
            begun += 1
        while under_way:
            take(under_way.popleft().result())
    return begun


def batched(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """The items, so many at a time.

    >>> batched([1, 2, 3], 2)
    [[1, 2], [3]]
    """
    return [items[begin : begin + size] for begin in range(0, len(items), size)]
