"""A local server that speaks the three vendors' wire formats, and can fail in every known way.

    with Double(brain=answer, latency=1.0, sigma=0.5, seed=7) as double:
        double.script("openai", [Fault.RATE_LIMIT(retry_after="3600"), {"stem": "..."}])
        os.environ.update(double.environment)

request -> read as the vendor would -> key -> script, or chance -> brain -> bill -> envelope -> wire

`apart(...)` is the same in a process of its own, as is `python -m itemwell.double`.

A brain gets what was `Seen` and returns a dict (sent as JSON text), a text, an `Answer` or a `Fault`.
It runs in the server's thread. Embeddings are those of the `hash` embedder, tiled to the dimensions
asked for, so that like texts are near. Without one the double says something that conforms to the schema.
"""

from itemwell.double.answer import Answer
from itemwell.double.apart import Apart, apart
from itemwell.double.bill import Bill, Charge, Tokens
from itemwell.double.faults import ALL, FATAL, SLOW, USUAL, Fault, Layer
from itemwell.double.mind import Brain, Reply
from itemwell.double.seen import Seen
from itemwell.double.server import Double

__all__ = [
    "ALL", "FATAL", "SLOW", "USUAL",
    "Answer", "Apart", "Bill", "Brain", "Charge", "Double", "Fault", "Layer", "Reply", "Seen", "Tokens", "apart",
]  # fmt: skip
