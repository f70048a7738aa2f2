"""The commands of a profile: check it, and write the schemas of its files."""

from __future__ import annotations

from pathlib import Path

from qonys.cli.parameters import AsJson
from qonys.cli.show import as_json, prints, says, show_table


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
    for code, languages in checked["quality_texts_missing"].items():
        says.print(f"  ! The quality report has no text for {code} in {', '.join(languages)}.", style="yellow")


def schemas(folder: Path, /) -> None:
    """Write the JSON Schema of each kind of profile file, for editors that complete and check as one types.

    Args:
        folder: where to write them.
    """
    from qonys.country.schemas import write_schemas

    for path in write_schemas(folder):
        prints.print(str(path), soft_wrap=True)
