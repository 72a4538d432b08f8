"""With a key in the environment the tests still call no vendor."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import KEPT

ROOT = Path(__file__).parents[1]
KEYS = {f"{vendor}_API_KEY": "sk-mine" for vendor in ("OPENAI", "ANTHROPIC", "GOOGLE")}
NOBODY = "192.0.2.1"
"""An address for documentation: no host has it."""


def test_no_key_and_no_bank_is_left_in_the_environment():
    assert not [name for name in os.environ if "KEY" in name or name == "DATABASE_URL"]


def test_a_host_that_is_not_this_one_is_refused():
    with socket.socket() as line, pytest.raises(AssertionError, match="a test wants to reach"):
        line.connect((NOBODY, 443))


def test_a_key_of_the_developers_reaches_no_test():
    this = f"{Path(__file__)}::test_no_key_and_no_bank_is_left_in_the_environment"
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", this]

    ended = subprocess.run(
        command, cwd=ROOT, env={**kept, **KEYS}, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout[0]) == (0, "."), ended.stdout + ended.stderr


def test_a_program_with_keys_of_its_own_reaches_no_vendor(program):
    ended = program(
        "generate", "--count", 1, "--source", "models", "--json", PATIENCE_SECONDS="0.2", **KEYS
    )

    assert (ended.status, ended.json["reason"], ended.json["kept"]) == (2, "connection", 0)
