"""Two programs, two orders, one day's budget."""

import json

from sqlalchemy import text

from itemwell.double import Double
from itemwell.double.cast import cast

DAY = "0.10"


def test_two_programs_do_not_pass_a_days_budget_together(program, bank):
    with Double(cast) as double:
        mine = {
            name: value for name, value in double.environment.items() if "openai" in name.lower()
        }
        asked = mine | {"BUDGET_PER_DAY": DAY, "OPENAI_MODEL": "gpt-5-mini", "PARALLEL_CALLS": "16"}
        both = [
            program.start("generate", "--json", "--count", 400, "--lease", name, **asked)
            for name in ("one", "other")
        ]
        ended = [process.communicate(timeout=120) for process in both]
    reports = [json.loads(out) for out, _ in ended]
    with bank.connect() as db:
        spent = db.scalar(text("SELECT sum(usd) FROM llm_spending"))
        rows = db.scalar(text("SELECT sum(price_usd) FROM llm_calls"))

    kept = [report["kept"] for report in reports]
    assert any(kept), ended  # the quicker one may leave nothing to the other
    assert [process.returncode for process in both] == [1 if each else 2 for each in kept], ended
    assert all("the budget of day does not allow" in err for _, err in ended)
    assert 0 < rows == spent <= float(DAY)
