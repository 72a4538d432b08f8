INSERT INTO scheduled_jobs (name, title, function, cron, zone, needs, planned_until)
SELECT name, 'content_pipeline_' || last, function, cron, 'UTC', '{}', clock_timestamp()
FROM (VALUES
    ('run-due', 'main', 'trigger_content_automation', '*/5 * * * *'),
    ('sweep', 'sweeper', 'trigger_sweeper', '*/15 * * * *'),
    ('monitor', 'monitor', 'trigger_monitoring', '0 * * * *'),
    ('metrics', 'metrics', 'trigger_metrics_collection', '*/30 * * * *'),
    ('health', 'health', 'trigger_health_checks', '*/10 * * * *'),
    ('cleanup', 'cleanup', 'trigger_cleanup', '0 2 * * *')
) AS first (name, last, function, cron);
