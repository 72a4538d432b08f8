"""Queues a job, and does nothing else: a function ends long before a job. Rendered by `itemwell install vercel`.

Vercel calls it by GET with the bearer CRON_SECRET, perhaps twice for one time: queueing twice is
harmless, as a job that runs already ends with 75 and one that is not due ends with 0.
"""

import hmac
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from hashlib import sha256
from http.server import BaseHTTPRequestHandler

JOBS = ("generate", "readiness", "calibrate", "exams", "snapshot", "recommend", "sweep", "monitor", "metrics", "health", "cleanup", )
SECONDS = 20


class handler(BaseHTTPRequestHandler):
    """GET /api/cron/NAME: 202 queued, 401, 404, 502 with the reason."""

    def do_GET(self):
        if not _may(self.headers.get("Authorization", "")):
            return self._answer(401, "a bearer is needed")
        job = urllib.parse.urlsplit(self.path).path.rsplit("/", 1)[-1]
        if job not in JOBS:
            return self._answer(404, "no such job")
        problem = _queue(job)
        return self._answer(502, problem) if problem else self._answer(202, "queued")

    def _answer(self, status, message):
        body = json.dumps({"success": status == 202, "message": message}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _may(given):
    """Whether the bearer is CRON_SECRET; nobody may while that is not set."""
    secret = os.environ.get("CRON_SECRET", "")
    wanted = sha256(f"Bearer {secret}".encode()).digest()
    return bool(secret) and hmac.compare_digest(sha256(given.encode()).digest(), wanted)


def _queue(job):
    """Ask `itemwell serve` at ITEMWELL_URL to queue it; what went wrong, or None."""
    query = urllib.parse.urlencode({"action": "trigger", "job": job})
    request = urllib.request.Request(
        f"{os.environ['ITEMWELL_URL'].rstrip('/')}/functions/v1/scheduler?{query}",
        data=b"",
        method="POST",
        headers={"Authorization": f"Bearer {os.environ['CRON_SECRET']}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):
            return None
    except urllib.error.HTTPError as error:
        return f"itemwell answered {error.code}"
    except OSError:
        return "itemwell cannot be reached"
