"""Rules of our own, for what the platforms' checkers let pass. Each is told a text and tells its problems."""

import json
import re

import yaml

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


class _Cloud(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, each as {tag: value}."""


_Cloud.add_multi_constructor("!", lambda loader, tag, node: {tag: _value(loader, node)})


def _value(loader, node):
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_scalar(node)


def cloud(text):
    return yaml.load(text, _Cloud)


def eventbridge_schedules(text):
    """Six fields, one kind of day is `?` and the other is not, numbers within bounds."""
    problems = []
    for expression in re.findall(r"cron\(([^)]*)\)", text):
        fields = expression.split()
        if len(fields) != 6:
            problems.append(f"{expression}: {len(fields)} fields")
        elif (fields[2] == "?") == (fields[4] == "?"):
            problems.append(f"{expression}: one of the days must be ?")
        elif any("*/" in field for field in fields):
            problems.append(f"{expression}: steps begin at a number")
    return problems


def aws(template):
    """What cfn-lint lets pass, over a template of CloudFormation or SAM."""
    resources = cloud(template)["Resources"]
    problems = eventbridge_schedules(template)
    for name, resource in resources.items():
        found = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Scheduler::Schedule":
                problems += [f"{name}: {problem}" for problem in _schedule(found)]
            case "AWS::ECS::TaskDefinition":
                problems += [f"{name}: {problem}" for problem in _task(found)]
            case "AWS::CloudWatch::Alarm":
                problems += [f"{name}: {problem}" for problem in _alarm(found)]
            case "AWS::Events::Rule":
                problems.append(f"{name}: rules have no zone and retry 185 times: use a Schedule")
    return problems


def _schedule(found):
    target = found["Target"]
    if "ScheduleExpressionTimezone" not in found:
        yield "no zone"
    if target.get("RetryPolicy", {}).get("MaximumRetryAttempts", 185) > 3:
        yield "185 tries"
    if "DeadLetterConfig" not in target:
        yield "no dead letter queue"
    if target["EcsParameters"].get("LaunchType") not in {"FARGATE", "EC2", "EXTERNAL"}:
        yield "no launch type"


def _task(found):
    (container,) = found["ContainerDefinitions"]
    if not 60 <= container.get("StopTimeout", 30) <= 120:
        yield "a stop kills early"
    if found["RequiresCompatibilities"] != ["FARGATE"] or found["NetworkMode"] != "awsvpc":
        yield "not for Fargate"
    if {entry["Name"] for entry in container.get("Environment", [])} & {"DATABASE_URL"}:
        yield "a secret in plain sight"
    yield from ["--no-console"] if "--no-console" in container["Command"] else []


def _alarm(found):
    if found["Namespace"].startswith("AWS/") and found["ComparisonOperator"].startswith("Less"):
        yield "takes a start for a success"
    if found["Namespace"].startswith("AWS/") and not found.get("Dimensions"):
        yield "watches every function or queue of the account"
    if found["EvaluationPeriods"] * found["Period"] > 604_800:
        yield "looks back longer than 7 days"
    if found["ComparisonOperator"].startswith("Less") and found["TreatMissingData"] != "breaching":
        yield "absence is silent"


def dockerfile(text):
    """Non-root by number, exec form, a digest, nothing hidden, a health check."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    froms = [line.split()[1] for line in lines if line.startswith("FROM ")]
    pinned = re.search(r"^ARG BASE=(.+)$", text, re.MULTILINE)
    froms = [pinned[1] if pinned and image == "${BASE}" else image for image in froms]
    checked = 'case "$BASE" in *@sha256:*)' in text and "ARG BASE\n" in text
    if not all(DIGEST.search(image) or (image == "${BASE}" and checked) for image in froms):
        yield "no digest"
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    if not users or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]):
        yield "runs as root"
    commands = [line for line in lines if re.match(r"(CMD|ENTRYPOINT) ", line)]
    if not commands or not all(re.match(r"\w+ \[.+\]$", line) for line in commands):
        yield "no exec form"
    if "--no-console" in text:
        yield "--no-console"
    if "HEALTHCHECK" not in text:
        yield "no health check"
    if len(froms) < 2 or "COPY . ." in text:
        yield "one stage, or all of the folder"


def kubernetes(text):
    """Enums and bounds that the structural check lets pass, over one CronJob."""
    found = yaml.safe_load(text)
    spec = found["spec"]
    job = spec["jobTemplate"]["spec"]
    pod = job["template"]["spec"]
    yield from _tries(job, pod)
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?", found["metadata"]["name"]):
        yield "a name that a CronJob may not have"
    if len(spec["schedule"].split()) != 5:
        yield "not five fields"
    if spec.get("timeZone") != "Etc/UTC":
        yield "no zone"
    if spec.get("concurrencyPolicy") not in {"Forbid", "Replace"}:
        yield "runs overlap"


def _tries(job, pod):
    (container,) = pod["containers"]
    if pod.get("restartPolicy") != "Never":
        yield "pods start again by themselves"
    if job.get("backoffLimit", 6) > 2:
        yield "six tries"
    if not job.get("activeDeadlineSeconds") or not pod.get("activeDeadlineSeconds"):
        yield "no deadline"
    if pod.get("terminationGracePeriodSeconds", 30) < 60:
        yield "a stop kills early"
    statuses = [
        status
        for rule in job.get("podFailurePolicy", {}).get("rules", [])
        if rule["action"] == "FailJob"
        for status in rule["onExitCodes"]["values"]
    ]
    if not {2, 3, 70} <= set(statuses) or {0, 4, 75} & set(statuses):
        yield "statuses are not told apart"
    if not container.get("securityContext", {}).get("readOnlyRootFilesystem"):
        yield "writes anywhere"


def cloud_run(text):
    """The defaults that cost: three retries and ten minutes."""
    spec = yaml.safe_load(text)["spec"]["template"]["spec"]["template"]["spec"]
    if spec.get("maxRetries", 3) != 0:
        yield "paid four times"
    if "timeoutSeconds" not in spec:
        yield "killed after ten minutes"
    for entry in spec["containers"][0].get("env", []):
        if "value" in entry and re.search("KEY|URL|DSN", entry["name"]):
            yield "a secret in plain sight"


def azure_job(text):
    """Enums and bounds of a Container Apps job."""
    configuration = yaml.safe_load(text)["properties"]["configuration"]
    if configuration["triggerType"] != "Schedule":
        yield "no schedule"
    if len(configuration["scheduleTriggerConfig"]["cronExpression"].split()) != 5:
        yield "not five fields"
    if configuration["replicaRetryLimit"] != 0:
        yield "paid again"
    for secret in configuration["secrets"]:
        if "value" in secret:
            yield "a secret in plain sight"


RAILWAY = {
    "type": "object",
    "required": ["$schema", "build", "deploy"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"enum": ["https://railway.com/railway.schema.json", "https://railway.app/railway.schema.json"]},
        "build": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "builder": {"enum": ["RAILPACK", "DOCKERFILE", "NIXPACKS"]},
                "dockerfilePath": {"type": "string"},
                "watchPatterns": {"type": "array", "items": {"type": "string"}},
            },
        },
        "deploy": {
            "type": "object",
            "required": ["startCommand", "cronSchedule", "restartPolicyType"],
            "additionalProperties": False,
            "properties": {
                # No shell, no `cd x && y`: a container's own start command is exec'd.
                "startCommand": {"type": "string", "pattern": "^[a-z -]+$"},
                "cronSchedule": {"type": "string", "pattern": r"^(\S+ ){4}\S+$"},
                "restartPolicyType": {"const": "NEVER"},
                "drainingSeconds": {"type": "integer", "minimum": 60},
            },
        },
    },
}  # fmt: skip
"""What of Railway's schema a cron service uses, and stricter."""

VERCEL = {
    "type": "object",
    "required": ["crons"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://openapi.vercel.sh/vercel.json"},
        "functions": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"maxDuration": {"type": "integer", "minimum": 1, "maximum": 60}},
            },
        },
        "crons": {
            "type": "array",
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["path", "schedule"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^/", "maxLength": 512},
                    "schedule": {
                        "type": "string",
                        "maxLength": 256,
                        # No names, no 7, and one kind of day at the most.
                        "pattern": r"^[\d*,/-]+ [\d*,/-]+ (\* [\d*,/-]+ [0-6*,/-]+|[\d*,/-]+ [\d*,/-]+ \*)$",
                    },
                },
            },
        },
    },
}
"""Vercel's own schema of `crons`, and what its documentation says beyond it."""


def unit(text):
    """What makes a timer or a service start, restart or hang wrongly."""
    if "[Timer]" in text:
        if re.search(r"^(Requires|Wants|BindsTo)=.*\.service", text, re.MULTILINE):
            yield "runs at each boot"
        if not all(
            line.endswith(" UTC") for line in re.findall(r"^OnCalendar=.*", text, re.MULTILINE)
        ):
            yield "no zone"
        return
    if re.search(r"^Restart=(on-failure|always)", text, re.MULTILINE):
        prevented = " ".join(
            re.findall(r"^RestartPreventExitStatus=(.*)", text, re.MULTILINE)
        ).split()
        if not {"2", "3", "70", "143"} <= set(prevented) or {"4", "75"} & set(prevented):
            yield "paid again"
        if not re.search(r"^StartLimitBurst=3$", text, re.MULTILINE):
            yield "for ever"
    if re.search(r"^EnvironmentFile=", text, re.MULTILINE):
        yield "secrets in the environment's file"


def logrotate_stanza(text):
    yield from [] if re.search(r"^\s+su \w+ \w+", text, re.MULTILINE) else ["no su"]
    yield from [] if re.search(r"^\s+missingok", text, re.MULTILINE) else ["no missingok"]


def pg_cron(text):
    """SQL that only queues, and leaves neither address nor secret in the database."""
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    if re.search(r"ALTER (SYSTEM|DATABASE|ROLE)|current_setting\(|\bkey\b|Bearer", code):
        yield "a secret in the database's settings"
    if re.search(r"https?://|net\.http|http_post", code):
        yield "calls an address"
    if re.search(r"cron\.schedule", code) and "job_run_details" not in code:
        yield "its log grows for ever"


def statuses(text):
    """The statuses after which a unit's drop-in or a CronJob does not try again; None where it never does."""
    if "kind: CronJob" in text:
        job = yaml.safe_load(text)["spec"]["jobTemplate"]["spec"]
        (told,) = [rule["onExitCodes"]["values"] for rule in job["podFailurePolicy"]["rules"] if rule["action"] == "FailJob"]  # fmt: skip
        return set(told)
    if "Restart=no" in text:
        return None
    return set(map(int, re.search(r"^RestartPreventExitStatus=(.*)", text, re.MULTILINE)[1].split()))  # fmt: skip


def repeats(text, job):
    """What is wrong with the statuses after which `job` is tried again: 1 is the database in calibrate alone."""
    final = statuses(text)
    if final is None:
        return
    if (1 in final) == (job == "calibrate"):
        yield "1 is read as another job's"
    if not {2, 3, 70, 130, 143} <= final:
        yield "paid again"
    if {4, 75} & final:
        yield "a database that is away ends it"


def grafana(text):
    """A dashboard whose panels do not overlap, and ask for one source."""
    found = json.loads(text)
    taken = set()
    for panel in found["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        if place["x"] + place["w"] > 24 or cells & taken:
            yield f"{panel['title']}: overlaps"
        taken |= cells
        if panel["datasource"]["uid"] != "${source}":
            yield f"{panel['title']}: another source"
    if len({panel["id"] for panel in found["panels"]}) != len(found["panels"]):
        yield "ids twice"
