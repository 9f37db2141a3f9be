"""What the phone page asks for when a worker says that an order is done: a photo, and fields, by class of event."""

from __future__ import annotations

from typing import Literal

import msgspec

Text = dict[str, str]
"""By language, as in `cockpit.model.city`."""
FieldType = Literal["text", "number", "choice", "check"]
PhotoWish = Literal["required", "wanted", "no"]


class FormField(msgspec.Struct, frozen=True):
    """One field.

    Attributes:
        id: in the form; name: its label.
        unit: of a number, "" none; choices: of a `choice`, what stands in the answer.
    """

    id: str
    name: Text
    type: FieldType
    unit: str = ""
    choices: tuple[Text, ...] = ()
    required: bool = False


class Form(msgspec.Struct, frozen=True):
    """What is wanted of orders of some classes.

    Attributes:
        kinds: codes, or beginnings of codes; the longest that fits counts, "" fits all.
    """

    kinds: tuple[str, ...]
    photo: PhotoWish
    fields: tuple[FormField, ...] = ()


class FieldForms(msgspec.Struct, frozen=True):
    """A pack's forms, and the codes of the classes that a worker can choose from for a report of their own."""

    forms: tuple[Form, ...] = ()
    report: tuple[str, ...] = ()
