"""Every command of ``qonys``. Heavy libraries are imported where a command needs them, so that --help is quick."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from cyclopts import App, Parameter

from qonys.cli.show import as_json, prints, progress_shown, says, show_findings, show_table

app = App(
    name="qonys",
    help="From the registration slips of people who moved to a migration release that anyone can check.",
    version_flags=["--version"],
    help_format="markdown",
)
release = App(name="release", help="Build a release, and publish it.")
profile = App(name="profile", help="Look after the profile of a country.")
app.command(release)
app.command(profile)

WorkspaceFolder: TypeAlias = Annotated[Path, Parameter(name=["--workspace", "-w"], help="Folder of the workspace.")]
AsJson: TypeAlias = Annotated[bool, Parameter(name="--json", negative="", help="Print the result as JSON.")]
HERE = Path()


@app.command
def new(folder: Path, /, *, profile: str, json: AsJson = False) -> None:
    """Make a workspace: the folder in which an office works on one country.

    Args:
        folder: the new folder.
        profile: a shipped profile (mini, kz, es) or the folder of your own (./mine).
        json: print the result as JSON.
    """
    from qonys.country.loading import load_profile
    from qonys.store.workspace import Workspace

    loaded = load_profile(profile)
    name = str(Path(profile).resolve()) if loaded.folder == Path(profile) else profile
    workspace = Workspace.create(folder, name)
    if json:
        as_json({"workspace": str(workspace.folder), "profile": loaded.id, "published": str(workspace.published)})
    else:
        says.print(f"Made the workspace {workspace.folder} for {loaded.id}. Next: `qonys collect FILE…` in it.")


@app.command
def collect(
    *files: Path,
    layout: str | None = None,
    received: date | None = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Take deliveries into the register; each gets a receipt.

    A row that cannot be read is quarantined with its reasons. The same file is not taken twice.

    Args:
        files: files, or folders of files whose names fit a layout.
        layout: id of the source layout; found by the file's name where not given.
        received: day on which the files came (2025-01-20); else the name of their folder if it is a date, else today.
        workspace: folder of the workspace.
        json: print the receipts as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.errors import OperatorError

    if not files:
        raise OperatorError("No file was named.", next_step="Write: qonys collect FILE… or qonys collect FOLDER")
    with progress_shown() as progress:
        outcome = line_of(workspace, progress).collect(files, layout=layout, received=received)
    if json:
        as_json({"receipts": outcome.data, "findings": outcome.findings})
        return
    rows = [[r.file, r.delivery, str(r.received), r.rows, r.registrations, r.quarantined] for r in outcome.data]
    show_table("Receipts", ["File", "Delivery", "Received", "Rows", "Registrations", "Quarantined"], rows)
    show_findings(outcome.findings)


@app.command
def process(*, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Confront all registrations with the rules and make moves of the good ones.

    Args:
        workspace: folder of the workspace.
        json: print what each rule found as JSON.
    """
    from qonys.cli.settings import line_of

    with progress_shown() as progress:
        outcome = line_of(workspace, progress).process()
    if json:
        as_json({"rules": outcome.data, "findings": outcome.findings})
        return
    rows = [[r.rule, r.items, r.passes, r.fails, r.missing] for r in outcome.data]
    show_table("Rules", ["Rule", "Items", "Passes", "Fails", "Missing"], rows)
    show_findings(outcome.findings)


@app.command
def tabulate(*, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Count moves into flows, once for each data cut-off of the calendar.

    Args:
        workspace: folder of the workspace.
        json: print moves and flows of each cut-off as JSON.
    """
    from qonys.cli.settings import line_of

    with progress_shown() as progress:
        outcome = line_of(workspace, progress).tabulate()
    if json:
        as_json({"flows": outcome.data, "cut_offs": outcome.measures, "findings": outcome.findings})
        return
    rows = [[day, counts["moves"], counts["flows"]] for day, counts in outcome.measures.items()]
    show_table("Flows by data cut-off", ["Cut-off", "Moves", "Flows"], rows)
    show_findings(outcome.findings)


@release.command
def build(period: str, /, *, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Build the release of a period: tables, identities, sentences, pages and files in every language.

    Args:
        period: a year of the calendar (2024).
        workspace: folder of the workspace.
        json: print what was built as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period

    with progress_shown() as progress:
        outcome = line_of(workspace, progress).build(Period.parse(period))
    if json:
        as_json({"release": outcome.data, "findings": outcome.findings})
        return
    built = outcome.data
    show_findings(outcome.findings)
    says.print(f"Built {built.period}, vintage {built.vintage}: {built.files} files in {', '.join(built.languages)}.")
    prints.print(f"{built.folder}/bundle", soft_wrap=True)


@release.command
def publish(period: str | None = None, /, *, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Copy the release that was built last into the published folder, and point to it.

    Args:
        period: the period whose release to publish; the one built last where not given.
        workspace: folder of the workspace.
        json: print what was published as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period

    with progress_shown() as progress:
        outcome = line_of(workspace, progress).publish(Period.parse(period) if period else None)
    if json:
        as_json({"publication": outcome.data})
        return
    says.print(f"Published {outcome.data.profile} {outcome.data.period}, vintage {outcome.data.vintage}.")
    prints.print(outcome.data.folder, soft_wrap=True)


@app.command
def status(*, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Show where every slip is, by year: the counts prove that none is lost.

    Args:
        workspace: folder of the workspace.
        json: print the accounts as JSON.
    """
    import msgspec

    from qonys.cli.settings import line_of
    from qonys.evaluate.accounts import Account

    with progress_shown() as progress:
        accounts = line_of(workspace, progress).status()
    if json:
        as_json({"periods": accounts})
        return
    rows = [msgspec.to_builtins(account) for account in accounts]
    counts = [name for name in Account.__struct_fields__ if name != "period"]
    lines = [[name.replace("_", " "), *(row[name] for row in rows)] for name in counts]
    show_table("Slips and moves by year of registration", ["", *(row["period"] for row in rows)], lines)
    says.print("delivered = registrations + quarantined; registrations = set apart + moved + pending.")
    says.print("moves = moved + accompanying = internal + external in + external out. A dash: not available.")


@app.command
def simulate(
    *,
    folder: Path | None = None,
    profile: str | None = None,
    seed: int = 2024,
    moves: int | None = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Write a synthetic register as delivered files, with planted faults, deterministic from its seed.

    Args:
        folder: where to write; `deliveries` in the workspace where not given.
        profile: profile to simulate; that of the workspace where not given.
        seed: seed of the random numbers.
        moves: this many moves of one year instead of the plan's own number, for benchmarks (1000000 … 1000000000).
        workspace: folder of the workspace.
        json: print the written files as JSON.
    """
    from qonys.production.simulating import simulate_register
    from qonys.store.workspace import Workspace

    name = profile or Workspace.open(workspace).profile
    target = folder or workspace / "deliveries"
    with progress_shown() as progress:
        outcome = simulate_register(name, target, seed=seed, moves=moves, progress=progress)
    if json:
        as_json({"deliveries": outcome.data, "findings": outcome.findings})
        return
    rows = [[str(d.path), d.layout, str(d.received), d.slips, d.persons] for d in outcome.data]
    show_table("Simulated deliveries (synthetic)", ["File", "Layout", "Received", "Slips", "Persons"], rows)
    show_findings(outcome.findings)


@profile.command
def check(name: str, /, *, json: AsJson = False) -> None:
    """Check every file of a profile; a mistake is told with file, line, what is wrong and what is allowed.

    Args:
        name: a shipped profile or a folder.
        json: print the result as JSON.
    """
    from qonys.production.checking import check_profile

    checked = check_profile(name)
    if json:
        as_json(checked)
        return
    says.print(f"The profile {checked['profile']} is in order.", style="green")
    show_table("", ["Holds", "Number"], list(checked["holds"].items()))


@profile.command
def schemas(folder: Path, /) -> None:
    """Write the JSON Schema of each kind of profile file, for editors that complete and check as one types.

    Args:
        folder: where to write them.
    """
    from qonys.country.schemas import write_schemas

    for path in write_schemas(folder):
        prints.print(str(path), soft_wrap=True)


@app.command
def serve(
    folder: Path | None = None,
    /,
    *,
    host: str = "127.0.0.1",
    port: int = 8100,
    workspace: WorkspaceFolder = HERE,
) -> None:
    """Serve the published folder until Ctrl-C. It needs that folder and nothing else.

    Args:
        folder: the published folder; that of the workspace where not given.
        host: address to listen on.
        port: port to listen on.
        workspace: folder of the workspace, where no published folder is named.
    """
    from qonys.cli.serving import serve_until_stopped
    from qonys.store.workspace import Workspace

    serve_until_stopped(folder or Workspace.open(workspace).published, host, port)


@app.command
def demo(
    folder: Path = Path("build/demo"),
    /,
    *,
    serve: Literal["yes", "no"] = "yes",
    port: int = 8100,
    json: AsJson = False,
) -> None:
    """Walk the whole line once: simulate, collect, process, tabulate, build, publish, serve.

    Throw-away keys are made. Spain's real registrations are taken too where QONYS_REAL_DATA or ../shared/data has them.

    Args:
        folder: where to build; made anew each time.
        serve: serve the portal at the end (yes), or only build it (no).
        port: port of the portal.
        json: print what was built as JSON.
    """
    from qonys.cli.serving import serve_until_stopped
    from qonys.cli.settings import today
    from qonys.production.demonstrating import demonstrate, real_data_folder

    with progress_shown() as progress:
        shown = demonstrate(folder, today=today(), real_data=real_data_folder(_environment()), progress=progress)
    result: dict[str, Any] = {"published": str(shown.published), "releases": shown.releases, "seconds": shown.seconds}
    if json:
        as_json({**result, "left_out": shown.left_out})
    else:
        rows = [[r.profile, r.period, r.vintage, ", ".join(r.languages)] for r in shown.releases]
        show_table("Releases", ["Profile", "Period", "Vintage", "Languages"], rows)
        show_table(
            "Seconds", ["Step", "Seconds"], [[step, f"{seconds:.1f}"] for step, seconds in shown.seconds.items()]
        )
        for note in shown.left_out:
            says.print(f"  left out: {note}", style="yellow")
        says.print("The releases are in:")
        prints.print(str(shown.published), soft_wrap=True)
    if serve == "yes":
        serve_until_stopped(shown.published, "127.0.0.1", port)


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)
