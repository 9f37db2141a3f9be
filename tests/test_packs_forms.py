"""The forms of a pack: what a phone asks for when an order is done, and what its worker can report."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cockpit.model.errors import UserError
from cockpit.packs.read import list_packs, read_pack
from cockpit.paths import assets_dir


def own(tmp_path: Path, text: str) -> Path:
    """A pack with forms of its own."""
    folder = tmp_path / "own"
    shutil.copytree(assets_dir() / "cities" / "lujiazui", folder, ignore=shutil.ignore_patterns("*.npz"))
    (folder / "forms.toml").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("name", list_packs())
def test_the_packs_that_ship_have_forms_whose_classes_exist(name: str) -> None:
    pack = read_pack(name)
    assert 20 <= len(pack.forms.report) <= 40
    assert set(pack.forms.report) <= set(pack.kinds)
    assert any(form.kinds == ("",) for form in pack.forms.forms), "no class is without one"
    for form in pack.forms.forms:
        for kind in form.kinds:
            assert any(code.startswith(kind) for code in pack.kinds), kind
        for field in form.fields:
            assert field.name["zh"]
            assert field.name["en"]


def test_a_pack_of_its_own_has_its_own_forms(tmp_path: Path) -> None:
    forms = read_pack(str(own(tmp_path, 'report = ["E0506"]\n[[forms]]\nkinds = ["E05"]\nphoto = "no"\n'))).forms
    assert forms.report == ("E0506",)
    assert [(form.kinds, form.photo, form.fields) for form in forms.forms] == [(("E05",), "no", ())]


FIELD = '[[forms]]\nkinds = [""]\nfields = [\n  { id = "a", zh = "甲", type = "text" },\n  %s\n]\n'


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('report = ["E0506",\n  "E9999"]\n', 2, "packs.unknown_class"),
        ("[[forms]]\nkinds = []\n", 2, "packs.wrong_value"),
        ('[[forms]]\nkinds = [""]\nphoto = "maybe"\n', 3, "packs.wrong_value"),
        ('[[forms]]\nkind = [""]\n', 2, "packs.unknown_key"),
        (FIELD % '{ id = "b", zh = "乙", type = "choice" },', 5, "packs.wrong_choices"),
        (FIELD % '{ id = "b", zh = "乙", type = "text", choices = [{ zh = "丙" }] },', 5, "packs.wrong_choices"),
        (FIELD % '{ id = "b", en = "B", type = "text" },', 5, "packs.missing_key"),
        (FIELD % '{ id = "b b", zh = "乙", type = "text" },', 5, "packs.wrong_value"),
    ],
)
def test_a_mistake_ends_in_one_sentence_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    with pytest.raises(UserError) as wrong:
        read_pack(str(own(tmp_path, text)))
    assert wrong.value.message.params["what"].id == what
    assert wrong.value.message.params["line"] == line
    assert str(wrong.value.message.params["file"]).endswith("forms.toml")
