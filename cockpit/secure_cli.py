"""`cockpit secure …`: whether the leader's profile of this machine is encrypted, by what it opens, and to wipe it."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.model.clock import SystemClock, local
from cockpit.model.errors import UserError
from cockpit.model.messages import Message, Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY, add_verb
from cockpit.seats_cli import leader_profile

if TYPE_CHECKING:
    from cockpit.store.vault import Vault

MB = 1_000_000
Verbs = argparse._SubParsersAction


def add_parser(commands: Verbs[argparse.ArgumentParser]) -> None:
    t = texts(language())
    secure = commands.add_parser("secure", help=t("secure.about"), description=t("secure.about"))
    verbs = secure.add_subparsers(dest="secure_command", metavar="COMMAND", required=True)
    for name, go in (("status", _status), ("passphrase", _passphrase), ("keyring", _keyring), ("wipe", _wipe)):
        _verb(verbs, t, name, go)


def _verb(verbs: Verbs[argparse.ArgumentParser], t: Texts, name: str, go: Callable[[argparse.Namespace], int]) -> None:
    parser = add_verb(verbs, t, name, t(f"secure.cli_{name}"), f"secure {name}")
    parser.add_argument("--profile", metavar="DIR", help=t("secure.cli_profile"))
    if name != "status":
        parser.add_argument("--passphrase-file", metavar="FILE", type=Path, help=t("secure.cli_file"))
    if name == "passphrase":
        parser.add_argument("--new-file", metavar="FILE", type=Path, help=t("secure.cli_new_file"))
    if name == "wipe":
        parser.add_argument("--yes", action="store_true", help=t("secure.cli_yes"))
    parser.set_defaults(go=go)


def _status(args: argparse.Namespace) -> int:
    from cockpit.store.cipher import installed
    from cockpit.store.lease import read_lease
    from cockpit.store.secure import size_of
    from cockpit.store.vault import keyring, read

    profile = leader_profile(args.profile)
    t = texts(language())
    kept = read(profile)
    ways = tuple(wrap.how for wrap in kept.wraps) if kept is not None else ()
    if kept is None:
        print(t("secure.is_plain" if installed() else "secure.not_installed", folder=str(profile)))
    else:
        how = "、".join(t(f"secure.by_{way}") for way in ways)
        print(t("secure.is_encrypted", folder=str(profile), how=how))
    print(t("secure.has_keyring" if keyring() is not None else "secure.has_no_keyring"))
    lease = read_lease(profile)
    if lease is not None:
        heard = local(lease.heard).strftime("%Y-%m-%d %H:%M")
        print(t("secure.lease", heard=heard, left=lease.left(SystemClock().now())))
    print(t("secure.size", mb=round(size_of(profile) / MB)))
    return 0


def _passphrase(args: argparse.Namespace) -> int:
    """A new passphrase, in the place of what opened the profile before."""
    from cockpit.store.vault import passphrase_from, rewrap

    os.umask(OWNER_ONLY)
    with _Held(leader_profile(args.profile)) as profile:
        vault = _open(profile, args.passphrase_file)
        fresh = passphrase_from(args.new_file) if args.new_file is not None else _typed_twice()
        rewrap(vault, fresh)
        return _say("secure.passphrase_set")


def _keyring(args: argparse.Namespace) -> int:
    """The keyring opens the profile, beside its passphrase."""
    from cockpit.store.vault import rewrap

    os.umask(OWNER_ONLY)
    with _Held(leader_profile(args.profile)) as profile:
        rewrap(_open(profile, args.passphrase_file), None, beside=True)
        return _say("secure.keyring_set")


def _wipe(args: argparse.Namespace) -> int:
    from cockpit.store.secure import wipe

    os.umask(OWNER_ONLY)
    with _Held(leader_profile(args.profile)) as profile:
        if not args.yes:
            raise UserError("secure.wipe_needs_yes", folder=str(profile))
        left = wipe(profile)
        return _say("secure.wiped_by_hand" if not left else "secure.wiped_but", n=len(left))


class _Held:
    """The profile, which no seat has open meanwhile."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile

    def __enter__(self) -> Path:
        from cockpit.oneseat import profile_if_free

        if not self._profile.is_dir():
            raise UserError("secure.no_profile", folder=str(self._profile))
        lock = profile_if_free(self._profile, SystemClock())
        if lock is None:
            raise UserError("secure.profile_open", folder=str(self._profile))
        self._lock = lock
        return self._profile

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _open(profile: Path, file: Path | None) -> Vault:
    """The key of a profile; one that has none gets one, and is encrypted.

    Raises:
        CockpitError: it can not be opened.
    """
    from cockpit.store.unlock import Needs, Unlock
    from cockpit.store.vault import passphrase_from

    unlock = Unlock(profile, True, passphrase_from(file))
    if unlock.needs is Needs.LOST:
        raise UserError("secure.ask_lost_why", n=0)
    if unlock.needs:
        typed = _typed() if unlock.needs is Needs.PASSPHRASE else _typed_twice()
        problem = unlock.type(typed)
        if problem is not None:
            raise UserError(problem.id, **problem.params)
    if unlock.encrypted_now:
        _say("secure.encrypted_now", n=unlock.encrypted_now)
    if unlock.vault is None:
        raise UserError("secure.no_key", folder=str(profile))
    return unlock.vault


def _typed(what: str = "secure.passphrase") -> str:
    if not sys.stdin.isatty():
        raise UserError("secure.needs_terminal")
    return getpass.getpass(texts(language())(what) + ": ")


def _typed_twice() -> str:
    first = _typed("secure.new_passphrase")
    if _typed("secure.again") != first:
        raise UserError("secure.not_the_same")
    return first


def _say(what: str, **params: object) -> int:
    print(texts(language())(Message(what, params)))
    return 0
