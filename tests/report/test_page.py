"""The page: every number is the document's, nothing in it acts, and the same state gives the same bytes."""

import re
from copy import deepcopy

from lxml import html
from sqlalchemy import text
from tests.report.banks import NOW, SAFE, TOLD, UNSAFE, fill

from itemwell.report import job
from itemwell.report.page import MOST_BYTES, page, picture, verbatim

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
    charts = tree.xpath("//*[local-name()='svg' and not(@aria-hidden)]")

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
    told = page(document, "report.html.j2")
    assert len(told.encode()) < MOST_BYTES
    assert told.count('class="card small"') == document["calibration"]["flagged"]


def test_of_thousands_of_flagged_questions_as_many_are_drawn_as_a_megabyte_holds(document):
    found = document["calibration"]
    found["items"] = [found["items"][0] | {"question_id": 100 + n} for n in range(3_000)]
    found["flagged"] = 3_000

    told = page(document, "report.html.j2")

    (counted,) = html.fromstring(told).xpath("//*[@data-count='.small']")
    assert 0.99 * MOST_BYTES < len(told.encode()) <= MOST_BYTES
    assert int(counted.get("value")) == told.count('class="card small"') > 300
    assert counted.text == counted.get("value")
    assert "itemwell report --json" in told
