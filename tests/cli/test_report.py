"""The report and the status through the real program."""

import os
import pty
import re
import stat
import subprocess
import sys

import pytest
from lxml import html
from tests.report.banks import NOW, fill
from tests.report.charts import drawn_wrong
from tests.report.reading import path_of

from itemwell.report.page import at_path

AS_OF = ("--as-of", f"{NOW:%Y-%m-%dT%H:%M}")


@pytest.fixture
def filled(program, bank):
    fill(bank)
    return program


def test_it_writes_a_file_for_its_owner_whose_numbers_are_those_of_json(filled):
    ended = filled("report", "--output", "all.html", "--json", *AS_OF)
    path = filled.folder / "all.html"

    assert (ended.status, stat.S_IMODE(path.stat().st_mode)) == (0, 0o600)
    assert "all.html written" in ended.last_line
    figures = html.fromstring(path.read_bytes()).xpath("//data[@data-figure]")
    assert len(figures) > 100
    for each in figures:
        value = at_path(ended.json, path_of(each))
        assert each.get("value") == ("" if value is None else str(value))
    assert drawn_wrong(ended.json, path.read_text()) == []


def test_the_same_bank_at_the_same_moment_gives_the_same_bytes(filled):
    for name in ("one.html", "two.html"):
        filled("report", "--output", name, *AS_OF)

    one, two = ((filled.folder / name).read_bytes() for name in ("one.html", "two.html"))
    assert one == two


def test_json_alone_writes_no_file(filled):
    document = filled("report", "--json", *AS_OF).json

    assert document["as_of"] == "2026-11-29T12:00:00Z"
    assert not list(filled.folder.glob("*.html"))


def test_a_run_has_a_report_of_its_own(filled):
    ended = filled("report", "--run", 3)

    assert ended.status == 0
    assert (
        "Run 3: generate"
        in html.parse(filled.folder / "itemwell-run-3.html").xpath("//h1")[0].text_content()
    )


def test_a_file_that_is_replaced_keeps_its_mode(filled):
    path = filled.folder / "report.html"
    path.write_text("old")
    path.chmod(0o644)

    filled("report", "--output", "report.html")

    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert path.read_text().startswith("<!doctype html>")


def test_it_is_shown_in_the_browser_that_is_asked_for(filled):
    browser = filled.folder / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > opened\n')
    browser.chmod(0o700)

    ended = filled("report", "--open", BROWSER=f"{browser} %s")

    assert ended.status == 0
    assert (filled.folder / "opened").read_text().strip() == (
        filled.folder / "itemwell-report.html"
    ).as_uri()


def test_the_settings_are_told_and_no_secret(filled):
    filled("report", "--output", "all.html", OPENAI_API_KEY="sk-a-secret-of-ours", COUNT="7")

    told = (filled.folder / "all.html").read_text()
    assert "sk-a-secret-of-ours" not in told
    assert "QUESTIONS_PER_RUN" in told


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--run", 99), "exit code: 3 (config): there is no run 99; see: itemwell runs"),
        (("--output", "no/x.html"), "no/x.html: No such file or directory; name another --output"),
        (("--output", "."), ". is no file; name another --output"),
    ],
)
def test_what_cannot_be_is_one_line(filled, arguments, line):
    ended = filled("report", *arguments)

    assert ended.status == 3
    assert line in ended.last_line
    assert "Traceback" not in ended.err
    assert not list(filled.folder.glob(".*.html*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_line(filled):
    (filled.folder / "shut").mkdir(mode=0o500)

    ended = filled("report", "--output", "shut/x.html")

    assert (ended.status, "Permission denied" in ended.last_line) == (3, True)


@pytest.mark.parametrize("command", ["report", "status"])
def test_an_empty_bank_none_and_one_that_is_down_are_each_one_line(program, bare_program, command):
    empty, none = program(command), bare_program(command)
    down = program(command, DATABASE_URL="postgresql://127.0.0.1:9/none")

    assert (empty.status, none.status, down.status) == (3, 3, 4)
    assert "the bank is empty" in empty.last_line
    assert "there is no bank yet; run: itemwell generate" in none.last_line
    assert not (bare_program.folder / "home").exists()
    assert "Failed to connect to database" in down.last_line


def test_the_status_is_twenty_lines_without_colour_and_has_its_json(filled):
    told, document = filled("status"), filled("status", "--json").json

    assert told.status == 0
    assert len(told.out.splitlines()) <= 20
    assert "\x1b" not in told.out
    assert document["stock"]["by_status"] == {
        "quarantined": 0, "pretest": 0, "active": 3, "watch": 1, "retired": 1,
    }  # fmt: skip


def on_a_terminal(program, **environment):
    """What the status prints where stdout is a terminal."""
    ours, its = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "itemwell", "status"],
            cwd=program.folder,
            env={**program.environment, "COLUMNS": "100", **environment},
            stdin=subprocess.DEVNULL,
            stdout=its,
            stderr=subprocess.DEVNULL,
        )
        os.close(its)
        told = b"".join(iter(lambda: _read(ours), b""))
        assert process.wait() == 0
    finally:
        os.close(ours)
    return told.decode()


def _read(terminal):
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other end is closed
        return b""


def test_colours_are_for_terminals_unless_the_operator_wants_none(filled):
    coloured, plain = on_a_terminal(filled), on_a_terminal(filled, NO_COLOR="1")

    assert "\x1b[31m✕" in coloured
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured).splitlines()[1:] == plain.splitlines()[1:]


def test_only_the_page_needs_matplotlib(filled):
    """The start-up of the others, and of the figures alone, does not grow."""
    (filled.folder / "matplotlib.py").write_text("raise ImportError('not here')")
    path = {"PYTHONPATH": str(filled.folder)}

    assert filled.anew("status", **path).status == 0
    assert filled.anew("report", "--json", **path).status == 0
    assert filled.anew("report", **path).status == 3
