"""The fault loops of scripts/faults, in their short form."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "scripts"


def test_ten_sigkills_lose_nothing_and_double_nothing():
    command = [sys.executable, SCRIPTS / "faults" / "sigkill.py", "--kills", "10", "--count", "40"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 SIGKILLs" in done.stdout
