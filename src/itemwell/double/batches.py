"""Which function answers which request about batches and files."""

from itemwell.double import anthropic_batch, google_batch, openai_batch
from itemwell.double.clerk import Clerk, Handler
from itemwell.double.desk import Desk
from itemwell.double.faults import Fault
from itemwell.double.vendor import Operation, Vendor
from itemwell.double.wire import Request, Response

HANDLERS: dict[str, dict[str, Handler]] = {
    "openai": openai_batch.HANDLERS,
    "anthropic": anthropic_batch.HANDLERS,
    "google": google_batch.HANDLERS,
}


def handle(
    desk: Desk, vendor: Vendor, operation: Operation, request: Request, fault: Fault | None
) -> Response:
    clerk = Clerk(desk, vendor, operation, request, fault)
    return HANDLERS[vendor.NAME][operation.name](clerk)
