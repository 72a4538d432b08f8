"""`itemwell judge audit` through the real program."""

import json


def test_without_a_key_it_says_so_and_shows_what_the_free_gates_caught(program):
    program("generate", "--count", 12, "--source", "templates")

    ended = program("judge", "audit", "--questions", 6, "--seed", 7, "--defects", "key_swapped")

    assert ended.status == 0
    assert "No LLM API keys configured: only the free gates run" in ended.err
    assert "solve          6     6  100%    61% to 100%    100%" in ended.out
    assert "any gate        0   6  0%" in ended.out
    assert ended.out.endswith("Spent: $0.0000 on 0 calls. Seed: 7\n")


def test_its_document_holds_every_case(program):
    program("generate", "--count", 6, "--types", "math", "--source", "templates")

    ended = program("judge", "audit", "--types", "math", "--seed", 7, "--json")

    document = json.loads(ended.out)
    assert (document["questions"], document["exit_code"]) == (6, 0)
    assert len(document["cases"]) == 6 + document["mutants"]
    assert {row["gate"] for row in document["untouched"]} == {"check", "solve", "any gate"}


def test_a_bank_without_questions_is_told_in_one_line(program):
    ended = program("judge", "audit")

    assert ended.status == 3
    assert ended.last_line == (
        "exit code: 3 (config): the bank has no active question; write some: itemwell generate"
    )


def test_a_defect_that_nobody_knows_is_told_with_those_that_there_are(bare_program):
    ended = bare_program("judge", "audit", "--defects", "ugly")

    assert ended.status == 3
    assert "choose from key_swapped, two_right, answer_leaked" in ended.last_line


def test_questions_that_allow_no_such_defect_are_told(program):
    program("generate", "--count", 4, "--difficulty", "medium", "--source", "templates")

    ended = program("judge", "audit", "--defects", "wrong_level")

    assert ended.status == 3
    assert "none of these questions allows wrong_level" in ended.last_line
