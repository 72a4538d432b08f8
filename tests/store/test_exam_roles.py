"""Who may see what of exams is the database's own decision: real roles, real connections."""

from contextlib import contextmanager

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError
from tests.store.exams_kept import add_questions, an_exam, claim, engine_of, keep

from itemwell.store import schema

ROLES = ("itemwell_learner", "itemwell_app", "itemwell_keys", "itemwell_scheduler")


@pytest.fixture
def roles(admin):
    """Logins: two learners, a web server that acts for learners, one that grades, and one with no right."""
    granted = {
        "ann": "itemwell_learner",
        "bob": "itemwell_learner",
        "web": "itemwell_app, itemwell_learner",
        "grader": "itemwell_keys",
        "stranger": None,
    }
    with admin.connect() as db:
        for name, to in granted.items():
            db.execute(text(f"CREATE ROLE {name} LOGIN" + (f" IN ROLE {to}" if to else "")))
    yield
    with admin.connect() as db:
        db.execute(text(f"DROP ROLE {', '.join(granted)}"))


@pytest.fixture
def stocked(bank, roles):
    add_questions(bank)
    keep(bank, an_exam("ann"), an_exam("bob"), an_exam("bob", seed="2"))
    return bank


@contextmanager
def connected(url, user):
    engine = engine_of(url, user)
    try:
        with engine.begin() as db:
            yield db
    finally:
        engine.dispose()


def run(url, user, *statements):
    with connected(url, user) as db:
        for statement in statements:
            rows = db.execute(text(statement))
        return [tuple(row) for row in rows] if rows.returns_rows else rows.rowcount


def refused(url, user, *statements):
    with pytest.raises(ProgrammingError) as told:
        run(url, user, *statements)
    return told.value.orig.sqlstate == "42501"


EXAMS = "SELECT user_id, exam_type, used FROM pre_generated_exams ORDER BY id"
CLAIM = "SELECT attempt_id, json_array_length(questions) FROM claim_exam('{0}', 'practice')"


def test_a_learner_sees_that_his_own_exams_are_there_and_no_others(stocked, bank_url):
    claim(stocked, "ann")
    claim(stocked, "bob")

    assert run(bank_url, "ann", EXAMS) == [("ann", "practice", True)]
    assert run(bank_url, "bob", "SELECT user_id FROM exam_attempts") == [("bob",)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT questions FROM pre_generated_exams",
        "SELECT spares FROM pre_generated_exams",
        "SELECT seed FROM pre_generated_exams",
        "SELECT questions FROM exam_attempts",
        "SELECT * FROM pre_generated_exams",
        "SELECT key FROM questions",
        "SELECT * FROM question_faces",
        "SELECT * FROM responses",
        "SELECT * FROM learners",
        "SELECT * FROM exam_keys(1)",
        "SELECT * FROM exam_content('[{\"id\": 1}]', false)",
        "SELECT finish_attempt(1, '{}')",
        "SELECT exam_access()",
        "SELECT * FROM read_attempt(1)",
        "SELECT start_attempt(1)",
        "UPDATE pre_generated_exams SET used = false",
        "DELETE FROM exam_attempts",
        "INSERT INTO pre_generated_exams (user_id) VALUES ('ann')",
        CLAIM.format("bob"),
    ],
)
def test_what_a_learner_may_not_do_is_refused_by_the_database(stocked, bank_url, query):
    assert claim(stocked, "bob").attempt_id == 1

    assert refused(bank_url, "ann", query)


@pytest.mark.parametrize(
    "disguise",
    [
        "SET itemwell.user_id = 'bob'",
        'SET request.jwt.claims = \'{"sub": "bob"}\'',
        "SET ROLE itemwell_learner; SET itemwell.user_id = 'bob'",
    ],
)
def test_a_learner_is_not_believed_to_be_another(stocked, bank_url, disguise):
    assert {user for user, *_ in run(bank_url, "ann", disguise, EXAMS)} == {"ann"}
    assert refused(bank_url, "ann", disguise, CLAIM.format("bob"))


def test_a_learner_takes_his_own_exam_begins_it_and_reads_it_again(stocked, bank_url):
    assert run(bank_url, "ann", CLAIM.format("ann")) == [(1, 3)]
    assert run(bank_url, "ann", CLAIM.format("ann")) == []
    assert run(bank_url, "ann", "SELECT start_attempt(1)") == [(True,)]
    again = run(bank_url, "ann", "SELECT questions FROM read_attempt(1)")[0][0]
    assert [question["id"] for question in again] == [1, 2, 3]


def test_what_was_retired_in_mid_attempt_can_still_be_read(stocked):
    claim(stocked, "ann")
    with stocked.begin() as db:
        db.execute(text("UPDATE questions SET status = 'retired'"))
        content = db.execute(text("SELECT questions FROM read_attempt(1)")).scalar_one()

    assert len(content) == 3


@pytest.mark.parametrize(
    "who", ["SET itemwell.user_id = 'bob'", 'SET request.jwt.claims = \'{"sub": "bob"}\'']
)
def test_an_application_says_which_learner_it_acts_for(stocked, bank_url, who):
    as_learner = ("SET ROLE itemwell_learner", who)

    assert {user for user, *_ in run(bank_url, "web", *as_learner, EXAMS)} == {"bob"}
    assert run(bank_url, "web", *as_learner, CLAIM.format("bob")) == [(1, 3)]
    assert refused(bank_url, "web", *as_learner, CLAIM.format("ann"))


def test_an_application_claims_for_anybody_and_sees_no_key(stocked, bank_url):
    assert run(bank_url, "web", CLAIM.format("ann")) == [(1, 3)]
    assert run(bank_url, "web", "SELECT finish_attempt(1, '{\"right\": 2}')") == [(True,)]
    assert len(run(bank_url, "web", EXAMS)) == 3
    assert refused(bank_url, "web", "SELECT * FROM exam_keys(1)")
    assert refused(bank_url, "web", "SELECT key FROM questions")


def test_keys_are_for_the_role_of_keys(stocked, bank_url):
    claim(stocked, "ann")

    assert run(bank_url, "grader", "SELECT key FROM exam_keys(1)") == [("D",)] * 3
    assert refused(bank_url, "grader", CLAIM.format("ann"))


@pytest.mark.parametrize("query", [EXAMS, CLAIM.format("stranger"), "SELECT * FROM exam_keys(1)"])
def test_who_was_granted_nothing_has_nothing(stocked, bank_url, query):
    assert refused(bank_url, "stranger", query)


@contextmanager
def roles_away(admin):
    """A server where they are not: they are called otherwise meanwhile."""
    with admin.connect() as db:
        for role in ROLES:
            db.execute(text(f"ALTER ROLE {role} RENAME TO once_{role}"))
    yield
    with admin.connect() as db:
        for role in ROLES:
            db.execute(text(f"DROP ROLE IF EXISTS {role}"))
            db.execute(text(f"ALTER ROLE once_{role} RENAME TO {role}"))


@pytest.fixture
def without_the_roles(admin):
    with roles_away(admin):
        yield


@pytest.fixture
def plain(admin, empty_url):
    """The owner of an empty database, who may create no role."""
    name = make_url(empty_url).database
    with admin.connect() as db:
        db.execute(text("CREATE ROLE plain LOGIN"))
        db.execute(text(f"ALTER DATABASE {name} OWNER TO plain"))
    yield "plain"
    with admin.connect() as db:
        db.execute(text(f"ALTER DATABASE {name} OWNER TO CURRENT_USER"))
    run(empty_url, None, "DROP OWNED BY plain CASCADE", "DROP ROLE plain")


def test_an_owner_who_may_create_no_role_has_exams_all_the_same(
    without_the_roles, plain, empty_url
):
    owner = engine_of(empty_url, plain)
    schema.upgrade(owner)
    schema.downgrade(owner, "20261129_calibrate_items")
    schema.upgrade(owner)
    add_questions(owner)
    keep(owner, an_exam("ann"))
    executable = (
        "SELECT proname FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS acl"
        " WHERE prosecdef AND acl.grantee = 0"
    )

    assert run(empty_url, plain, "SELECT rolname FROM pg_roles WHERE rolname ~ '^itemwell_'") == []
    assert run(empty_url, plain, executable) == []
    assert claim(owner, "ann").attempt_id == 1
    owner.dispose()


def test_roles_made_by_an_administrator_later_are_granted_to(
    without_the_roles, plain, empty_url, admin
):
    owner = engine_of(empty_url, plain)
    schema.upgrade(owner)
    owner.dispose()
    with admin.connect() as db:
        db.execute(text("CREATE ROLE itemwell_keys"))
        db.execute(text("CREATE ROLE later LOGIN IN ROLE itemwell_keys"))
    try:
        assert refused(empty_url, "later", "SELECT * FROM exam_keys(1)")
        run(empty_url, plain, "SELECT exam_access()")
        assert run(empty_url, "later", "SELECT * FROM exam_keys(1)") == []
    finally:
        with admin.connect() as db:
            db.execute(text("DROP ROLE later"))


def test_a_backup_is_restored_where_the_roles_are_not(program, bank_url, admin, tmp_path):
    program("db", "backup", "--output", tmp_path / "a.dump")

    with roles_away(admin):
        ended = program("db", "restore", tmp_path / "a.dump", "--yes")
        granted = run(
            bank_url,
            None,
            "SELECT has_function_privilege('itemwell_keys', oid, 'EXECUTE')"
            " FROM pg_proc WHERE proname IN ('exam_keys', 'claim_exam') ORDER BY proname",
        )
        may_queue = run(
            bank_url,
            None,
            "SELECT has_function_privilege('itemwell_scheduler', 'trigger_sweeper()', 'EXECUTE')",
        )
        run(bank_url, None, f"DROP OWNED BY {', '.join(ROLES)}")

    assert ended.status == 0, ended.err
    assert granted == [(False,), (True,)]
    assert may_queue == [(True,)]
