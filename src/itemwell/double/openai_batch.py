"""OpenAI's files and batches: a JSONL file goes up, a batch is made of it, a JSONL file comes down."""

import json
import re
from collections.abc import Iterable
from typing import Any

from itemwell.double.clerk import DAY, Batch, Clerk, Handler, Line
from itemwell.double.faults import Fault
from itemwell.double.mind import Refused
from itemwell.double.wire import Response

PART = re.compile(
    rb'content-disposition:[^\r\n]*\bname="([^"]*)"(?:; filename="([^"]*)")?', re.IGNORECASE
)


def create_file(clerk: Clerk) -> Response:
    content_type = clerk.request.headers.get("content-type", "")
    found = re.search(r'boundary="?([^";]+)', content_type)
    if not found:
        raise Refused(Fault.BAD_REQUEST, "Could not parse multipart form")
    fields, name = {}, ""
    for part in clerk.request.body.split(b"--" + found[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        if disposition := PART.search(head):
            fields[disposition[1].decode()] = content.removesuffix(b"\r\n")
            name = (disposition[2] or b"").decode() or name
    if "file" not in fields or "purpose" not in fields:
        raise Refused(Fault.BAD_REQUEST, "Missing required parameter: 'file' or 'purpose'.")
    return Response.json(_keep(clerk, name, fields["file"], fields["purpose"].decode()))


def _keep(clerk: Clerk, name: str, content: bytes, purpose: str) -> dict[str, Any]:
    about: dict[str, Any] = {
        "id": clerk.new_id("file-"),
        "object": "file",
        "bytes": len(content),
        "created_at": int(clerk.now),
        "filename": name,
        "purpose": purpose,
        "status": "processed",
    }
    clerk.files[about["id"]] = {"about": about, "content": content}
    return about


def retrieve_file(clerk: Clerk) -> Response:
    return Response.json(clerk.found(clerk.files)["about"])


def list_files(clerk: Clerk) -> Response:
    return Response.json(_page([one["about"] for one in clerk.files.values()]))


def content(clerk: Clerk) -> Response:
    body = clerk.found(clerk.files)["content"]
    return Response(body=body, content_type="application/octet-stream")


def delete_file(clerk: Clerk) -> Response:
    clerk.found(clerk.files)
    del clerk.files[clerk.operation.argument]
    return Response.json({"id": clerk.operation.argument, "object": "file", "deleted": True})


def create(clerk: Clerk) -> Response:
    wanted = clerk.request.json()
    content = clerk.found(clerk.files, wanted.get("input_file_id", ""))["content"]
    rows, problem = _rows(content, wanted.get("endpoint", ""))
    lines = (clerk.line(row["custom_id"], row["url"], row["body"]) for row in rows)
    batch = clerk.open(clerk.new_id("batch_"), wanted, lines)
    batch.failed = problem or batch.failed
    return Response.json(_batch(clerk, batch))


def _rows(content: bytes, endpoint: str) -> tuple[list[dict[str, Any]], str]:
    """The file's rows, or none of them and what is wrong with the file."""
    try:
        rows = [json.loads(line) for line in content.splitlines() if line.strip()]
        keys = [row["custom_id"] for row in rows]
        urls = {row["url"] for row in rows} | {endpoint for row in rows if row["body"]}
    except (ValueError, KeyError, TypeError):
        return [], "invalid_json_line: This line is not parseable as valid JSON."
    if not rows:
        return [], "empty_file: The input file is empty."
    if len(set(keys)) < len(keys):
        return [], "duplicate_custom_id: The custom_id for this request is a duplicate."
    if urls != {endpoint}:
        return [], "invalid_url: The URL provided for this request does not match the endpoint."
    return rows, ""


def _batch(clerk: Clerk, batch: Batch) -> dict[str, Any]:
    ended = not batch.running
    if ended and not batch.failed and "output" not in batch.about:
        batch.about["output"] = _write(clerk, batch, "output", batch.succeeded)
        rest = batch.errored + batch.never("expired") + batch.never("canceled")
        batch.about["errors"] = _write(clerk, batch, "error", rest)
    now = int(clerk.now) if ended else None
    status = _status(batch)
    code, _, message = batch.failed.partition(": ")
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.about.get("endpoint"),
        "input_file_id": batch.about.get("input_file_id"),
        "completion_window": batch.about.get("completion_window", "24h"),
        "status": status,
        "output_file_id": batch.about.get("output"),
        "error_file_id": batch.about.get("errors"),
        "errors": {"object": "list", "data": [{"code": code, "message": message or code}]}
        if batch.failed
        else None,
        "created_at": int(batch.created),
        "in_progress_at": int(batch.created),
        "expires_at": int(batch.created + DAY),
        f"{status}_at": now,
        "request_counts": {
            "total": len(batch.lines),
            "completed": len(batch.succeeded) if ended else 0,
            "failed": len(batch.errored) if ended else 0,
        },
        "metadata": batch.about.get("metadata"),
    }


def _status(batch: Batch) -> str:
    if batch.failed:
        return "failed"
    if batch.running:
        return "in_progress"
    return "cancelled" if batch.cancelled else "expired" if batch.expired else "completed"


def _write(clerk: Clerk, batch: Batch, kind: str, lines: Iterable[Line]) -> str | None:
    """A file with these lines, shuffled as the vendor does it; None where there are none."""
    wanted = {id(line) for line in lines}
    rows = [json.dumps(_row(line)) + "\n" for line in batch.shuffled() if id(line) in wanted]
    if not rows:
        return None
    about = _keep(clerk, f"{batch.id}_{kind}.jsonl", "".join(rows).encode(), "batch_output")
    return str(about["id"])


def _row(line: Line) -> dict[str, Any]:
    response = {"status_code": line.status, "request_id": f"req_{line.key}", "body": line.body}
    error = {
        "code": f"batch_{line.fate}".replace("canceled", "cancelled"),
        "message": "This request could not be executed before the completion window expired.",
    }
    return {
        "id": f"batch_req_{line.key}",
        "custom_id": line.key,
        "response": response if line.status else None,
        "error": None if line.status else error,
    }


def retrieve(clerk: Clerk) -> Response:
    return Response.json(_batch(clerk, clerk.batch()))


def list_batches(clerk: Clerk) -> Response:
    return Response.json(_page([_batch(clerk, one) for one in clerk.batches.values()]))


def cancel(clerk: Clerk) -> Response:
    return Response.json(_batch(clerk, clerk.cancel()))


def _page(data: list[dict[str, Any]]) -> dict[str, Any]:
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
    return {"object": "list", "data": data, "has_more": False, **ends}


HANDLERS: dict[str, Handler] = {
    "files.create": create_file,
    "files.list": list_files,
    "files.retrieve": retrieve_file,
    "files.content": content,
    "files.delete": delete_file,
    "batches.create": create,
    "batches.list": list_batches,
    "batches.retrieve": retrieve,
    "batches.cancel": cancel,
}
