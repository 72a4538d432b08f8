"""What a calibration believes: each rule by hand, and all of them against a slow reading of the rules."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itemwell.calibrate import packed, sieve
from itemwell.calibrate.load import EPOCH, load
from itemwell.calibrate.rules import Rules
from itemwell.store.stream import Chunk

NOW = datetime(2026, 11, 29, 4, tzinfo=UTC)
DAY_MS = 86_400_000


class Answer(NamedTuple):
    user: int
    question: int = 1
    correct: bool = True
    letter: str = ""
    ms: int = -1
    ago: float = 1000.0  # seconds


def chunk(answers):
    moments = [
        (NOW - timedelta(seconds=each.ago) - EPOCH) // timedelta(microseconds=1) for each in answers
    ]
    return Chunk(
        np.array([each.user for each in answers], np.int64),
        np.array([each.question for each in answers], np.int64),
        np.array([each.correct for each in answers], np.bool_),
        np.array([ord(each.letter or "\0") for each in answers], np.uint8),
        np.array([each.ms for each in answers], np.int32),
        np.array(moments, np.int64),
    )


def loaded(*answers, bank=range(1, 100), pieces=3, **rules):
    chunks = [chunk(answers[start : start + pieces]) for start in range(0, len(answers), pieces)]
    return load(chunks, bank, now=NOW, rules=Rules(**rules))


def told(result):
    """{(place of the person, question): right} of a load."""
    whole = {}
    for person, (start, end) in enumerate(zip(result.starts, result.starts[1:], strict=False)):
        for code in result.codes[start:end].tolist():
            whole[person, int(result.question_ids[code >> 1])] = bool(code & 1)
    assert len(whole) == len(result.codes) == result.counts.used
    return whole


def left_out(result):
    names = ("orphans", "before_since", "future", "mistimed", "repeated", "rapid", "bots")
    return {name: count for name in names if (count := getattr(result.counts, name))}


def test_nothing_at_all_is_no_answer_of_nobody():
    result = loaded()

    assert (len(result.codes), result.starts.tolist(), result.items) == (0, [0], 0)


def test_answers_are_packed_by_person_and_item_whatever_their_order():
    rows = [Answer(7, 3), Answer(-5, 9, correct=False), Answer(7, 9), Answer(-5, 3)]

    one, other = loaded(*rows), loaded(*reversed(rows))

    assert one.codes.tolist() == other.codes.tolist() == [1, 2, 1, 3]
    assert one.starts.tolist() == other.starts.tolist() == [0, 2, 4]
    assert one.question_ids.tolist() == [3, 9]


def test_an_answer_to_a_question_that_the_bank_has_not_is_counted_and_left_out():
    result = loaded(Answer(1, 5), Answer(1, 700), Answer(2, -1))

    assert (left_out(result), told(result)) == ({"orphans": 2}, {(0, 5): True})


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(1, ago=-301), {"future": 1}),
        (Answer(1, ago=-299), {}),
        (Answer(1, ms=-2), {"mistimed": 1}),
        (Answer(1, ms=DAY_MS + 1), {"mistimed": 1}),
        (Answer(1, ms=DAY_MS), {}),
        (Answer(1, ms=0), {}),
    ],
)
def test_what_cannot_be_is_left_out_unless_it_is_believed(answer, reason):
    assert left_out(loaded(answer)) == reason
    assert left_out(loaded(answer, impossible=False)) == {}


def test_answers_of_before_a_day_can_be_left_out():
    result = loaded(Answer(1, 1, ago=50), Answer(1, 2, ago=70), since=NOW - timedelta(seconds=60))

    assert (left_out(result), told(result)) == ({"before_since": 1}, {(0, 1): True})


def test_the_first_answer_counts_wherever_the_table_has_it():
    result = loaded(
        Answer(1, 4, correct=True, ago=10),
        Answer(2, 4, correct=True, ago=5),
        Answer(1, 4, correct=False, ago=20),
        Answer(1, 4, correct=True, ago=15),
    )

    assert told(result) == {(0, 4): False, (1, 4): True}
    assert left_out(result) == {"repeated": 2}


def a_class(question, ms, size=30, first=1000):
    """So many learners who answer this question, each in so many milliseconds."""
    return [Answer(first + number, question, ms=ms) for number in range(size)]


def test_below_a_tenth_of_the_median_time_is_a_guess():
    result = loaded(*a_class(1, 8_000), Answer(1, 1, ms=799), Answer(2, 1, ms=800))

    assert left_out(result) == {"rapid": 1}
    assert left_out(loaded(*a_class(1, 8_000), Answer(1, 1, ms=799), rapid=False)) == {}


def test_a_guess_is_never_slower_than_ten_seconds():
    result = loaded(*a_class(1, 300_000), Answer(1, 1, ms=10_000), Answer(2, 1, ms=9_999))

    assert left_out(result) == {"rapid": 1}


def test_the_median_of_fewer_than_thirty_times_tells_nothing():
    assert left_out(loaded(*a_class(1, 8_000, size=28), Answer(1, 1, ms=1))) == {}
    assert left_out(loaded(*a_class(1, 8_000, size=29), Answer(1, 1, ms=1))) == {"rapid": 1}


def test_a_repeated_answer_moves_no_median():
    retakes = [each._replace(ms=100, ago=0) for each in a_class(1, 8_000)]

    result = loaded(*a_class(1, 8_000), *retakes, *retakes, Answer(1, 1, ms=500))

    assert left_out(result) == {"repeated": 60, "rapid": 1}


def test_who_guesses_most_of_the_time_is_left_out_whole():
    crowd = [each for question in range(1, 12) for each in a_class(question, 8_000)]
    bot = [Answer(1, question, ms=100 if question < 7 else 9_000) for question in range(1, 12)]
    other = [Answer(2, question, ms=100 if question < 6 else 9_000) for question in range(1, 11)]

    result = loaded(*crowd, *bot, *other)

    assert left_out(result) == {"bots": 11, "rapid": 5}
    assert result.counts.bot_learners == 1
    assert left_out(loaded(*crowd, *bot, *other, bots=False)) == {"rapid": 11}


def test_who_chooses_one_letter_twenty_times_is_left_out_whole():
    bot = [Answer(1, question, letter="C") for question in range(1, 21)]
    short = [Answer(2, question, letter="C") for question in range(1, 20)]
    other = [Answer(3, question, letter="CB"[question == 20]) for question in range(1, 31)]
    silent = [Answer(4, question) for question in range(1, 31)]

    result = loaded(*bot, *short, *other, *silent)

    assert (left_out(result), result.counts.learners) == ({"bots": 20}, 3)


def test_questions_and_learners_without_a_usable_answer_are_left_out():
    result = loaded(Answer(1, 1), Answer(2, 2, ago=-1000), Answer(3, 3))

    assert (result.question_ids.tolist(), result.starts.tolist()) == ([1, 3], [0, 1, 2])


def impossible(answer, bank):
    if answer.question not in bank:
        return "orphans"
    if answer.ago < -300:
        return "future"
    return "mistimed" if answer.ms < -1 or answer.ms > DAY_MS else ""


def slow(answers, bank):
    """The rules read aloud, answer by answer: what is left, and the counts."""
    counts, first = Counter(), {}
    letters = defaultdict(list)
    for place, each in enumerate(answers):
        if reason := impossible(each, bank):
            counts[reason] += 1
        else:
            letters[each.user] += [each.letter] if each.letter else []
            pair = each.user, each.question
            key = -int(each.ago), place
            counts["repeated"] += pair in first
            first[pair] = min(first.get(pair, (key, each)), (key, each))
    usable = [each for _, each in first.values()]
    times = defaultdict(list)
    for each in usable:
        times[each.question] += [each.ms] if each.ms >= 0 else []
    limit = {
        question: min(median(some) / 10, 10_000) if len(some) >= 30 else 0
        for question, some in times.items()
    }
    rapid = {(each.user, each.question) for each in usable if 0 <= each.ms < limit[each.question]}
    bots = set()
    for user in {each.user for each in usable}:
        timed = [each for each in usable if each.user == user and each.ms >= 0]
        quick = sum((user, each.question) in rapid for each in timed)
        straight = len(letters[user]) >= 20 and len(set(letters[user])) == 1
        if straight or (len(timed) >= 10 and 2 * quick > len(timed)):
            bots.add(user)
    left = {}
    for each in usable:
        if each.user in bots:
            counts["bots"] += 1
        elif (each.user, each.question) in rapid:
            counts["rapid"] += 1
        else:
            left[each.user, each.question] = each.correct
    return left, +counts


@st.composite
def crowds(draw):
    """Some learners, some of them hasty, on few questions that they meet again and again."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    size, users = draw(st.integers(0, 1500)), draw(st.integers(1, 60))
    questions = draw(st.integers(1, 30))
    hasty = rng.random(users) < draw(st.sampled_from([0, 0.1, 0.5]))
    straight = rng.random(users) < 0.1
    rows = []
    for user, question in zip(
        rng.integers(0, users, size), rng.integers(0, questions + 2, size), strict=True
    ):
        slow_ms = int(rng.integers(500, 20_000))
        ms = int(rng.integers(0, 900)) if hasty[user] and rng.random() < 0.7 else slow_ms
        ms = int(rng.choice([ms, -1, -7, DAY_MS + 1], p=[0.9, 0.08, 0.01, 0.01]))
        ago = int(rng.choice([-400, *range(60)]))
        letter = "A" if straight[user] else str(rng.choice(["", "A", "B"]))
        rows.append(
            Answer(
                (int(user) - 5) * 2**57, int(question), bool(rng.random() < 0.5), letter, ms, ago
            )
        )
    return rows, range(questions)


@settings(max_examples=60)
@given(crowds(), st.integers(1, 400))
def test_the_fast_way_and_the_slow_way_agree(monkeypatch_sizes, crowd, pieces):
    answers, bank = crowd

    result = loaded(*answers, bank=bank, pieces=pieces)

    expected, counts = slow(answers, bank)
    users = sorted({user for user, _ in expected})
    assert {
        (users[place], question): right for (place, question), right in told(result).items()
    } == expected
    assert left_out(result) == counts
    assert result.counts.read == len(answers)


@pytest.fixture(scope="module")
def monkeypatch_sizes():
    """Pieces so small that a few hundred answers are many of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed, "PIECE", 64)
        patch.setattr(packed.ranges, "__defaults__", (100,))
        patch.setattr(sieve, "SORTED_AT_ONCE", 100)
        yield


def test_a_persons_answers_come_as_they_were_given_and_those_without_times_by_item():
    given = [Answer(7, question, ago=ago) for question, ago in ((5, 90), (2, 60), (9, 75), (1, 30))]
    at_once = [Answer(7, question, ago=60) for question in (5, 2, 9, 1)]

    timed, untimed = loaded(*given), loaded(*at_once)

    assert timed.question_ids[timed.codes >> 1].tolist() == [5, 9, 2, 1]
    assert untimed.question_ids[untimed.codes >> 1].tolist() == [1, 2, 5, 9]
    assert (timed.in_order, untimed.in_order) == (True, False)
