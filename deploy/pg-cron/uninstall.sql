-- Rendered by `itemwell install pg-cron`. Takes the lines of itemwell.sql out again.
SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname LIKE 'content\_pipeline\_%' AND database = current_database();
