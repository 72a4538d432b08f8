"""What is installed works without the checkout: the migrations travel with the package."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_every_module_and_migration_is_in_the_wheel(installed):
    sources = {path.relative_to(ROOT / "src") for path in (ROOT / "src").rglob("*.py")}
    migrations = {path.name for path in (ROOT / "alembic" / "versions").glob("*.py")}

    assert all((installed / path).exists() for path in sources)
    assert {
        path.name for path in (installed / "itemwell/migrations/versions").glob("*.py")
    } == migrations


def test_the_wheel_migrates_a_server_and_fills_it(installed, bare_program, empty_url):
    environment = {"PYTHONPATH": str(installed), "DATABASE_URL": empty_url}

    upgraded = bare_program.anew("db", "upgrade", **environment)
    generated = bare_program.anew("generate", "--count", 3, **environment)
    code = "from itemwell.store import schema; print(schema.folder())"
    where = subprocess.run(
        [sys.executable, "-c", code],
        env={**bare_program.environment, **environment},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (upgraded.status, generated.status) == (0, 0), upgraded.err + generated.err
    assert where.stdout.strip() == str(installed / "itemwell" / "migrations")
