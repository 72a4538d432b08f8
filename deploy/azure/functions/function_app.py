"""Runs Itemwell's jobs on timers of Azure Functions (v2 model). Rendered by `itemwell install azure`."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import azure.functions as func

app = func.FunctionApp()
ITEMWELL = os.environ.get("ITEMWELL_COMMAND", str(Path(sys.executable).with_name("itemwell")))
GRACE_SECONDS = 90
STOPPED = (0, 130, 143)
"""Ends that want nobody's attention: done, or stopped as it was asked to."""


def run(*arguments: str, seconds: float) -> None:
    """One job, its output line by line in the log. Raises RuntimeError for any other status: the invocation has failed."""
    process = subprocess.Popen(
        [ITEMWELL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/tmp"
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:  # above its own deadline: told to stop, it keeps what it has
        process.terminate()
        try:
            output, _ = process.communicate(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
    lines = output.splitlines() or ["nothing was said"]
    for line in lines:
        logging.info("%s", line)
    if process.returncode not in STOPPED:
        raise RuntimeError(lines[-1])


# keep the bank stocked. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 0 2 * * 0", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("generate")
def generate(timer: func.TimerRequest) -> None:
    run("generate", seconds=3000)


# can the bank carry an adaptive test?. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 30 3 * * 0", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("readiness")
def readiness(timer: func.TimerRequest) -> None:
    run("readiness", seconds=600)


# refit the item parameters. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 0 4 * * 0", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("calibrate")
def calibrate(timer: func.TimerRequest) -> None:
    run("calibrate", seconds=2100)


# have exams ready. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 0 */6 * * *", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("exams")
def exams(timer: func.TimerRequest) -> None:
    run("exams", "generate", seconds=3900)


# close each learner's day. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 0 0 * * *", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("snapshot")
def snapshot(timer: func.TimerRequest) -> None:
    run("snapshot", seconds=2100)


# tell each learner what to do next. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 0 6 * * 1", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("recommend")
def recommend(timer: func.TimerRequest) -> None:
    run("recommend", seconds=2100)


# take up what died. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 */15 * * * *", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("sweep")
def sweep(timer: func.TimerRequest) -> None:
    run("sweep", seconds=600)


# tell operators what is wrong. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 0 * * * *", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("monitor")
def monitor(timer: func.TimerRequest) -> None:
    run("monitor", seconds=600)


# figures for dashboards. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 */30 * * * *", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("metrics")
def metrics(timer: func.TimerRequest) -> None:
    run("metrics", seconds=600)


# is each part well?. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 */10 * * * *", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("health")
def health(timer: func.TimerRequest) -> None:
    run("health", seconds=420)


# delete what is old and not in use. Six fields, seconds first, in UTC.
@app.timer_trigger(schedule="0 0 2 * * *", arg_name="timer", run_on_startup=False, use_monitor=True)
@app.function_name("cleanup")
def cleanup(timer: func.TimerRequest) -> None:
    run("cleanup", seconds=2100)
