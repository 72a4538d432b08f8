import numpy as np
import pytest
from tests.irt.answers import a_matrix

from itemwell import irt
from itemwell.irt import Responses, simulate
from itemwell.irt.responses import FEWEST_TO_SHARE, Forms


def test_triplets_and_the_matrix_of_the_same_answers_are_packed_alike():
    matrix, _ = a_matrix()
    persons, items = np.nonzero(~np.isnan(matrix))
    shuffled = np.random.default_rng(1).permutation(len(persons))
    persons, items = persons[shuffled], items[shuffled]

    packed = Responses.of_triplets(persons, items, matrix[persons, items])

    of_matrix = Responses.of_matrix(matrix)
    assert packed.starts.tolist() == of_matrix.starts.tolist()
    for first, last in zip(packed.starts[:-1], packed.starts[1:], strict=True):
        assert sorted(packed.codes[first:last]) == sorted(of_matrix.codes[first:last])


def test_the_tally_counts_answers_and_right_ones():
    packed = Responses.of_matrix([[1, 0, np.nan], [1, 1, np.nan]])

    answers, right = packed.tally()

    assert answers.tolist() == [2, 2, 0]
    assert right.tolist() == [2, 1, 0]
    assert (packed.persons, packed.count, packed.longest) == (2, 4, 2)


def test_persons_and_items_without_answers_have_their_places():
    packed = Responses.of_triplets([4], [2], [True], item_count=7)

    assert (packed.persons, packed.items, packed.count) == (5, 7, 1)


@pytest.mark.parametrize(
    ("persons", "items", "correct", "refusal"),
    [
        ([0, 1], [0], [1], "of one length"),
        ([0], [0], [2], "neither right"),
        ([0], [0], [np.nan], "neither right"),
        ([np.nan], [0], [1], "no number"),
        ([0.5], [0], [1], "whole numbers"),
        ([-1], [0], [1], "from 0"),
        ([0], [-1], [1], "from 0"),
        (["ann"], [0], [1], "no number"),
        ([0, 0], [3, 3], [1, 0], "answered an item twice"),
        ([0], [9], [1], "item 9 of 5 items"),
    ],
)
def test_triplets_that_are_none_are_refused(persons, items, correct, refusal):
    with pytest.raises(ValueError, match=refusal):
        Responses.of_triplets(persons, items, correct, item_count=5)


def test_a_matrix_of_other_numbers_is_refused():
    with pytest.raises(ValueError, match="nor missing"):
        Responses.of_matrix([[0, 1], [0.5, 1]])
    with pytest.raises(ValueError, match="two dimensions"):
        Responses.of_matrix([0, 1])


def test_every_second_person_keeps_the_answers_of_their_own():
    matrix, _ = a_matrix(persons=11)

    half = Responses.of_matrix(matrix).every(2)

    whole = Responses.of_matrix(matrix[::2])
    assert half.codes.tolist() == whole.codes.tolist()
    assert half.starts.tolist() == whole.starts.tolist()


def test_sets_that_many_answered_are_forms():
    whole, _ = a_matrix(persons=40, missing=0.0)
    whole[::2, 3:] = np.nan

    forms = Responses.of_matrix(whole).forms

    assert forms.count == 2
    assert len(set(forms.of_person[::2])) == 1
    assert forms.of_person[0] != forms.of_person[1]
    assert sorted(np.diff(forms.starts)) == [3, 7]


def test_a_set_of_few_persons_is_no_form():
    whole, _ = a_matrix(persons=40, missing=0.0)
    whole[: FEWEST_TO_SHARE - 1, 3:] = np.nan

    forms = Responses.of_matrix(whole).forms

    assert forms.count == 1
    assert (forms.of_person[: FEWEST_TO_SHARE - 1] == -1).all()


def booklets(truth):
    """Three forms of two thirds of the items each, and some persons whose sets are their own."""
    persons, items = len(truth.theta), len(truth.a)
    rng = np.random.default_rng(7)
    right = 1 / (1 + np.exp(-truth.a * (truth.theta[:, None] - truth.b)))
    matrix = (rng.random((persons, items)) < right).astype(float)
    for form in range(3):
        matrix[form::4, form::3] = np.nan
    own = matrix[3::4]
    own[rng.random(own.shape) < 0.5] = np.nan
    return matrix


@pytest.mark.parametrize("engine", ["plain", "compiled"])
@pytest.mark.parametrize("design", ["dense", "booklets and their own"])
def test_forms_change_no_result(monkeypatch, engine, design):
    truth = simulate.draw_truth(600, 12, seed=2)
    matrix = booklets(truth) if design != "dense" else None
    make = (
        (lambda: simulate.dense(truth, seed=2))
        if matrix is None
        else (lambda: Responses.of_matrix(matrix))
    )
    with_forms = make()
    monkeypatch.setattr(Forms, "of", lambda _codes, starts, _items: Forms._none(len(starts) - 1))
    without = make()

    ours, theirs = (
        irt.fit(answers, engine=engine, tolerance=1e-5) for answers in (with_forms, without)
    )

    assert with_forms.forms.count == (1 if design == "dense" else 3)
    assert without.forms.count == 0
    assert ours.a == pytest.approx(theirs.a, abs=2e-4)
    assert ours.b == pytest.approx(theirs.b, abs=2e-4)
    assert ours.se_b == pytest.approx(theirs.se_b, rel=1e-3)


def test_items_that_no_person_connects_are_groups_of_their_own():
    connected = Responses.of_triplets([0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 3, 4], [1] * 6, item_count=6)

    assert len(set(connected.groups()[:3])) == 1
    assert len(set(connected.groups()[3:5])) == 1
    assert len(set(connected.groups())) == 3


def test_a_single_person_of_many_connects_two_groups():
    one, other, both = [1, 1, np.nan, np.nan], [np.nan, np.nan, 0, 1], [np.nan, 1, 1, np.nan]
    apart = [one, other] * 6_000

    assert Responses.of_matrix(apart).groups().tolist() == [0, 0, 1, 1]
    assert Responses.of_matrix([*apart, both, *apart]).groups().tolist() == [0, 0, 0, 0]
