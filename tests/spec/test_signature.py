"""A release is signed when it is published, and any reader can check by whom; without the key it is not published."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from spec.command_line import KEY_SETTINGS, Ran, qonys
from walked_line import WalkedLine


@pytest.fixture
def key(tmp_path: Path) -> Path:
    assert qonys("keys", "signing", tmp_path / "office.key", settings={}).code == 0
    return tmp_path / "office.key"


@pytest.fixture
def office(walked: WalkedLine, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(walked.line.office.workspace.folder, tmp_path / "workspace"))
    shutil.rmtree(folder / "releases")
    return folder


def released(office: Path, *words: object, key: Path | None = None) -> Ran:
    settings = {**KEY_SETTINGS, **({"QONYS_SIGNING_KEY_FILE": str(key)} if key else {})}
    return qonys("release", *words, "--workspace", office, settings=settings)


def public(office: Path) -> Path:
    (folder,) = (path.parent for path in (office.parent / "published" / "mini" / "2024").glob("*/release.json"))
    return folder


def test_a_key_is_for_its_owner_alone_and_is_not_written_over(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    assert qonys("keys", "signing", key, settings={}).code == 6
    assert key.read_bytes() == before


def test_a_signed_release_is_checked_by_our_command_and_by_openssl_and_built_again(office: Path, key: Path) -> None:
    assert released(office, "build", "2024", key=key).code == 0
    assert released(office, "check", "2024").code == 0, "a draft is not signed yet"
    assert released(office, "publish", key=key).code == 0
    folder = public(office)
    ran = qonys("release", "check", folder, "--json", settings={})
    signed_by = ran.json["examination"]["signed_by"]
    assert ran.code == 0
    assert len(signed_by) == 16
    assert qonys("release", "check", folder, "--key", signed_by, settings={}).code == 0
    assert "is signed by" in qonys("release", "check", folder, "--key", "0" * 16, settings={}).said
    assert released(office, "verify", "2024").code == 0, "the public key alone is needed to build it again"
    if shutil.which("openssl"):
        words = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", f"{key}.pem", "-rawin"]
        files = ["-in", str(folder / "release.json"), "-sigfile", str(folder / "release.json.sig")]
        assert subprocess.run([*words, *files], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("harm", ["release.json", "release.json.sig", "missing", "another key"])
def test_what_was_changed_after_it_was_signed_is_found(office: Path, key: Path, harm: str) -> None:
    released(office, "build", "2024", key=key)
    released(office, "publish", key=key)
    folder = public(office)
    signature = folder / "release.json.sig"
    if harm == "missing":
        signature.unlink()
    elif harm == "another key":
        text = (folder / "release.json").read_text("utf-8")
        named = text.split('"public_key": "')[1][:64]
        (folder / "release.json").write_text(text.replace(named, "1" * 64), "utf-8")
    else:
        content = bytearray((folder / harm).read_bytes())
        content[-1 if harm.endswith("sig") else 20] ^= 1
        (folder / harm).write_bytes(content)
    ran = qonys("release", "check", folder, settings={})
    assert ran.code in (4, 6)
    assert ran.code == 6 or "release.json.sig: is " in ran.said


def test_a_release_that_is_to_be_signed_is_not_published_without_its_key(
    office: Path, key: Path, tmp_path: Path
) -> None:
    released(office, "build", "2024", key=key)
    ran = released(office, "publish")
    assert ran.code == 6
    assert "no key is given" in ran.said
    qonys("keys", "signing", tmp_path / "other.key", settings={})
    assert "the key that is given is" in released(office, "publish", key=tmp_path / "other.key").said
    assert not list((office.parent / "published").rglob("release.json"))


def test_an_office_that_names_its_key_builds_without_it_and_publishes_with_no_other(
    office: Path, key: Path, tmp_path: Path
) -> None:
    public_key = qonys("keys", "signing", tmp_path / "named.key", "--json", settings={}).json["public_key"]
    with (office / "qonys.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'signer = "{public_key}"\n')
    assert released(office, "build", "2024").code == 0
    assert "is not the one that qonys.toml names" in released(office, "build", "2024", key=key).said
    assert released(office, "publish").code == 6
    assert released(office, "publish", key=tmp_path / "named.key").code == 0
    assert qonys("release", "check", public(office), settings={}).code == 0


def test_a_withdrawal_is_signed_too(office: Path, key: Path) -> None:
    released(office, "build", "2024", key=key)
    released(office, "publish", key=key)
    assert released(office, "withdraw", "2024", "--notice.en", "Why.", "--notice.es", "Por qué.", key=key).code == 0
    folders = [path.parent for path in (office.parent / "published" / "mini" / "2024").glob("*/release.json")]
    assert len(folders) == 2
    assert [qonys("release", "check", folder, settings={}).code for folder in folders] == [0, 0]


def test_a_key_in_the_workspace_or_of_another_form_is_refused(office: Path) -> None:
    (office / "office.key").write_text("0" * 64)
    assert "must not lie in the workspace" in released(office, "build", "2024", key=office / "office.key").said
    settings = {**KEY_SETTINGS, "QONYS_SIGNING_KEY": "secret"}
    assert "not 64 hexadecimal digits" in qonys("release", "list", "--workspace", office, settings=settings).said
