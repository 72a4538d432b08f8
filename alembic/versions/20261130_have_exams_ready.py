"""Have exams ready: learners, the exams that wait for them, attempts, and the functions that hand out.

An exam holds references, not content: which question, of which wording, its options in which order.
`claim_exam` hands out the content, without keys. Learners may see that their exams are there, but
not the references: `scored` is not for them, and a signature lets one try which key it was made
with. Whose exams a session may see is decided here, by the database.

A setting (`itemwell.user_id`, or the claims of a token) says who the learner is only where the
session was opened by a member of `itemwell_app`, such as a web server's login: any session may set
it. Everybody else is the learner that the session logged in as.

Roles belong to the whole server, and creating them is a right that an operator may not have.
`exam_access()` makes those that are missing where it may, and grants to those that there are; it can
be called again when an administrator has made them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_have_exams_ready"
down_revision = "20261129_calibrate_items"

TABLES = ("question_faces", "learners", "pre_generated_exams", "exam_attempts")
FUNCTIONS = (
    "exam_caller()",
    "exam_role_has(name, text)",
    "exam_learner()",
    "exam_require_self(text)",
    "question_face(bigint, text, jsonb, jsonb)",
    "face_question()",
    "exam_content(jsonb, boolean)",
    "exam_mended(jsonb, jsonb)",
    "claim_exam(text, text)",
    "start_attempt(bigint)",
    "read_attempt(bigint)",
    "finish_attempt(bigint, jsonb)",
    "exam_keys(bigint)",
    "exam_access()",
)


def upgrade() -> None:
    _create_tables()
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    path = f"SET search_path = pg_catalog, {schema}, pg_temp"
    for definition in (*WHO, *FACES, CONTENT, MENDED, CLAIM, *ATTEMPTS, KEYS, ACCESS):
        op.execute(definition.replace("FIXED_PATH", path))
    for table in ("pre_generated_exams", "exam_attempts"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"""
            CREATE POLICY own_rows ON {table} FOR SELECT USING (
                user_id = (SELECT exam_learner())
                OR (SELECT exam_role_has(exam_caller(), 'itemwell_app')))
        """)
    op.execute("SELECT exam_access()")


def downgrade() -> None:
    for trigger in ("face_new", "face_changed"):
        op.execute(f"DROP TRIGGER {trigger} ON questions")
    for table in reversed(TABLES):
        op.drop_table(table)
    for function in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {function}")
    op.execute(DROP_ROLES)


def _create_tables() -> None:
    op.create_table(
        "question_faces",
        sa.Column("question_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.Text(), nullable=False, comment="its first 16 characters"),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False, comment="JSON up to the options"),
        sa.Column("options", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_question_faces_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_faces")),
        comment="what a learner sees of a question; kept by a trigger",
    )
    op.create_table(
        "learners",
        sa.Column("user_id", sa.Text(), nullable=False),
        _now("last_active_at"),
        _now("created_at"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_learners")),
        comment="who answers without a row here is a learner too",
    )
    op.create_table(
        "pre_generated_exams",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("exam_type", sa.Text(), nullable=False),
        sa.Column(
            "questions",
            postgresql.JSONB(),
            nullable=False,
            comment="references, in the order of the exam",
        ),
        _now("generated_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _now("created_at"),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column(
            "spares",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="take the place of questions that were retired since",
        ),
        sa.Column("seed", sa.Text(), nullable=False, comment="the same exam kept twice is one"),
        sa.Column("run_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["job_runs.id"],
            name=op.f("fk_pre_generated_exams_run_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pre_generated_exams")),
        sa.UniqueConstraint(
            "user_id",
            "exam_type",
            "seed",
            name=op.f("uq_pre_generated_exams_user_id_exam_type_seed"),
        ),
    )
    op.create_index(
        "idx_pre_gen_exams_user_type_unused",
        "pre_generated_exams",
        ["user_id", "exam_type", "used"],
        postgresql_where=sa.text("used = false"),
    )
    op.create_index("idx_pre_gen_exams_expires", "pre_generated_exams", ["expires_at"])
    op.create_index("idx_pre_gen_exams_used_created", "pre_generated_exams", ["used", "created_at"])
    op.create_index(op.f("ix_pre_generated_exams_run_id"), "pre_generated_exams", ["run_id"])
    op.create_table(
        "exam_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("exam_id", sa.BigInteger(), nullable=False, comment="handed out once"),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("exam_type", sa.Text(), nullable=False),
        sa.Column(
            "questions", postgresql.JSONB(), nullable=False, comment="references, as handed out"
        ),
        _now("claimed_at"),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("score", postgresql.JSONB()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_attempts")),
        sa.UniqueConstraint("exam_id", name=op.f("uq_exam_attempts_exam_id")),
    )
    op.create_index(op.f("ix_exam_attempts_user_id"), "exam_attempts", ["user_id"])


def _now(name: str) -> sa.Column[sa.DateTime]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    )


WHO = (
    # The role that the session acts as; inside SECURITY DEFINER current_user is the owner.
    """
    CREATE FUNCTION exam_caller() RETURNS name LANGUAGE plpgsql STABLE FIXED_PATH AS $$
    BEGIN
        RETURN coalesce(nullif(current_setting('role', true), 'none'), session_user);
    END $$
    """,
    """
    CREATE FUNCTION exam_role_has(who name, granted text) RETURNS boolean
    LANGUAGE plpgsql STABLE FIXED_PATH AS $$
    BEGIN
        RETURN EXISTS (SELECT FROM pg_roles WHERE rolname = granted AND pg_has_role(who, oid, 'MEMBER'));
    END $$
    """,
    """
    CREATE FUNCTION exam_learner() RETURNS text LANGUAGE plpgsql STABLE FIXED_PATH AS $$
    BEGIN
        IF NOT exam_role_has(session_user, 'itemwell_app') THEN
            RETURN session_user;
        END IF;
        RETURN coalesce(
            nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
            nullif(current_setting('itemwell.user_id', true), ''),
            exam_caller());
    END $$
    """,
    # Called by functions that are SECURITY DEFINER: current_user is their owner.
    """
    CREATE FUNCTION exam_require_self(whose text) RETURNS void LANGUAGE plpgsql STABLE FIXED_PATH AS $$
    DECLARE
        caller name := exam_caller();
    BEGIN
        IF whose = exam_learner() OR exam_role_has(caller, 'itemwell_app')
            OR pg_has_role(caller, current_user, 'USAGE') THEN
            RETURN;
        END IF;
        RAISE insufficient_privilege USING
            MESSAGE = format('role %s may see no exam of another learner', caller),
            HINT = 'An application''s role wants to be a member of itemwell_app.';
    END $$
    """,
)
# What learners see of a question, as pieces of JSON: an exam of 225 questions is put together of them
# in a quarter of the time that building it from the questions' columns takes.
FACES = (
    """
    CREATE FUNCTION question_face(id bigint, stem text, stimulus jsonb, options jsonb,
        OUT head text, OUT pieces text[]) LANGUAGE plpgsql IMMUTABLE FIXED_PATH AS $$
    BEGIN
        head := concat('{"id":', id, ',"stem":', to_json(stem), ',"stimulus":',
            coalesce(stimulus::text, 'null'), ',"options":[');
        pieces := ARRAY(
            SELECT concat('"text":', coalesce((option -> 'text')::text, 'null'),
                ',"svg":', coalesce((option -> 'svg')::text, 'null'), '}')
            FROM jsonb_array_elements(options) WITH ORDINALITY AS listed (option, place) ORDER BY place);
    END $$
    """,
    """
    CREATE FUNCTION face_question() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER FIXED_PATH AS $$
    BEGIN
        INSERT INTO question_faces (question_id, signature, in_use, head, options)
        SELECT NEW.id, left(NEW.signature, 16), NEW.status IN ('pretest', 'active'), face.head, face.pieces
        FROM question_face(NEW.id, NEW.stem, NEW.stimulus, NEW.options) AS face
        ON CONFLICT (question_id) DO UPDATE SET signature = excluded.signature,
            in_use = excluded.in_use, head = excluded.head, options = excluded.options;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER face_new AFTER INSERT ON questions FOR EACH ROW EXECUTE FUNCTION face_question()
    """,
    """
    CREATE TRIGGER face_changed AFTER UPDATE ON questions FOR EACH ROW
    WHEN ((OLD.stem, OLD.stimulus, OLD.options, OLD.signature, OLD.status)
        IS DISTINCT FROM (NEW.stem, NEW.stimulus, NEW.options, NEW.signature, NEW.status))
    EXECUTE FUNCTION face_question()
    """,
    """
    INSERT INTO question_faces (question_id, signature, in_use, head, options)
    SELECT question.id, left(question.signature, 16), question.status IN ('pretest', 'active'),
        face.head, face.pieces
    FROM questions AS question,
        question_face(question.id, question.stem, question.stimulus, question.options) AS face
    """,
)
CONTENT = """
    CREATE FUNCTION exam_content(form jsonb, only_in_use boolean, OUT content json, OUT held integer)
    LANGUAGE plpgsql STABLE FIXED_PATH AS $$
    BEGIN
        SELECT concat('[', string_agg(concat(face.head, '{"letter":"A",', options[ascii(letters) - 64],
                ',{"letter":"B",' || options[ascii(substr(letters, 2)) - 64],
                ',{"letter":"C",' || options[ascii(nullif(substr(letters, 3), '')) - 64],
                ',{"letter":"D",' || options[ascii(nullif(substr(letters, 4), '')) - 64],
                ',{"letter":"E",' || options[ascii(nullif(substr(letters, 5), '')) - 64],
                ',{"letter":"F",' || options[ascii(nullif(substr(letters, 6), '')) - 64],
            ']}'), ',' ORDER BY place), ']'), count(*)
        INTO content, held
        FROM (SELECT (entry ->> 'id')::bigint AS question_id, entry ->> 'order' AS letters,
                entry ->> 'signature' AS signature, place
            FROM jsonb_array_elements(form) WITH ORDINALITY AS listed (entry, place)) AS wanted
        JOIN question_faces AS face USING (question_id)
        WHERE NOT only_in_use OR (face.in_use AND face.signature = wanted.signature);
    END $$
"""
MENDED = """
    CREATE FUNCTION exam_mended(form jsonb, spares jsonb, OUT mended jsonb, OUT replaced integer)
    LANGUAGE plpgsql STABLE FIXED_PATH AS $$
    DECLARE
        usable bigint[];
        taken bigint[];
        lost jsonb;
        spare jsonb;
    BEGIN
        SELECT array_agg(face.question_id) INTO usable
        FROM jsonb_array_elements(form || spares) AS listed (entry)
        JOIN question_faces AS face ON face.question_id = (listed.entry ->> 'id')::bigint
            AND face.signature = listed.entry ->> 'signature'
        WHERE face.in_use;
        SELECT array_agg((listed.entry ->> 'id')::bigint) INTO taken
        FROM jsonb_array_elements(form) AS listed (entry);
        mended := '[]';
        replaced := 0;
        FOR lost IN SELECT listed.entry FROM jsonb_array_elements(form) WITH ORDINALITY
            AS listed (entry, place) ORDER BY listed.place
        LOOP
            IF (lost ->> 'id')::bigint = ANY (usable) THEN
                mended := mended || jsonb_build_array(lost);
                CONTINUE;
            END IF;
            -- What is scored was calibrated: a new question never takes the place of such a one.
            SELECT listed.entry INTO spare
            FROM jsonb_array_elements(spares) WITH ORDINALITY AS listed (entry, place)
            WHERE listed.entry ->> 'stratum' = lost ->> 'stratum'
                AND ((listed.entry ->> 'scored')::boolean OR NOT (lost ->> 'scored')::boolean)
                AND (listed.entry ->> 'id')::bigint = ANY (usable)
                AND (listed.entry ->> 'id')::bigint <> ALL (taken)
            ORDER BY listed.entry ->> 'scored' <> lost ->> 'scored', listed.place LIMIT 1;
            IF FOUND THEN
                mended := mended
                    || jsonb_build_array(spare || jsonb_build_object('scored', lost -> 'scored'));
                taken := taken || (spare ->> 'id')::bigint;
                replaced := replaced + 1;
            END IF;
        END LOOP;
    END $$
"""
CLAIM = """
    CREATE FUNCTION claim_exam(p_user_id text, p_exam_type text)
    RETURNS TABLE (exam_id bigint, attempt_id bigint, exam_type text, expires_at timestamptz,
        questions json, replaced integer, missing integer)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1 FIXED_PATH AS $$
    DECLARE
        exam record;
        candidate bigint;
        moment timestamptz;
        form jsonb;
        held integer;
    BEGIN
        PERFORM exam_require_self(p_user_id);
        LOOP
            SELECT ready.id INTO candidate FROM pre_generated_exams AS ready
            WHERE ready.user_id = p_user_id AND ready.exam_type = p_exam_type AND ready.used = false
                AND ready.expires_at > clock_timestamp()
            ORDER BY ready.generated_at, ready.id LIMIT 1 FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                RETURN;
            END IF;
            moment := clock_timestamp();
            UPDATE pre_generated_exams AS ready SET used = true, used_at = moment
            WHERE ready.id = candidate AND ready.expires_at > moment
            RETURNING ready.expires_at, ready.questions, ready.spares INTO exam;
            EXIT WHEN FOUND;  -- else it expired between the two, and another is looked for
        END LOOP;
        form := exam.questions;
        replaced := 0;
        SELECT made.content, made.held INTO questions, held FROM exam_content(form, true) AS made;
        IF held <> jsonb_array_length(form) THEN
            SELECT made.mended, made.replaced INTO form, replaced
            FROM exam_mended(exam.questions, exam.spares) AS made;
            SELECT made.content INTO questions FROM exam_content(form, true) AS made;
        END IF;
        INSERT INTO exam_attempts AS attempt (exam_id, user_id, exam_type, questions, claimed_at)
        VALUES (candidate, p_user_id, p_exam_type, form, moment) RETURNING attempt.id INTO attempt_id;
        exam_id := candidate;
        exam_type := p_exam_type;
        expires_at := exam.expires_at;
        missing := jsonb_array_length(exam.questions) - jsonb_array_length(form);
        RETURN NEXT;
    END $$
"""
ATTEMPTS = (
    """
    CREATE FUNCTION start_attempt(p_attempt_id bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER FIXED_PATH AS $$
    BEGIN
        PERFORM exam_require_self((SELECT user_id FROM exam_attempts WHERE id = p_attempt_id));
        UPDATE exam_attempts SET started_at = coalesce(started_at, clock_timestamp())
        WHERE id = p_attempt_id AND finished_at IS NULL;
        RETURN FOUND;
    END $$
    """,
    """
    CREATE FUNCTION read_attempt(p_attempt_id bigint)
    RETURNS TABLE (exam_id bigint, exam_type text, started_at timestamptz, finished_at timestamptz,
        questions json)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 FIXED_PATH AS $$
    BEGIN
        PERFORM exam_require_self((SELECT user_id FROM exam_attempts WHERE id = p_attempt_id));
        RETURN QUERY SELECT attempt.exam_id, attempt.exam_type, attempt.started_at, attempt.finished_at,
            (exam_content(attempt.questions, false)).content
        FROM exam_attempts AS attempt WHERE attempt.id = p_attempt_id;
    END $$
    """,
    """
    CREATE FUNCTION finish_attempt(p_attempt_id bigint, p_score jsonb) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER FIXED_PATH AS $$
    BEGIN
        UPDATE exam_attempts SET finished_at = clock_timestamp(), score = p_score
        WHERE id = p_attempt_id AND finished_at IS NULL;
        RETURN FOUND;
    END $$
    """,
)
KEYS = """
    CREATE FUNCTION exam_keys(p_attempt_id bigint)
    RETURNS TABLE ("position" integer, question_id bigint, key text, scored boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER FIXED_PATH AS $$
    BEGIN
        RETURN QUERY SELECT place::integer, (entry ->> 'id')::bigint,
            chr(64 + nullif(strpos(entry ->> 'order', question.key), 0)), (entry ->> 'scored')::boolean
        FROM exam_attempts AS attempt,
            jsonb_array_elements(attempt.questions) WITH ORDINALITY AS listed (entry, place)
        LEFT JOIN questions AS question ON question.id = (entry ->> 'id')::bigint
        WHERE attempt.id = p_attempt_id ORDER BY place;
    END $$
"""
ACCESS = """
    CREATE FUNCTION exam_access() RETURNS void LANGUAGE plpgsql FIXED_PATH AS $$
    DECLARE
        role_name text;
        here text := (SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'exam_attempts'::regclass);
    BEGIN
        FOREACH role_name IN ARRAY ARRAY['itemwell_learner', 'itemwell_app', 'itemwell_keys'] LOOP
            CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role_name);
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
                EXECUTE format('COMMENT ON ROLE %I IS %L', role_name, 'made by itemwell');
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;  -- another bank's migration did
                WHEN insufficient_privilege THEN
                    RAISE NOTICE 'may not create role %', role_name
                        USING HINT = 'Have it created, then SELECT exam_access().';
            END;
        END LOOP;
        REVOKE ALL ON question_faces, learners, pre_generated_exams, exam_attempts FROM PUBLIC;
        REVOKE ALL ON FUNCTION face_question(), exam_require_self(text), exam_content(jsonb, boolean),
            exam_mended(jsonb, jsonb), claim_exam(text, text), start_attempt(bigint),
            read_attempt(bigint), finish_attempt(bigint, jsonb), exam_keys(bigint), exam_access()
            FROM PUBLIC;
        FOR role_name IN SELECT rolname FROM pg_roles
            WHERE rolname IN ('itemwell_learner', 'itemwell_app', 'itemwell_keys')
                AND NOT has_schema_privilege(oid, here, 'USAGE')
        LOOP
            EXECUTE format('GRANT USAGE ON SCHEMA %s TO %I', here, role_name);
        END LOOP;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_learner') THEN
            GRANT SELECT (id, user_id, exam_type, generated_at, expires_at, used, used_at, created_at)
                ON pre_generated_exams TO itemwell_learner;
            GRANT SELECT (id, exam_id, user_id, exam_type, claimed_at, started_at, finished_at, score)
                ON exam_attempts TO itemwell_learner;
            GRANT EXECUTE ON FUNCTION claim_exam(text, text), start_attempt(bigint), read_attempt(bigint)
                TO itemwell_learner;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_app') THEN
            GRANT SELECT ON pre_generated_exams, exam_attempts TO itemwell_app;
            GRANT EXECUTE ON FUNCTION claim_exam(text, text), start_attempt(bigint), read_attempt(bigint),
                finish_attempt(bigint, jsonb) TO itemwell_app;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_keys') THEN
            GRANT EXECUTE ON FUNCTION exam_keys(bigint) TO itemwell_keys;
        END IF;
    END $$
"""
DROP_ROLES = """
    DO $$
    DECLARE
        made record;
    BEGIN
        FOR made IN SELECT rolname FROM pg_roles
            WHERE rolname IN ('itemwell_learner', 'itemwell_app', 'itemwell_keys')
                AND shobj_description(oid, 'pg_authid') = 'made by itemwell'
                AND NOT EXISTS (SELECT FROM pg_auth_members
                    WHERE roleid = pg_roles.oid AND pg_get_userbyid(member) <> current_user)
        LOOP
            BEGIN
                EXECUTE format('DROP ROLE %I', made.rolname);
            EXCEPTION WHEN dependent_objects_still_exist OR undefined_object OR insufficient_privilege THEN
                NULL;  -- another bank of this server uses it
            END;
        END LOOP;
    END $$
"""
