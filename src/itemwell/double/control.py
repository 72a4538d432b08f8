"""The double's own paths, for a test that has it in another process.

GET /double/bill, /double/seen, /double/leaked; POST /double/script, /double/revoke.
"""

from collections import Counter
from typing import TYPE_CHECKING, Any

from itemwell.double.faults import ALL
from itemwell.double.wire import Request, Response

if TYPE_CHECKING:
    from itemwell.double.server import Double


def answer(double: "Double", request: Request) -> Response:
    match request.method, request.path.removeprefix("/double/"):
        case "GET", "bill":
            return Response.json(double.bill.as_dict())
        case "GET", "seen":
            return Response.json(_counts(double))
        case "GET", "leaked":
            return Response.json(double.leaked)
        case "POST", "script":
            wanted = request.json()
            double.script(wanted["vendor"], map(reply, wanted["replies"]))
            return Response.json({})
        case "POST", "revoke":
            double.revoke(request.json()["vendor"])
            return Response.json({})
        case _:
            return Response.json({"detail": "the double has no such path"}, 404)


def _counts(double: "Double") -> dict[str, Any]:
    return {
        "count": len(double.seen),
        "asks": sum(seen.asks for seen in double.seen),
        "vendors": Counter(seen.vendor for seen in double.seen),
    }


def reply(said: Any) -> Any:
    """A scripted reply from JSON: `{"fault": "RATE_LIMIT", "retry_after": "3600"}` or an answer."""
    match said:
        case {"fault": str(name)} if name in ALL:
            return ALL[name](**{key: value for key, value in said.items() if key != "fault"})
        case _:
            return said
