"""The commands of keys."""

from __future__ import annotations

from pathlib import Path

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


def signing(file: Path, /, *, json: AsJson = False) -> None:
    """Make a key by which releases are signed: the private one in a file, the public one beside it.

    Set QONYS_SIGNING_KEY_FILE to the file when releases are built and published. Readers are told the fingerprint.

    Args:
        file: file of the private key, outside of the workspace; it must not be there.
        json: print the public key and its fingerprint as JSON.
    """
    import os
    import secrets

    from qonys.errors import OperatorError
    from qonys.publish.signing import SigningKey

    key = SigningKey(secrets.token_bytes(32))
    public = file.with_name(f"{file.name}.pem")
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as written:
            written.write(key.seed.hex() + "\n")
        public.write_bytes(key.public_pem())
    except OSError as error:
        raise OperatorError(
            f"The key cannot be written: {error}", where=str(file), next_step="Name a new file."
        ) from error
    told = {
        "fingerprint": key.fingerprint,
        "public_key": key.public_key,
        "private_file": str(file),
        "public_file": str(public),
    }
    if json:
        as_json(told)
        return
    says.print(
        f"The private key is in {file}: keep it, and give it to nobody. The public one is in {public}.", soft_wrap=True
    )
    says.print(f"Fingerprint: {key.fingerprint}")
    says.print(
        f'To let nothing be published unsigned, write into qonys.toml: signer = "{key.public_key}"', soft_wrap=True
    )
