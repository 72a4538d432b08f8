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
        FROM due_runs WHERE due_runs.job = job.name AND state IN ('done', 'dead')
            AND ended_at > clock_timestamp() - interval '30 days'
    ) AS past ON true
    WHERE job.title <> '' ORDER BY job.name <> 'run-due', job.title
$$;

CREATE FUNCTION manage_cron_jobs()
RETURNS TABLE (job_name text, schedule text, command text, active boolean,
    last_run timestamptz, next_run timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER FIXED_PATH AS $$
    SELECT title, cron, 'SELECT ' || function || '();', enabled, last_run, next_run
    FROM scheduled_job_records()
$$;

CREATE FUNCTION get_cron_job_status()
RETURNS TABLE (total_jobs bigint, active_jobs bigint, failed_jobs bigint,
    last_run timestamptz, next_run timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER FIXED_PATH AS $$
    SELECT count(*), count(*) FILTER (WHERE enabled),
        count(*) FILTER (WHERE last_status NOT IN (0, 1)), max(last_run), min(next_run)
    FROM scheduled_job_records()
$$;

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
END $$;

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
$$;
