"""A draft among its neighbours, by hand: what is refused, what is an enemy, and that nothing stays unseen."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.builders import a_draft
from tests.neighbours import keep, look, twins_of

from itemwell.bank import Slot, Stratum, as_dict
from itemwell.errors import Rejected
from itemwell.generate.desk import Desk
from itemwell.generate.draft import draft
from itemwell.generate.standing import Unclear
from itemwell.similar.embed import EmbedError
from itemwell.similar.signature import skeleton
from itemwell.store import enemies, runs
from itemwell.templates import models

APPLES = (
    "A farmer has 12 crates with 30 apples in each, and sells 60 of them. How many apples are left?"
)
ANEW = "Twelve crates hold thirty apples each; the farmer who has them sells 60. What number of apples is left?"
TURNED = "How many apples are left if a farmer has 12 crates with 30 apples in each and sells 60 of them?"


def apples(stem=APPLES, left=300, **changes):
    wrong = [f"{left + step} apples" for step in (10, 60, 42, 30)]
    return a_draft(stem=stem, right=f"{left} apples", wrong=wrong, **changes)


def other_numbers(number):
    """The same template with numbers of its own."""
    crates = 14 + number
    stem = APPLES.replace("12", str(crates)).replace("60", str(50 + number))
    return apples(stem, crates * 30 - 50 - number)


@pytest.fixture
def run(bank):
    with runs.begin(bank, "generate") as run:
        yield run


def refused(twins, draft):
    with pytest.raises(Rejected) as told:
        look(twins, draft)
    return str(told.value)


def test_other_words_for_a_question_of_the_bank_are_refused_whatever_their_stratum(bank, run):
    number = keep(bank, run, twins_of(bank), apples())

    easy, hard = (refused(twins_of(bank), apples(ANEW, difficulty=each)) for each in ("easy", "hard"))  # fmt: skip

    assert easy == hard == f"dedup: a duplicate of question {number} (same key)"


def test_what_was_retired_keeps_its_twins_out(bank, run):
    keep(bank, run, twins_of(bank), apples())
    with bank.begin() as db:
        db.execute(text("UPDATE questions SET status = 'retired'"))

    assert "a duplicate of question" in refused(twins_of(bank), apples(ANEW))


def test_number_variants_are_enemies_and_the_fourth_is_refused(bank, run):
    twins = twins_of(bank, cap=3)
    kept = [keep(bank, run, twins, other_numbers(number)) for number in range(3)]

    fourth = refused(twins, other_numbers(3))

    with bank.connect() as db:
        linked = {each: {enemy.question_id for enemy in enemies.of(db, each)} for each in kept}
        rows = db.execute(text("SELECT one_id, other_id, kind FROM enemies")).all()
    assert linked == {each: set(kept) - {each} for each in kept}
    assert {row.kind for row in rows} == {"isomorph"}
    assert len(rows) == 3
    assert fourth.startswith("dedup: 3 variants of it are in the bank, such as question")


def test_the_cap_holds_for_variants_that_others_kept_meanwhile(bank, run):
    twins = twins_of(bank)
    standing = look(twins, other_numbers(3))
    for number in range(3):
        keep(bank, run, twins_of(bank), other_numbers(number))

    with bank.begin() as db, pytest.raises(Rejected, match="3 variants of it are in the bank"):
        twins.again(db, standing)


KEY_OTHERWISE = {"right": "300", "wrong": ["310", "360", "342", "330"]}
"""The answer of the apples without its unit: no key form finds it."""


@pytest.fixture
def crowded(bank, run):
    """A bank whose twenty number variants are nearer to the apples than their twin, the last one kept."""
    twins = twins_of(bank, cap=1000)
    kept = [keep(bank, run, twins, other_numbers(number)) for number in range(20)]
    twin = keep(bank, run, twins, a_draft(stem=ANEW, **KEY_OTHERWISE))
    assert twin > kept[-1]
    return twin


@pytest.mark.parametrize("embedder", ["hash", "minilm"])
def test_a_twin_whose_key_is_written_otherwise_does_not_hide_behind_its_isomorphs(
    bank, run, crowded, embedder
):
    assert f"a duplicate of question {crowded}" in refused(twins_of(bank, embedder, 1000), apples())


def test_a_twin_does_not_hide_behind_isomorphs_that_came_meanwhile(bank, run):
    twins = twins_of(bank, cap=1000)
    standing = look(twins, apples())
    others = twins_of(bank, cap=1000)
    for number in range(20):
        keep(bank, run, others, other_numbers(number))
    keep(bank, run, others, a_draft(stem=ANEW, **KEY_OTHERWISE))

    with bank.begin() as db, pytest.raises(Rejected, match="a duplicate of question"):
        twins.again(db, standing)


@pytest.mark.parametrize(("stem", "raised"), [(ANEW, Rejected), (TURNED, Unclear)])
def test_what_came_between_look_and_keep_is_found_under_the_lock(bank, run, stem, raised):
    twins = twins_of(bank)
    standing = look(twins, apples(stem))
    number = keep(bank, run, twins_of(bank), apples())

    with bank.begin() as db, pytest.raises(raised):
        twins.again(db, standing)
    [seen] = twins.leave(standing.candidate.signature).relations
    assert (seen.neighbour_id, seen.verdict) in {(number, "duplicate"), (number, "grey")}


@pytest.mark.parametrize("other", [{}, {"key": "C"}])
def test_of_two_twins_under_way_one_goes_on(bank, other):
    twins = twins_of(bank)
    first = look(twins, apples())

    assert refused(twins, apples(ANEW, **other)) == "dedup: this run is writing it already"
    assert refused(twins, apples(**other)) == "dedup: this run is writing it already"
    assert list(twins.under_way.values()) == [first]


def test_who_vouches_tells_it_from_what_came_meanwhile_as_well(bank, run):
    twins = twins_of(bank)
    standing = look(twins, apples(TURNED))
    number = keep(bank, run, twins_of(bank), apples())
    twins.leave(standing.candidate.signature)
    with bank.begin() as db, pytest.raises(Unclear) as unclear:
        twins.again(db, standing)

    [told] = Desk({}, twins).cleared(unclear.value.standing, "vouched for by Ada").relations

    assert (told.neighbour_id, told.verdict, told.decided_by) == (number, "new", "vouched for by Ada")  # fmt: skip
    assert twins.under_way == {}


# Of embedders that change.


@pytest.mark.parametrize(("first", "then"), [("hash", "minilm"), ("minilm", "hash")])
def test_another_embedder_in_the_next_run_finds_what_the_first_one_kept(bank, run, first, then):
    keep(bank, run, twins_of(bank, first), apples())

    assert "a duplicate of question" in refused(twins_of(bank, then), apples(ANEW))


@pytest.mark.parametrize(("mine", "theirs"), [("hash", "minilm"), ("minilm", "hash")])
def test_what_another_process_keeps_by_another_embedder_is_compared_as_well(
    bank, run, mine, theirs
):
    early, late = twins_of(bank, mine), twins_of(bank, mine)
    standing = look(early, apples(ANEW))
    keep(bank, run, twins_of(bank, theirs), apples())

    assert "a duplicate of question" in refused(late, apples(ANEW))
    with bank.begin() as db, pytest.raises(Rejected):
        early.again(db, standing)


def test_a_twin_that_minilm_cannot_read_is_found_by_hash(bank, run):
    stem = "ดาวเคราะห์ดวงใดใหญ่ที่สุดในระบบสุริยะของเรา"
    keep(bank, run, twins_of(bank, "minilm"), a_draft(stem=stem))

    assert "a duplicate of question" in refused(
        twins_of(bank, "minilm"), a_draft(stem=f"**{stem}**?")
    )


SPOILT = {
    "too short": "substr(vector, 1, 10)",
    "not finite": "set_byte(set_byte(vector, 0, 0), 1, 126)",  # a NaN of half precision
    "gone": "''",
}


@pytest.mark.parametrize("how", SPOILT)
def test_vectors_that_cannot_be_compared_let_nothing_pass(bank, run, how):
    standing = look(twins := twins_of(bank), apples(ANEW))
    late = twins_of(bank)
    keep(bank, run, twins_of(bank), apples())
    with bank.begin() as db:
        db.execute(text(f"UPDATE question_vectors SET vector = {SPOILT[how]}"))

    with pytest.raises(EmbedError):
        look(late, apples(ANEW))
    with bank.begin() as db, pytest.raises(EmbedError):
        twins.again(db, standing)


def test_a_draft_that_nobody_looked_at_is_not_kept(bank):
    with pytest.raises(EmbedError, match="nobody compared"):
        twins_of(bank).standing("f" * 64)


# Of item models.


@pytest.fixture
def computed():
    model = next(each for each in models().values() if each.question_type == "math")
    return [draft(Slot(0, Stratum("math", "easy"), place, "seed"), model) for place in range(4)]


def test_questions_of_one_family_are_no_twins_of_each_other(bank, run, computed):
    twins = twins_of(bank, cap=1)

    kept = [keep(bank, run, twins, each) for each in computed]

    with bank.connect() as db:
        assert len(set(kept)) == 4
        assert db.scalar(text("SELECT count(*) FROM enemies")) == 0


@pytest.mark.parametrize("family", [None, "another.family"])
def test_what_a_family_computed_is_a_twin_when_others_write_it(bank, run, computed, family):
    number = keep(bank, run, twins_of(bank), computed[0])
    worded = replace(computed[0], stem=f"Q1. {computed[0].stem}", family=family)

    assert f"a duplicate of question {number}" in refused(twins_of(bank), worded)


def test_a_family_does_not_draw_what_models_wrote(bank, run, computed):
    number = keep(bank, run, twins_of(bank), replace(computed[0], family=None, features={}))

    stem = f"Q1. {computed[0].stem}"
    assert f"a duplicate of question {number}" in refused(
        twins_of(bank), replace(computed[0], stem=stem)
    )


# Of what exams lack.


def test_a_variant_of_what_exams_have_is_of_no_use_to_them(bank, run):
    number = keep(bank, run, twins_of(bank), apples())

    told = refused(twins_of(bank, cap=0), other_numbers(1))

    assert told == f"dedup: exams could have it only instead of question {number}, a variant of it"


def test_nor_is_another_of_its_skeleton_also_one_that_came_meanwhile(bank, run, computed):
    slots = (Slot(0, Stratum("math", "easy"), place, "seed") for place in range(4, 400))
    more = (draft(slot, models()[computed[0].family]) for slot in slots)
    alike = next(each for each in more if skeleton(each) == skeleton(computed[0]))
    early = twins_of(bank, cap=0)
    standing = look(early, alike)
    number = keep(bank, run, twins_of(bank), computed[0])

    assert f"only instead of question {number}" in refused(twins_of(bank, cap=0), alike)
    with bank.connect() as db, pytest.raises(Rejected, match=f"instead of question {number}"):
        early.again(db, standing)


# Of odd input.

NAMES = ("thai", "hindi", "arabic", "chinese", "emoji", "right to left")
ODD = {
    "thai": ("ดาวเคราะห์ดวงใดใหญ่ที่สุดในระบบสุริยะ", "เมืองหลวงของประเทศไทยคือเมืองอะไร"),
    "hindi": ("सौर मंडल का सबसे बड़ा ग्रह कौन सा है?", "भारत की राजधानी का नाम क्या है?"),
    "arabic": ("ما هو أكبر كوكب في المجموعة الشمسية؟", "ما هي عاصمة جمهورية مصر العربية؟"),
    "chinese": ("太阳系中最大的行星是哪一颗？", "中华人民共和国的首都是哪个城市？"),
    "emoji": ("🍎🍎🍎➕🍎🍎❓", "🚗🚕🚙🚌🏎️🚓❓"),
    "right to left": ("What is the \u200fsum\u200e of 5 and 6?\u200f", "\u200fWhich river \u061cfeeds Cairo\u200e?"),
    "long": ("Which word is longer? " + "river stone " * 850, "Which letter is first? " + "q w e r t y " * 850),
    "zero width": ("\u200b\u200c\u200d\ufeff", "\u2060\u200b"),
    "surrogates": ("How many half emoji \ud83d are there?", "Which half \udc00 emoji is it?"),
    "NUL": ("How many NUL\x00s are here?", "\x00Which one\x00 is it?"),
    "empty": ("", " "),
}  # fmt: skip
KEYS = (("11 units", "12 units", "13 units", "15 units"), ("Asa", "Bim", "Cor", "Dal"))


def odd_rows(names):
    for name in names:
        for stem, (right, *wrong) in zip(ODD[name], KEYS, strict=True):
            yield as_dict(a_draft(stem=stem, right=right, wrong=wrong))


def imported(program, tmp_path, rows, embedder="hash"):
    (tmp_path / "odd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = ("odd.jsonl", "--vouched-by", "Ada", "--json")
    ended = program("questions", "import", *told, EMBEDDER=embedder)
    assert "Traceback" not in ended.err
    return ended.json


@pytest.mark.parametrize("embedder", ["hash", "minilm"])
def test_unrelated_questions_in_any_script_are_kept_and_their_twins_are_not(
    program, tmp_path, embedder
):
    rows = list(odd_rows(NAMES))
    again = [row | {"stem": f"Q1. {row['stem']}  "} for row in rows]

    told = imported(program, tmp_path, rows, embedder)
    twice = imported(program, tmp_path, again, embedder)

    assert (told["active"], told["refusals"]) == (len(rows), [])
    assert (twice["active"], twice["refused"]) == (0, len(rows))
    assert all("duplicate of question" in each["reason"] for each in twice["refusals"])


def test_what_can_be_no_question_is_refused_with_its_reason(program, tmp_path):
    rows = list(odd_rows(set(ODD) - set(NAMES)))

    told = imported(program, tmp_path, rows)

    assert (told["kept"], told["refused"]) == (0, len(rows))
    assert {each["reason"].partition(":")[0] for each in told["refusals"]} <= {"check", "read", "keep", "dedup"}  # fmt: skip


@pytest.mark.parametrize("embedder", ["hash", "minilm"])
def test_any_draft_whatsoever_has_a_standing_or_a_clear_refusal(bank, embedder):
    twins, told = twins_of(bank, embedder), []
    for stem in [stem for stems in ODD.values() for stem in stems]:
        try:
            told.append(look(twins, a_draft(stem=stem)).relations)
        except (Rejected, EmbedError) as error:
            told.append(str(error))

    assert [
        each for each in told if each not in ((), "dedup: this run is writing it already")
    ] == []
