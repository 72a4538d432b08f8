#!/usr/bin/env python3
"""How long the 2PL takes on simulated answers, and how close it comes, beside R's mirt and TAM and girth.

    python scripts/bench/calibrate.py                                  # the small designs
    python scripts/bench/calibrate.py --design sparse-200k             # 6 million answers
    python scripts/bench/calibrate.py --design sparse-20k --girth VENV/bin/python --keep FOLDER
    python scripts/bench/calibrate.py --recover                        # errors against mirt's, 5 seeds

One table a design. Each fit is made in a process of its own and timed there without loading: medians
of --repeats, wall and CPU; on a machine with other work trust the CPU. A peer gets two threads where
it can use them, and its defaults; it is repeated while it is quick. The log-likelihood is that of the
estimates over one fine grid for all, so compare speed where it is equal: `itemwell, no prior` fits
what mirt fits. `ns` is CPU an answer and E step, all else of the fit included. MB is the peak while
fitting. The plain C loop (peers/e_step.c) does one E step's work on one thread: the distance to it is
what could still be gained.

R's packages are looked for where R looks (R_LIBS). With --keep FOLDER the answers and what peers made
of them stay there and are not made again; such rows carry a star.
"""

import argparse
import contextlib
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from answers import log_likelihood, read, simulate, write
from e_step import nanoseconds

PEERS = Path(__file__).parent / "peers"
NOT_INSTALLED = 3


class Design(NamedTuple):
    """What is simulated, and the peers that take over ten minutes or 15 GB of it."""

    persons: int
    items: int
    per_person: int
    too_much_for: frozenset = frozenset()
    errors: bool = False  # mirt's standard errors too


DESIGNS = {
    "dense-5k": Design(5_000, 50, 50, errors=True),
    "dense-50k": Design(50_000, 200, 200, frozenset({"girth"})),
    "sparse-5k": Design(5_000, 300, 30),
    "sparse-20k": Design(20_000, 500, 30, frozenset({"girth"})),
    "sparse-50k": Design(50_000, 1_000, 30, frozenset({"girth"})),
    "sparse-200k": Design(200_000, 2_000, 30, frozenset({"mirt", "TAM", "girth"})),
    "sparse-1m": Design(1_000_000, 10_000, 40, frozenset({"mirt", "TAM", "girth"})),
}
SMALL = "dense-5k,sparse-5k,sparse-20k"
HOW_TO_GET = {
    "mirt": "R CMD INSTALL of a clone of philchalmers/mirt, after Debian's r-base-dev and r-cran-"
    "{rcpparmadillo,gparotation,gridextra,pbapply,splines2,vegan}; its imports dcurver, Deriv and "
    "SimDesign may be empty packages",
    "TAM": "R CMD INSTALL of clones of alexanderrobitzsch/CDM and TAM, after Debian's r-base-dev and "
    "r-cran-{rcpparmadillo,mvtnorm,polycor}",
    "girth": "pip install girth==0.8.0 in an environment of its own, then --girth ITS/bin/python",
}


def prepared(name, seed, folder):
    """The folder with a design's answers."""
    place = folder / f"{name}-{seed}"
    if not (place / "shape").exists():
        write(simulate(*DESIGNS[name][:3], seed), place)
    return place


def told(command):
    """The JSON that it prints last; None where what it needs is not installed."""
    try:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    if done.returncode == NOT_INSTALLED:
        return None
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return {"failed": lines[-1] if lines else f"status {done.returncode}"}
    return json.loads(done.stdout.splitlines()[-1])


def kept(place, name, command):
    """A peer's figures: those in the folder, or new ones, which are left there."""
    file = place / f"{name}.json"
    if file.exists():
        return json.loads(file.read_text()) | {"star": "*"}
    figures = told(command)
    if figures and "failed" not in figures:
        file.write_text(json.dumps(figures) + "\n")
    return figures


def ours(place, repeats, which):
    return told([sys.executable, PEERS / "with_itemwell.py", place, repeats, which])


def by_r(package, place, repeats, *, errors=False):
    name = f"{package}-se" if errors else package
    command = ["Rscript", PEERS / "with_r.R", package, place, repeats, *["se"][:errors]]
    return kept(place, name, command)


def by_girth(place, asked):
    command = [asked.girth or "python-with-girth", PEERS / "with_girth.py", place, asked.repeats]
    return kept(place, "girth", command)


def estimates(place, name):
    with contextlib.suppress(FileNotFoundError):
        return np.genfromtxt(place / f"{name}.tsv", names=True)
    return None


def closeness(answers, found):
    """The estimates' log-likelihood, and root mean square errors of a and b."""
    a, b = np.asarray(found["a"], float), np.asarray(found["b"], float)
    errors = [math.sqrt(np.mean((x - y) ** 2)) for x, y in ((a, answers.a), (b, answers.b))]
    return log_likelihood(answers, a, b), *errors


HEADER = (
    f"{'':<20} {'fit s':>8} {'CPU s':>8} {'SE s':>8} {'SE CPU':>8} {'log-likelihood':>15} {'RMSE a':>7}"
    f" {'RMSE b':>7} {'E steps':>7} {'ns':>7} {'MB':>6} {'x mirt':>7} {'in CPU':>7} {'SE':>6} {'CPU':>6}"
)


def shown(value, width, digits):
    return f"{'':>{width}}" if value is None else f"{value:>{width},.{digits}f}"


def line(name, figures, close, mirt, count):
    """One row; mirt's seconds over its own, of the fit alone and with standard errors."""
    keys = ("seconds", "cpu", "se_seconds", "se_cpu")
    times = [figures.get(key) for key in keys]
    steps = figures.get("iterations")
    each = steps and 1e9 * figures["cpu"] / steps / count
    ratios = [
        mirt[key] / own if own and mirt and mirt.get(key) else None
        for key, own in zip(keys, times, strict=True)
    ]
    return " ".join(
        [
            f"{name + figures.get('star', ''):<20}",
            *(shown(value, 8, 3) for value in times),
            shown(close[0], 15, 2),
            *(shown(value, 7, 4) for value in close[1:]),
            shown(steps, 7, 0),
            shown(each, 7, 1),
            shown(figures["megabytes"], 6, 0),
            *(shown(value, width, 1) for value, width in zip(ratios, (7, 7, 6, 6), strict=True)),
        ]
    )


def peers(place, design, asked):
    """Figures by peer; None where it is missing, no entry where it would take too long."""
    found = {}
    for package in ("mirt", "TAM"):
        if asked.all or package not in design.too_much_for:
            found[package] = by_r(package, place, asked.repeats)
    if found.get("mirt") and design.errors:
        with_errors = by_r("mirt", place, asked.repeats, errors=True)
        if with_errors and "failed" not in with_errors:
            found["mirt"] |= {f"se_{key}": with_errors[key] for key in ("seconds", "cpu")}
    if asked.all or "girth" not in design.too_much_for:
        found["girth"] = by_girth(place, asked)
    return found


def compare(name, place, asked):
    design, answers = DESIGNS[name], read(place)
    count = len(answers.items)
    print(
        f"\n{name}: {design.persons:,} learners, {design.items:,} items, {count:,} answers, seed {asked.seed}"
    )
    others = peers(place, design, asked)
    rows = {
        "itemwell, no prior": ("itemwell-plain", ours(place, asked.repeats, "plain")),
        "itemwell": ("itemwell-prior", ours(place, asked.repeats, "prior")),
    }
    rows |= {peer: (peer, figures) for peer, figures in others.items() if figures}
    mirt = others.get("mirt")
    print(HEADER)
    for label, (file, figures) in rows.items():
        if "failed" in figures:
            print(f"{label:<20} failed: {figures['failed']}")
            continue
        close = closeness(answers, estimates(place, file))
        version = f" {figures['version']}" if "version" in figures else ""
        print(line(label + version, figures, close, mirt, count), flush=True)
    remarks(rows, nodes_of(rows, design), answers)
    for peer in sorted(design.too_much_for) if not asked.all else ():
        print(f"{peer} is left out: over ten minutes or 15 GB; --all asks it")
    return {peer for peer, figures in others.items() if figures is None}


def nodes_of(rows, design):
    figures = rows["itemwell, no prior"][1]
    return figures.get("nodes", 32 if design.per_person < 100 else 64)


def remarks(rows, nodes, answers):
    """Ours by itself, and against the plain C loop over as many nodes."""
    limit = nanoseconds(answers, nodes)
    if limit is None:
        print("the plain C loop needs a compiler: cc, gcc or clang")
    else:
        print(f"a plain C loop, one thread, {limit[1]} nodes: {limit[0]:.1f} ns CPU an answer")
    for label in ("itemwell, no prior", "itemwell"):
        figures = rows[label][1]
        if "failed" in figures:
            continue
        step = figures["cpu"] / figures["iterations"]
        beyond = (
            f", {1e9 * step / len(answers.items) / limit[0]:.1f} times the C loop" if limit else ""
        )
        errors = (figures["se_cpu"] - figures["cpu"]) / step
        print(
            f"{label}: {figures['engine']}, {figures['nodes']} nodes{beyond}; standard errors cost"
            f" {errors:.1f} E steps; {figures['warm']} E steps from the fit of 95 % of the learners;"
            f" peak while loading {figures['loaded']:.0f} MB"
        )


def recover(folder):
    """Errors of the fit with the default prior over mirt's, by design and seed."""
    print(
        f"{'':<12} {'seed':>4} {'a':>7} {'mirt':>7} {'ratio':>6} {'b':>8} {'mirt':>7} {'ratio':>6}"
    )
    for name in SMALL.split(","):
        ratios = []
        for seed in range(1, 6):
            place = prepared(name, seed, folder)
            if by_r("mirt", place, 1) is None:
                return {"mirt"}
            said = ours(place, 1, "prior")
            if "failed" in said:
                sys.exit(said["failed"])
            answers = read(place)
            own = closeness(answers, estimates(place, "itemwell-prior"))[1:]
            theirs = closeness(answers, estimates(place, "mirt"))[1:]
            ratios.append([x / y for x, y in zip(own, theirs, strict=True)])
            (a, b), (mirt_a, mirt_b), (over_a, over_b) = own, theirs, ratios[-1]
            print(
                f"{name:<12} {seed:>4} {a:>7.4f} {mirt_a:>7.4f} {over_a:>6.3f}"
                f" {b:>8.4f} {mirt_b:>7.4f} {over_b:>6.3f}",
                flush=True,
            )
        over_a, over_b = np.mean(ratios, axis=0)
        print(f"{name:<12} mean {over_a:>22.3f} {over_b:>23.3f}")
    return set()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--design", default=SMALL, help=f"of {', '.join(DESIGNS)}; commas between")
    parser.add_argument("--recover", action="store_true", help="errors against mirt's, no times")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="peers that are slow or large, too")
    parser.add_argument("--girth", metavar="PYTHON", help="one that has girth installed")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="answers and peers' results")
    asked = parser.parse_args()
    for name in set(asked.design.split(",")) - set(DESIGNS):
        parser.error(f"--design {name}: there are {', '.join(DESIGNS)}")

    with tempfile.TemporaryDirectory(prefix="itemwell-bench-") as scratch:
        folder = asked.keep or Path(scratch)
        if asked.recover:
            missing = recover(folder)
        else:
            missing = set()
            for name in asked.design.split(","):
                missing |= compare(name, prepared(name, asked.seed, folder), asked)
    for peer in sorted(missing):
        print(f"{peer} is not installed: {HOW_TO_GET[peer]}")


if __name__ == "__main__":
    main()
