"""Thresholds from labelled pairs: what is searched on never judges, and the limits hold."""

from dataclasses import replace

import pytest

from itemwell.similar.decide import Side, compared
from itemwell.similar.thresholds import DEFAULTS
from itemwell.similar.tune import (
    DIFF,
    DUP,
    Far,
    Labelled,
    TooFew,
    count_of,
    halves,
    strangers,
    tune,
)

START = DEFAULTS["minilm"]
NONE = Far([], [])
ONE, OTHER = "Which organ pumps blood?", "What pumps the blood in us?"


def pairs(label, *cosines, keys=(None, None)):
    sides = Side(ONE, keys[0]), Side(OTHER, keys[1])
    return [Labelled(compared(*sides, cosine), label) for cosine in cosines]


def test_a_band_moves_to_where_the_duplicates_are():
    mine = pairs(DUP, *[0.65] * 40) + pairs(DIFF, *[0.4] * 40)

    tuned = tune([mine], NONE, START)

    assert (tuned.before.caught, tuned.after.caught, tuned.after.duplicates) == (0, 20, 20)
    assert 0.4 < tuned.thresholds.grey <= 0.65
    assert tuned.after.changed_asked == 0


def test_no_unrelated_pair_is_flagged_for_a_duplicate_more():
    mine = pairs(DUP, *[0.65] * 40) + pairs(DIFF, *[0.4] * 40)
    far = [each.pair for each in pairs(DIFF, 0.66)]

    assert tune([mine], Far(far, []), START).thresholds.grey > 0.66


def test_the_unrelated_pairs_that_count_are_those_that_nothing_was_searched_on():
    mine = pairs(DUP, *[0.65] * 40) + pairs(DIFF, *[0.4] * 40)
    far = Far([], [each.pair for each in pairs(DIFF, 0.3, 0.66, 0.67)])

    tuned = tune([mine], far, START)

    assert (tuned.flagged_before, tuned.flagged) == (0, 2)


def test_of_changed_questions_no_more_than_two_in_a_hundred_are_refused():
    keys = "The heart", "The heart"
    mine = pairs(DUP, *[0.55] * 40, keys=keys) + pairs(DIFF, *[0.70] * 40, keys=keys)

    tuned = tune([mine], NONE, replace(START, same_key=0.60, grey_same_key=0.60))

    assert tuned.before.changed_refused == 20
    assert tuned.after.changed_refused == 0
    assert tuned.after.caught == 20


def test_bands_that_no_pair_depends_on_stay_as_they_are():
    tuned = tune([pairs(DUP, *[0.65] * 40) + pairs(DIFF, *[0.4] * 40)], NONE, START)

    assert replace(tuned.thresholds, grey=START.grey) == START


@pytest.mark.parametrize(("duplicates", "changed"), [(19, 40), (40, 19)])
def test_too_few_pairs_of_a_kind_are_refused(duplicates, changed):
    with pytest.raises(TooFew, match=r"19 .* at least 20 are needed"):
        tune([pairs(DUP, *[0.8] * duplicates) + pairs(DIFF, *[0.4] * changed)], NONE, START)


def test_each_source_and_label_is_halved():
    mine, others = halves([pairs(DUP, 0.1, 0.2, 0.3, 0.4), pairs(DIFF, 0.5, 0.6)])

    assert [each.pair.figures.cosine for each in mine] == [0.1, 0.3, 0.5]
    assert [each.pair.figures.cosine for each in others] == [0.2, 0.4, 0.6]


def test_nothing_is_counted_of_nothing():
    assert set(count_of([], START)) == {0}


def test_strangers_share_no_word():
    words = [frozenset({"heart"}), frozenset({"heart", "blood"}), frozenset({"poet"}), frozenset()]

    assert strangers(["", "", "", ""], words) == [(0, 2), (1, 2)]
