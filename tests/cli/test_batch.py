"""`generate --batch` and `--collect` as an operator or a schedule runs them, and kills in between."""

import pytest
from sqlalchemy import text

from itemwell.double import Double
from itemwell.double.cast import cast

MATERIAL = (
    "A baker has 12 boxes with 30 rolls in each, and sells 40 of the rolls in the morning. "
    "The rest is for the school, whose kitchen takes whatever is left at noon, on every day. "
    "Nothing is ever thrown away, and what the school cannot use goes to the farm next door."
)


@pytest.fixture
def double():
    with Double(brain=cast, batch_seconds=0) as running:
        yield running


def one_vendor(double, vendor="openai"):
    """The environment in which only this vendor can be asked."""
    prefix = "GOOGLE_GEMINI" if vendor == "google" else vendor.upper()
    names = (f"{vendor.upper()}_API_KEY", f"{prefix}_BASE_URL")
    return {name: double.environment[name] for name in names}


def value(bank, query):
    with bank.connect() as db:
        return db.execute(text(query)).scalar_one()


def test_a_schedule_of_collects_makes_the_questions(program, bank, double):
    env = one_vendor(double)
    first = program("generate", "--batch", "--count=2", "--types=math", **env)
    rounds = [program("generate", "--collect", **env) for _ in range(3)]

    assert first.status == 0
    told = "2 asks handed in as 1 batch; collect with: itemwell generate --collect"
    assert told in first.last_line
    assert [each.status for each in rounds] == [0, 0, 0]
    assert "2 questions kept" in rounds[2].last_line
    assert value(bank, "SELECT count(*) FROM questions") == 2


def test_nothing_to_collect_is_no_failure(program, double):
    ended = program("generate", "--collect", **one_vendor(double))

    assert (ended.status, ended.out.strip()) == (0, "Nothing to collect.")
    assert not double.seen


def test_without_a_vendor_there_are_no_batches(program):
    ended = program("generate", "--batch", "--count=1")

    assert (ended.status, "No LLM API keys configured" in ended.last_line) == (3, True)


def test_a_server_without_batches_ends_it_with_one_line(program, bank, double):
    env = one_vendor(double) | {"OPENAI_BASE_URL": f"{double.url}/openai/v9"}
    ended = program("generate", "--batch", "--count=1", **env)

    assert ended.status == 3
    assert "its server has no batches; leave out --batch" in ended.last_line
    assert "Traceback" not in ended.err
    assert value(bank, "SELECT sum(usd) FROM llm_spending") == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--batch", "--source=templates"),
        ("--collect", "--plan"),
    ],
)
def test_contradictions_are_the_operator_s_to_solve(program, arguments):
    ended = program("generate", *arguments)

    assert ended.status == 3


def test_an_order_about_material_wants_it_again(program, bank, double, tmp_path):
    (tmp_path / "baker.md").write_text(MATERIAL)
    env = one_vendor(double)
    program("generate", "--batch", "--count=1", "--from=baker.md", **env)
    without = program("generate", "--collect", **env)
    given = program("generate", "--collect", "--from=baker.md", **env)

    assert (without.status, given.status) == (3, 0)
    assert "run 1 asks about material; give the same --from FILE again" in without.last_line
    assert "handed in" in given.last_line
    assert value(bank, "SELECT count(*) FROM llm_calls WHERE state = 'answered'") == 1


def test_killed_while_it_hands_in_it_finds_its_batch_again(program, bank):
    started = []

    def kill(seen):
        """Answer a line of a batch when nobody is there any more to hear that it was handed in."""
        while started:
            started.pop().kill()
        return cast(seen)

    with Double(brain=kill) as double:
        env = one_vendor(double, "anthropic")
        process = program.start("generate", "--batch", "--count=1", "--types=math", **env)
        started.append(process)
        _, errors = process.communicate(timeout=60)
        ended = program("generate", "--collect", **env)

    assert (process.returncode, "handed in" in errors) == (-9, False)
    assert (ended.status, "2 asks handed in as 1 batch" in ended.last_line) == (0, True)
    assert [seen.batch != "" for seen in double.seen if seen.asks] == [True] * 3
    assert double.bill.calls == 3
