"""Anthropic's message batches: the requests go up in one body, the results come down as JSONL."""

import json
from typing import Any

from itemwell.double.clerk import DAY, Batch, Clerk, Handler, Line, rfc3339
from itemwell.double.faults import Fault
from itemwell.double.mind import Refused
from itemwell.double.wire import Response


def create(clerk: Clerk) -> Response:
    try:
        rows = [(row["custom_id"], row["params"]) for row in clerk.request.json()["requests"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(Fault.BAD_REQUEST, "requests: Field required") from error
    if not rows or len({key for key, _ in rows}) < len(rows):
        raise Refused(Fault.BAD_REQUEST, "requests: custom_id must be unique for each request")
    lines = (clerk.line(key, "/v1/messages", params) for key, params in rows)
    return Response.json(_batch(clerk, clerk.open(clerk.new_id("msgbatch_"), {}, lines)))


def _batch(clerk: Clerk, batch: Batch) -> dict[str, Any]:
    ended = not batch.running
    url = f"http://{clerk.request.host}/anthropic/v1/messages/batches/{batch.id}/results"
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": "ended" if ended else "in_progress",
        "request_counts": {
            "processing": 0 if ended else len(batch.lines),
            "succeeded": len(batch.succeeded) if ended else 0,
            "errored": len(batch.errored) if ended else 0,
            "canceled": len(batch.never("canceled")),
            "expired": len(batch.never("expired")) if ended else 0,
        },
        "created_at": rfc3339(batch.created),
        "expires_at": rfc3339(batch.created + DAY),
        "ended_at": rfc3339(batch.ready) if ended else None,
        "cancel_initiated_at": rfc3339(batch.created) if batch.cancelled else None,
        "archived_at": None,
        "results_url": url if ended else None,
    }


def results(clerk: Clerk) -> Response:
    batch = clerk.batch()
    if batch.running:
        raise Refused(Fault.BAD_REQUEST, "The batch has not ended yet.")
    rows = [{"custom_id": one.key, "result": _result(one)} for one in batch.shuffled()]
    body = "".join(json.dumps(row) + "\n" for row in rows)
    return Response(body=body.encode(), content_type="application/x-jsonl")


def _result(line: Line) -> dict[str, Any]:
    if line.status == 200:
        return {"type": "succeeded", "message": line.body}
    if line.status:
        return {"type": "errored", "error": line.body}
    return {"type": line.fate}


def retrieve(clerk: Clerk) -> Response:
    return Response.json(_batch(clerk, clerk.batch()))


def list_batches(clerk: Clerk) -> Response:
    data = [_batch(clerk, one) for one in clerk.batches.values()]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
    return Response.json({"data": data, "has_more": False, **ends})


def cancel(clerk: Clerk) -> Response:
    return Response.json(_batch(clerk, clerk.cancel()))


def delete(clerk: Clerk) -> Response:
    del clerk.batches[clerk.batch().id]
    return Response.json({"id": clerk.operation.argument, "type": "message_batch_deleted"})


HANDLERS: dict[str, Handler] = {
    "batches.create": create,
    "batches.list": list_batches,
    "batches.retrieve": retrieve,
    "batches.results": results,
    "batches.cancel": cancel,
    "batches.delete": delete,
}
