"""How a command asks the hub of this machine, or one that is named: as a seat, over the bus."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TypeVar

import msgspec

from cockpit.bus import asks, subjects
from cockpit.bus.client import answering, connect
from cockpit.bus.joined import JoinedHub, read_joined
from cockpit.bus.where import NamedHub, OwnHub, WhereHub
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.typed import from_msgpack
from cockpit.paths import profile_dir

DESK = "wall-command"
"""Which desk asks, from one command to the next."""
SECONDS = 10.0
_T = TypeVar("_T")


def hub_of(args: argparse.Namespace) -> WhereHub:
    """The hub that `--hub` and `--key` name, else that of `--profile`, else this user's own; on a machine of the hall
    the one that it joined.

    Raises:
        UserError: the address or the key can not be used.
    """
    if args.hub:
        named = NamedHub(args.hub, args.key)
        named.check()
        return named
    profile = profile_of(args)
    for joined in (profile, *(() if args.profile else (profile_dir().with_name("wall"),))):
        if not (profile / "hub.json").exists() and read_joined(joined) is not None:
            return JoinedHub(joined)
    return OwnHub(profile)


def profile_of(args: argparse.Namespace) -> Path:
    """Folder of the hub's profile; that of a seat is named as well, whose hub is in it."""
    if not args.profile:
        return profile_dir() / "hub"
    named = profile_dir(args.profile)
    within = named / "hub"
    return within if not (named / "hub.json").exists() and (within / "hub.json").exists() else named


def ask(where: WhereHub, what: str, wanted: object, reply: type[_T]) -> _T:
    """Asks once.

    Raises:
        UserError: the hub refuses it for good. OutsideError: it can not be asked, or can not do it now.
    """
    where.sit(DESK)
    try:
        try:
            url, user = where.find()
        except OutsideError as error:
            if error.message.id == "seat.hub_starting":  # nobody starts it for a command
                raise OutsideError("wall.no_hub") from None
            raise
        return asyncio.run(_ask(url, user.name, where, what, wanted, reply))
    finally:
        where.release()


async def _ask(url: str, name: str, where: WhereHub, what: str, wanted: object, reply: type[_T]) -> _T:
    client = await connect(url, where.find()[1], DESK, lambda: None, where.tls())
    try:
        with answering():
            answer = await client.request(subjects.ask(name, what), asks.encode(wanted), timeout=SECONDS)
        told = from_msgpack(answer.data, type=asks.Told)
        if told.problem is not None:
            raise (UserError if told.for_good else OutsideError)(told.problem.id, **told.problem.params)
        return from_msgpack(told.said, type=reply)
    except msgspec.MsgspecError as error:
        raise OutsideError("seat.hub_nonsense") from error
    finally:
        await client.close()
