"""Every command of ``qonys``. Heavy libraries are imported where a command needs them, so that --help is quick."""

from __future__ import annotations

from collections.abc import Callable

from cyclopts import App

from qonys.cli.analysis import COMMANDS as ANALYSES
from qonys.cli.demonstration import demo, simulate
from qonys.cli.explain import explain
from qonys.cli.keys import rotate, signing
from qonys.cli.links import link
from qonys.cli.profile import check, schemas
from qonys.cli.protection import audit
from qonys.cli.quality import quality
from qonys.cli.register import collect, new, process, tabulate
from qonys.cli.release import build, serve
from qonys.cli.release_proof import check_release, compare, verify
from qonys.cli.release_stages import (
    approve,
    calendar,
    correct_release,
    list_releases,
    publish,
    schedule,
    wait,
    withdraw,
)
from qonys.cli.review import correct, corrections, review
from qonys.cli.rules import findings, rules, try_changed
from qonys.cli.status import status
from qonys.cli.upkeep import doctor, history

app = App(
    name="qonys",
    help="From the registration slips of people who moved to a migration release that anyone can check.",
    version_flags=["--version"],
    help_format="markdown",
)
release = App(name="release", help="Build a release, prove it, and publish it.")
rules_app = App(name="rules", help="List the validation rules, and try changed ones.")
analyse = App(name="analyse", help="Analyse the counts of a release by methods of demography and statistics.")
protect = App(name="protect", help="Look after the protection of persons in what is published.")
keys = App(name="keys", help="Look after the keys of a register.")
profile = App(name="profile", help="Look after the profile of a country.")


def _offer(group: App, *commands: Callable[..., None]) -> None:
    for command in commands:
        group.command(command)


_offer(app, new, collect, process, tabulate, status, doctor, history, serve, simulate, demo)
_offer(app, review, correct, link, corrections)
_offer(app, findings, quality, explain)
_offer(release, build, verify, compare, approve, schedule, wait, publish, withdraw, calendar)
release.command(correct_release, name="correct")
release.command(list_releases, name="list")
release.command(check_release, name="check")
_offer(profile, check, schemas)
_offer(keys, rotate, signing)
_offer(protect, audit)
_offer(analyse, *ANALYSES)
rules_app.default(rules)
rules_app.command(try_changed, name="try")
app.command(rules_app)
app.command(release)
app.command(profile)
app.command(keys)
app.command(protect)
app.command(analyse)
