#!/usr/bin/env python3
"""What many write first: ask with the bare SDK, four at a time, and insert all when all are there.

    OPENAI_BASE_URL=... DATABASE_URL=... python scripts/faults/naive.py --count 40 --order 1

It is here to be killed beside `itemwell generate`: see sigkill_models.py.
"""

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor

import psycopg
from openai import OpenAI

from itemwell.generate.author import Written
from itemwell.generate.judge import Verdict
from itemwell.generate.solve import Solution

TABLE = "CREATE TABLE IF NOT EXISTS naive (number bigint, question_order int, place int, stem text)"


def ask(client, prompt, answer):
    said = client.chat.completions.parse(
        model=os.environ.get("OPENAI_MODEL", "gpt-5-mini"),
        messages=[{"role": "user", "content": prompt}],
        response_format=answer,
    )
    return said.choices[0].message.parsed


def question(client, order, place):
    """A question that two solvers and an arbiter have seen: four paid calls."""
    written = ask(client, f"Write question {place} of order {order}. Type: math", Written)
    texts = [written.right_option, *(each.text for each in written.distractors)]
    options = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
    shown = {"stem": written.stem, "stimulus": None, "options": options, "key": "A"}
    posed = f"<data-x>\n{json.dumps(shown)}\n</data-x>"
    solved = [ask(client, f"{who}, solve: {posed}", Solution) for who in ("Ann", "Bob")]
    judged = ask(client, f"Judge: {posed}", Verdict)
    assert all(each.right == ["0"] for each in solved)
    assert judged.validity > 0.5
    return written


def main(arguments=None):
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=40)
    options.add_argument("--order", type=int, default=1)
    asked = options.parse_args(arguments)

    client = OpenAI()
    with ThreadPoolExecutor(4) as pool:
        written = list(
            pool.map(lambda place: question(client, asked.order, place), range(asked.count))
        )
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as db:
        db.execute(TABLE)
        for place, each in enumerate(written):
            row = (os.getpid(), asked.order, place, each.stem)
            db.execute("INSERT INTO naive VALUES (%s, %s, %s, %s)", row)


if __name__ == "__main__":
    main()
