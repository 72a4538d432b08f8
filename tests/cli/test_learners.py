"""Learners through the real program."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from tests.store.exams_kept import add_questions, an_exam, claim, keep

from itemwell.bank import Response
from itemwell.store import responses


@pytest.fixture
def rows(bank):
    def read():
        with bank.connect() as db:
            found = db.execute(
                text("SELECT user_id, last_active_at FROM learners ORDER BY user_id")
            )
            return {row.user_id: row.last_active_at for row in found}

    return read


def csv(path, *lines):
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_sound_rows_go_in_and_each_other_is_told_with_its_line(program, rows, tmp_path):
    file = csv(
        tmp_path / "a.csv",
        "name,user_id,last_active_at",
        "Ann,ann,2026-11-01T10:00:00Z",
        "Bob,bob,2026-11-01 12:00:00+02:00",
        "Ann,ann,2026-11-02",
        ",,2026-11-02",
        "Eve,eve,yesterday",
        "Eve,eve,2999-01-01",
        "Eve,eve",
        'back,"back\\slash",2026-11-01',
    )

    ended = program("learners", "import", file, "--rejects", tmp_path / "r.jsonl")

    noon = datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert rows() == {
        "ann": datetime(2026, 11, 2, tzinfo=UTC),
        "back\\slash": datetime(2026, 11, 1, tzinfo=UTC),
        "bob": noon,
    }
    assert ended.last_line == "exit code: 1 (partial): 3 new learners, 4 refused"
    assert ended.out.splitlines()[:4] == [
        "line 5: no user_id",
        "line 6: last_active_at is no time in ISO 8601: yesterday",
        "line 7: last_active_at is in the future: 2999-01-01",
        "line 8: not a row of this file: 2 cells, not 3",
    ]
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 4


def test_a_later_moment_counts_and_an_earlier_one_does_not(program, rows, tmp_path):
    first = csv(tmp_path / "a.csv", "user_id,last_active_at", "ann,2026-11-05", "bob,2026-11-05")
    second = csv(
        tmp_path / "b.jsonl",
        '{"user_id": "ann", "last_active_at": "2026-11-06"}',
        '{"user_id": "bob", "last_active_at": "2026-11-04"}',
        '{"user_id": 7}',
        "[]",
    )
    program("learners", "import", first)

    ended = program("learners", "import", second, "--json")

    figures = {"read": 4, "new": 1, "later": 1, "already": 1, "refused": 1}
    assert {name: ended.json[name] for name in figures} == figures
    assert [rows()[user].day for user in ("ann", "bob")] == [6, 5]
    assert datetime.now(UTC) - rows()["7"] < timedelta(minutes=5)


def test_a_file_can_be_taken_in_again(program, tmp_path):
    file = csv(tmp_path / "a.csv", "user_id;last_active_at", "ann;2026-11-05")

    ended = [program("learners", "import", file).last_line for _ in range(2)]

    assert ended == [
        "exit code: 0 (ok): 1 new learner",
        "exit code: 0 (ok): 0 new learners, 1 known already",
    ]


def test_a_time_zone_is_kept_until_another_is_told(program, bank, tmp_path):
    header = "user_id,last_active_at,time_zone"
    day = "2026-11-05"
    first = csv(
        tmp_path / "a.csv", header, f"ann,{day},Asia/Tokyo", f"bob,{day},", f"eve,{day},Mars"
    )
    program("learners", "import", csv(tmp_path / "b.csv", "user_id,last_active_at", f"ann,{day}"))

    ended = program("learners", "import", first)
    again = program("learners", "import", first)
    untold = program("learners", "import", csv(tmp_path / "c.csv", "user_id", "ann"))

    told = "1 new learner, 1 known already, 1 in another time zone, 1 refused"
    assert ended.last_line == f"exit code: 1 (partial): {told}"
    assert "time_zone is no IANA name: Mars" in ended.out
    assert again.last_line == "exit code: 1 (partial): 0 new learners, 2 known already, 1 refused"
    assert untold.status == 0
    with bank.connect() as db:
        zones = dict(db.execute(text("SELECT user_id, time_zone FROM learners")).all())
    assert zones == {"ann": "Asia/Tokyo", "bob": None}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["name,age", "ann,3"], "the file's header lacks user_id"),
        (["user_id,user_id", "ann,3"], "the file's header names user_id twice"),
        (["user_id"], "no learner in the file"),
    ],
)
def test_a_file_that_has_no_learners_is_refused(program, tmp_path, lines, told):
    ended = program("learners", "import", csv(tmp_path / "a.csv", *lines))

    assert ended.status in {2, 3}
    assert told in ended.last_line


def test_who_answered_or_was_imported_is_listed_with_the_exams_that_wait(program, bank, tmp_path):
    now = datetime.now(UTC)
    add_questions(bank)
    keep(bank, an_exam("bob"), an_exam("bob", seed="2"), an_exam("ann", expires_at=now))
    claim(bank, "bob")
    with bank.begin() as db:
        moment = now - timedelta(days=3)
        answers = [
            Response(user_id="bob", question_id=n, is_correct=True, answered_at=moment)
            for n in (1, 2)
        ]
        responses.add_each(db, answers)
    lines = [{"user_id": "ann", "last_active_at": f"{now - timedelta(days=9)}"}]
    program("learners", "import", csv(tmp_path / "a.jsonl", *map(json.dumps, lines)))

    every, lately = program("learners", "--json"), program("learners", "list", "--idle-days", 5)

    told = [
        (row["user_id"], row["answers"], row["exams_ready"], row["attempts"])
        for row in every.json["learners"]
    ]
    assert told == [("bob", 2, 1, 1), ("ann", 0, 0, 0)]
    assert [line.split()[0] for line in lately.out.splitlines()] == ["learner", "bob"]
    assert every.json["total"] == 2
