"""The commands by name. A command's module is imported when it is asked for, and is click alone."""

from importlib import import_module

import click

from itemwell import __version__

MODULES = {
    "generate": "generate",
    "calibrate": "calibrate",
    "readiness": "readiness",
    "exams": "exams",
    "snapshot": "snapshot",
    "recommend": "recommend",
    "sweep": "sweep",
    "run-due": "run_due",
    "jobs": "jobs",
    "next": "next",
    "monitor": "monitor",
    "metrics": "metrics",
    "health": "health",
    "cleanup": "cleanup",
    "worker": "worker",
    "serve": "serve",
    "status": "status",
    "report": "report",
    "judge": "judge",
    "questions": "questions",
    "items": "items",
    "responses": "responses",
    "learners": "learners",
    "study": "study",
    "dedup": "dedup",
    "runs": "runs",
    "alerts": "alerts",
    "models": "models",
    "db": "db",
    "config": "config",
    "install": "install",
    "doctor": "doctor",
    "self-test": "self_test",
    "exit-codes": "exit_codes",
}
"""The name of each command, in the order of `--help`, and its module in this folder."""


NAMES = {"next": "next_"}
"""The command in a module, where the module's name is one of Python's own."""


class Commands(click.Group):
    """A group that imports a command when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command, jobs first."""
        return list(MODULES)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None where there is none."""
        if cmd_name not in MODULES:
            return None
        module = MODULES[cmd_name]
        command: click.Command = getattr(
            import_module(f"itemwell.cli.{module}"), NAMES.get(module, module)
        )
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="itemwell")
def itemwell() -> None:
    """Keep an assessment's question bank full, fresh and calibrated.

    Without DATABASE_URL the bank is an embedded Postgres in the user's data directory. Each
    command ends with a documented status: see `itemwell exit-codes`.
    """
