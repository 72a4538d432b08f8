CREATE FUNCTION toggle_cron_job(job_name text, enable boolean)
RETURNS TABLE (success boolean, message text)
LANGUAGE plpgsql SECURITY DEFINER FIXED_PATH AS $$
BEGIN
    UPDATE scheduled_jobs SET enabled = enable WHERE toggle_cron_job.job_name IN (name, title);
    success := FOUND;
    message := CASE WHEN NOT FOUND THEN 'Job not found: '
        WHEN enable THEN 'Job enabled: ' ELSE 'Job disabled: ' END || job_name;
    RETURN NEXT;
END $$;
