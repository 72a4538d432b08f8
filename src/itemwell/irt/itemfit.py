"""Whether items behave as the model says: each answer against what its person's other answers predict.

Under the model an answer less that prediction has mean 0 and variance v = predicted (1 - predicted),
however sparse the answers are. Infit and outfit are mean squares of it (1 is expected); chi-square
compares the shares of right answers with the expected ones in groups of ability. For that only
earlier answers predict where a test chose the items (see `engine.Residuals`), so a person's answers
must be in order of arrival.
"""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from itemwell.irt.ability import grid_for, slopes_and_intercepts
from itemwell.irt.curve import Floats
from itemwell.irt.discovery import chi_square_tail
from itemwell.irt.engine import GROUPS, Population, engine_for
from itemwell.irt.responses import Responses

SMALLEST = 5.0
"""Expected right answers, and wrong ones, of a group; smaller ones are merged with the next."""

SAMPLED = 20_000
"""Persons whose abilities tell where to cut groups."""

FEWEST_TO_CUT = 30
"""Of them on an item."""

ESTIMATED = 2
"""Parameters of an item: degrees of freedom that the fit took.

Half of them where earlier answers alone predict: the fit rests on more than these groups tell, so it
follows them less (Chernoff and Lehmann, 1954, Ann. Math. Stat. 25, 579-586; by simulation 3 to 6 % of
sound items are then below .05, at 500 to 15,000 answers an item).
"""


class Groups(NamedTuple):
    """Answers by item and group of ability, lowest first, J x GROUPS each. Unmerged, many may be empty."""

    answers: Floats
    right: Floats
    predicted: Floats
    variance: Floats

    @property
    def observed(self) -> Floats:
        """The share of right answers; NaN of none."""
        return _ratio(self.right, self.answers)

    @property
    def expected(self) -> Floats:
        """What the model makes of it."""
        return _ratio(self.predicted, self.answers)

    @property
    def gap(self) -> Floats:
        """How far observed shares are from the expected ones, J: root mean square beyond chance.

        0.1 is a lot; under 0.02 nobody's score changes. NaN without answers.
        """
        square, answers = (self.right - self.predicted) ** 2 - self.variance, self.answers
        by_group = np.divide(square, answers, out=np.zeros_like(square), where=answers > 0)
        return np.sqrt(np.maximum(_ratio(by_group.sum(axis=1), answers.sum(axis=1)), 0))


class ItemFit(NamedTuple):
    """Of each item, J. What cannot be told of so few answers is NaN.

    `point_biserial` is the correlation of the answer with the ability that the person's other answers
    show; its error is about 1 / sqrt(answers). It is what shows a wrong key (below 0) or an item that
    measures nothing (about 0), whose fitted curves are flat and so not far off. `p` is the chance of a
    chi-square so large under the model.
    """

    answers: NDArray[np.int64]
    p_value: Floats
    point_biserial: Floats
    infit: Floats
    outfit: Floats
    chi_square: Floats
    df: NDArray[np.int64]
    p: Floats
    groups: Groups


def item_fit(  # noqa: PLR0913
    responses: Responses,
    a: ArrayLike,
    b: ArrayLike,
    *,
    population: tuple[float, float] = (0.0, 1.0),
    estimated: ArrayLike = ESTIMATED,
    threads: int | None = None,
) -> ItemFit:
    """How the answers fit items `a`, `b` (J each) in a population of that mean and sd.

    `estimated` parameters were fitted to these answers: 2 an item, 0 for those that were held (one
    number, or J). The chi-square of a huge number of answers finds what does not matter: see
    `Groups.gap` too. Raises ValueError where an item's a or b is not finite.
    """
    slopes, intercepts = slopes_and_intercepts(responses, a, b)
    grid = grid_for(responses, population)
    engine = engine_for(responses, each_answer=True, threads=threads)
    cuts = _cuts(responses, slopes, intercepts, grid)
    found = engine.residuals(slopes, intercepts, grid, cuts)
    answers, right = responses.tally()
    groups = Groups(*np.moveaxis(found.groups, 2, 0))
    in_forms = np.diff(responses.starts)[responses.forms.of_person >= 0].sum()
    taken = np.asarray(estimated) if 2 * in_forms > responses.count else np.asarray(estimated) // 2
    chi_square, df = _chi_square(groups, taken)
    share = _ratio(right, answers)
    spread = _ratio(found.theta_squares, answers) - _ratio(found.theta, answers) ** 2
    together = _ratio(found.right_theta, answers) - share * _ratio(found.theta, answers)
    return ItemFit(
        answers=answers,
        p_value=share,
        point_biserial=_ratio(together, np.sqrt(np.maximum(spread * share * (1 - share), 0))),
        infit=_ratio(found.squares, found.variance),
        outfit=_ratio(found.outfit, answers),
        chi_square=np.where(df > 0, chi_square, np.nan),
        df=df,
        p=chi_square_tail(chi_square, df),
        groups=groups,
    )


def _cuts(responses: Responses, a: Floats, d: Floats, population: Population) -> Floats:
    """Tenths of the abilities of those who answer an item, J x GROUPS - 1, rising.

    A test that chooses items gives each to persons of its own level, whom cuts for all would leave in
    one group. Some persons tell; an item that too few of them answered is cut like the population.
    """
    some = responses.every(max(1, responses.persons // SAMPLED))
    tenths = np.array([NormalDist().inv_cdf(k / GROUPS) for k in range(1, GROUPS)])
    found = engine_for(some, each_answer=True).residuals(a, d, population, tenths + 0 * a[:, None])
    answers = found.groups[:, :, 0].sum(axis=1)
    few, everybody = answers < FEWEST_TO_CUT, answers.sum()
    mean = np.where(few, found.grouped.sum() / everybody, _ratio(found.grouped, answers))
    squares = np.where(
        few, found.grouped_squares.sum() / everybody, _ratio(found.grouped_squares, answers)
    )
    spread = np.sqrt(np.maximum(squares - mean**2, 0))
    return np.asarray(mean[:, None] + spread[:, None] * tenths)


def _chi_square(groups: Groups, taken: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Pearson's, over groups that are merged from the lowest upwards until they are large enough."""
    items = len(groups.answers)
    total, cells = np.zeros(items), np.zeros(items, np.int64)
    rest, last = np.zeros((items, 4)), np.zeros((items, 4))
    table = np.stack(groups, axis=2)
    for group in range(GROUPS):
        rest += table[:, group]
        full = _is_large(rest)
        total += np.where(full, _squares(last), 0)
        cells += full
        last[full] = rest[full]
        rest[full] = 0
    total += _squares(last + rest)  # what is left over at the top joins the last group
    return total, np.maximum(cells - taken, 0)


def _is_large(cells: Floats) -> NDArray[np.bool_]:
    answers, _, predicted, _ = cells.T
    return np.asarray(np.minimum(predicted, answers - predicted) >= SMALLEST)


def _squares(cells: Floats) -> Floats:
    _, right, predicted, variance = cells.T
    square, nothing = (right - predicted) ** 2, np.zeros(len(cells))
    return np.asarray(np.divide(square, variance, out=nothing, where=variance > 0))


def _ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    above, below = np.asarray(part, float), np.asarray(whole, float)
    unknown = np.full(below.shape, np.nan)
    return np.asarray(np.divide(above, below, out=unknown, where=below > 0))
