"""The documents of a bank that was worked out by hand, and their pages."""

import pytest
from tests.report.banks import NOW, TOLD, fill

from itemwell.report import job
from itemwell.report.page import page


@pytest.fixture(scope="module")
def filled(read_bank):
    fill(read_bank)
    return read_bank


@pytest.fixture(scope="module")
def document(filled):
    told = TOLD._replace(
        settings=[{"name": "COUNT", "value": "50", "from": "default"}],
        versions=[{"of": "itemwell", "version": "0.1.0"}],
        prices=[{"vendor": "openai", "model": "gpt-6.1-sol", "input": 2.0, "output": 10.0}],
    )
    return job.of_bank(filled, told, 30, NOW)


@pytest.fixture(scope="module")
def of_run(filled):
    return job.of_run(filled, TOLD, 3, NOW)


@pytest.fixture(scope="module", params=["report.html.j2", "run.html.j2"])
def rendered(request, document, of_run):
    """The document and its page, of the bank and of a run."""
    made = document if request.param == "report.html.j2" else of_run
    return made, page(made, request.param)
