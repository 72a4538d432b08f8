"""The report in a browser: nothing is asked, said or cut off, and whoever reads with other means can."""

import os
import shutil

import pytest
from tests.report.banks import NOW, TOLD, fill

from itemwell.report import job
from itemwell.report.page import page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
ROOT_NEEDS = ["--no-sandbox"] if os.geteuid() == 0 else []
WCAG = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],  # what passes is not told element by element
}


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: scripts/checkers")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ROOT_NEEDS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def filled(read_bank):
    fill(read_bank)
    return read_bank


@pytest.fixture(scope="module", params=["report.html.j2", "run.html.j2"])
def written(request, filled, tmp_path_factory):
    of_run = request.param == "run.html.j2"
    made = job.of_run(filled, TOLD, 3, NOW) if of_run else job.of_bank(filled, TOLD, 30, NOW)
    path = tmp_path_factory.mktemp("report") / request.param.removesuffix(".j2")
    path.write_text(page(made, request.param), encoding="utf-8")
    return path


class Heard:
    """What a page said and asked for."""

    def __init__(self, page):
        self.messages, self.asked = [], []
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("dialog", lambda dialog: self.messages.append(dialog.message))
        page.on("request", lambda request: self.asked.append(request.url))


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def shown(browser, written, request):
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    heard = Heard(page)
    page.goto(written.as_uri())
    yield page, heard
    context.close()


@pytest.mark.slow
def test_it_says_nothing_asks_nobody_and_fits(shown):
    page, heard = shown
    page.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")

    assert heard.messages == []
    assert [url for url in heard.asked if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    assert page.evaluate(
        "[...document.images].every(each => each.complete && each.naturalWidth > 0)"
    )
    assert page.evaluate("document.images.length") > 0
    assert page.evaluate("document.scripts.length") == 0


@pytest.mark.slow
def test_it_meets_wcag_aa(shown):
    from axe_playwright_python.sync_playwright import Axe

    page, _ = shown
    page.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")

    found = Axe().run(page, options=WCAG)

    assert found.violations_count == 0, found.generate_report()
