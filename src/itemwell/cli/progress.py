"""How far a run of `generate` is: a bar on a terminal, elsewhere a line of the log now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("Writing questions"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda report: bar.update(task, total=report.wanted, completed=report.total)


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
