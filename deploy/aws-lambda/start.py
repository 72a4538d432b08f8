"""Starts an ECS task for a job. Rendered by `itemwell install aws-lambda`. Event: {"job": "generate", "at": "..."}."""

import hashlib
import os

import boto3

COMMANDS = {
    "generate": ["generate"],
    "readiness": ["readiness"],
    "calibrate": ["calibrate"],
    "exams": ["exams", "generate"],
    "snapshot": ["snapshot"],
    "recommend": ["recommend"],
    "sweep": ["sweep"],
    "monitor": ["monitor"],
    "metrics": ["metrics"],
    "health": ["health"],
    "cleanup": ["cleanup"],
}

ecs = boto3.client("ecs")


def handler(event, _context):
    """The task's ARN. Raises where ECS did not start one: Lambda tries again, then the dead letter queue has it."""
    job = event["job"]
    answer = ecs.run_task(
        cluster=os.environ["CLUSTER"],
        taskDefinition=os.environ["TASK_DEFINITION"],
        launchType="FARGATE",
        count=1,
        # The same start of the same schedule starts one task, however often it is delivered.
        clientToken=hashlib.sha256(f"{job} {event['at']}".encode()).hexdigest()[:64],
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": os.environ["SUBNETS"].split(","),
                "securityGroups": os.environ["SECURITY_GROUPS"].split(","),
                "assignPublicIp": os.environ.get("ASSIGN_PUBLIC_IP", "DISABLED"),
            }
        },
        overrides={"containerOverrides": [{"name": "itemwell", "command": COMMANDS[job]}]},
    )
    # ECS answers 200 with an empty list where there was no capacity or the definition is wrong.
    if answer["failures"] or not answer["tasks"]:
        raise RuntimeError(f"{job} was not started: {answer['failures']}")
    return answer["tasks"][0]["taskArn"]
