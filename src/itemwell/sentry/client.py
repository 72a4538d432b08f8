"""The SDK, as narrow as it goes. Imported where there is something to tell: see the package.

No integration but the log's breadcrumbs: no hooks, no headers to vendors, no copy of the program's
arguments. What is sent passes one place, `Guarded.capture_envelope`.
"""

import os
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import sentry_sdk
import urllib3
from sentry_sdk.crons import capture_checkin
from sentry_sdk.envelope import Envelope, Item, PayloadRef
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import HttpTransport

from itemwell import __version__
from itemwell.errors import Outcome
from itemwell.schedule import Job
from itemwell.sentry import event, secrets
from itemwell.settings import Settings

MARGIN_MINUTES = 15
"""How late a run may begin and, beyond its deadline, end: machines are slow to start on the hour."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Guarded(HttpTransport):
    """Takes the secrets out of all that is sent, follows no redirect, tries once."""

    TIMEOUT = 15  # seconds of one request, which the main thread waits for only in `flush`

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self.redact: Callable[[str], str] | None = None
        self.dropped: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        """Send it without secrets, in whatever part of it they are."""
        assert self.redact is not None  # else nothing leaves
        headers = secrets.cleaned(envelope.headers, self.redact)
        super().capture_envelope(Envelope(headers, [self._clean(each) for each in envelope.items]))

    def on_dropped_event(self, reason: str) -> None:
        """Note why something did not arrive: network, status_500 ..."""
        self.dropped.append(reason)

    def _clean(self, item: Item) -> Item:
        assert self.redact is not None
        headers = secrets.cleaned(item.headers, self.redact)
        if item.payload.json is not None:
            payload = PayloadRef(json=secrets.cleaned(item.payload.json, self.redact))
        else:
            payload = PayloadRef(bytes=secrets.cleaned(item.get_bytes(), self.redact))
        return Item(payload, headers=headers)

    def _get_pool_options(self) -> dict[str, Any]:
        once = urllib3.Retry(total=0, redirect=0, raise_on_redirect=False)
        return super()._get_pool_options() | {"retries": once}


class Client:
    """Sentry, by these settings."""

    def __init__(self, settings: Settings) -> None:
        assert settings.sentry_dsn is not None
        dsn = settings.sentry_dsn.get_secret_value()
        redact = secrets.redacting(secrets.in_force(settings, os.environ))
        self._checked_in: tuple[str, str | None, float] | None = None  # job, check-in, begun
        self._transaction: Any = None
        sentry_sdk.init(
            dsn=dsn,
            release=f"itemwell@{__version__}",
            environment=settings.env,
            traces_sample_rate=settings.sentry_traces_sample_rate or None,
            transport=Guarded,
            before_send=lambda told, _hint: event.permitted(told, redact),  # type: ignore[arg-type,return-value]
            before_send_transaction=lambda told, _hint: event.permitted(told, redact),  # type: ignore[arg-type,return-value]
            before_breadcrumb=lambda _crumb, hint: event.crumb(hint, redact),
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[LoggingIntegration(event_level=None, sentry_logs_level=None)],
            include_local_variables=False,
            max_request_body_size="never",
            propagate_traces=False,
            auto_session_tracking=False,
            send_client_reports=False,
            enable_backpressure_handling=False,
            spotlight=False,
            debug=False,
            **_no_proxy(dsn),
        )  # send_default_pii is False where nobody sets it, and setting it is deprecated
        transport = sentry_sdk.get_client().transport
        assert isinstance(transport, Guarded)
        transport.redact = redact
        self._transport = transport

    def begin(self, job: Job) -> None:
        """Check in for a run of `job` that begins, and trace it where traces are sampled."""
        check_in = capture_checkin(
            monitor_slug=job.name, status="in_progress", monitor_config=_monitor(job)
        )
        self._checked_in = job.name, check_in, time.monotonic()
        if sentry_sdk.get_client().options["traces_sample_rate"]:
            self._transaction = sentry_sdk.start_transaction(op="job", name=job.name)

    def end(self, *, well: bool) -> None:
        """Check in for the end of the run that last checked in; nothing where none did."""
        if self._checked_in is not None:
            job, check_in, begun = self._checked_in
            self._checked_in = None
            capture_checkin(
                monitor_slug=job,
                check_in_id=check_in,
                status="ok" if well else "error",
                duration=time.monotonic() - begun,
            )
        if self._transaction is not None:
            self._transaction.set_status("ok" if well else "internal_error")
            self._transaction.finish()
            self._transaction = None

    def report(
        self, outcome: Outcome, level: Any, tags: dict[str, str], bug: BaseException | None
    ) -> None:
        """An event. A cron line that fails each hour is one issue, and so is a bug in one place."""
        name = tags.get("job") or tags.get("command", "")
        with sentry_sdk.new_scope() as scope:
            scope.set_tags(tags)
            scope.set_level(level)
            scope.fingerprint = [name, "{{ default }}" if bug else outcome.reason]
            if bug:
                scope.capture_exception(bug)
            else:
                scope.capture_message(f"{name}: {outcome.message}", level=level)

    def flush(self, seconds: float) -> str | None:
        """Wait until all is sent, `seconds` at the most. Why something did not arrive, or None."""
        started = time.monotonic()
        sentry_sdk.flush(timeout=seconds)
        if time.monotonic() - started >= seconds:
            return f"no answer within {seconds:g} s"
        return _in_words(self._transport.dropped[-1]) if self._transport.dropped else None


def _in_words(reason: str) -> str:
    """What the SDK calls status_500, for people."""
    if reason.startswith("status_"):
        return f"it answered {reason.removeprefix('status_')}"
    return "it cannot be reached" if reason == "network" else reason.replace("_", " ")


def _monitor(job: Job) -> Any:
    """The job's monitor, as the schedule of this program's operators has it."""
    return {
        "schedule": {"type": "crontab", "value": job.cron},
        "timezone": job.zone,
        "checkin_margin": MARGIN_MINUTES,
        "max_runtime": -(-int(job.deadline.total_seconds()) // 60) + MARGIN_MINUTES,
        "failure_issue_threshold": 1,
        "recovery_threshold": 1,
    }


def _no_proxy(dsn: str) -> Any:
    """A relay on this machine is asked directly, whatever proxy the environment names."""
    return {"http_proxy": "", "https_proxy": ""} if urlsplit(dsn).hostname in LOOPBACK else {}
