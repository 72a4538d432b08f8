"""Neighbours shown, and what they are told by, through the real program."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.store.twins import verified

from itemwell.double import Double
from itemwell.similar.hashing import Hashing
from itemwell.similar.thresholds import DEFAULTS
from itemwell.store import index_build, questions, thresholds
from itemwell.store.runs import begin

HASH = "itemwell:hash@1/384"
HEART = "Which organ pumps blood through the body?"
HEART_AGAIN = "Which organ pumps the blood through a body?"
SPEED = "A train travels 180 km in 3 hours. What is its average speed?"
FASTER = "A train travels 240 km in 4 hours. What is its average speed?"
POET = "Who wrote the play Hamlet?"
THAI = "ดาวเคราะห์ดวงใดใหญ่ที่สุดในระบบสุริยะ"


@pytest.fixture
def keep(bank):
    """Keeps questions whatever stands in the bank already: a stem and its key each."""

    def kept(*pairs, **changes):
        with begin(bank, "import") as run, bank.begin() as db:
            return [
                questions.keep(db, verified(stem=stem, right=key, **changes), run_id=run.id)
                for stem, key in pairs
            ]

    return kept


def rows(program, *arguments):
    return program("questions", "similar", *arguments, "--json").json["similar"]


def test_the_neighbours_of_a_question_are_told_with_verdict_and_reasons(program, keep):
    one, again, other, _ = keep(
        (HEART, "The heart"), (HEART_AGAIN, "The heart"), (SPEED, "60 km/h"), (POET, "Shakespeare")
    )

    first, *rest = rows(program, one)

    assert (first["id"], first["verdict"], first["reasons"]) == (again, "duplicate", ["same key"])
    assert first["key_relation"] == "same"
    assert {each["verdict"] for each in rest} == {"new"}
    assert other in {each["id"] for each in rest}


def test_a_text_is_compared_as_a_question_of_any_type(program, keep):
    speed, heart = keep((SPEED, "60 km/h"), (HEART, "The heart"))

    isomorph = rows(program, "--text", FASTER, "--key", "60 km/h")
    twin = rows(program, "--text", HEART_AGAIN, "--key", "heart", "--limit", 1)
    unsure = rows(program, "--text", HEART_AGAIN, "--limit", 1)

    assert (isomorph[0]["id"], isomorph[0]["verdict"]) == (speed, "isomorph")
    assert [(each["id"], each["verdict"]) for each in twin] == [(heart, "duplicate")]
    assert unsure[0]["verdict"] == "grey"


def test_by_minilm_a_script_that_it_cannot_read_is_compared_by_hash(program, keep):
    _, thai = keep((HEART, "The heart"), (THAI, "1"))

    ended = program("questions", "similar", "--text", THAI, "--json", EMBEDDER="minilm")

    first = ended.json["similar"][0]
    assert (first["id"], first["embedder"]) == (thai, "itemwell:hash@1/384")


def test_the_table_shows_the_neighbours_stems(program, keep):
    one, _ = keep((HEART, "The heart"), (HEART_AGAIN, "The heart"))

    out = program("questions", "similar", one).out

    assert out.splitlines()[0].split() == "id status verdict cosine key reasons stem".split()
    assert HEART_AGAIN in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["999"], "there is no question 999"),
        (["--text", "  "], "the text is empty"),
        (["--text", "…!"], "holds no word or sign"),
        ([], "either the ID of a question or --text"),
        (["1", "--text", "x"], "either the ID of a question or --text"),
        (["1", "--key", "x"], "--key goes with --text"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line(program, keep, arguments, told):
    keep((HEART, "The heart"))

    ended = program("questions", "similar", *arguments)

    assert (ended.status, len(ended.err.strip().splitlines())) == (3, 1)
    assert told in ended.last_line


def test_in_an_empty_bank_nothing_is_similar(program):
    ended = program("questions", "similar", "--text", HEART)

    assert ended.status == 3
    assert "the bank is empty" in ended.last_line


def test_backfill_makes_forms_and_vectors_once(program, keep, bank):
    keep((HEART, "The heart"), (SPEED, "60 km/h"))
    with bank.begin() as db:
        db.execute(text("DELETE FROM question_forms"))

    planned = program("dedup", "backfill", "--dry-run", "--json").json
    first = program("dedup", "backfill", "--json").json
    again = program("dedup", "backfill")

    assert (planned["forms"], planned["vectors"]) == (2, {"itemwell:hash@1/384": 2})
    assert (first["forms"], first["vectors"], first["left"]) == (2, 2, 0)
    assert "every question has its forms and vectors" in again.last_line


@pytest.fixture
def vendor(program):
    """A program whose embedder is a vendor's."""
    with Double() as double:
        program.environment |= {
            **double.environment,
            "EMBEDDER": "openai",
            "EMBEDDER_MODEL": "text-embedding-3-small/64",
        }
        yield program


def test_a_vendors_vectors_are_paid_for_once_and_told_before(vendor, keep):
    keep((HEART, "The heart"), (SPEED, "60 km/h"), (POET, "Shakespeare"))

    planned = vendor("dedup", "backfill", "--dry-run", "--json").json
    done = vendor("dedup", "backfill", "--json").json
    again = vendor("dedup", "backfill", "--json").json

    assert planned["vectors"]["openai:text-embedding-3-small@1/64"] == 3
    assert 0 < done["cost_usd"] <= planned["most_usd"]
    assert (done["vectors"], again["vectors"], again["cost_usd"]) == (6, 0, 0.0)


def test_beyond_the_budget_nothing_is_asked_and_the_command_says_what_is_left(vendor, keep):
    keep((HEART, "The heart"))

    ended = vendor("dedup", "backfill", "--budget", "0")

    assert ended.status == 1  # hash costs nothing
    assert "1 vectors made, 1 left: the budget of this run does not allow" in ended.last_line


def test_a_vendors_vectors_that_are_missing_are_not_paid_for_unasked(vendor, keep):
    (one,) = keep((HEART, "The heart"))

    ended = vendor("questions", "similar", one)

    assert ended.status == 2
    assert ended.last_line.endswith("run: itemwell dedup backfill")


def filled(program):
    assert program("dedup", "backfill").status == 0


def audited(program, *arguments, **environment):
    return program("dedup", "audit", "--json", *arguments, **environment)


def pairs(rows):
    return [(row["one_id"], row["other_id"]) for row in rows]


def test_an_audit_finds_what_slipped_through_and_has_done_all_that_was_asked(program, keep):
    heart, again, speed, faster = keep(
        (HEART, "The heart"),
        (HEART_AGAIN, "The heart"),
        (SPEED, "60 km/h"),
        ("A lorry travels 240 km in 4 hours. What is its average speed?", "60 km/h"),
    )
    filled(program)

    ended = audited(program)

    assert (ended.status, ended.json["reason"]) == (0, "found")
    assert ended.json["next_step"].startswith("retire one of two")
    assert pairs(ended.json["duplicates"]) == [(heart, again)]
    assert pairs(ended.json["enemies_not_stored"]) == [(speed, faster)]
    assert ended.json["by_embedder"] == {"itemwell:hash@1/384": {"apart": 1, "duplicates": 1}}


def test_with_fix_enemies_are_stored_and_found_no_more(program, keep):
    keep(
        (SPEED, "60 km/h"),
        ("A lorry travels 240 km in 4 hours. What is its average speed?", "60 km/h"),
    )
    filled(program)

    fixed, after = audited(program, "--fix"), audited(program)

    assert (fixed.status, fixed.json["enemies_stored"]) == (0, 1)
    assert after.json["reason"] == "clean"


def test_a_retired_twin_is_none(program, keep):
    _, again = keep((HEART, "The heart"), (HEART_AGAIN, "The heart"))
    filled(program)
    program("questions", "retire", again, "--reason", "a twin")

    assert audited(program).json["reason"] == "clean"


def test_what_has_no_vector_makes_an_audit_partial_or_vain(program, keep):
    keep((HEART, "The heart"), (HEART_AGAIN, "The heart"))
    vain = audited(program)
    filled(program)
    keep((SPEED, "60 km/h"))
    partial = audited(program)

    assert (vain.status, vain.json["without_vector"]) == (2, {HASH: 2})
    assert (partial.status, partial.json["without_vector"]) == (1, {HASH: 1})
    assert (partial.json["reason"], len(partial.json["duplicates"])) == ("embed", 1)
    assert partial.json["next_step"] == "run: itemwell dedup backfill"


def test_an_audit_tells_how_much_the_index_misses(program, keep, bank):
    keep((HEART, "The heart"), (SPEED, "60 km/h"), (POET, "Shakespeare"))
    filled(program)
    assert index_build.build(bank, Hashing.identity)

    ended = audited(program)

    assert (ended.json["index"]["found"], ended.json["index"]["of"]) == (6, 6)
    assert ended.json["index"]["sure"][0] < 0.7
    assert "The index finds 6 of 6 nearest neighbours: 100.0%" in program("dedup", "audit").out


def test_an_empty_bank_is_not_audited(program):
    ended = program("dedup", "audit")

    assert (ended.status, "no question in use" in ended.last_line) == (3, True)


def test_a_persons_word_on_two_questions_is_on_record_and_heeded(program, keep):
    one, other = keep((HEART, "The heart"), (HEART_AGAIN, "The heart"))
    filled(program)

    marked = program("dedup", "mark", other, one, "new", "--by", "Ann Lee", "--json").json
    listed = program("dedup", "decisions", "--question", one, "--json").json["decisions"]

    assert marked["decision"]["verdict"] == "duplicate"
    assert [(each["corrected"], each["corrected_by"]) for each in listed] == [("new", "Ann Lee")]
    assert audited(program).json["reason"] == "clean"


def test_the_last_word_on_a_decision_counts_and_makes_enemies(program, keep):
    one, other = keep((HEART, "The heart"), (POET, "Shakespeare"))
    filled(program)
    program("dedup", "mark", one, other, "duplicate")
    found = audited(program).json

    again = program("dedup", "mark", "1", "variant", "--by", "Ann")

    assert pairs(found["duplicates"]) == [(one, other)]
    assert "decision 1 on question 1: variant, says Ann" in again.last_line
    assert audited(program).json["reason"] == "clean"
    assert len(program("dedup", "decisions", "--verdict", "new").out.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["7", "new"], "there is no decision 7"),
        (["1", "7", "new"], "there is no question 7"),
        (["1", "1", "new"], "has no twin in itself"),
        (["1", "2", "new"], "have no vectors to compare"),
        (["1", "2", "grey"], "one of duplicate, isomorph, variant, new"),
        (["1", "2", "3", "new"], "one decision, or two questions"),
        (["one", "new"], "give a decision, or two questions"),
    ],
)
def test_a_mark_that_cannot_be_is_told_in_one_line(program, keep, arguments, told):
    keep((HEART, "The heart"), (HEART_AGAIN, "The heart"))

    ended = program("dedup", "mark", *arguments)

    assert (ended.status, len(ended.err.strip().splitlines())) == (3, 1)
    assert told in ended.last_line


def test_thresholds_are_tuned_for_the_bank_shown_and_reset(program):
    dry = program("dedup", "tune", "--json").json  # for hash they would catch fewer
    usual = program("dedup", "thresholds", "--json").json["thresholds"][HASH]
    tuned = program("dedup", "tune", "--force", "--json").json
    own = program("dedup", "thresholds", "--json").json["thresholds"][HASH]
    program("dedup", "thresholds", "--reset")

    assert (dry["pairs"], usual["own"], own["own"]) == (200, False, True)
    assert dry["reason"] == "worse"
    assert own["values"] == tuned["values"] == dry["values"]
    after = tuned["figures"]["after"]
    assert after["changed_refused"] == 0
    assert after["unrelated_flagged"] <= tuned["unrelated"] / 1000  # held out: searched on others
    assert not program("dedup", "thresholds", "--json").json["thresholds"][HASH]["own"]


def test_a_banks_own_thresholds_are_in_force(program, keep, bank):
    one, _ = keep((HEART, "The heart"), (HEART_AGAIN, "The heart"))
    with bank.begin() as db:
        own = replace(DEFAULTS["hash"], same_key=1.0, same_key_guarded=1.0)
        thresholds.put(db, HASH, own, {})

    assert rows(program, one)[0]["verdict"] == "grey"
    assert len(audited(program).json["grey"]) == 1


def test_corrected_decisions_are_among_the_pairs(program, keep):
    one, other = keep((HEART, "The heart"), (HEART_AGAIN, "The heart"))
    filled(program)
    program("dedup", "mark", one, other, "duplicate")

    assert program("dedup", "tune", "--dry-run", "--json").json["corrected"] == 1


def test_by_minilm_tuning_keeps_what_the_program_promises(program):
    figures = program("dedup", "tune", "--json", EMBEDDER="minilm").json["figures"]["after"]

    assert figures["caught"] >= 0.9 * figures["duplicates"]
    assert figures["changed_refused"] <= 0.02 * figures["changed"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        (b"\xff", "not a text in UTF-8"),
        (b"{", "line 1 is no labelled pair: JSON"),
        (b'{"a": "x", "b": "y", "label": "same"}', "line 1 is no labelled pair: label"),
        (b'{"a": "x", "b": "y", "label": "dup"}', "1 duplicates among the pairs"),
        (b"", "0 duplicates among the pairs, and at least 20 are needed"),
    ],
)
def test_pairs_that_cannot_be_used_are_told_in_one_line(program, tmp_path, content, told):
    path = tmp_path / "pairs.jsonl"
    if content is not None:
        path.write_bytes(content)

    ended = program("dedup", "tune", path)

    assert (ended.status, len(ended.err.strip().splitlines())) == (3, 1)
    assert told in ended.last_line
