"""The index over vectors: made once where it pays, used by every search, and never the truth."""

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import bindparam, create_engine, text
from structlog.testing import capture_logs
from tests.conftest import a_database, an_engine
from tests.store.twins import crowd, stored, units

from itemwell.similar.embed import EmbedError, Identity
from itemwell.similar.forms import ANYWHERE, Within
from itemwell.store import dump, index, index_build, schema, vectors
from itemwell.store.tables import is_kept, metadata

IDENTITY = Identity("itemwell", "it's a test", "1", 32)
EMBEDDER = str(IDENTITY)
FEW = 1000
MANY = 3000
RARE = ["rare", *["common"] * 49]
"""Two in a hundred."""


def a_bank(bank, **forms):
    rows = units(MANY, 32)
    return rows, crowd(bank, EMBEDDER, rows, **forms)


@pytest.fixture(scope="module")
def built(read_bank):
    """The name of a bank with vectors and their index, and the vectors with their questions."""
    rows, ids = a_bank(read_bank)
    assert index_build.prepare(read_bank, IDENTITY, FEW)
    read_bank.dispose()  # a database that somebody uses cannot be cloned
    return read_bank.url.database, rows, ids


@pytest.fixture
def indexed(admin, built):
    """A clone of it, of the test's own."""
    for url in a_database(admin, built[0]):
        for bank in an_engine(url):
            yield bank, *built[1:]


def plan(db, within=ANYWHERE):
    """How the server would search, every line of it."""
    explained = text(f"EXPLAIN {index.query(IDENTITY, within).text}").bindparams(
        bindparam("embedder", EMBEDDER, literal_execute=True)
    )
    vector = {"vectors": [index.as_text(units(1, 32)[0])], "k": 3}
    return "\n".join(db.scalars(explained, vector | within._asdict()))


def oid_of_index(bank):
    with bank.connect() as db:
        return db.scalar(text("SELECT to_regclass(:name)::oid"), {"name": index.name_of(EMBEDDER)})


def test_a_search_by_the_index_finds_what_an_exact_one_finds(indexed):
    bank, rows, ids = indexed

    with bank.begin() as db:
        for place in range(0, MANY, 100):
            found = index.nearest(db, IDENTITY, rows[place], 3)

            assert found[0] == (ids[place], pytest.approx(1, abs=2e-3))
            assert [cosine for _, cosine in found] == sorted((c for _, c in found), reverse=True)


def test_many_are_searched_at_once_and_told_in_their_order(indexed):
    bank, rows, ids = indexed
    places = [2000, 7, 7, 1000]

    with bank.begin() as db:
        found = index.nearest_each(db, IDENTITY, rows[places], 2)
        assert index.nearest_each(db, IDENTITY, rows[:0], 2) == []

    assert [neighbours[0][0] for neighbours in found] == [ids[at] for at in places]
    assert {len(neighbours) for neighbours in found} == {2}


def test_each_search_uses_the_index(indexed):
    bank, *_ = indexed

    with bank.connect() as db:
        assert f"Index Scan using {index.name_of(EMBEDDER)}" in plan(db)
        assert f"Index Scan using {index.name_of(EMBEDDER)}" in plan(db, Within(stimulus=""))


def test_a_rare_stimulus_is_searched_exactly_by_an_index_of_its_own(bank):
    a_bank(bank, stimuli=[*[""] * 199, "rare"])
    index_build.prepare(bank, IDENTITY, FEW)

    with bank.connect() as db:
        assert "ix_vector_index_embedder_stimulus" in plan(db, Within(stimulus="rare"))


@pytest.mark.parametrize("column", ["stimulus", "key_form"])
@pytest.mark.parametrize("by", ["itself", "the index over vectors"])
def test_a_filter_of_two_in_a_hundred_finds_its_twins(bank, column, by):
    words = {"stimuli": RARE} if column == "stimulus" else {"key_forms": RARE}
    rows, ids = a_bank(bank, **words)
    index_build.prepare(bank, IDENTITY, FEW)
    within = Within(**{column: "rare"})
    wanted = units(40, 32, seed=5)
    exact = 50 * np.argmax(wanted @ rows[::50].T, axis=1)

    with bank.begin() as db:
        if by != "itself":
            for name in ("stimulus", "key_form"):
                db.execute(text(f"DROP INDEX ix_vector_index_embedder_{name}"))
            db.execute(text("SET LOCAL enable_seqscan = off"))
            assert index.name_of(EMBEDDER) in plan(db, within)
        found = [index.nearest(db, IDENTITY, vector, 1, within) for vector in wanted]

    assert [neighbours[0][0] for neighbours in found] == [ids[at] for at in exact]


@pytest.mark.parametrize(
    ("vectors", "in_view"),
    [(-1, 100), (100_000, 100), (300_000, 240), (1_000_000, 800), (5_000_000, 1000)],
)
def test_the_more_vectors_there_are_the_more_candidates_a_search_keeps_in_view(
    indexed, vectors, in_view
):
    bank, rows, _ = indexed
    with bank.begin() as db:
        told = {"name": index.name_of(EMBEDDER), "vectors": vectors}
        grown = "UPDATE pg_class SET reltuples = :vectors WHERE oid = to_regclass(:name)"
        db.execute(text(grown), told)

        index.nearest(db, IDENTITY, rows[0], 1)

        assert db.scalar(text("SHOW hnsw.ef_search")) == str(in_view)


def test_a_second_start_builds_nothing(bank):
    a_bank(bank)
    assert index_build.prepare(bank, IDENTITY, FEW)
    built = oid_of_index(bank)

    assert index_build.prepare(bank, IDENTITY, FEW)
    assert oid_of_index(bank) == built


def test_a_small_bank_has_no_index(bank):
    crowd(bank, EMBEDDER, units(FEW - 1, 32))

    assert not index_build.prepare(bank, IDENTITY, FEW)
    with bank.connect() as db:
        assert db.scalar(text("SELECT to_regclass('vector_index')")) is None


def test_an_index_that_a_kill_left_unfinished_is_built_again(indexed):
    bank, rows, ids = indexed
    with bank.begin() as db:
        db.execute(
            text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(:name)"),
            {"name": index.name_of(EMBEDDER)},
        )
    broken = oid_of_index(bank)

    with bank.connect() as db:
        assert not index.ready(db, EMBEDDER)
    assert index_build.prepare(bank, IDENTITY, FEW)

    assert oid_of_index(bank) != broken
    with bank.begin() as db:
        assert index.nearest(db, IDENTITY, rows[7], 1)[0][0] == ids[7]


def test_an_index_that_misses_rows_is_not_ready_and_is_filled(indexed):
    bank, rows, ids = indexed
    with bank.begin() as db:
        db.execute(text("DELETE FROM vector_index WHERE question_id = :id"), {"id": ids[7]})
        assert not index.ready(db, EMBEDDER)

    assert index_build.prepare(bank, IDENTITY, FEW)
    with bank.begin() as db:
        assert index.nearest(db, IDENTITY, rows[7], 1)[0][0] == ids[7]


def test_what_comes_after_the_index_is_found_by_it(indexed):
    bank, _, ids = indexed
    moved = units(1, 32, seed=8)
    stored(bank, EMBEDDER, ids[:1], moved)
    stored(bank, "another", ids[:2], units(2, 32))

    with bank.begin() as db:
        assert index.nearest(db, IDENTITY, moved[0], 1)[0][0] == ids[0]
        assert index.ready(db, EMBEDDER)
        assert db.scalar(text("SELECT count(*) FROM vector_index")) == MANY


def test_embedders_have_an_index_each(bank):
    rows, ids = a_bank(bank)
    other = IDENTITY._replace(model="another", dimensions=8)
    stored(bank, str(other), ids, units(MANY, 8))

    assert index_build.prepare(bank, IDENTITY, FEW)
    with bank.connect() as db:
        assert not index.ready(db, str(other))
    assert index_build.prepare(bank, other, FEW)

    with bank.begin() as db:
        assert index.nearest(db, other, units(MANY, 8)[9], 1)[0][0] == ids[9]
        assert index.nearest(db, IDENTITY, rows[9], 1)[0][0] == ids[9]


def test_questions_that_leave_the_bank_leave_the_index(indexed):
    bank, rows, ids = indexed
    with bank.begin() as db:
        db.execute(text("DELETE FROM questions WHERE id = :id"), {"id": ids[7]})
        assert index.ready(db, EMBEDDER)
        assert index.nearest(db, IDENTITY, rows[7], 1)[0][0] != ids[7]


def test_one_builds_and_others_search_in_memory_meanwhile(bank):
    a_bank(bank)
    with bank.begin() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('vector index', 0))"))

        assert not index_build.prepare(bank, IDENTITY, FEW)

    assert index_build.prepare(bank, IDENTITY, FEW)


def test_a_role_that_may_not_use_pgvector_searches_in_memory_and_says_so(bank):
    a_bank(bank)
    with bank.begin() as db:
        role = f"guest_{bank.url.database}"
        db.execute(text(f"CREATE ROLE {role} LOGIN"))
        db.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"))
    guests = create_engine(bank.url, connect_args={"options": f"-c role={role}"})

    with capture_logs() as logs:
        assert not index_build.prepare(guests, IDENTITY, FEW)

    guests.dispose()
    assert [line["event"] for line in logs] == [
        "this database role may not use pgvector; exact search in memory"
    ]
    with bank.begin() as db:
        db.execute(text(f"DROP OWNED BY {role}"))
        db.execute(text(f"DROP ROLE {role}"))


@pytest.mark.parametrize("broken", [np.full(32, np.nan), np.zeros(8)])
def test_no_search_for_what_is_no_vector_of_this_embedder(bank, broken):
    with bank.connect() as db, pytest.raises(EmbedError):
        index.nearest(db, IDENTITY, broken, 1)


def test_neither_migrations_nor_backups_know_the_index(bank, bank_url, tmp_path):
    rows, ids = a_bank(bank)
    index_build.prepare(bank, IDENTITY, FEW)
    with bank.connect() as db:
        options = {"compare_server_default": True, "include_name": is_kept}
        assert compare_metadata(MigrationContext.configure(db, opts=options), metadata) == []
    bank.dispose()

    dump.backup(bank_url, tmp_path / "bank.dump")
    dump.restore(bank_url, tmp_path / "bank.dump")

    with bank.connect() as db:
        assert db.scalar(text("SELECT to_regclass('vector_index')")) is None
        assert vectors.count(db, EMBEDDER) == MANY
    assert index_build.prepare(bank, IDENTITY, FEW)
    with bank.begin() as db:
        assert index.nearest(db, IDENTITY, rows[7], 1)[0][0] == ids[7]


def test_the_index_is_not_in_a_downgrades_way(indexed):
    bank, *_ = indexed

    schema.downgrade(bank, "20261123_ask_models")
    schema.upgrade(bank)

    with bank.connect() as db:
        assert vectors.counts(db) == {}
