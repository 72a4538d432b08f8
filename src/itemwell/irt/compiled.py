"""The passes over all answers, compiled: single precision, one thread each, no table of persons x items.

The curve is linear in the answer: log P - log(1 - P) = a theta + d. So an answer gathers one row of
log(1 - P) whatever it was, a right one adds a and d to two sums of its person, and of the expected
counts only those of answers are scattered; the right ones follow from each person's mean ability.
Persons of one form share that row's sum and that scatter: see `responses.Forms`.
"""

from typing import Any

import numpy as np
from numba import njit

from itemwell.irt.vectors import add_row, add_rows, add_to_row

F = np.float32
ONE, HALF, LOWEST = F(1), F(0.5), F(-40)  # below exp(-40) come denormals, which are slow
LOG2_E, LN2_HIGH, LN2_LOW = F(1.44269504), F(0.693359375), F(-2.12194440e-4)
# exp on [-ln 2 / 2, ln 2 / 2] as a polynomial, relative error 2e-7 (Cephes' expf).
E5, E4, E3, E2, E1 = (
    F(1.9875691e-4),
    F(1.3981999e-3),
    F(8.3334519e-3),
    F(4.1665796e-2),
    F(1.6666665e-1),
)
E0 = F(0.5)

FLUSH = 1024  # persons whose single-precision sums are added up before they go to double

GROUPS, SUMS = (
    10,
    8,
)  # of ability, in which residuals are summed, and what is summed over all of them

how: dict[str, Any] = {
    "nogil": True,
    "fastmath": True,
    "cache": True,
    "error_model": "numpy",
    "boundscheck": False,
}
compiled = njit(**how)
inlined = njit(forceinline=True, **how)  # a call hands over each array as seven numbers


@inlined
def _gather(answers, table, posterior, form_row, shared):
    """Add to `posterior` what the answers say at each node; the sums of a and d over right answers."""
    codes, first, end = answers
    a, d, wrong = table
    nodes = posterior.shape[0]
    slope, shift = F(0), F(0)
    k = first
    if shared:
        for k in range(first, end):
            y = F(codes[k] & 1)
            slope += y * a[codes[k] >> 1]
            shift += y * d[codes[k] >> 1]
        for q in range(nodes):
            posterior[q] += form_row[q]
        return slope, shift
    while k + 4 <= end:  # four rows at a time: the sums are loaded and stored once
        c0, c1, c2, c3 = codes[k], codes[k + 1], codes[k + 2], codes[k + 3]
        i0, i1, i2, i3 = c0 >> 1, c1 >> 1, c2 >> 1, c3 >> 1
        y0, y1, y2, y3 = F(c0 & 1), F(c1 & 1), F(c2 & 1), F(c3 & 1)
        slope += y0 * a[i0] + y1 * a[i1] + y2 * a[i2] + y3 * a[i3]
        shift += y0 * d[i0] + y1 * d[i1] + y2 * d[i2] + y3 * d[i3]
        add_rows(posterior, wrong, i0, i1, i2, i3)
        k += 4
    while k < end:
        i0, y0 = codes[k] >> 1, F(codes[k] & 1)
        slope += y0 * a[i0]
        shift += y0 * d[i0]
        add_row(posterior, wrong, i0)
        k += 1
    return slope, shift


@inlined
def _normalise(posterior, slope, shift, nodes, bits, scale):
    """Turn logarithms into a posterior of sum 1; the mean ability, and the log-likelihood."""
    count = nodes.shape[0]
    top = F(-3e38)
    for q in range(count):
        value = posterior[q] + slope * nodes[q]
        posterior[q] = value
        top = max(top, value)
    for q in range(count):
        x = max(posterior[q] - top, LOWEST)
        whole = np.floor(x * LOG2_E + HALF)
        rest = x - whole * LN2_HIGH - whole * LN2_LOW
        power = E5
        power = power * rest + E4
        power = power * rest + E3
        power = power * rest + E2
        power = power * rest + E1
        power = power * rest + E0
        posterior[q] = power * rest * rest + rest + ONE
        bits[q] = (np.int32(whole) + np.int32(127)) << np.int32(23)
    total = F(0)
    for q in range(count):
        value = posterior[q] * scale[q]
        posterior[q] = value
        total += value
    mean, share = F(0), ONE / total
    for q in range(count):
        value = posterior[q] * share
        posterior[q] = value
        mean += value * nodes[q]
    return mean, np.float64(top) + np.float64(shift) + np.log(np.float64(total))


@compiled
def expect(answers, persons, table, forms, nodes, log_weights, sums):
    """An E step over persons first..last-1: adds to `sums`, and gives the log-likelihood.

    `sums` are expected answers J x Q (single), right answers' mean abilities J (double), answers by
    form F x Q (double), and persons by node Q (double).
    """
    codes, starts = answers
    first, last, weights = persons
    form_of, form_rows = forms
    counts, right, form_counts, node_counts = sums
    count = nodes.shape[0]
    posterior, bits = np.empty(count, np.float32), np.empty(count, np.int32)
    scale, by_node = bits.view(np.float32), np.zeros(count, np.float32)
    log_likelihood = 0.0
    for p in range(first, last):
        weight = weights[p]
        if weight == F(0):
            continue
        form, begin, end = form_of[p], starts[p], starts[p + 1]
        posterior[:] = log_weights
        shared = form >= 0
        row = form_rows[max(form, 0)]
        slope, shift = _gather((codes, begin, end), table, posterior, row, shared)
        mean, log_density = _normalise(posterior, slope, shift, nodes, bits, scale)
        log_likelihood += weight * log_density
        for q in range(count):
            posterior[q] *= weight
            by_node[q] += posterior[q]
        mean *= weight
        if shared:
            whole = form_counts[form]
            for q in range(count):
                whole[q] += posterior[q]
            for k in range(begin, end):
                if codes[k] & 1:
                    right[codes[k] >> 1] += mean
        else:
            for k in range(begin, end):
                i, y = codes[k] >> 1, F(codes[k] & 1)
                add_to_row(counts, posterior, i)
                right[i] += mean * y
        if (p - first) % FLUSH == FLUSH - 1:
            for q in range(count):
                node_counts[q] += by_node[q]
                by_node[q] = F(0)
    for q in range(count):
        node_counts[q] += by_node[q]
    return log_likelihood


@compiled
def abilities(answers, persons, table, forms, nodes, log_weights, out):
    """The posterior's mean and standard deviation of persons first..last-1 into `out`, N x 2 (single)."""
    codes, starts = answers
    first, last, _ = persons
    form_of, form_rows = forms
    count = nodes.shape[0]
    posterior, bits = np.empty(count, np.float32), np.empty(count, np.int32)
    scale = bits.view(np.float32)
    for p in range(first, last):
        form = form_of[p]
        posterior[:] = log_weights
        row = form_rows[max(form, 0)]
        of_person = (codes, starts[p], starts[p + 1])
        slope, shift = _gather(of_person, table, posterior, row, form >= 0)
        mean, _ = _normalise(posterior, slope, shift, nodes, bits, scale)
        square = F(0)
        for q in range(count):
            square += posterior[q] * (nodes[q] - mean) * (nodes[q] - mean)
        out[p, 0], out[p, 1] = mean, np.sqrt(square)


@compiled
def cross(answers, persons, table, forms, nodes, log_weights, right, out):
    """Products of each answer's scores in (a, d), summed by item into `out`, J x 3 (double): aa, ad, dd.

    `right` is P at the nodes, J x Q (single). Gives the sums of mean abilities and of their squares.
    """
    codes, starts = answers
    first, last, _ = persons
    form_of, form_rows = forms
    count = nodes.shape[0]
    posterior, bits = np.empty(count, np.float32), np.empty(count, np.int32)
    scale, by_theta = bits.view(np.float32), np.empty(count, np.float32)
    means, squares = 0.0, 0.0
    for p in range(first, last):
        form = form_of[p]
        posterior[:] = log_weights
        row = form_rows[max(form, 0)]
        of_person = (codes, starts[p], starts[p + 1])
        slope, shift = _gather(of_person, table, posterior, row, form >= 0)
        mean, _ = _normalise(posterior, slope, shift, nodes, bits, scale)
        means += mean
        squares += mean * mean
        for q in range(count):
            by_theta[q] = posterior[q] * nodes[q]
        for k in range(starts[p], starts[p + 1]):
            i, y = codes[k] >> 1, F(codes[k] & 1)
            chances = right[i]
            chance, moment = F(0), F(0)
            for q in range(count):
                chance += posterior[q] * chances[q]
                moment += by_theta[q] * chances[q]
            of_d, of_a = y - chance, y * mean - moment
            out[i, 0] += of_a * of_a
            out[i, 1] += of_a * of_d
            out[i, 2] += of_d * of_d
    return means, squares


@inlined
def _into_group(into, cuts, theta, y, predicted):
    """Add an answer to its item's group of ability."""
    group = 0
    while group < GROUPS - 1 and theta > cuts[group]:
        group += 1
    into[6] += theta
    into[7] += theta * theta
    at = SUMS + 4 * group
    into[at] += 1.0
    into[at + 1] += y
    into[at + 2] += predicted
    into[at + 3] += max(predicted * (1.0 - predicted), 1e-9)


@compiled
def residuals(answers, persons, table, forms, nodes, log_weights, chances, cuts, out):
    """Each answer against what the person's others predict, summed by item: see engine.Residuals.

    `chances` are P at the nodes, J x Q, and 1 / (1 - P) and 1 / P, 2J x Q, one row a code (single): a
    posterior divided by the chance of one answer is the posterior without it. `cuts` are J x GROUPS - 1
    rising abilities. `out` is J x (SUMS + 4 GROUPS) (double).
    """
    codes, starts = answers
    first, last, _ = persons
    form_of, form_rows = forms
    right, inverses = chances
    count = nodes.shape[0]
    posterior, bits = np.empty(count, np.float32), np.empty(count, np.int32)
    scale, by_theta = bits.view(np.float32), np.empty(count, np.float32)
    population = np.exp(log_weights)
    for p in range(first, last):
        form = form_of[p]
        posterior[:] = log_weights
        row = form_rows[max(form, 0)]
        of_person = (codes, starts[p], starts[p + 1])
        slope, shift = _gather(of_person, table, posterior, row, form >= 0)
        _normalise(posterior, slope, shift, nodes, bits, scale)
        for q in range(count):
            by_theta[q] = posterior[q] * nodes[q]
        for k in range(starts[p], starts[p + 1]):
            code = codes[k]
            inverse = inverses[code]
            whole, moment = F(0), F(0)
            for q in range(count):
                whole += posterior[q] * inverse[q]
                moment += by_theta[q] * inverse[q]
            y, theta = np.float64(code & 1), np.float64(moment / whole)
            given = 1.0 / np.float64(whole)  # the chance of the answer that was given
            predicted = given if code & 1 else 1.0 - given
            variance = max(given * (1.0 - given), 1e-9)
            square = (y - predicted) * (y - predicted)
            into = out[code >> 1]
            into[0] += square / variance
            into[1] += square
            into[2] += variance
            into[3] += theta
            into[4] += theta * theta
            into[5] += y * theta
            if form >= 0:
                _into_group(into, cuts[code >> 1], theta, y, predicted)
        if form >= 0:
            continue
        posterior[:] = population
        for k in range(starts[p], starts[p + 1]):
            i, y = codes[k] >> 1, codes[k] & 1
            chance, whole, moment = F(0), F(0), F(0)
            of_item = right[i]
            for q in range(count):
                chance += posterior[q] * of_item[q]
                moment += posterior[q] * nodes[q]
                whole += posterior[q]
            predicted = np.float64(chance / whole)
            _into_group(out[i], cuts[i], np.float64(moment / whole), np.float64(y), predicted)
            share, slant = (F(0), ONE / chance) if y else (ONE / (whole - chance), F(0))
            slant -= share
            for q in range(count):
                posterior[q] *= share + slant * of_item[q]
