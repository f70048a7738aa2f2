"""The commands of keys."""

from __future__ import annotations

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, progress_shown, says


def rotate(*, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Replace the person key: every person gets a new pseudonym, and nothing is rewritten.

    Every sealed source is opened with the key so far and read again, in memory. An encrypted map of old to new
    pseudonyms is kept, by which registrations of before and after are compared. The new key stands in QONYS_NEW_KEY or
    in the file QONYS_NEW_KEY_FILE; afterwards it is the value of QONYS_KEY.

    Args:
        workspace: folder of the workspace.
        json: print what was done as JSON.
    """
    import os

    from qonys.cli.settings import line_of, new_person_key
    from qonys.production.rotating import rotate_person_key

    person = new_person_key(os.environ, workspace)
    with progress_shown() as progress:
        done = rotate_person_key(line_of(workspace, progress).office, person).data
    if json:
        as_json(done)
        return
    says.print(
        f"The person key has version {done.version} now: {done.pseudonyms} pseudonyms of {done.deliveries} deliveries."
    )
    says.print("From now on set QONYS_KEY to the new key. The old one opens nothing any more; destroy it.")
