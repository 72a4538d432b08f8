"""The table of targets. A target is a folder of templates of its name."""

TARGETS = {
    "systemd": "hardened units and a timer a job, for a Linux server",
    "cron": "a crontab",
    "logrotate": "rotation of the log that cron's lines write",
    "docker": "an image, and compose with Postgres",
    "kubernetes": "a CronJob a job",
    "aws": "EventBridge Scheduler to ECS: CloudFormation, and the same as Terraform",
    "aws-lambda": "a Lambda function that starts the ECS task",
    "gcp": "Cloud Run jobs with Cloud Scheduler",
    "azure": "Container Apps jobs, and a Functions timer",
    "railway": "a cron service a job",
    "vercel": "cron requests that only queue",
    "pg-cron": "pg_cron in the bank, which only queues",
    "github-actions": "a workflow on a schedule",
    "monitoring": "alert rules, a dashboard and outside checks",
}

WITHOUT_LINES = {
    "logrotate": "rotates a log",
    "vercel": "only queues",
    "pg-cron": "only queues",
    "monitoring": "only watches",
}
"""Targets that start no job, and why."""
