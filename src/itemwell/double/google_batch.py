"""Google's batches, inline or from a file, and the resumable upload and download of files."""

import json
from typing import Any

from itemwell.double.clerk import DAY, Batch, Clerk, Handler, Line, rfc3339
from itemwell.double.faults import Fault
from itemwell.double.mind import Refused
from itemwell.double.wire import Response

TYPE = "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch"


def create(clerk: Clerk) -> Response:
    model = clerk.operation.argument
    if model not in clerk.desk.mind.models[clerk.vendor.NAME]:
        raise Refused(Fault.MODEL_NOT_FOUND)
    wanted = clerk.request.json().get("batch", {})
    source = wanted.get("inputConfig", {})
    if name := source.get("fileName"):
        content = clerk.found(clerk.files, name.removeprefix("files/"))["content"]
        rows = [json.loads(line) for line in content.splitlines() if line.strip()]
    else:
        rows = source.get("requests", {}).get("requests", [])
    if not rows:
        raise Refused(Fault.BAD_REQUEST, "The batch has no requests.")
    about = {
        "model": f"models/{model}",
        "displayName": wanted.get("displayName", ""),
        "metadata": [row.get("metadata") for row in rows],
        "from_file": bool(name),
    }
    path = f"/v1beta/models/{model}:generateContent"
    lines = (clerk.line(_key(row, at), path, row["request"]) for at, row in enumerate(rows))
    return Response.json(_operation(clerk, clerk.open(clerk.new_id("b"), about, lines)))


def _key(row: dict[str, Any], position: int) -> str:
    return str(row.get("key") or (row.get("metadata") or {}).get("key") or position)


def _operation(clerk: Clerk, batch: Batch) -> dict[str, Any]:
    ended = not batch.running
    about = {
        "@type": TYPE,
        "name": f"batches/{batch.id}",
        "model": batch.about["model"],
        "displayName": batch.about["displayName"],
        "state": f"BATCH_STATE_{_state(batch)}",
        "createTime": rfc3339(batch.created),
        "updateTime": rfc3339(batch.ready if ended else batch.created),
        "batchStats": {
            "requestCount": str(len(batch.lines)),
            "successfulRequestCount": str(len(batch.succeeded) if ended else 0),
            "failedRequestCount": str(len(batch.errored) if ended else 0),
        },
    }
    if ended:
        about["endTime"] = rfc3339(batch.ready)
    if ended and not batch.failed and not batch.expired:
        about["output"] = _output(clerk, batch)
    done = {"done": True} if ended else {}
    error = {"error": {"code": 13, "message": batch.failed}} if batch.failed else {}
    return {"name": f"batches/{batch.id}", "metadata": about, **done, **error}


def _state(batch: Batch) -> str:
    if batch.running:
        return "PENDING"
    if batch.failed:
        return "FAILED"
    return "CANCELLED" if batch.cancelled else "EXPIRED" if batch.expired else "SUCCEEDED"


def _output(clerk: Clerk, batch: Batch) -> dict[str, Any]:
    if not batch.about["from_file"]:
        rows = [
            {**_result(line), **({"metadata": metadata} if metadata else {})}
            for line, metadata in zip(batch.lines, batch.about["metadata"], strict=False)
        ]
        return {"inlinedResponses": {"inlinedResponses": rows}}
    if "output" not in batch.about:
        rows = [{"key": line.key, **_result(line)} for line in batch.shuffled()]
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        batch.about["output"] = clerk.new_id("batch-")
        clerk.files[batch.about["output"]] = {"content": content, "type": "application/jsonl"}
    return {"responsesFile": f"files/{batch.about['output']}"}


def _result(line: Line) -> dict[str, Any]:
    if line.status == 200:
        return {"response": line.body}
    if line.status:
        return {"error": line.body["error"]}
    return {"error": {"code": 4 if line.fate == "expired" else 1, "message": f"Batch {line.fate}."}}


def get(clerk: Clerk) -> Response:
    return Response.json(_operation(clerk, clerk.batch()))


def list_batches(clerk: Clerk) -> Response:
    return Response.json({"operations": [_operation(clerk, one) for one in clerk.batches.values()]})


def cancel(clerk: Clerk) -> Response:
    clerk.cancel()
    return Response.json({})


def delete(clerk: Clerk) -> Response:
    del clerk.batches[clerk.batch().id]
    return Response.json({})


def start_upload(clerk: Clerk) -> Response:
    name = clerk.new_id("f")
    kind = clerk.request.headers.get("x-goog-upload-header-content-type", "")
    clerk.files[name] = {"content": b"", "type": kind}
    path = clerk.request.path
    return Response(headers={"x-goog-upload-url": f"http://{clerk.request.host}{path}/{name}"})


def upload(clerk: Clerk) -> Response:
    kept = clerk.found(clerk.files)
    kept["content"] += clerk.request.body
    final = "finalize" in clerk.request.headers.get("x-goog-upload-command", "")
    response = Response.json({"file": _file(clerk)})
    response.headers["x-goog-upload-status"] = "final" if final else "active"
    return response


def _file(clerk: Clerk) -> dict[str, Any]:
    kept = clerk.found(clerk.files)
    return {
        "name": f"files/{clerk.operation.argument}",
        "mimeType": kept["type"],
        "sizeBytes": str(len(kept["content"])),
        "createTime": rfc3339(clerk.now),
        "expirationTime": rfc3339(clerk.now + 2 * DAY),
        "uri": f"http://{clerk.request.host}/google/v1beta/files/{clerk.operation.argument}",
        "state": "ACTIVE",
    }


def get_file(clerk: Clerk) -> Response:
    return Response.json(_file(clerk))


def download(clerk: Clerk) -> Response:
    kept = clerk.found(clerk.files)
    return Response(body=kept["content"], content_type=kept["type"] or "application/octet-stream")


HANDLERS: dict[str, Handler] = {
    "batches.create": create,
    "batches.list": list_batches,
    "batches.get": get,
    "batches.cancel": cancel,
    "batches.delete": delete,
    "files.start": start_upload,
    "files.upload": upload,
    "files.get": get_file,
    "files.download": download,
}
