"""How many exams there are, used and unused, and for how many learners."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text


def stats(db: Connection, now: datetime) -> dict[str, Any]:
    """The analytics document, its names and shape as they are printed in the contract."""
    db.execute(text("SET LOCAL statement_timeout = 0"))
    row = db.execute(_STATS, {"now": now}).one()
    without = int(db.execute(_WITHOUT).scalar_one())
    per_user = round(row.total / row.users, 1) if row.users else 0.0
    return {
        "totalGenerated": row.total,
        "totalUsed": row.used,
        "totalUnused": row.total - row.used,
        "totalExpired": row.expired,
        "averageExamsPerUser": per_user,
        "diagnosticCount": row.diagnostic,
        "practiceCount": row.practice,
        "usedPercentage": round(100 * row.used / row.total) if row.total else 0,
        "expiringWithin24h": row.expiring,
        "userStats": {
            "usersWithPreGen": row.users,
            "usersWithoutPreGen": without,
            "avgPreGenPerUser": per_user,
        },
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


_STATS = text("""
    SELECT count(*) AS total, count(*) FILTER (WHERE used) AS used,
        count(*) FILTER (WHERE NOT used AND expires_at <= :now) AS expired,
        count(*) FILTER (WHERE NOT used AND expires_at > :now
            AND expires_at <= CAST(:now AS timestamptz) + interval '24 hours') AS expiring,
        count(*) FILTER (WHERE exam_type = 'diagnostic') AS diagnostic,
        count(*) FILTER (WHERE exam_type = 'practice') AS practice,
        count(DISTINCT user_id) AS users
    FROM pre_generated_exams
""")
_WITHOUT = text("""
    SELECT count(*) FROM (
        SELECT user_id FROM learners UNION SELECT user_id FROM responses
        EXCEPT SELECT user_id FROM pre_generated_exams
    ) AS learner
""")
