"""How far a run is: a bar on a terminal, elsewhere a line of the log now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from itemwell.generate.report import Report

BEAT_SECONDS = 30.0

Tell = Callable[["Report"], None]


@contextmanager
def progress(*, shown: bool) -> Iterator[tuple[Tell, list["Report"]]]:
    """A function to tell the report to, and the list that holds what was told last.

    The bar is gone when the block ends, so that what is logged after it stands on lines of its own.
    """
    last: list[Report] = []
    with _bar() if shown else _beat() as show:

        def tell(report: "Report") -> None:
            last[:] = [report]
            show(report)

        yield tell, last


@contextmanager
def _bar() -> Iterator[Tell]:
    with _rich("Writing questions") as (bar, task):
        yield lambda report: bar.update(task, total=report.wanted, completed=report.total)


@contextmanager
def _rich(title: str) -> "Iterator[tuple[Progress, TaskID]]":
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn(title),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar, bar.add_task("", total=None)


@contextmanager
def _beat() -> Iterator[Tell]:
    import structlog

    log = structlog.get_logger()
    last = time.monotonic()

    def tell(report: "Report") -> None:
        nonlocal last
        if time.monotonic() - last >= BEAT_SECONDS:
            last = time.monotonic()
            log.info("writing questions", kept=report.total, wanted=report.wanted)

    yield tell


@contextmanager
def counting(what: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A function to tell how many are done and how many wanted, for a job that only counts."""
    import structlog

    log, last = structlog.get_logger(), time.monotonic()

    def beat(done: int, wanted: int) -> None:
        nonlocal last
        if time.monotonic() - last >= BEAT_SECONDS:
            last = time.monotonic()
            log.info(what, done=done, wanted=wanted)

    if not shown:
        yield beat
        return
    with _rich(what) as (bar, task):
        yield lambda done, wanted: bar.update(task, completed=done, total=wanted)
