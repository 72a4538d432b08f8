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
END $$;

CREATE FUNCTION trigger_content_automation() RETURNS jsonb LANGUAGE sql SECURITY DEFINER FIXED_PATH AS $$
    SELECT jsonb_build_object('job_name', 'content_pipeline_main', 'function', 'trigger_content_automation',
        'queued', queue_run('run-due'))
$$;

CREATE FUNCTION trigger_sweeper() RETURNS jsonb LANGUAGE sql SECURITY DEFINER FIXED_PATH AS $$
    SELECT jsonb_build_object('job_name', 'content_pipeline_sweeper', 'function', 'trigger_sweeper',
        'queued', queue_run('sweep'))
$$;

CREATE FUNCTION trigger_monitoring() RETURNS jsonb LANGUAGE sql SECURITY DEFINER FIXED_PATH AS $$
    SELECT jsonb_build_object('job_name', 'content_pipeline_monitor', 'function', 'trigger_monitoring',
        'queued', queue_run('monitor'))
$$;

CREATE FUNCTION trigger_metrics_collection() RETURNS jsonb LANGUAGE sql SECURITY DEFINER FIXED_PATH AS $$
    SELECT jsonb_build_object('job_name', 'content_pipeline_metrics', 'function', 'trigger_metrics_collection',
        'queued', queue_run('metrics'))
$$;

CREATE FUNCTION trigger_health_checks() RETURNS jsonb LANGUAGE sql SECURITY DEFINER FIXED_PATH AS $$
    SELECT jsonb_build_object('job_name', 'content_pipeline_health', 'function', 'trigger_health_checks',
        'queued', queue_run('health'))
$$;

CREATE FUNCTION trigger_cleanup() RETURNS jsonb LANGUAGE sql SECURITY DEFINER FIXED_PATH AS $$
    SELECT jsonb_build_object('job_name', 'content_pipeline_cleanup', 'function', 'trigger_cleanup',
        'queued', queue_run('cleanup'))
$$;
