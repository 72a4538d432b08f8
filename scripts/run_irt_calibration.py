#!/usr/bin/env python3
"""`itemwell calibrate` under the name that existing crontabs use: the same options and statuses."""

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]

try:
    from itemwell.cli import main
except ImportError:
    python = CHECKOUT / ".venv" / "bin" / "python"
    if not python.exists() or Path(sys.executable) == python:
        print(
            "exit code: 3 (config): itemwell is not installed; run: scripts/quickstart",
            file=sys.stderr,
        )
        sys.exit(3)
    os.execv(python, [str(python), str(Path(__file__).resolve()), *sys.argv[1:]])

sys.exit(main(["calibrate", *sys.argv[1:]]))
