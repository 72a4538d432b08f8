"""The page: every number is the document's, nothing in it acts, and the same state gives the same bytes."""

import re
from copy import deepcopy

import pytest
from lxml import html
from sqlalchemy import text
from tests.report.banks import NOW, SAFE, TOLD, UNSAFE, fill

from itemwell.report import job
from itemwell.report.page import at_path, page, picture, verbatim

MOST_BYTES = 1_000_000
OTHERS = "//*[@class='verbatim'] | //*[local-name()='svg'] | //style | //thead | //title"
NUMBER = re.compile(r"-?[\d.]+(?:e-?\d+)?")


@pytest.fixture
def document(bank):
    fill(bank)
    told = TOLD._replace(
        settings=[{"name": "COUNT", "value": "50", "from": "default"}],
        versions=[{"of": "itemwell", "version": "0.1.0"}],
        prices=[{"vendor": "openai", "model": "gpt-6.1-sol", "input": 2.0, "output": 10.0}],
    )
    return job.of_bank(bank, told, 30, NOW)


@pytest.fixture
def of_run(bank):
    fill(bank)
    return job.of_run(bank, TOLD, 3, NOW)


@pytest.fixture(params=["report.html.j2", "run.html.j2"])
def rendered(request):
    """The document and its page, of the bank and of a run."""
    name = "document" if request.param == "report.html.j2" else "of_run"
    made = request.getfixturevalue(name)
    return made, page(made, request.param)


SPARSE = (
    "DELETE FROM llm_spending",
    "DELETE FROM llm_calls",
    "DELETE FROM irt_calibration_runs",
    "UPDATE questions SET irt_difficulty = NULL, irt_discrimination = NULL",
    "DELETE FROM refusals",
    "DELETE FROM responses",
    "DELETE FROM questions",
    "DELETE FROM job_runs WHERE id < 3",
    "UPDATE job_runs SET counts = '{}'",
)


def test_a_bank_that_lacks_one_thing_after_the_other_has_a_page_all_the_same(bank):
    fill(bank)
    for statement in SPARSE:
        with bank.begin() as db:
            db.execute(text(statement))

        assert "</html>" in page(job.of_bank(bank, TOLD, 1, NOW), "report.html.j2")
        assert "</html>" in page(job.of_run(bank, TOLD, 3, NOW), "run.html.j2")


def test_a_calibration_has_a_report_and_the_first_has_no_drift(bank):
    fill(bank)
    with bank.begin() as db:
        db.execute(text("UPDATE irt_calibration_runs SET run_id = id"))

    for run in (1, 2):
        document = job.of_run(bank, TOLD, run, NOW)
        told = page(document, "run.html.j2")

        assert document["calibration"]["id"] == run
        assert ("Drift since" in told) is (run == 2)


def read(shown):
    """The number that a reader sees, and half of its last digit."""
    plain = shown.strip().replace("\N{MINUS SIGN}", "-").replace(",", "").replace("$", "")
    scale = 100 if plain.endswith("%") else 1
    found = NUMBER.search(plain)[0]
    digits = len(found.partition(".")[2])
    return float(found) / scale, (0.5 * 10**-digits + 1e-9) / scale


def test_every_number_of_the_page_is_the_documents(rendered):
    document, told = rendered
    figures = html.fromstring(told).xpath("//*[@data-figure]")

    assert len(figures) > 60
    for each in figures:
        value = at_path(document, each.get("data-figure"))
        shown = each.text_content()
        if each.tag == "time":
            assert each.get("datetime") == value
        elif isinstance(value, str):
            assert shown == value
        elif value is None:
            assert shown == "–"
        else:
            seen, reach = read(shown)
            assert abs(abs(seen) - abs(value)) <= reach, (each.get("data-figure"), shown, value)
            assert each.tag != "data" or float(each.get("value")) == value


def test_no_number_stands_outside_of_a_figure(rendered):
    """But for what people wrote, and the titles of columns."""
    tree = html.fromstring(rendered[1])
    for each in tree.xpath(f"//*[@data-figure] | {OTHERS}"):
        each.drop_tree()

    assert re.findall(r".*\d.*", tree.text_content()) == []


def test_a_figure_that_is_changed_changes_the_page(document):
    changed = deepcopy(document)
    changed["cost"]["usd"] += 1

    assert page(changed, "report.html.j2") != page(document, "report.html.j2")


def test_the_same_document_gives_the_same_bytes(rendered):
    document, told = rendered

    assert page(document, "run.html.j2" if "run" in document else "report.html.j2") == told


def test_nothing_acts_loads_or_asks(rendered):
    told = rendered[1]
    tree = html.fromstring(told)
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "<script" not in told
    assert not re.search(r"(?:src|href|action|url)\s*[=(]\s*[\"']?(?:https?:)?//", told)
    assert not tree.xpath("//@style")
    assert not [name for each in tree.iter() for name in each.attrib if name.startswith("on")]
    assert all(source.startswith("data:image/svg+xml;base64,") for source in tree.xpath("//@src"))


def test_each_chart_is_named_described_and_has_a_table(rendered):
    tree = html.fromstring(rendered[1])
    charts = tree.xpath("//*[local-name()='svg']")

    assert charts
    for chart in charts:
        for name in chart.get("aria-labelledby").split():
            assert tree.xpath(f"//*[@id='{name}']")[0].text_content()
        figure = chart.xpath("ancestor::figure")[0]
        assert figure.xpath(".//details//table | following-sibling::details[1]//table")


def test_ids_are_unique(rendered):
    ids = html.fromstring(rendered[1]).xpath("//@id")

    assert len(ids) == len(set(ids))


def test_hostile_text_is_shown_as_text(rendered):
    told = rendered[1]

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told
    assert "⌈U+202E⌉" in told
    assert "\u202e" not in told
    assert "$x^2 &lt; 3$" in told
    assert "שלום" in told


def test_a_sound_picture_is_an_image_and_another_is_not_shown():
    assert picture(SAFE, 'a "square"').startswith(
        '<img class=picture src="data:image/svg+xml;base64,'
    )
    assert 'alt="a &#34;square&#34;"' in picture(SAFE, 'a "square"')
    assert "is not shown: it <span" in picture(UNSAFE, "a trap")
    assert "is not well-formed" in picture("<svg", "nothing")
    assert "is too large" in picture(f"<svg>{' ' * 20_000}</svg>", "much")
    assert "has a declaration" in picture('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "an entity")


def test_controls_are_made_visible():
    assert verbatim("a\x00b\u2066c") == "<span class=verbatim dir=auto>a⌈U+0000⌉b⌈U+2066⌉c</span>"


LARGE = """
    WITH made AS (
        INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation, signature,
            skeleton, verified, irt_discrimination, irt_difficulty, irt_se_difficulty, irt_se_discrimination)
        SELECT (ARRAY['math', 'logic', 'verbal', 'spatial', 'memory', 'pattern'])[1 + n % 6],
            (ARRAY['easy', 'medium', 'hard'])[1 + n % 3], 'active', repeat('Question ' || n || ' ', 20),
            '[{"text": "1"}, {"text": "2"}, {"text": "3"}]', 'B', 'none', 'g' || n, 'h' || n, '{}',
            0.5 + n % 17 / 10.0, (n * 7919 % 6000) / 1000.0 - 3, 0.2, 0.2
        FROM generate_series(1, 10000) AS n RETURNING id, irt_discrimination AS a, irt_difficulty AS b
    )
    INSERT INTO item_parameters (calibration_id, question_id, difficulty, discrimination, se_difficulty,
        se_discrimination, responses, published, flags)
    SELECT calibration, id, b + (calibration - 2) * sin(id) / 3, a, 0.2, 0.2, 200, true,
        CASE WHEN id % 50 = 0 THEN ARRAY['drift', 'misfit'] ELSE '{}'::text[] END
    FROM made, generate_series(1, 2) AS calibration
"""


def test_the_report_of_ten_thousand_questions_is_below_a_megabyte(bank):
    fill(bank)
    with bank.begin() as db:
        db.execute(text(LARGE))

    document = job.of_bank(bank, TOLD, 366, NOW)

    assert document["calibration"]["drift"]["questions"] > 10_000
    assert document["calibration"]["flagged"] > 100
    assert len(page(document, "report.html.j2").encode()) < MOST_BYTES
