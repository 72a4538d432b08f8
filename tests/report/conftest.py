"""The documents of a bank that was worked out by hand, and their pages."""

import pytest
from tests.report.banks import NOW, TOLD, fill

from itemwell.report import job
from itemwell.report.page import page


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
