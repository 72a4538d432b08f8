"""No key, password or bearer token stands in anything that a failing run writes, wherever it fails."""

import json

import pytest
from sqlalchemy import make_url, text
from tests.proxy import wired

from itemwell.double import Double, Fault
from itemwell.double.cast import cast

KEYS = {
    "openai": "sk-proj-PLANTED-openai-0123456789",
    "anthropic": "sk-ant-PLANTED-anthropic-0123456789",
    "google": "AIzaSyPLANTEDgoogle0123456789",
}
PASSWORD = "PLANTED-password-42"
BEARER = "PLANTED-bearer-4711"
SECRETS = (*KEYS.values(), PASSWORD, BEARER)


def echoing(key):
    """Replies that hand the key back, in every place where a vendor can write."""
    error = json.dumps({"error": {"message": f"wrong key {key}", "code": "x", "type": key}})
    return [
        Fault.HTML(body=f"<h1>Authorization: Bearer {key}</h1>"),
        Fault.INVALID_JSON(body=error, status=500),
        Fault.INVALID_JSON(body=f"{{{key}"),
        Fault.NOT_JSON(text=f"your key is {key}"),
        Fault.REFUSED(text=f"not for {key}"),
        lambda seen: cast(seen) | {key: key},
        Fault.FINISH(reason=key),
        Fault.REDIRECT(location=f"http://localhost:1/{key}?key={key}"),
        Fault.INVALID_JSON(body=error, status=400),
        Fault.NOT_HTTP(text=f"key {key}\r\n"),
        Fault.AUTH,
    ]


@pytest.fixture
def double():
    with Double(cast) as started:
        started.keys.update(KEYS)
        for vendor, key in KEYS.items():
            started.script(vendor, echoing(key))
        yield started


@pytest.fixture
def guarded(program, bank_url, double, tmp_path):
    """The program with every secret planted, logging all it can into a file."""
    url = make_url(bank_url).set(password=PASSWORD)
    program.environment |= {
        **double.environment,
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "ITEMWELL_HOME": str(tmp_path / "home"),
        "LOG_FILE": str(tmp_path / "all.log"),
        "LOG_FORMAT": "json",
        "PATIENCE_SECONDS": "0.5",
    }
    return program


def everything(ended, bank, folder):
    """Every byte that was written, by the place where it stands."""
    yield from (("stdout", ended.out), ("stderr", ended.err))
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes().decode("utf-8", "replace")
    with bank.connect() as db:
        tables = db.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in tables.all():
            rows = db.scalars(text(f"SELECT written::text FROM {table} AS written")).all()
            yield table, "\n".join(rows)


def found(places):
    return [(place, each) for place, written in places for each in SECRETS if each in written]


def test_vendors_that_hand_the_key_back_put_it_nowhere(guarded, bank, double):
    ended = guarded("generate", "--count", 6, "--source", "models", "--verbose")

    assert ended.status in {0, 1, 2, 3}, ended.err
    assert "Traceback" not in ended.err
    assert len(double.seen) >= sum(len(echoing(key)) for key in KEYS.values())
    assert (guarded.folder / "all.log").stat().st_size > 0
    assert found(everything(ended, bank, guarded.folder)) == []


def test_a_dry_run_and_a_broken_address_put_no_secret_anywhere(guarded, bank):
    bad = f"http://127.0.0.1:1/v1?token={BEARER}"
    ended = guarded(
        "generate", "--count", 2, "--source", "models", "--dry-run", "--verbose",
        OPENAI_BASE_URL=bad, ANTHROPIC_BASE_URL=bad, GOOGLE_GEMINI_BASE_URL=bad,
    )  # fmt: skip

    assert ended.status == 2, ended.err
    assert found(everything(ended, bank, guarded.folder)) == []


def test_a_bank_that_cannot_be_reached_tells_no_password(guarded, bank):
    gone = f"postgresql://me:{PASSWORD}@127.0.0.1:1/none?application_name={BEARER}"

    ended = guarded("generate", "--count", 1, "--verbose", DATABASE_URL=gone)

    assert ended.status == 4, ended.err
    assert found(everything(ended, bank, guarded.folder)) == []


def test_answers_that_are_spooled_while_the_bank_is_away_hold_no_secret(
    guarded, bank, bank_url, double
):
    def cut(seen):
        wire.cut()
        return cast(seen) | {"explanation": f"as {KEYS[seen.vendor]} says"}

    with wired(bank_url) as (wire, url):
        for vendor in KEYS:
            double.desk.scripts[vendor].clear()
            double.script(vendor, [cut] * 6)
        through = make_url(url).set(password=PASSWORD).render_as_string(hide_password=False)
        ended = guarded(
            "generate", "--count", 6, "--source", "models", "--verbose", DATABASE_URL=through
        )

    assert ended.status == 4, ended.err
    assert any(path.stat().st_size for path in guarded.folder.rglob("spool/*.jsonl"))
    assert found(everything(ended, bank, guarded.folder)) == []
