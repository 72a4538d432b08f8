CREATE FUNCTION scheduler_access() RETURNS void LANGUAGE plpgsql FIXED_PATH AS $$
DECLARE
    here text := (SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'due_runs'::regclass);
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_scheduler') THEN
        BEGIN
            CREATE ROLE itemwell_scheduler NOLOGIN;
            COMMENT ON ROLE itemwell_scheduler IS 'made by itemwell';
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;  -- another bank's migration did
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'may not create role itemwell_scheduler'
                    USING HINT = 'Have it created, then SELECT scheduler_access().';
        END;
    END IF;
    REVOKE ALL ON FUNCTION get_scheduler_health(), initialize_scheduler(),
        toggle_cron_job(text, boolean), get_cron_job_status(), manage_cron_jobs(),
        scheduled_job_records(), trigger_content_automation(), trigger_sweeper(),
        trigger_monitoring(), trigger_metrics_collection(), trigger_health_checks(),
        trigger_cleanup(), queue_run(text), scheduler_access()
        FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'itemwell_scheduler') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO itemwell_scheduler', here);
        GRANT EXECUTE ON FUNCTION get_scheduler_health(), initialize_scheduler(),
            toggle_cron_job(text, boolean), get_cron_job_status(), manage_cron_jobs(),
            trigger_content_automation(), trigger_sweeper(), trigger_monitoring(),
            trigger_metrics_collection(), trigger_health_checks(), trigger_cleanup()
            TO itemwell_scheduler;
    END IF;
END $$;
SELECT scheduler_access();
