"""Answers through the real program: the sound ones are in, the others are told, none is there twice."""

import csv as csv_module
import json
import signal

import pytest
from sqlalchemy import text

from itemwell.responses import job
from itemwell.store import runs

HEADER = "user_id,question_id,is_correct,selected_option,response_time_ms,answered_at"


@pytest.fixture
def filled(program):
    program("generate", "--count", 24)
    return program


@pytest.fixture
def rows(bank):
    def read(columns="user_id, question_id, is_correct"):
        with bank.connect() as db:
            query = text(f"SELECT {columns} FROM responses ORDER BY user_id, question_id")
            return [tuple(row) for row in db.execute(query)]

    return read


def csv(path, *lines, header=HEADER):
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_the_sound_rows_go_in_and_each_other_is_told_with_its_line(program, rows, tmp_path):
    file = csv(
        tmp_path / "a.csv",
        "ann,1,1,B,900,2026-11-01T10:00:00Z",
        "ann,two,1,,,",
        "ann,3,maybe,,,",
        "ann,4",
        ",5,1,,,",
        "bob,1,false,,,2026-11-01 12:00:00+02:00",
        "bob,2,1,,-3,",
        "bob,3,1,,,yesterday",
        "bob,4,1,,,2999-01-01",
        '"bob,5,1,,,',
        "bob,6,,,,",
    )

    ended = program("responses", "import", file)

    assert (ended.status, rows()) == (1, [("ann", 1, True), ("bob", 1, False)])
    assert ended.last_line == "exit code: 1 (partial): 2 new answers, 9 refused"
    assert ended.out.splitlines()[:9] == [
        "line 3: question_id is no number: two",
        "line 4: is_correct is neither 1 nor 0: maybe",
        "line 5: not a row of this file: 2 cells, not 6",
        "line 6: no user_id",
        "line 8: response_time_ms is below 0: -3",
        "line 9: answered_at is no time in ISO 8601: yesterday",
        "line 10: answered_at is in the future: 2999-01-01",
        "line 11: not a row of this file: its quotes do not match",
        "line 12: neither is_correct nor selected_option",
    ]


def test_every_refused_row_is_in_the_file_of_rejects(program, tmp_path):
    lines = [f"ann,{number},{'1' if number % 2 else 'x'},,," for number in range(100)]
    file = csv(tmp_path / "a.csv", *lines)

    ended = program("responses", "import", file, "--rejects", tmp_path / "r.jsonl", "--json")

    rejects = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert (ended.json["new"], ended.json["refused"], len(ended.json["refusals"])) == (50, 50, 20)
    assert ended.json["reasons"] == {"is_correct is neither 1 nor 0": 50}
    assert [row["text"] for row in rejects] == lines[::2]
    assert [row["line"] for row in rejects] == list(range(2, 102, 2))


def test_an_option_is_scored_by_the_banks_key(filled, rows, bank, tmp_path):
    with bank.connect() as db:
        key = db.scalar(text("SELECT key FROM questions WHERE id = 1"))
    other = "A" if key != "A" else "B"
    lines = [f"ann,1,{key.lower()}", f"bob,1,{other}", "cleo,999,A", "dan,1,four"]
    file = csv(tmp_path / "a.csv", *lines, header="user_id,question_id,selected_option")

    ended = filled("responses", "import", file)

    assert rows() == [("ann", 1, True), ("bob", 1, False)]
    assert ended.out.splitlines()[:2] == [
        "line 4: no question to score it by: 999",
        "line 5: selected_option is no letter to score: FOUR",
    ]


def test_a_wide_file_has_a_learner_a_row_and_a_question_a_column(filled, rows, bank, tmp_path):
    with bank.connect() as db:
        key = db.scalar(text("SELECT key FROM questions WHERE id = 2"))
    file = csv(
        tmp_path / "w.csv",
        f"ann;1;{key};;5",
        "bob;0;NA;1;x",
        "cleo;;;;",
        header="user_id;q1;2;Q03;note",
    )

    ended = filled("responses", "import", file, "--json")

    assert (ended.status, ended.json["format"]) == (0, "wide")
    assert rows() == [("ann", 1, True), ("ann", 2, True), ("bob", 1, False), ("bob", 3, True)]


def test_a_wrong_cell_of_a_wide_file_spoils_no_other(program, rows, tmp_path):
    file = csv(tmp_path / "w.csv", "ann,1,7", "bob,x,0", header="user_id,1,2")

    ended = program("responses", "import", file)

    assert rows() == [("ann", 1, True), ("bob", 2, False)]
    assert {
        "line 2: is_correct is neither 1 nor 0: 7",
        "line 3: is_correct is neither 1 nor 0: x",
    } <= set(ended.out.splitlines())


def test_json_lines_have_the_same_names(program, rows, tmp_path):
    file = tmp_path / "a.jsonl"
    said = {"user_id": 7, "question_id": 3, "is_correct": True, "response_time_ms": 1250.4}
    file.write_text(f'{json.dumps(said)}\n\n{{"user_id": \n[1]\n')

    ended = program("responses", "import", file)

    assert rows("user_id, question_id, is_correct, response_time_ms") == [("7", 3, True, 1250)]
    assert ended.out.splitlines()[:2] == ["line 3: no JSON object", "line 4: no JSON object"]


def moodle(questions, *attempts, shows=True):
    """Moodle's report of these questions: learner and the letters that were chosen, attempt by attempt."""
    numbers = range(1, len(questions) + 1)
    yield ["Last name", "Email address", "State", "Completed"] + [
        f"{kind} {n}"
        for n in numbers
        for kind in (("Question", "Response") if shows else ("Response",))
    ]
    for learner, letters in attempts:
        row = ["Doe", learner, "Finished", "3 November 2026  10:25 AM"]
        for question, letter in zip(questions, letters, strict=True):
            options = [option["text"] for option in question["options"]]
            row += [f"{question['stem']}: {'; '.join(options)}"] if shows else []
            row.append(options["ABCDEF".index(letter)])
        yield row


def test_moodles_report_brings_in_what_was_answered(filled, rows, tmp_path):
    exported = filled("questions", "export", "--type", "math").out.splitlines()
    two = [json.loads(line) for line in exported[:2]]
    wrong = ["A" if each["key"] != "A" else "B" for each in two]
    attempts = [("ann@x", [each["key"] for each in two]), ("bob@x", wrong)]
    with (tmp_path / "m.csv").open("w", newline="") as file:
        csv_module.writer(file).writerows(moodle(two, *attempts))
    with (tmp_path / "plain.csv").open("w", newline="") as file:
        csv_module.writer(file).writerows(moodle(two, ("cleo@x", wrong), shows=False))

    known = filled("responses", "import", tmp_path / "m.csv", "--json")
    blind = filled("responses", "import", tmp_path / "plain.csv")
    ids = ",".join(str(each["id"]) for each in two)
    named = filled(
        "responses", "import", tmp_path / "plain.csv", "--quiz", ids, TIME_ZONE="Europe/Budapest"
    )
    lost = filled("responses", "import", tmp_path / "plain.csv", "--quiz", "1,99", "--again")

    assert (known.status, known.json["format"], known.json["new"]) == (0, "moodle", 4)
    assert (blind.status, named.status, lost.status) == (3, 0, 3)
    assert "does not say which question Response 1 answers" in blind.last_line
    assert "the bank has no question 99" in lost.last_line
    said = {(learner, correct) for learner, _, correct in rows()}
    assert said == {("ann@x", True), ("bob@x", False), ("cleo@x", False)}
    moments = {row[0]: row[1] for row in rows("user_id, answered_at::text, question_id")}
    assert (moments["ann@x"], moments["cleo@x"]) == (
        "2026-11-03 10:25:00+00",
        "2026-11-03 09:25:00+00",
    )


def test_an_answer_without_a_moment_is_of_the_import(program, rows, tmp_path):
    program("responses", "import", csv(tmp_path / "a.csv", "ann,1,1,,,"))

    assert rows("answered_at > now() - interval '1 minute' AND answered_at <= now()") == [(True,)]


def test_the_same_file_is_taken_in_twice_only_when_it_is_asked_for(program, tmp_path):
    file = csv(tmp_path / "a.csv", "ann,1,1,,,2026-11-01", "ann,2,1,,,2026-11-01")
    first = program("responses", "import", file)

    refused = program("responses", "import", file)
    again = program("responses", "import", file, "--again")

    assert (first.status, refused.status, again.status) == (0, 3, 0)
    assert refused.last_line == (
        "exit code: 3 (config): a.csv is in the bank already, by run 1;"
        " add --again to take it in once more"
    )
    assert again.last_line == "exit code: 0 (ok): 0 new answers, 2 there already"
    assert len(program("runs", "--json").json["runs"]) == 2


def test_a_dry_run_writes_nothing(program, rows, tmp_path):
    file = csv(tmp_path / "a.csv", "ann,1,1,,,", "ann,1,x,,,")

    ended = program("responses", "import", file, "--dry-run", "--json")

    assert (ended.status, ended.json["read"], ended.json["refused"], rows()) == (1, 2, 1, [])
    assert program("runs", "--json").json["runs"] == []


def test_answers_to_questions_that_the_bank_has_not_are_kept_and_told(program, rows, tmp_path):
    ended = program("responses", "import", csv(tmp_path / "a.csv", "ann,77,1,,,"))

    assert (ended.status, len(rows())) == (0, 1)
    assert (
        ended.out == "to questions that the bank has not: 1 answer; kept, not yet calibrated with\n"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file's header lacks"),
        (b"user_id,question_id\nann,1\n", "lacks is_correct or selected_option"),
        (b"user_id,score\nann,1\n", "lacks is_correct or selected_option, question_id"),
        (b"user_id,question_id,is_correct,user_id\n", "names user_id twice"),
        (b"user_id,q1,1\n", "names a question twice"),
        (b"\xff\xfeu\0s\0", "no text in UTF-8"),
        (b"x" * 1_100_000, "first line is too long"),
    ],
)
def test_a_file_that_is_none_begins_no_run(program, tmp_path, content, told):
    (tmp_path / "a.csv").write_bytes(content)

    ended = program("responses", "import", tmp_path / "a.csv")

    assert ended.status == 3
    assert told in ended.last_line
    assert program("runs", "--json").json["runs"] == []


def test_a_file_with_a_header_alone_has_failed(program, tmp_path):
    ended = program("responses", "import", csv(tmp_path / "a.csv"))

    assert (ended.status, ended.last_line.split(": ")[2]) == (2, "no answer in the file; see")


@pytest.mark.parametrize("arguments", [["/no/such/file"], ["."], ["a.csv", "--rejects", "a.csv"]])
def test_files_that_cannot_be_read_or_written_are_told_in_one_line(program, tmp_path, arguments):
    csv(tmp_path / "a.csv", "ann,1,1,,,")

    ended = program("responses", "import", *arguments)

    assert (ended.status, len(ended.err.strip().splitlines())) == (3, 1)


def test_a_line_of_many_megabytes_is_one_refused_row(program, rows, tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(
        f"{HEADER}\nann,1,1,,,\n".encode() + b"x" * 9_000_000 + b"\nbob,\xff,1,,,\ncleo,3,1,,,\n"
    )

    ended = program("responses", "import", file)

    assert [row[0] for row in rows()] == ["ann", "cleo"]
    assert ended.out.splitlines()[:2] == [
        "line 3: longer than a line may be",
        "line 4: not in UTF-8",
    ]


def test_simulated_learners_answer_and_can_be_taken_out_again(filled, rows):
    ordered = filled("responses", "simulate", "--learners", 30, "--per-learner", 12, "--seed", 3)
    totals = filled("responses", "--json").json
    again = filled("responses", "simulate", "--learners", 30, "--per-learner", 12, "--seed", 3)
    removed = filled("responses", "remove-simulated")

    assert ordered.last_line == "exit code: 0 (ok): 360 answers of 30 simulated learners"
    assert [totals[name] for name in ("responses", "learners", "simulated")] == [360, 30, 360]
    assert (again.status, removed.last_line) == (
        3,
        "exit code: 0 (ok): 360 simulated answers removed",
    )
    assert rows() == []


def test_a_simulation_is_refused_where_it_would_spoil_something(program, tmp_path):
    order = ["responses", "simulate", "--learners", 2, "--per-learner", 5, "--seed", 1]
    empty = program(*order)
    program("generate", "--count", 12)
    too_many = program("responses", "simulate", "--learners", 2, "--per-learner", 13)
    program("responses", "import", csv(tmp_path / "a.csv", "ann,1,1,,,"))
    real = program(*order)
    mixed = program(*order, "--yes-mix")

    assert [ended.status for ended in (empty, too_many, real, mixed)] == [3, 3, 3, 0]
    assert "the bank holds answers of real learners" in real.last_line


def test_the_totals_of_an_empty_bank_say_what_to_do(program):
    assert "itemwell responses import" in program("responses").out


def test_a_killed_import_leaves_nothing_and_can_be_repeated(program, bank, rows, tmp_path):
    lines = [f"learner-{n},{n % 50},1,,,2026-11-01T00:00:00Z" for n in range(400_000)]
    file = csv(tmp_path / "a.csv", *lines)
    process = program.start("responses", "import", file)
    copying = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY incoming%'"
    while process.poll() is None:
        with bank.connect() as db:
            if db.scalar(text(copying)):
                break
    process.kill()
    process.communicate()
    left = rows("count(*) OVER ()")

    ended = program("responses", "import", file)

    assert (left, ended.status) == ([], 0)
    assert ended.last_line == "exit code: 0 (ok): 400,000 new answers"


def test_of_two_imports_at_once_one_works(program, bank, rows, tmp_path):
    with runs.begin(bank, job.JOB):
        ended = program("responses", "import", csv(tmp_path / "a.csv", "ann,1,1,,,"))

    assert (ended.status, rows()) == (75, [])


def test_a_stopped_import_leaves_nothing_and_says_so(program, rows, tmp_path):
    lines = [f"learner-{n},{n % 50},1,,,2026-11-01T00:00:00Z" for n in range(400_000)]
    process = program.start("responses", "import", csv(tmp_path / "a.csv", *lines))
    while process.poll() is None and not program("runs", "--json").json["runs"]:
        pass
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()

    (run,) = program("runs", "--json").json["runs"]
    assert (process.returncode, run["status"], rows()) == (143, "stopped", [])
    assert "exit code: 143 (terminated)" in err
