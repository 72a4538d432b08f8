"""Which options learners chose, by question, and how able those were who chose each."""

from sqlalchemy import Connection, text

from itemwell.bank import Choice


def by_question(db: Connection) -> dict[int, list[Choice]]:
    """Every option that was told, of the questions whose learners answered five or more."""
    found: dict[int, list[Choice]] = {}
    for row in db.execute(_CHOICES):
        choice = Choice(row.letter, row.chosen, row.ability, row.letter == row.key)
        found.setdefault(row.question_id, []).append(choice)
    return found


_CHOICES = text("""
    WITH learner AS (
        SELECT user_id, avg(is_correct::integer)::double precision AS share FROM responses
        GROUP BY user_id HAVING count(*) >= 5 AND count(selected_option) > 0
    ), chosen AS (
        SELECT question_id, selected_option AS letter, count(*) AS chosen, avg(share) AS ability
        FROM responses JOIN learner USING (user_id) WHERE selected_option IS NOT NULL
        GROUP BY question_id, selected_option
    )
    SELECT questions.id AS question_id, option.letter, questions.key, coalesce(chosen.chosen, 0) AS chosen,
        coalesce(chosen.ability, 0) AS ability
    FROM questions JOIN (SELECT DISTINCT question_id FROM chosen) AS told ON told.question_id = questions.id
    CROSS JOIN LATERAL (SELECT substr('ABCDEF', place, 1) AS letter
        FROM generate_series(1, jsonb_array_length(questions.options)) AS place) AS option
    LEFT JOIN chosen ON chosen.question_id = questions.id AND chosen.letter = option.letter
    ORDER BY questions.id, option.letter
""")
