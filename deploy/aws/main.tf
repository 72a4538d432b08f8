# Rendered by `itemwell install aws`: the same as template.yaml, for those who have Terraform. One of the two.
terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "image" {
  description = "The image with its digest: 123456789012.dkr.ecr.eu-central-1.amazonaws.com/itemwell@sha256:..."
  type        = string
  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "The image must be named with its digest."
  }
}

variable "subnets" {
  description = "Private subnets from which the bank and the vendors can be reached."
  type        = list(string)
}

variable "security_groups" {
  type = list(string)
}

variable "assign_public_ip" {
  description = "Only in public subnets without a NAT gateway."
  type        = bool
  default     = false
}

variable "secret_arn" {
  description = "A secret in Secrets Manager: a JSON object with all of database_url, openai_api_key, anthropic_api_key, google_api_key, sentry_dsn, smtp_url, slack_webhook_url, alert_webhook_url, ping_url, otlp_endpoint; empty texts for those that you do not have."
  type        = string
}

variable "alert_mail" {
  type = string
}

locals {
  # Another time: change the line here. Six fields; of day of month and day of week one is `?`. In UTC.
  jobs = {
    generate = {
      command  = ["generate"]
      schedule = "cron(0 2 ? * SUN *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 3600
      # CloudWatch looks back 7 days at most: the alarm of `health`, which ends 2 where a job is overdue, stands for this one.
      late_hours = 0
    }
    readiness = {
      command  = ["readiness"]
      schedule = "cron(30 3 ? * SUN *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 3600
      # CloudWatch looks back 7 days at most: the alarm of `health`, which ends 2 where a job is overdue, stands for this one.
      late_hours = 0
    }
    calibrate = {
      command  = ["calibrate"]
      schedule = "cron(0 4 ? * SUN *)"
      zone     = "UTC"
      cpu      = 1024
      memory   = 4096
      max_age  = 3600
      # CloudWatch looks back 7 days at most: the alarm of `health`, which ends 2 where a job is overdue, stands for this one.
      late_hours = 0
    }
    exams = {
      command  = ["exams", "generate"]
      schedule = "cron(0 0/6 * * ? *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 3600
      # Hours without a success after which somebody is told.
      late_hours = 14
    }
    snapshot = {
      command  = ["snapshot"]
      schedule = "cron(0 0 * * ? *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 3600
      # Hours without a success after which somebody is told.
      late_hours = 49
    }
    recommend = {
      command  = ["recommend"]
      schedule = "cron(0 6 ? * MON *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 3600
      # CloudWatch looks back 7 days at most: the alarm of `health`, which ends 2 where a job is overdue, stands for this one.
      late_hours = 0
    }
    sweep = {
      command  = ["sweep"]
      schedule = "cron(0/15 * * * ? *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 450
      # Hours without a success after which somebody is told.
      late_hours = 1
    }
    monitor = {
      command  = ["monitor"]
      schedule = "cron(0 * * * ? *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 1800
      # Hours without a success after which somebody is told.
      late_hours = 3
    }
    metrics = {
      command  = ["metrics"]
      schedule = "cron(0/30 * * * ? *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 900
      # Hours without a success after which somebody is told.
      late_hours = 2
    }
    health = {
      command  = ["health"]
      schedule = "cron(0/10 * * * ? *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 300
      # Hours without a success after which somebody is told.
      late_hours = 1
    }
    cleanup = {
      command  = ["cleanup"]
      schedule = "cron(0 2 * * ? *)"
      zone     = "UTC"
      cpu      = 512
      memory   = 2048
      max_age  = 3600
      # Hours without a success after which somebody is told.
      late_hours = 49
    }
  }
  secrets = ["database_url", "openai_api_key", "anthropic_api_key", "google_api_key", "sentry_dsn", "smtp_url", "slack_webhook_url", "alert_webhook_url", "ping_url", "otlp_endpoint"]
}

data "aws_region" "here" {}

data "aws_caller_identity" "me" {}

data "aws_partition" "here" {}

resource "aws_ecs_cluster" "itemwell" {
  name = "itemwell"
}

data "aws_iam_policy_document" "ecs" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name_prefix        = "itemwell-execution-"
  assume_role_policy = data.aws_iam_policy_document.ecs.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

data "aws_iam_policy_document" "secret" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.secret_arn]
  }
}

resource "aws_iam_role_policy" "secret" {
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.secret.json
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.me.account_id]
    }
  }
}

resource "aws_iam_role" "scheduler" {
  name_prefix        = "itemwell-scheduler-"
  assume_role_policy = data.aws_iam_policy_document.scheduler.json
}

data "aws_iam_policy_document" "start" {
  statement {
    actions   = ["ecs:RunTask"]
    resources = [for task in aws_ecs_task_definition.job : task.arn]
  }
  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.execution.arn]
  }
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.not_started.arn]
  }
}

resource "aws_iam_role_policy" "start" {
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.start.json
}

resource "aws_cloudwatch_log_group" "job" {
  for_each          = local.jobs
  name              = "/itemwell/${each.key}"
  retention_in_days = 90
}

resource "aws_ecs_task_definition" "job" {
  for_each                 = local.jobs
  family                   = "itemwell-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions = jsonencode([{
    name                   = "itemwell"
    image                  = var.image
    command                = each.value.command
    essential              = true
    stopTimeout            = 90
    readonlyRootFilesystem = true
    mountPoints = [
      { sourceVolume = "home", containerPath = "/var/lib/itemwell" },
      { sourceVolume = "tmp", containerPath = "/tmp" },
    ]
    secrets = [for name in local.secrets : { name = upper(name), valueFrom = "${var.secret_arn}:${name}::" }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.job[each.key].name
        awslogs-region        = data.aws_region.here.name
        awslogs-stream-prefix = "itemwell"
      }
    }
  }])
  volume {
    name = "home"
  }
  volume {
    name = "tmp"
  }
}

resource "aws_scheduler_schedule_group" "itemwell" {
  name = "itemwell"
}

resource "aws_sqs_queue" "not_started" {
  name_prefix               = "itemwell-not-started-"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_scheduler_schedule" "job" {
  for_each                     = local.jobs
  name                         = each.key
  group_name                   = aws_scheduler_schedule_group.itemwell.name
  schedule_expression          = each.value.schedule
  schedule_expression_timezone = each.value.zone
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = aws_ecs_cluster.itemwell.arn
    role_arn = aws_iam_role.scheduler.arn
    # Tries to start the task, not runs of the job: a task that was started is never repeated.
    retry_policy {
      maximum_retry_attempts       = 2
      maximum_event_age_in_seconds = each.value.max_age
    }
    dead_letter_config {
      arn = aws_sqs_queue.not_started.arn
    }
    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.job[each.key].arn
      launch_type         = "FARGATE"
      network_configuration {
        subnets          = var.subnets
        security_groups  = var.security_groups
        assign_public_ip = var.assign_public_ip
      }
    }
  }
}

resource "aws_sns_topic" "alerts" {
  name = "itemwell-alerts"
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = var.alert_mail
}

resource "aws_cloudwatch_log_metric_filter" "succeeded" {
  for_each       = local.jobs
  name           = "itemwell-succeeded-${each.key}"
  log_group_name = aws_cloudwatch_log_group.job[each.key].name
  pattern        = "\"exit code: 0 \""
  metric_transformation {
    namespace = "Itemwell"
    name      = "itemwell_succeeded_${replace(each.key, "-", "_")}"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "failed" {
  for_each       = local.jobs
  name           = "itemwell-failed-${each.key}"
  log_group_name = aws_cloudwatch_log_group.job[each.key].name
  pattern        = "\"exit code: \" -\"exit code: 0 \" -\"exit code: 75 \" -\"exit code: 143 \""
  metric_transformation {
    namespace = "Itemwell"
    name      = "itemwell_failed"
    value     = "1"
  }
}

# Also a job that was never started, that hangs, or whose every run fails is told.
resource "aws_cloudwatch_metric_alarm" "absence" {
  for_each            = { for name, job in local.jobs : name => job if job.late_hours > 0 }
  alarm_name          = "itemwell-${each.key}-absent"
  alarm_description   = "Itemwell's ${each.key} had no success for ${each.value.late_hours} hours"
  namespace           = "Itemwell"
  metric_name         = "itemwell_succeeded_${replace(each.key, "-", "_")}"
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = each.value.late_hours
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "itemwell-failed"
  alarm_description   = "A run of Itemwell did not end with 0"
  namespace           = "Itemwell"
  metric_name         = "itemwell_failed"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

resource "aws_cloudwatch_metric_alarm" "not_started" {
  alarm_name          = "itemwell-not-started"
  alarm_description   = "A job of Itemwell could not be started"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.not_started.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}
