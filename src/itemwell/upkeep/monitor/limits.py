"""From where on something is an alert."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from itemwell.schedule import JOBS, Job


@dataclass(frozen=True, slots=True)
class Limits:
    """What operators set, and what the machine says of itself."""

    jobs: Mapping[str, Job] = field(
        default_factory=lambda: JOBS
    )  # as this bank's operators want them
    targets: Mapping[str, int] = field(default_factory=dict)  # active questions by type
    stock_share: float = 0.5
    idle_runs: int = 3
    bank_bytes: int | None = None  # what the server's disk has for the bank
    disk: tuple[int, int] | None = None  # of the embedded server: free and all bytes


SILENT_DAYS = 8
"""A week's run and a day: so long nothing new is no sign of trouble."""

FEW_DRAFTS = 10
"""Shares of fewer drafts are chance."""

FEW_RUNS = 3
"""What is usual is the median of so many runs before, or more."""

FALLEN = 0.7
"""An approval rate below this share of what is usual has fallen."""

RISEN = 2.0
"""Duplicates and costs above so many times what is usual have risen."""

RISEN_SHARE = 0.10
"""And duplicates by so much of all drafts: twice nearly nothing is nearly nothing."""

SNAPSHOT_SUCCESS = 0.90
SNAPSHOT_SECONDS = 300

FREE_BYTES = 500_000_000
FULL = 0.9
