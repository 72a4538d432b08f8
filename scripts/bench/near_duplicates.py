#!/usr/bin/env python3
"""What the rule says of labelled pairs, with cosine alone beside it, for `hash` and for `minilm`.

    python scripts/bench/near_duplicates.py
    python scripts/bench/near_duplicates.py --pairs mine.jsonl --embedder hash --tune

The shipped pairs have no keys; those of even number were there to set thresholds by (`--tune` prints
what the thresholds did to them), those of odd number are held out. The generated pairs are shown with
their keys and, as the harder case, without. Cosine alone is one threshold, set on the same pairs to
refuse no more than 2 % of the changed questions: the best that it can do.
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from pairs import pairs, unrelated

from itemwell.similar.decide import DUPLICATE, GREY, ISOMORPH, NEW, Side, decide
from itemwell.similar.embed import text_of
from itemwell.similar.hashing import Hashing
from itemwell.similar.minilm import MiniLM
from itemwell.similar.thresholds import DEFAULTS

SHIPPED = Path(__file__).parents[2] / "src/itemwell/similar/pairs.jsonl"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=Path, default=SHIPPED)
    parser.add_argument("--embedder", choices=("hash", "minilm"), action="append")
    parser.add_argument(
        "--tune", action="store_true", help="only the half that thresholds are set on"
    )
    parser.add_argument(
        "--missed", action="store_true", help="print each pair that was judged wrongly"
    )
    asked = parser.parse_args()
    shipped = [json.loads(line) for line in asked.pairs.read_text("utf-8").splitlines()]
    sets = {"shipped, tuning half": shipped[::2]}
    if not asked.tune:
        sets["shipped, held out"] = shipped[1::2]
    generated = list(pairs())
    sets["generated, keys"] = generated
    sets["generated, no keys"] = [{**pair, "key_a": None, "key_b": None} for pair in generated]
    print(f"{len(generated)} generated pairs: {dict(Counter(pair['why'] for pair in generated))}")
    for name in asked.embedder or ("hash", "minilm"):
        embedder = Hashing() if name == "hash" else MiniLM.found()
        print(f"\n{embedder.identity}, {DEFAULTS[name]}")
        print(
            f"{'pairs':<22}{'n':>6}{'dup caught':>12}{'refused':>9}{'diff refused':>14}{'iso as iso':>12}{'cosine: dup caught':>20}"
        )
        for title, chosen in sets.items():
            table(title, chosen, embedder, DEFAULTS[name], missed=asked.missed)
        far(embedder, DEFAULTS[name], with_keys=True)
        far(embedder, DEFAULTS[name], with_keys=False)


def sides(pair):
    return (
        Side(pair["a"], pair.get("key_a"), pair.get("stimulus_a")),
        Side(pair["b"], pair.get("key_b"), pair.get("stimulus_b")),
    )


def vectors(chosen, embedder):
    texts = sorted({text_of(side.stem, side.key) for pair in chosen for side in sides(pair)})
    return dict(zip(texts, embedder.embed(texts), strict=True))


def judged(chosen, embedder, thresholds):
    held = vectors(chosen, embedder)
    for pair in chosen:
        one, other = sides(pair)
        cosine = float(held[text_of(one.stem, one.key)] @ held[text_of(other.stem, other.key)])
        yield pair, decide(one, other, cosine, thresholds)


def table(title, chosen, embedder, thresholds, *, missed):
    kinds, cosines = defaultdict(Counter), defaultdict(list)
    for pair, verdict in judged(chosen, embedder, thresholds):
        kinds[pair["label"]][verdict.kind] += 1
        kinds[pair["why"]][verdict.kind] += 1
        cosines[pair["label"]].append(verdict.figures.cosine)
        if missed and wrong(pair["label"], verdict.kind):
            print(
                f"  {pair['label']} {pair['why']} -> {verdict.kind} {verdict.reasons} {verdict.figures.cosine:.2f}: {pair['a']} | {pair['b']}"
            )
    changed = np.array(cosines["diff"] + cosines["iso"])
    alone = np.mean(np.array(cosines["dup"]) > np.quantile(changed, 0.98))
    print(
        f"{title:<22}{len(chosen):>6}{share(kinds['dup'], DUPLICATE, GREY):>12}{share(kinds['dup'], DUPLICATE):>9}"
        f"{share(kinds['diff'] + kinds['iso'], DUPLICATE):>14}{share(kinds['iso'], ISOMORPH):>12}{alone:>20.1%}"
    )
    for why, counted in kinds.items():
        if why not in {"dup", "iso", "diff"}:
            print(f"    {why:<22}" + ", ".join(f"{kind} {n}" for kind, n in counted.most_common()))


def wrong(label, kind):
    return {
        "dup": kind not in {DUPLICATE, GREY},
        "iso": kind != ISOMORPH,
        "diff": kind == DUPLICATE,
    }[label]


def share(counted, *kinds):
    total = counted.total()
    return f"{sum(counted[kind] for kind in kinds) / total:.1%}" if total else "-"


def far(embedder, thresholds, *, with_keys):
    chosen = list(unrelated())
    if not with_keys:
        chosen = [{**pair, "key_a": None, "key_b": None} for pair in chosen]
    flagged = [
        (pair, verdict)
        for pair, verdict in judged(chosen, embedder, thresholds)
        if verdict.kind != NEW
    ]
    print(
        f"unrelated {'with' if with_keys else 'without'} keys: {len(flagged)} of {len(chosen):,} flagged"
    )
    for pair, verdict in flagged[:5]:
        print(f"    {verdict.kind} {verdict.figures.cosine:.2f}: {pair['a']} | {pair['b']}")


if __name__ == "__main__":
    main()
