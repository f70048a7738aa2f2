"""Page, workbook, bulletin and archives say under what the figures may be used, and claim no licence of their own."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import msgspec
import openpyxl
import pytest
from pypdf import PdfReader

from qonys.country.loading import SHIPPED, load_profile
from qonys.country.profile import Profile
from qonys.disseminate.bundle import release_bundle
from qonys.errors import ProfileError
from spec.seed_release import made_up_tables, seed_facts

ADDRESS = "https://creativecommons.org/publicdomain/zero/1.0/"
NAMED = "may be used under this licence: Creative Commons CC0 1.0, as the figures are invented."
UNNAMED = "The office has named no licence for its figures"


def said_in(profile: Profile) -> dict[str, str]:
    """What each product says in English, without its blanks: lines are broken differently in each."""
    made = release_bundle(profile, profile.releases["annual"], made_up_tables(profile), {}, seed_facts("mini")).data
    ending = "en-0123456789ab"
    book = openpyxl.load_workbook(io.BytesIO(made[f"files/mini-2024-{ending}.xlsx"]))
    cover = book.worksheets[0]
    pages = PdfReader(io.BytesIO(made[f"files/mini-2024-{ending}.pdf"])).pages[-3:]
    with zipfile.ZipFile(io.BytesIO(made[f"files/mini-2024-all-{ending}.zip"])) as archive:
        (readme,) = (name for name in archive.namelist() if "README" in name)
        told = archive.read(readme).decode()
    said = {
        "page": re.sub("<[^>]*>", "", made["en/index.html"].decode()),
        "workbook": "\n".join(str(cell.value) for row in cover.iter_rows() for cell in row),
        "bulletin": "\n".join(page.extract_text() for page in pages),
        "archive": told,
    }
    return {product: _close(text) for product, text in said.items()}


def _close(text: str) -> str:
    return "".join(text.split())


def test_the_licence_of_a_profile_is_named_with_its_address_in_every_product() -> None:
    for product, text in said_in(load_profile("mini")).items():
        assert _close(NAMED) in text and ADDRESS in text, product


def test_where_a_profile_names_no_licence_every_product_says_so() -> None:
    mini = load_profile("mini")
    mini = replace(mini, identity=msgspec.structs.replace(mini.identity, licence=None))
    for product, text in said_in(mini).items():
        assert _close(UNNAMED) in text and ADDRESS not in text, product


@pytest.mark.parametrize(
    ("words", "instead", "told"),
    [
        (ADDRESS, "see the office", "no address of a licence"),
        (", es: \"Creative Commons CC0 1.0, pues los datos son inventados\"", "", "licence: the text is missing in es"),
    ],
)  # fmt: skip
def test_a_licence_without_an_address_or_a_name_in_a_language_is_refused(
    tmp_path: Path, words: str, instead: str, told: str
) -> None:
    mine = Path(shutil.copytree(SHIPPED / "mini", tmp_path / "mine"))
    path = mine / "profile.yaml"
    text = path.read_text(encoding="utf-8")
    assert words in text
    path.write_text(text.replace(words, instead), encoding="utf-8")
    with pytest.raises(ProfileError, match=told):
        load_profile(str(mine))
