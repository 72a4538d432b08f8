"""Files that mean harm: each is refused in one line, in little memory. Whole commands, in a child."""

import subprocess
import sys
import zipfile

import pytest

MOST_MB = 200
READ = """
import sys
from pathlib import Path
from itemwell.errors import ConfigError
from itemwell.interchange.formats import FORMATS, module_of
name, path = sys.argv[1:]
how = {"mode": "rb"} if FORMATS[name].binary else {"encoding": "utf-8", "newline": ""}
try:
    with open(path, **how) as file:
        for row in module_of(name).read(file, None):
            print("row", row.line, row.problem if row.draft is None else "TAKEN " + row.draft.stem)
except ConfigError as error:
    print("refused", error)
status = Path("/proc/self/status").read_text().splitlines()
print("mb", next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024)
"""
SECRET = "the secret of another file"
ITEM = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="x" title="x">
<responseDeclaration identifier="RESPONSE"><correctResponse><value>A</value></correctResponse>
</responseDeclaration><itemBody><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">
<prompt>{stem}</prompt><simpleChoice identifier="A">1</simpleChoice>
<simpleChoice identifier="B">2</simpleChoice></choiceInteraction></itemBody></assessmentItem>"""
QUIZ = """<quiz><question type="multichoice"><questiontext><text>{stem}</text></questiontext>
<answer fraction="100"><text>1</text></answer><answer fraction="0"><text>2</text></answer>
</question></quiz>"""
LAUGHS = '<!ENTITY l0 "ha">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
)


def read(name, path, reader=READ):
    """What reading `path` says, line by line, and the megabytes that it took.

    Not its ru_maxrss: that begins at the size of whoever forked it.
    """
    ended = subprocess.run(
        [sys.executable, "-c", reader, name, str(path)],
        capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    *told, mb = ended.stdout.splitlines()
    return told, int(mb.removeprefix("mb "))


def package(path, *entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data)
    return path


def xml(name, tmp_path, before, stem):
    """The document as a file of this format."""
    body = before + (QUIZ if name == "moodle" else ITEM).format(stem=stem)
    if name == "moodle":
        path = tmp_path / "quiz.xml"
        path.write_text(body)
        return path
    return package(tmp_path / "items.zip", ("items/x.xml", body))


@pytest.mark.parametrize("name", ["moodle", "qti21", "qti3"])
def test_entities_reach_no_file_and_do_not_grow(name, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    outside = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'

    for before, stem in ((outside, "&e;"), (f"<!DOCTYPE x [{LAUGHS}]>", "&l9;")):
        told, mb = read(name, xml(name, tmp_path, before, stem))

        assert len(told) == 1
        assert "DOCTYPE" in told[0] or "no XML that can be read" in told[0]
        assert SECRET not in told[0]
        assert mb < MOST_MB


@pytest.mark.parametrize("path", ["../../etc/x.xml", "/etc/x.xml", "a\\..\\..\\x.xml", "C:/x.xml"])
def test_a_package_whose_paths_lead_elsewhere_is_refused_whole(path, tmp_path):
    told, _ = read("qti3", package(tmp_path / "slip.zip", (path, ITEM.format(stem="Why?"))))

    assert len(told) == 1
    assert told[0].startswith("refused the package has a path that leads elsewhere")


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("items/x.xml", "w") as entry,
    ):
        for _ in range(300):
            entry.write(b" " * 1_000_000)

    told, mb = read("qti3", path)

    assert told == ["row 1 items/x.xml: unpacks to 300,000,000 bytes"]
    assert mb < MOST_MB


def test_what_is_no_zip_is_refused(tmp_path):
    (tmp_path / "no.zip").write_text("hello")

    assert read("qti3", tmp_path / "no.zip")[0] == ["refused no zip file: File is not a zip file"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["jsonl", "csv", "gift", "aiken", "moodle"])
def test_a_line_of_a_gigabyte_is_refused_in_little_memory(name, tmp_path):
    path, head = tmp_path / "long", {"moodle": "<quiz><question type='", "csv": ""}.get(name, "x")
    with path.open("wb") as file:
        file.write(head.encode())
        file.truncate(1_000_000_000)

    told, mb = read(name, path)

    assert len(told) == 1
    assert told[0].startswith(("row", "refused"))
    assert "TAKEN" not in told[0]
    assert mb < MOST_MB


READ_ANSWERS = """
import sys
from pathlib import Path
from itemwell.errors import ConfigError
from itemwell.interchange.responses.quiz import Quiz
from itemwell.interchange.responses.sniff import rows
name, path = sys.argv[1:]
try:
    with open(path, "rb") as file:
        for raw in rows(file, name, Quiz(by_text={"x": None}))[1]:
            for number in raw.numbers:
                print("TAKEN", number)
            for row in raw.refused:
                print("row", str(row)[:200])
except ConfigError as error:
    print("refused", error)
status = Path("/proc/self/status").read_text().splitlines()
print("mb", next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024)
"""
LONG_ANSWERS = {
    "csv": "user_id,question_id,is_correct\n",
    "wide": "user_id,q1\n",
    "jsonl": '{"a":"',
    "xapi": '[{"a":"',
    "caliper": '{"data":[{"a":"',
    "moodle": 'Username,Completed,Question 1,Response 1\nann,"',
    "moodle as json": '[[{"username":"',
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG_ANSWERS)
def test_answers_of_a_gigabyte_a_line_are_refused_in_little_memory(name, tmp_path):
    path = tmp_path / "long"
    with path.open("wb") as file:
        file.write(LONG_ANSWERS[name].encode())
        file.truncate(1_000_000_000)

    told, mb = read(name.partition(" ")[0], path, READ_ANSWERS)

    assert len(told) == 1
    assert "longer than a line may be" in told[0] or told[0].startswith("refused")
    assert mb < MOST_MB
