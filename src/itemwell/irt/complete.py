"""Answers with none missing: everybody's posterior hangs on one number, and no product is persons x J x J x Q.

With y the answers (N x J, 1 right), W the posteriors (N x Q), P the curves (J x Q), m1 and v each
person's posterior mean and variance, n = W'1, and theta on the diagonal, Louis' information is

    dd    diag(P (1 - P) n) - P M P'                          M = diag(n) - W'W
    ad    diag(P (1 - P) theta n) + D P' - P theta M P'        D = y'(W theta - m1 W)
    aa    diag(P (1 - P) theta^2 n) + D theta P' + (D theta P')' - P theta M theta P' - y' diag(v) y

so persons enter by three products: D, W'W and y' diag(v) y.
"""

from collections.abc import Iterator

import numpy as np

from itemwell.irt.curve import Floats, curve
from itemwell.irt.engine import Solution
from itemwell.irt.responses import Responses

PERSONS = 512
"""Persons who are looked at at once: their posteriors stay in the cache."""


def is_complete(responses: Responses) -> bool:
    """Whether everybody answered every item."""
    return responses.count == responses.persons * responses.items


def answers(responses: Responses, first: int, end: int) -> Floats:
    """1 where one of persons first..end-1 was right, 0 where wrong, by item; nothing may be missing."""
    items = responses.items
    codes = responses.codes[first * items : end * items].reshape(-1, items)
    if (codes[:, 1:] < codes[:, :-1]).any():
        codes = np.sort(codes, axis=1)
    return (codes & 1).astype(np.float64)


def posteriors(responses: Responses, found: Solution) -> Iterator[tuple[Floats, Floats]]:
    """Some persons at a time: what they answered rightly (persons x J), and their posteriors over the nodes."""
    of_all_wrong = curve(found.a, found.d, found.nodes).log_wrong.sum(axis=0)
    of_all_wrong += found.population.log_weights
    for first in range(0, responses.persons, PERSONS):
        correct = answers(responses, first, min(first + PERSONS, responses.persons))
        posterior = np.multiply.outer(correct @ found.a, found.nodes)
        posterior += of_all_wrong
        posterior -= posterior.max(axis=1, keepdims=True)
        np.exp(posterior, out=posterior)
        posterior /= posterior.sum(axis=1, keepdims=True)
        yield correct, posterior


def observed(responses: Responses, found: Solution) -> Floats:
    """Louis' information of (a, d), 2J x 2J, all a first and then all d."""
    nodes, right = found.nodes, found.right
    items, count = right.shape
    persons, products = np.zeros(count), np.zeros((count, count))
    by_answer, of_slopes = np.zeros((items, count)), np.zeros((items, items))
    for correct, posterior in posteriors(responses, found):
        persons += posterior.sum(axis=0)
        products += posterior.T @ posterior
        mean = posterior @ nodes
        variance = posterior @ nodes**2 - mean**2
        by_answer += correct.T @ (posterior * (nodes - mean[:, None]))
        spread_out = correct * np.sqrt(np.maximum(variance, 0))[:, None]
        of_slopes += spread_out.T @ spread_out  # a matrix with itself: half of the work
    spread, slant = right * (1 - right), right * nodes
    middle = np.diag(persons) - products
    mixed = (by_answer * nodes) @ right.T
    aa = mixed + mixed.T - slant @ middle @ slant.T - of_slopes
    ad = by_answer @ right.T - slant @ middle @ right.T
    dd = -(right @ middle @ right.T)
    for power, block in enumerate((dd, ad, aa)):
        block[np.diag_indices(items)] += spread @ (persons * nodes**power)
    return np.block([[aa, ad], [ad.T, dd]])
