"""Every number of the page is the document's: in words, in tables, and on the charts."""

import re
from copy import deepcopy
from datetime import date

import pytest
from lxml import html
from tests.report.charts import drawn_wrong, scales
from tests.report.reading import numbers_in, path_of, read

from itemwell.report.page import at_path, page

OTHERS = "//*[@class='verbatim'] | //*[local-name()='svg'] | //style | //thead | //title"
TABLES = "//table[@data-figures or starts-with(@class, 'of-')]"


def agrees(shown, value, *, signed=True):
    """Whether what a reader sees is this value, rounded."""
    if value is None:
        return shown == "–"
    seen, reach = read(shown)
    return abs(seen - value if signed else abs(seen) - abs(value)) <= reach


def days(text):
    return f"{date.fromisoformat(text).day} {date.fromisoformat(text):%b}"


def test_every_number_of_the_page_is_the_documents(rendered):
    document, told = rendered
    figures = html.fromstring(told).xpath("//*[@data-figure]")

    assert len(figures) > 60
    for each in figures:
        path, shown = path_of(each), each.text_content().strip()
        value = at_path(document, path)
        if each.tag == "time":
            assert each.get("datetime") == value
        elif isinstance(value, str):
            assert shown in (value, days(value) if path.endswith(".day") else value)
        else:
            assert agrees(shown, value, signed=not path.endswith("refused")), (path, shown, value)
            assert each.tag != "data" or each.get("value") == ("" if value is None else str(value))


def test_every_cell_of_a_table_of_many_is_the_documents(rendered):
    document, told = rendered
    for table in html.fromstring(told).xpath("//table[@data-figures]"):
        names = table.xpath(".//th/@data-each")
        rows = table.xpath(".//tbody/tr")
        assert len(rows) == len(at_path(document, table.get("data-figures")))
        for n, row in enumerate(rows):
            cells = [each.text_content().strip() for each in row.xpath("th | td")]
            for name, shown in zip(names, cells, strict=True):
                value = at_path(document, f"{table.get('data-figures')}.{n}{name}")
                same = (
                    shown.startswith(days(value))
                    if isinstance(value, str)
                    else agrees(shown, value)
                )
                assert same, (name, n, shown, value)


def rows_of(item):
    """What stands in the table of a question with a flag, row by row."""
    if not item["points"]:
        return [[item["curve"][n][name] for n in (4, 8, 12, 16, 20)] for name in ("theta", "share")]
    groups = ("theta", "answers", "share", "expected")
    rows = [[point[name] for point in item["points"]] for name in groups]
    return rows + [option["shares"] for option in item["options"]]


def test_every_cell_of_a_flagged_questions_table_is_the_documents(rendered):
    document, told = rendered
    items = document["calibration"]["items"] if document["calibration"] else []
    tables = html.fromstring(told).xpath("//table[starts-with(@class, 'of-')]")

    assert len(tables) == len(items)
    for table, item in zip(tables, items, strict=True):
        for row, expected in zip(table.xpath(".//tr"), rows_of(item), strict=True):
            cells = [each.text_content().strip() for each in row.xpath("td")]
            assert all(map(agrees, cells, expected)), (cells, expected)


def test_no_number_stands_outside_of_a_figure(rendered):
    """But for what people wrote, and the titles of columns."""
    tree = html.fromstring(rendered[1])
    for each in tree.xpath(f"//*[@data-figure] | //*[@data-count] | {TABLES} | {OTHERS}"):
        each.drop_tree()

    assert re.findall(r".*\d.*", tree.text_content()) == []


def test_every_text_of_a_chart_with_a_number_is_a_label_or_a_tick(rendered):
    texts = html.fromstring(rendered[1]).xpath("//*[local-name()='svg']//*[local-name()='text']")

    assert len(texts) > 15
    for each in texts:
        if re.search(r"\d", each.text_content()):
            assert each.xpath("ancestor-or-self::*[@data-figure or @data-scale]"), (
                each.text_content()
            )


def test_every_number_that_describes_a_chart_is_the_documents(rendered):
    document, told = rendered
    for each in html.fromstring(told).xpath("//*[local-name()='svg']/*[self::title or self::desc]"):
        paths = each.get("data-numbers", "").split()
        seen = numbers_in(each.text_content())
        assert len(seen) == len(paths), each.text_content()
        for (number, reach), path in zip(seen, paths, strict=True):
            assert abs(number - at_path(document, path)) <= reach, (path, number)


def test_every_tick_is_of_the_numbers_that_are_drawn(rendered):
    """The rule: ticks are even, most of the numbers lie between them, and each of those is drawn there;
    of what has a scale across too, at the place of both its numbers."""
    assert drawn_wrong(*rendered) == []


def test_the_scales_are_those_of_all_charts_with_numbers(document):
    tree = html.fromstring(page(document, "report.html.j2"))
    found = [paths for each in tree.xpath("//*[local-name()='svg']") for paths in scales(each)]

    assert len(found) == 2 * 2 + 3 + 1 + 2 + 2


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("cost.days.28.usd", 0.02),
        ("cost.days.28.usd_per_question", 0.02),
        ("calibration.information.points.9.drawn", 0.1),
        ("calibration.information.points.9.se_best", 0.1),
        ("calibration.wright.bands.3.from", 0.1),
        ("calibration.drift.cells.1.before", 0.3),
        ("calibration.drift.cells.1.now", -0.3),
        ("calibration.items.0.points.1.share", 0.1),
        ("calibration.items.0.points.1.theta", 0.1),
        ("calibration.items.0.options.2.shares.0", 0.1),
        ("calibration.items.0.curve.7.low", 0.1),
    ],
)
def test_a_number_that_is_drawn_elsewhere_is_found(document, path, change):
    told = page(document, "report.html.j2")
    other = deepcopy(document)
    ground, _, name = path.rpartition(".")
    holder = at_path(other, ground)
    holder[int(name) if isinstance(holder, list) else name] += change

    assert len(drawn_wrong(other, told)) >= 1


@pytest.mark.parametrize("ticks", range(4))
def test_a_tick_that_tells_another_number_is_found(document, ticks):
    told = page(document, "report.html.j2")
    tree = html.fromstring(told)
    labels = tree.xpath("//*[@data-scale]/descendant-or-self::*[local-name()='text']")
    label = labels[ticks * (len(labels) - 1) // 3]
    label.text = "7"

    assert len(drawn_wrong(document, html.tostring(tree, encoding="unicode"))) >= 1
