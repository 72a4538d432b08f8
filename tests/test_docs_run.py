"""The commands and statements of docs/ run as they stand, in their order, on one bank a page."""

import os
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path.name for path in DOCS.glob("*.md"))
NOT_RUN = {"operate.md": 1, "start.md": 1}
"""How many blocks of a page say that they are not run, and why; pages that are not here have none."""

BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<why>[^\n]+) -->\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
EXIT_CODE = re.compile(r"^exit code: (\d+)", re.MULTILINE)
MARK = "\036"  # the record separator of ASCII: no command prints it
PATIENCE = 900  # seconds for a page, on a very busy machine


class Step(NamedTuple):
    """A command with the lines that the page shows of what it prints."""

    command: str
    shown: list[str]

    @property
    def status(self):
        found = EXIT_CODE.search("\n".join(self.shown))
        return int(found[1]) if found else 0


def blocks(page, *kinds):
    for found in BLOCK.finditer((DOCS / page).read_text()):
        if found["kind"] in kinds:
            yield found["why"], found["kind"], found["body"]


def steps(page):
    """Every command of a page that runs. A line of console goes on after `> `."""
    for why, kind, body in blocks(page, "console", "sh"):
        if why:
            continue
        if kind == "sh":
            yield Step(body, [])
            continue
        told = re.split(r"^\$ ", body, flags=re.MULTILINE)
        assert told[0] == "", f"{page}: a console begins with a command"
        for piece in told[1:]:
            command, *rest = piece.splitlines()
            while rest and rest[0].startswith("> "):
                command += "\n" + rest.pop(0)[2:]
            yield Step(command, rest)


def script(page):
    return "".join(f"{{\n{step.command}\n}}\nprintf '{MARK}%s{MARK}' $?\n" for step in steps(page))


def as_shown(line):
    """A pattern for a line of the page: `...` stands for anything."""
    return re.compile(".*".join(map(re.escape, line.rstrip().split("..."))))


@pytest.fixture
def shell(home_program):
    """Runs a script on an embedded bank that stays up meanwhile; all that it printed."""
    own = home_program.folder / "bin"
    own.mkdir()
    (own / "itemwell").write_text(f'#!/bin/sh\nexec {shlex.join(home_program.warm.command)} "$@"\n')
    (own / "itemwell").chmod(0o755)
    path = f"{own}:{Path(sys.executable).parent}:{os.environ['PATH']}"

    def run(script):
        (home_program.folder / "page.sh").write_text(script)
        return subprocess.run(
            ["bash", "page.sh"],
            cwd=home_program.folder,
            env=home_program.environment | {"PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        ).stdout

    assert home_program("db", "start").status == 0
    yield run
    assert home_program("db", "stop").status == 0


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if list(steps(page))])
def test_every_command_of_a_page_runs_and_prints_what_is_shown(page, shell):
    printed = shell(script(page)).split(MARK)

    assert len(printed) == 2 * len(list(steps(page))) + 1
    for step, told, status in zip(steps(page), printed[::2], printed[1::2], strict=False):
        assert int(status) == step.status, f"{step.command}\n{told}"
        lines = iter(told.splitlines())
        for line in filter(str.strip, step.shown):
            pattern = as_shown(line)
            assert any(pattern.fullmatch(each.rstrip()) for each in lines), f"{line}\n{told}"


@pytest.mark.parametrize("page", [page for page in PAGES if list(blocks(page, "sql"))])
def test_every_statement_of_a_page_runs(page, bank):
    with bank.connect() as db:
        db.execute(text("CREATE ROLE my_application"))
        for _, _, body in blocks(page, "sql"):
            db.exec_driver_sql(body.replace("%", "%%"))
        db.rollback()


def test_no_block_is_left_out_but_those_that_say_why():
    marked = {
        page: sum(bool(why) for why, _, _ in blocks(page, "console", "sh", "sql")) for page in PAGES
    }
    kinds = {
        kind
        for page in PAGES
        for kind in re.findall(r"^```(\w*)$", (DOCS / page).read_text(), re.MULTILINE)
    }

    assert {page: count for page, count in marked.items() if count} == {
        page: count for page, count in NOT_RUN.items() if count
    }
    assert kinds <= {"", "console", "sh", "sql", "toml", "python", "json"}
    assert not any("itemwell" in body for page in PAGES for _, _, body in blocks(page, ""))


def test_every_page_is_in_the_index_and_every_link_of_a_page_leads_somewhere():
    index = (DOCS / "index.md").read_text()
    links = {
        (page, link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", (DOCS / page).read_text())
        if "://" not in link
    }

    assert [page for page in PAGES if page != "index.md" and f"({page})" not in index] == []
    assert [link for link in links if not (DOCS / link[1]).exists()] == []
    assert all(first != second for first, second in pairwise(sorted(links)))
