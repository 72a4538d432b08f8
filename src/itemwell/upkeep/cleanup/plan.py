"""How many rows of a table may go: pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from itemwell.errors import ConfigError
from itemwell.store.cleanup import Policy, Size

MOST_ROWS = 10_000
MOST_SHARE = 0.10


class Part(NamedTuple):
    """One table: how many rows may go by policy, and how many do now."""

    policy: Policy
    size: Size
    limit: int

    @property
    def capped(self) -> bool:
        """Whether rows that are old enough stay for another day."""
        return self.limit < self.size.old


def cap(size: Size, deleted_lately: int) -> int:
    """A tenth of the table as it was before, or 10,000 rows, whichever is less; less what went lately.

    >>> [cap(Size(rows, rows), lately) for rows, lately in ((100, 0), (90, 10), (10**6, 0), (3, 0))]
    [10, 0, 10000, 1]
    """
    whole = size.rows + deleted_lately
    most = min(MOST_ROWS, max(int(MOST_SHARE * whole), 1))
    return max(most - deleted_lately, 0)


def by_settings(policies: Iterable[Policy], days: Mapping[str, float]) -> list[Policy]:
    """The policies with the days that the operator wants. Raises ConfigError for a table without one."""
    known = {each.table: each for each in policies}
    if strange := sorted(set(days) - set(known)):
        told = f"RETENTION_DAYS names {strange[0]}, which cleanup does not delete of"
        raise ConfigError(told, f"choose from {', '.join(known)}")
    return [each._replace(days=days.get(name, each.days)) for name, each in known.items()]
