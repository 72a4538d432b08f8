"""The job's own work, a learner at a time: the same statements, rules and rows, a transaction each.

    python scripts/bench/peers/one_at_a_time_same.py URL snapshot|recommend COUNT

One JSON line: seconds, and learners done.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import create_engine, make_url

from itemwell.recommend import batch as recommend
from itemwell.recommend import shard as told
from itemwell.snapshot import batch as snapshot
from itemwell.snapshot import shard as closed
from itemwell.snapshot.due import Span
from itemwell.store.study import OURS
from itemwell.walk import Under

UNDER = Under(lambda: False)


def shard_of(job, now):
    yesterday = (now - timedelta(days=1)).date()
    if job == "snapshot":
        return closed.Place, closed.Shard(
            None, None, Span(now, None, 1, yesterday, yesterday), "UTC"
        )
    return told.Place, told.Shard(None, None, now, yesterday, active_days=30, retention=0.9)


def main(url, job, count):
    bank = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    place, shard = shard_of(job, datetime.now(UTC))
    desk = place(bank, OURS).desk(shard)
    pages = place(bank, OURS).range(shard).pages()
    active = (learner for _, page in pages for learner in page.learners)
    learners = list(islice(active, int(count)))

    def do(learner):
        if job == "snapshot":
            return snapshot.close(desk, [learner], UNDER)
        return recommend.give(desk, [learner.user_id], UNDER)

    began = time.monotonic()
    for learner in learners:
        do(learner)
    print(json.dumps({"seconds": time.monotonic() - began, "learners": len(learners)}))
    bank.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
