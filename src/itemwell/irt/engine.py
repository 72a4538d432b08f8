"""What an engine does: the passes over all answers that everything else is made of.

Two do the same: `plain`, double precision by numpy and scipy, at once; `compiled`, single precision
in threads, three times as fast, which has to be compiled once a machine.
"""

import sys
from typing import NamedTuple, Protocol

import numpy as np

from itemwell.irt.curve import Floats, curve
from itemwell.irt.grid import Grid
from itemwell.irt.responses import Responses

GROUPS, SUMS = 10, 8
"""Groups of ability in which residuals are summed, and what is summed over all of them."""

PERSON = 20
"""The posterior of a person costs as much as so many rows that are gathered: those of answers outside
of forms. The next three are such rows, from which on the compiled engine is done first, of a fit with
its standard errors and the items' fit."""

WORTH_CALLING = 100_000
"""In a process that has compiled passes in use already."""

WORTH_LOADING = 800_000
"""From the machine's cache, which takes 0.4 s in a new process."""

WORTH_COMPILING = 4_000_000
"""Where the machine has not compiled them yet, which takes 5 s once: the second calibration of as many
answers has earned it."""


class Population(NamedTuple):
    """A grid of ability and the logarithm of the population's weight on each node, Q each."""

    grid: Grid
    log_weights: Floats


class Solution(NamedTuple):
    """What was found: the items' a and d, and the population on its grid."""

    a: Floats
    d: Floats
    population: Population

    @property
    def right(self) -> Floats:
        """P at the nodes, J x Q."""
        return curve(self.a, self.d, self.nodes).right

    @property
    def nodes(self) -> Floats:
        """The nodes, Q."""
        return self.population.grid.nodes


class Expected(NamedTuple):
    """What an E step finds. J items, Q nodes."""

    answers: Floats  # J x Q: how many answers came from each node
    right_theta: Floats  # J: mean abilities of those who were right, summed
    right: Floats  # J: right answers
    by_node: Floats  # Q: persons
    log_likelihood: float


class Engine(Protocol):
    """Passes over `responses`, with persons weighted where `weights` (N) are given."""

    name: str
    rounding: float  # of a log-likelihood, a unit of it and an answer
    responses: Responses

    def expect(
        self, a: Floats, d: Floats, population: Population, weights: Floats | None = None
    ) -> tuple[Expected, Floats]:
        """An E step, and P at the nodes, J x Q."""
        ...

    def abilities(self, a: Floats, d: Floats, population: Population) -> Floats:
        """Each person's mean ability and its standard deviation (EAP), N x 2."""
        ...

    def cross(self, a: Floats, d: Floats, population: Population) -> tuple[Floats, float]:
        """Products of scores in (a, d) summed over each item's answers, J x 3: aa, ad, dd.

        And the variance of the persons' mean abilities: where the population's is 1, the reliability.
        """
        ...

    def residuals(self, a: Floats, d: Floats, population: Population, cuts: Floats) -> "Residuals":
        """Answers against what their persons' other answers predict, by item.

        `cuts` are rising abilities between the groups of each item, J x (GROUPS - 1).
        """
        ...


class Residuals(NamedTuple):
    """Sums over the answers of each item; v is a prediction's variance, theta the ability without it.

    Groups hold predictions that were not given away. Where a test chose the items, an answer decided
    which came after it, so what those tell of it is no prediction: 60 % of sound items would look
    unsound at 15,000 answers. So there only earlier answers predict; all others do where persons
    share a form.
    """

    outfit: Floats  # J: r^2 / v, by all other answers
    squares: Floats  # J: r^2
    variance: Floats  # J: v
    theta: Floats  # J
    theta_squares: Floats  # J
    right_theta: Floats  # J: y theta
    grouped: Floats  # J: theta by which the answers are grouped
    grouped_squares: Floats  # J
    groups: Floats  # J x GROUPS x 4: answers, right, predicted, v

    @classmethod
    def of(cls, sums: Floats) -> "Residuals":
        """From the rows that a pass filled, J x (SUMS + 4 GROUPS)."""
        columns = iter(np.ascontiguousarray(sums[:, :SUMS].T))
        return cls._make((*columns, sums[:, SUMS:].reshape(len(sums), GROUPS, 4)))


def engine_for(
    responses: Responses,
    *,
    each_answer: bool = False,
    engine: str | None = None,
    threads: int | None = None,
) -> Engine:
    """The engine that is done first with these answers, or the one that is named.

    `each_answer` tells that the pass to come gathers a row for every answer, those of forms too.
    """
    # scipy and numba are heavy, and one is enough
    if engine == "plain" or (engine is None and not _pays(responses, each_answer=each_answer)):
        from itemwell.irt.plain import Plain  # noqa: PLC0415

        return Plain(responses)
    from itemwell.irt.threads import Compiled  # noqa: PLC0415

    return Compiled(responses, threads)


def _pays(responses: Responses, *, each_answer: bool) -> bool:
    gathered = np.diff(responses.starts)
    if not each_answer:
        gathered = gathered[responses.forms.of_person < 0]
    rows = int(gathered.sum()) + PERSON * responses.persons
    if rows < WORTH_CALLING:
        return False
    if "itemwell.irt.compiled" not in sys.modules and rows < WORTH_LOADING:
        return False  # it would be imported to be asked
    from itemwell.irt.threads import in_use, is_cached  # noqa: PLC0415

    return in_use() or rows >= WORTH_COMPILING or (rows >= WORTH_LOADING and is_cached())
