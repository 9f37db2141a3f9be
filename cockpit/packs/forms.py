"""The forms of a pack: `forms.toml` in its folder, else the one that ships, to `FieldForms`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cockpit.model.forms import FieldForms, Form, FormField
from cockpit.packs.checked import Checked
from cockpit.packs.schema import Id, Strict, Words
from cockpit.paths import assets_dir

FILE = "forms.toml"
MOST_REPORTS = 40


class FieldRow(Words, frozen=True, kw_only=True):
    id: Id
    type: Literal["text", "number", "choice", "check"]
    unit: Annotated[str, Meta(max_length=20)] = ""
    choices: Annotated[list[Words], Meta(max_length=20)] = msgspec.field(default_factory=list)
    required: bool = False


class FormRow(Strict, frozen=True):
    kinds: Annotated[list[str], Meta(min_length=1)]
    photo: Literal["required", "wanted", "no"] = "wanted"
    fields: Annotated[list[FieldRow], Meta(max_length=12)] = msgspec.field(default_factory=list)


class FormsFile(Strict, frozen=True):
    report: Annotated[list[str], Meta(max_length=MOST_REPORTS)] = msgspec.field(default_factory=list)
    forms: list[FormRow] = msgspec.field(default_factory=list)


def read_forms(folder: Path, kinds: Collection[str]) -> FieldForms:
    """The forms of the pack in a folder.

    Args:
        kinds: codes of the pack's classes. The file that ships names classes that a pack may not have: they are left
            out; one of the pack's own may not.

    Raises:
        UserError: something in it is wrong: one sentence with file, line and column.
    """
    own = folder / FILE
    file = Checked(own if own.is_file() else assets_dir() / "kinds" / FILE)
    whole = file.convert(FormsFile)
    for i, form in enumerate(whole.forms):
        for k, field in enumerate(form.fields):
            if (field.type == "choice") is not bool(field.choices):
                file.wrong(("forms", i, "fields", k, "choices"), "packs.wrong_choices", id=field.id)
    if own.is_file():
        for i, code in enumerate(whole.report):
            if code not in kinds:
                file.unknown(("report", i), "packs.unknown_class", code, kinds)
    return FieldForms(tuple(map(_form, whole.forms)), tuple(code for code in whole.report if code in kinds))


def _form(row: FormRow) -> Form:
    fields = tuple(
        FormField(
            field.id,
            field.text(),
            field.type,
            field.unit,
            tuple(choice.text() for choice in field.choices),
            field.required,
        )
        for field in row.fields
    )
    return Form(tuple(row.kinds), row.photo, fields)
