"""Every command of ``qonys``, by the module that holds it.

A module is imported when one of its commands is run or told of, and heavy libraries where a command needs them: so what is
quick stays quick (tests/architecture/test_commands_load_what_they_need.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from cyclopts import App

app = App(
    name="qonys",
    help="From the registration slips of people who moved to a migration release that anyone can check.",
    version_flags=["--version"],
    help_format="markdown",
)
release = App(name="release", help="Build a release, prove it, and publish it.")
protect = App(name="protect", help="Look after the protection of persons in what is published.")
keys = App(name="keys", help="Look after the keys of a register.")
profile = App(name="profile", help="Look after the profile of a country.")


def _offer(group: App, module: str, *commands: str, **named: str) -> None:
    """Functions of a module as commands of a group, by their own names or by others."""
    for name, function in {**{name: name for name in commands}, **named}.items():
        group.command(f"qonys.cli.{module}:{function}", name=name)


_offer(app, "register", "new", "collect", "process", "tabulate")
_offer(app, "status", "status")
_offer(app, "upkeep", "doctor", "history")
_offer(app, "release", "serve")
_offer(app, "demonstration", "simulate", "demo")
_offer(app, "review", "review", "correct")
_offer(app, "deliveries", "withdraw", "reinstate")
_offer(app, "links", "link")
_offer(app, "review", "corrections")
_offer(app, "rules", "findings")
_offer(app, "quality", "quality")
_offer(app, "explain", "explain")
_offer(release, "release", "build")
_offer(release, "release_proof", "verify", "compare")
_offer(release, "release_stages", "approve", "schedule", "wait", "publish", "withdraw", "calendar")
_offer(release, "release_stages", correct="correct_release", list="list_releases")
_offer(release, "release_proof", check="check_release")
_offer(profile, "profile", "check", "schemas")
_offer(keys, "keys", "rotate", "signing")
_offer(protect, "protection", "audit")
app.command("qonys.cli.rules:rules_app", name="rules")
app.command(release)
app.command(profile)
app.command(keys)
app.command(protect)
app.command("qonys.cli.analysis:analyse_app", name="analyse")


def load_commands_told_of(words: Sequence[str]) -> None:
    """Load all commands of the group that some words name, which does nothing but tell what its commands do.

    Of a command whose module is not loaded Cyclopts would tell the name only.
    """
    _, named, _ = app.parse_commands([word for word in words if not word.startswith("-")])
    if named[-1].default_command is None:
        named[-1].resolved_commands()
