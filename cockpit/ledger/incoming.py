"""What seats and gateways send, looked at before any rule is: bytes of a sensible size that are what they should be."""

from __future__ import annotations

import msgspec

from cockpit.ledger.codes import is_uuid, of_command, wrong_in
from cockpit.model.entries import MAX_TEXT, Command, Fact, read_command, read_fact
from cockpit.model.errors import UserError
from cockpit.model.typed import from_json

MAX_BYTES = 128_000
"""Bytes of a command or fact: six texts of `MAX_TEXT` characters and fifty orders have room."""


class _Named(msgspec.Struct):
    id: str = ""


def id_of(data: bytes) -> str:
    """The id that something says it has, "" where it says none that could be one."""
    if len(data) > MAX_BYTES:
        return ""
    try:
        ident = from_json(data, type=_Named).id
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    return ident if is_uuid(ident) else ""


def command_of(data: bytes) -> Command:
    """A command that can be decided.

    Raises:
        UserError: it is none, or too large.
    """
    _check_size(data)
    try:
        command = read_command(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UserError("ledger.no_command", why=str(error)[:200]) from error
    if not of_command(command):
        raise UserError("ledger.no_command", why="id")
    return command


def fact_of(data: bytes) -> Fact:
    """A fact that can be recorded; words that are longer than a text may be end in "…".

    Raises:
        UserError: it is none, or too large.
    """
    _check_size(data)
    try:
        fact = read_fact(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UserError("ledger.no_fact", why=str(error)[:200]) from error
    if field := wrong_in(fact):
        raise UserError("ledger.no_fact", why=field)
    if any(len(words) > MAX_TEXT for words in fact.texts.values()):
        cut = {n: w if len(w) <= MAX_TEXT else w[: MAX_TEXT - 1] + "…" for n, w in fact.texts.items()}
        fact = msgspec.structs.replace(fact, texts=cut)
    return fact


def _check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise UserError("ledger.too_large", most=MAX_BYTES // 1000)
