"""The embedder in force: settings -> MiniLM, a vendor or hash -> texts -> vectors with their identity.

What the chosen one cannot read (another script, too long) gets a vector of hash, which says so by
its identity: vectors of different identities are never compared.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from itemwell.errors import ConfigError
from itemwell.generate.together import Together
from itemwell.llm.door import LLMError, Model
from itemwell.llm.embed import asking, vectors_of
from itemwell.settings import Settings
from itemwell.similar.decide import Thresholds
from itemwell.similar.embed import Embedder, EmbedError, Identity
from itemwell.similar.thresholds import DEFAULTS
from itemwell.stopping import beside

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from itemwell.generate.vendors import Vendors
    from itemwell.similar.embed import Vectors

Known = Callable[[str], bool]
Result = TypeVar("Result")

FEW = 4
"""Texts that are read together: more are hardly cheaper, and take memory."""

QUICK = 4_000
"""Signs of texts that hash reads within a millisecond or two."""

REVISION = "1"
"""Of vendors' models: they do not tell theirs, and promise that a name's vectors stay."""

MOST_BYTES = 200_000
"""Of all texts of one call: a vendor takes 300,000 tokens, and no tokenizer makes two of one byte."""


class Row(NamedTuple):
    """A text's vector: float32, of length 1."""

    identity: Identity
    vector: "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class Chosen:
    """An embedder by its short name, which thresholds go by, and hash for what it cannot read."""

    name: str
    identity: Identity
    known: Known  # whether its vector of a text may be trusted
    embed: Callable[[Sequence[str]], Awaitable["Vectors"]]
    hashed: Embedder

    @property
    def dimensions(self) -> int:
        """Of its vectors; those of hash have their own."""
        return self.identity.dimensions

    async def vectors(self, texts: Sequence[str]) -> list[Row]:
        """One row a text, in order; a text that comes twice is embedded once.

        Raises EmbedError for a text without word or sign and for vectors that may not be trusted,
        LLMError where a vendor gives none: then there is no row at all.
        """
        once = list(dict.fromkeys(texts))
        mine, others = await _soon(lambda: _told_apart(once, self.known), once)
        rows = dict(zip(others, await self.hashes(others), strict=True))
        found = await self.embed(mine) if mine else ()
        rows |= {text: Row(self.identity, row) for text, row in zip(mine, found, strict=True)}
        return [rows[text] for text in texts]

    async def hashes(self, texts: Sequence[str]) -> list[Row]:
        """The same by hash alone, which costs next to nothing."""
        found = await _soon(lambda: self.hashed.embed(texts), texts)
        return [Row(self.hashed.identity, row) for row in found]


async def open_embedder(settings: Settings, vendors: "Vendors | None" = None) -> Chosen:
    """The embedder that EMBEDDER names; a vendor's is asked through `vendors`, while they are open.

    Raises ConfigError where it is not there: no weights, no key, a model of unknown dimensions.
    """
    if settings.embedder in {"openai", "google"}:
        identity = identity_of(settings)
        assert vendors is not None, "a vendor's embedder needs the vendors"
        return _of_vendor(vendors.embedder(identity), identity)
    return await beside(lambda: _local(settings))


def open_stored(settings: Settings) -> Chosen:
    """The embedder in force for whoever compares what is stored: a vendor's is not asked for more.

    Raises ConfigError where it is not there.
    """
    if settings.embedder not in {"openai", "google"}:
        return _local(settings)
    from itemwell.similar.hashing import Hashing  # noqa: PLC0415 - numpy

    async def nobody(_: Sequence[str]) -> "Vectors":
        raise EmbedError("nobody is asked for vectors here", "run: itemwell dedup backfill")

    identity = identity_of(settings)
    return Chosen(identity.vendor, identity, lambda _: True, nobody, Hashing())


def identity_of(settings: Settings) -> Identity:
    """Whose vectors a vendor's embedder gives. Raises ConfigError where that cannot be."""
    vendor = settings.embedder
    if settings.key_of(vendor) is None:
        name = f"{vendor.upper()}_API_KEY"
        raise ConfigError(
            f"EMBEDDER is {vendor}, but {name} is not set", f"set {name} or another EMBEDDER"
        )
    adapter = import_module(f"itemwell.llm.{vendor}_embed")
    given = settings.embedder_model or adapter.USUAL
    model, slash, number = given.rpartition("/")
    if not (slash and model and number.isascii() and number.isdigit()):
        model, number = given, str(adapter.OWN.get(given, 0))
    dimensions = int(number)
    if not 0 < dimensions <= 4_000:  # what an index of half-precision vectors takes
        raise ConfigError(
            f"EMBEDDER_MODEL {given}: how many dimensions its vectors have is not known, or not 1 to 4000",
            f"add the number: EMBEDDER_MODEL={model}/768",
        )
    return Identity(vendor, model, REVISION, dimensions)


def look(settings: Settings) -> str:
    """Which embedder is in force, in one line for an operator; nobody is called.

    Raises ConfigError where it cannot be used, and LLMError where its price is unknown.
    """
    from itemwell.similar import weights  # noqa: PLC0415 - numpy

    if settings.embedder in {"openai", "google"}:
        from itemwell.generate.vendors import prices_of  # noqa: PLC0415 - it needs the bank

        identity = identity_of(settings)
        rate = prices_of(settings).rate(identity.vendor, identity.model)
        told = f"${float(rate.input):g} a million tokens" if rate else "its price is unknown"
        return f"{identity}, {told}"
    chosen = _local(settings)
    missing = settings.embedder == "auto" and chosen.name == "hash"
    hint = f"; MiniLM finds more paraphrases: {weights.INSTALL}" if missing else ""
    return f"{chosen.name}, {chosen.identity}{hint}"


def _local(settings: Settings) -> Chosen:
    """MiniLM where it is wanted and found, else hash. Reads 90 MB where it is."""
    from itemwell.similar import weights  # noqa: PLC0415 - numpy
    from itemwell.similar.hashing import Hashing  # noqa: PLC0415
    from itemwell.similar.minilm import MiniLM  # noqa: PLC0415

    hashed = Hashing()
    wanted = settings.embedder
    if wanted == "hash" or (wanted == "auto" and not weights.find(settings.embedder_directory)):
        return Chosen("hash", hashed.identity, lambda _: True, _inline(hashed), hashed)
    model = MiniLM.found(settings.embedder_directory)
    return Chosen("minilm", model.identity, model.knows, _together(model), hashed)


def _together(embedder: Embedder) -> Callable[[Sequence[str]], Awaitable["Vectors"]]:
    """`embedder` off the event loop, one call at a time: two would only take each other's cores.

    Texts that come meanwhile are read together, where they are not many: that is a quarter cheaper.
    """

    async def embed_all(asked: Sequence[Sequence[str]]) -> "list[Vectors | Exception]":
        import numpy as np  # noqa: PLC0415

        texts = [text for each in asked for text in each]
        found = await beside(lambda: embedder.embed(texts))
        ends = np.cumsum([len(each) for each in asked])
        return [*np.split(found, ends[:-1])]

    return Together(embed_all, most=FEW)


def _inline(embedder: Embedder) -> Callable[[Sequence[str]], Awaitable["Vectors"]]:
    """`embedder`, which is so quick that a thread for a question costs more."""

    async def embed(texts: Sequence[str]) -> "Vectors":
        return await _soon(lambda: embedder.embed(texts), texts)

    return embed


async def _soon(work: Callable[[], Result], texts: Sequence[str]) -> Result:
    """What `work` makes of `texts`: here, or off the event loop where they are long."""
    return work() if sum(map(len, texts)) <= QUICK else await beside(work)


def _of_vendor(model: Model, identity: Identity) -> Chosen:
    from itemwell.similar.hashing import Hashing  # noqa: PLC0415 - numpy

    adapter = import_module(f"itemwell.llm.{identity.vendor}_embed")
    hashed = Hashing()

    def known(text: str) -> bool:
        return len(text.encode("utf-8", "replace")) <= adapter.LONGEST_BYTES and hashed.knows(text)

    async def embed(texts: Sequence[str]) -> "Vectors":
        """Call after call: where one fails, no further one is paid for."""
        import numpy as np  # noqa: PLC0415

        parts = [
            await _asked(model, batch, identity) for batch in batches(texts, adapter.MOST_TEXTS)
        ]
        return np.concatenate(parts)

    return Chosen(identity.vendor, identity, known, embed, hashed)


async def _asked(model: Model, texts: Sequence[str], identity: Identity) -> "Vectors":
    try:
        return vectors_of(await model(asking(texts, identity.dimensions)))
    except LLMError as error:
        if error.kind != "invalid":
            raise
        raise EmbedError(f"{error}; nothing of it is kept", "try again later") from error


def most_texts(identity: Identity) -> int:
    """So many texts a vendor takes in one call."""
    most: int = import_module(f"itemwell.llm.{identity.vendor}_embed").MOST_TEXTS
    return most


def batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """`texts` in order, at most so many together, and no more than a vendor takes in one call.

    >>> list(batches(["a", "b", "c"], 2))
    [['a', 'b'], ['c']]
    """
    batch: list[str] = []
    size = 0
    for text in texts:
        longer = size + len(text.encode("utf-8", "replace"))
        if batch and (len(batch) == most or longer > MOST_BYTES):
            yield batch
            batch, longer = [], longer - size
        batch.append(text)
        size = longer
    if batch:
        yield batch


def _told_apart(texts: Sequence[str], known: Known) -> tuple[list[str], list[str]]:
    """Those that are known, and the others."""
    told = [(text, known(text)) for text in texts]
    return [text for text, mine in told if mine], [text for text, mine in told if not mine]


def thresholds_of(
    chosen: Chosen, own: Mapping[str, Thresholds] | None = None
) -> dict[str, Thresholds]:
    """The thresholds of the embedders in force by identity; a bank's `own` go before."""
    usual = {
        str(chosen.hashed.identity): DEFAULTS["hash"],
        str(chosen.identity): DEFAULTS[chosen.name],
    }
    return usual | dict(own or {})
