"""Run what is due: the jobs as all hosts see them, each due run once, and SQL to ask for one.

A row of `due_runs` is a run that was due or asked for; `(job, scheduled_for)` is unique, so however
many hosts plan, each due moment is there once. The functions bear the names that users' SQL and
pg_cron call. They only queue: no function starts a program or knows a secret, and those that change
something are executed by the role `itemwell_scheduler` and the bank's owner alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261205_run_what_is_due"
down_revision = "20261205_raise_alerts"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    clock = sa.text("clock_timestamp()")
    empty = sa.text("'{}'::jsonb")
    op.create_table(
        "scheduled_jobs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False, comment="in pg_cron; empty: none"),
        sa.Column(
            "function", sa.Text(), nullable=False, comment="that asks for a run; empty: none"
        ),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "planned_until", moment, nullable=False, comment="what was due by then is in due_runs"
        ),
        sa.Column("next_due", moment),
        sa.Column("looked_at", moment, comment="when run-due last planned it"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scheduled_jobs")),
    )
    op.create_table(
        "due_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("scheduled_for", moment, nullable=False),
        sa.Column("trigger_type", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text()),
        sa.Column("requested_at", moment, server_default=clock, nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="the fencing token too",
        ),
        sa.Column("not_before", moment),
        sa.Column("holder", postgresql.JSONB(), server_default=empty, nullable=False),
        sa.Column("expires_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("exit_status", sa.SmallInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("run_id", sa.BigInteger(), comment="of job_runs, the last attempt's"),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'missed', 'dead')",
            name=op.f("ck_due_runs_state"),
        ),
        sa.CheckConstraint(
            "trigger_type IN ('scheduled', 'manual')", name=op.f("ck_due_runs_trigger_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_runs")),
        sa.UniqueConstraint("job", "scheduled_for", name=op.f("uq_due_runs_job_scheduled_for")),
    )
    op.create_index(
        "ix_due_runs_open",
        "due_runs",
        ["scheduled_for"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "sweeper_logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("timestamp", moment, server_default=clock, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("records_processed", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("error_details", sa.Text()),
        sa.Column("metadata", postgresql.JSONB(), server_default=empty, nullable=False),
        sa.CheckConstraint("status IN ('success', 'failed')", name=op.f("ck_sweeper_logs_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeper_logs")),
    )
    op.create_index(op.f("ix_sweeper_logs_timestamp"), "sweeper_logs", ["timestamp"])
    op.execute(FIRST_ROWS)
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    path = f"SET search_path = pg_catalog, {schema}, pg_temp"
    for statement in (QUEUE_RUN, *TRIGGERS, SCHEDULED, MANAGE, STATUS, TOGGLE, INITIALIZE, HEALTH):
        op.execute(statement.replace("FIXED_PATH", path))
    op.execute(ACCESS)


def downgrade() -> None:
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table("sweeper_logs")
    op.drop_table("due_runs")
    op.drop_table("scheduled_jobs")
    op.execute(DROP_ROLE)


FIRST_ROWS = """
    INSERT INTO scheduled_jobs (name, title, function, cron, zone, needs, planned_until)
    SELECT name, 'content_pipeline_' || last, function, cron, 'UTC', '{}', clock_timestamp()
    FROM (VALUES
        ('run-due', 'main', 'trigger_content_automation', '*/5 * * * *'),
        ('sweep', 'sweeper', 'trigger_sweeper', '*/15 * * * *'),
        ('monitor', 'monitor', 'trigger_monitoring', '0 * * * *'),
        ('metrics', 'metrics', 'trigger_metrics_collection', '*/30 * * * *'),
        ('health', 'health', 'trigger_health_checks', '*/10 * * * *'),
        ('cleanup', 'cleanup', 'trigger_cleanup', '0 2 * * *')
    ) AS first (name, last, function, cron)
"""
"""So that the functions tell of the six before the program first ran; it brings the rest."""

QUEUE_RUN = """
    CREATE FUNCTION queue_run(p_job text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER FIXED_PATH AS $$
    DECLARE
        by_cron boolean := current_setting('application_name') LIKE 'pg_cron%';
        queued bigint;
    BEGIN
        IF NOT EXISTS (SELECT FROM scheduled_jobs WHERE name = p_job) THEN
            RAISE EXCEPTION 'there is no job %', p_job USING HINT = 'See manage_cron_jobs().';
        END IF;
        IF by_cron AND NOT (SELECT enabled FROM scheduled_jobs WHERE name = p_job) THEN
            RETURN NULL;
        END IF;
        SELECT id INTO queued FROM due_runs WHERE job = p_job AND state = 'waiting' LIMIT 1;
        IF queued IS NOT NULL THEN
            RETURN queued;  -- asked for already, and nobody took it yet
        END IF;
        INSERT INTO due_runs (job, scheduled_for, trigger_type, asked_by) VALUES (
            p_job,
            CASE WHEN by_cron THEN date_trunc('minute', clock_timestamp()) ELSE clock_timestamp() END,
            CASE WHEN by_cron THEN 'scheduled' ELSE 'manual' END,
            session_user
        ) ON CONFLICT DO NOTHING RETURNING id INTO queued;
        RETURN queued;
    END $$
"""
TRIGGERS = tuple(
    f"""
    CREATE FUNCTION {function}() RETURNS jsonb LANGUAGE sql SECURITY DEFINER FIXED_PATH AS $$
        SELECT jsonb_build_object('job_name', '{title}', 'function', '{function}',
            'queued', queue_run('{job}'))
    $$
"""
    for function, job, title in (
        ("trigger_content_automation", "run-due", "content_pipeline_main"),
        ("trigger_sweeper", "sweep", "content_pipeline_sweeper"),
        ("trigger_monitoring", "monitor", "content_pipeline_monitor"),
        ("trigger_metrics_collection", "metrics", "content_pipeline_metrics"),
        ("trigger_health_checks", "health", "content_pipeline_health"),
        ("trigger_cleanup", "cleanup", "content_pipeline_cleanup"),
    )
)
SCHEDULED = """
    CREATE FUNCTION scheduled_job_records()
    RETURNS TABLE (name text, title text, function text, cron text, enabled boolean,
        last_run timestamptz, next_run timestamptz, error_count bigint, success_rate double precision,
        last_status smallint)
    LANGUAGE sql STABLE SECURITY DEFINER FIXED_PATH AS $$
        SELECT job.name, job.title, job.function, job.cron, job.enabled,
            CASE WHEN job.name = 'run-due' THEN coalesce(job.looked_at, past.last_run) ELSE past.last_run END,
            CASE WHEN job.enabled THEN job.next_due END,
            coalesce(past.errors, 0),
            CASE WHEN past.ended > 0 THEN round(100.0 * (past.ended - past.errors) / past.ended, 1)
                ELSE 100 END::double precision,
            past.last_status
        FROM scheduled_jobs AS job LEFT JOIN LATERAL (
            SELECT max(ended_at) AS last_run, count(*) AS ended,
                count(*) FILTER (WHERE state = 'dead' OR exit_status NOT IN (0, 1)) AS errors,
                (array_agg(exit_status ORDER BY ended_at DESC))[1] AS last_status
            FROM due_runs WHERE job = job.name AND state IN ('done', 'dead')
                AND ended_at > clock_timestamp() - interval '30 days'
        ) AS past ON true
        WHERE job.title <> '' ORDER BY job.name <> 'run-due', job.title
    $$
""".replace("WHERE job = job.name", "WHERE due_runs.job = job.name")
MANAGE = """
    CREATE FUNCTION manage_cron_jobs()
    RETURNS TABLE (job_name text, schedule text, command text, active boolean,
        last_run timestamptz, next_run timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER FIXED_PATH AS $$
        SELECT title, cron, 'SELECT ' || function || '();', enabled, last_run, next_run
        FROM scheduled_job_records()
    $$
"""
STATUS = """
    CREATE FUNCTION get_cron_job_status()
    RETURNS TABLE (total_jobs bigint, active_jobs bigint, failed_jobs bigint,
        last_run timestamptz, next_run timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER FIXED_PATH AS $$
        SELECT count(*), count(*) FILTER (WHERE enabled),
            count(*) FILTER (WHERE last_status NOT IN (0, 1)), max(last_run), min(next_run)
        FROM scheduled_job_records()
    $$
"""
TOGGLE = """
    CREATE FUNCTION toggle_cron_job(job_name text, enable boolean)
    RETURNS TABLE (success boolean, message text)
    LANGUAGE plpgsql SECURITY DEFINER FIXED_PATH AS $$
    BEGIN
        UPDATE scheduled_jobs SET enabled = enable WHERE toggle_cron_job.job_name IN (name, title);
        success := FOUND;
        message := CASE WHEN NOT FOUND THEN 'Job not found: '
            WHEN enable THEN 'Job enabled: ' ELSE 'Job disabled: ' END || job_name;
        RETURN NEXT;
    END $$
"""
INITIALIZE = """
    CREATE FUNCTION initialize_scheduler() RETURNS TABLE (component text, status text, message text)
    LANGUAGE plpgsql SECURITY DEFINER FIXED_PATH AS $$
    DECLARE
        listed integer := 0;
    BEGIN
        IF to_regclass('cron.job') IS NOT NULL THEN
            BEGIN
                EXECUTE $q$SELECT count(*) FROM cron.job WHERE jobname LIKE 'content_pipeline_%'$q$ INTO listed;
            EXCEPTION WHEN insufficient_privilege THEN NULL;
            END;
            RETURN QUERY VALUES ('pg_cron', CASE WHEN listed > 0 THEN 'ready' ELSE 'idle' END,
                listed || ' jobs in cron.job; itemwell db install-pg-cron schedules them');
        ELSE
            RETURN QUERY VALUES ('pg_cron', 'absent', 'not needed: a crontab or timer runs itemwell run-due');
        END IF;
        RETURN QUERY SELECT title, CASE WHEN enabled THEN 'ready' ELSE 'inactive' END,
            cron || ' UTC, ' || function || '()' FROM scheduled_job_records();
    END $$
"""
HEALTH = """
    CREATE FUNCTION get_scheduler_health()
    RETURNS TABLE (component text, status text, last_run timestamptz, next_run timestamptz,
        error_count bigint, success_rate double precision)
    LANGUAGE sql STABLE SECURITY DEFINER FIXED_PATH AS $$
        SELECT title, CASE
                WHEN NOT enabled THEN 'inactive'
                WHEN last_status NOT IN (0, 1) THEN 'unhealthy'
                WHEN next_run < clock_timestamp() - interval '15 minutes' THEN 'overdue'
                WHEN last_run IS NULL THEN 'pending'
                ELSE 'healthy' END,
            last_run, next_run, error_count, success_rate
        FROM scheduled_job_records()
    $$
"""
SIGNATURES = (
    "get_scheduler_health()",
    "initialize_scheduler()",
    "toggle_cron_job(text, boolean)",
    "get_cron_job_status()",
    "manage_cron_jobs()",
    "scheduled_job_records()",
    "trigger_content_automation()",
    "trigger_sweeper()",
    "trigger_monitoring()",
    "trigger_metrics_collection()",
    "trigger_health_checks()",
    "trigger_cleanup()",
    "queue_run(text)",
)
ACCESS = f"""
    DO $$
    DECLARE
        here text := current_schema();
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_scheduler') THEN
            BEGIN
                CREATE ROLE itemwell_scheduler NOLOGIN;
                COMMENT ON ROLE itemwell_scheduler IS 'made by itemwell';
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;  -- another bank's migration did
                WHEN insufficient_privilege THEN
                    RAISE NOTICE 'may not create role itemwell_scheduler'
                        USING HINT = 'Have it created and granted EXECUTE on trigger_*() and the like.';
            END;
        END IF;
        REVOKE ALL ON FUNCTION {", ".join(SIGNATURES)} FROM PUBLIC;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_scheduler') THEN
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO itemwell_scheduler', here);
            GRANT EXECUTE ON FUNCTION {", ".join(SIGNATURES[:5] + SIGNATURES[6:12])}
                TO itemwell_scheduler;
        END IF;
    END $$
"""
DROP_ROLE = """
    DO $$
    BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_scheduler'
            AND shobj_description(oid, 'pg_authid') = 'made by itemwell') THEN
            EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM itemwell_scheduler', current_schema());
            DROP ROLE itemwell_scheduler;
        END IF;
    EXCEPTION WHEN dependent_objects_still_exist OR undefined_object OR insufficient_privilege THEN
        NULL;  -- another bank of this server uses it
    END $$
"""
