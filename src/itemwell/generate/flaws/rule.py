"""What a rule is."""

from collections.abc import Callable
from typing import NamedTuple

from itemwell.bank import Draft


class Rule(NamedTuple):
    """One way in which a draft is refused.

    `find` is pure. It says in a few words what is wrong and where, for an operator; None where it
    finds nothing, and also where another rule's business (no such key, say) leaves it nothing to
    look at.
    """

    name: str
    source: str
    find: Callable[[Draft], str | None]
