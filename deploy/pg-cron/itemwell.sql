-- Rendered by `itemwell install pg-cron`. In the bank, as a role that may use the schema cron:
--   psql "$DATABASE_URL" --single-transaction --set ON_ERROR_STOP=1 --file itemwell.sql
-- pg_cron runs SQL only, so each line queues a request; `itemwell run-due`, started elsewhere every few
-- minutes, does the work. No address and no key are kept in the database. Times are cron.timezone's: keep GMT.
-- Scheduling a name again changes it: this file can be run as often as you like.

SELECT cron.schedule('content_pipeline_main', '*/5 * * * *', 'SELECT trigger_content_automation();');
SELECT cron.schedule('content_pipeline_sweeper', '*/15 * * * *', 'SELECT trigger_sweeper();');
SELECT cron.schedule('content_pipeline_monitor', '0 * * * *', 'SELECT trigger_monitoring();');
SELECT cron.schedule('content_pipeline_metrics', '*/30 * * * *', 'SELECT trigger_metrics_collection();');
SELECT cron.schedule('content_pipeline_health', '*/10 * * * *', 'SELECT trigger_health_checks();');
SELECT cron.schedule('content_pipeline_cleanup', '0 2 * * *', 'SELECT trigger_cleanup();');

-- pg_cron keeps a row of every start for ever.
SELECT cron.schedule(
  'content_pipeline_purge', '30 2 * * *',
  $$DELETE FROM cron.job_run_details WHERE end_time < now() - interval '14 days'$$
);
