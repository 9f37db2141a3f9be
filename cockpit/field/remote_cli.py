"""`cockpit wall remote`: codes for remotes of the walls, those that have one, and taking one back."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.model.clock import SystemClock, from_iso, to_iso
from cockpit.model.errors import UserError
from cockpit.model.messages import Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY, add_verb
from cockpit.paths import profile_dir

if TYPE_CHECKING:
    from cockpit.field.register import Register

ALL = "all"


def add_verbs(wall: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `remote` below `cockpit wall`."""
    t = texts(language())
    remote = wall.add_parser("remote", help=t("remote.cli"), description=t("remote.cli"))
    verbs = remote.add_subparsers(dest="remote_command", metavar="COMMAND", required=True)
    code = _verb(verbs, t, "code", "code --role operator --days 30", _code)
    code.add_argument("--role", choices=("presenter", "operator"), default="presenter", help=t("remote.cli_role"))
    code.add_argument("--days", type=int, default=1, metavar="N", help=t("remote.cli_days"))
    code.add_argument("--json", action="store_true", help=t("cli.json"))
    listing = _verb(verbs, t, "list", "list", _list)
    listing.add_argument("--json", action="store_true", help=t("cli.json"))
    revoke = _verb(verbs, t, "revoke", "revoke 平板", _revoke)
    revoke.add_argument("name", metavar="NAME|ID|all", help=t("remote.cli_whose"))


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    t: Texts,
    name: str,
    example: str,
    go: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = add_verb(verbs, t, name, t(f"remote.cli_{name}"), f"wall remote {example}")
    parser.add_argument("--profile", metavar="DIR", help=t("wallcli.profile"))
    parser.set_defaults(go=go)
    return parser


def _profile(args: argparse.Namespace) -> Path:
    return profile_dir(args.profile) if args.profile else profile_dir() / "hub"


def _code(args: argparse.Namespace) -> int:
    """Asks the running gateway over loopback, and prints the code with its QR code."""
    from cockpit.field.asking import fingerprint, new_remote_code
    from cockpit.field.remotewire import MOST_DAYS, RemoteCodeWanted

    if not 1 <= args.days <= MOST_DAYS:
        raise UserError("remote.bad_days", most=MOST_DAYS)
    t = texts(language())
    profile = _profile(args)
    made = new_remote_code(profile, RemoteCodeWanted(args.role, args.days))
    if args.json:
        print(json.dumps(made))
        return 0
    import segno

    segno.make(made["url"], error="m").terminal(compact=True)
    role = t("remote.role_operator" if args.role == "operator" else "remote.role_presenter")
    print(t("remote.code_line", code=made["code"], role=role, until=to_iso(from_iso(made["until"])), n=args.days))
    print(t("remote.code_url", url=made["url"]))
    if made["ca"]:
        print(t("field.code_ca", ca=made["ca"], print=fingerprint(profile)))
    return 0


def _list(args: argparse.Namespace) -> int:
    from cockpit.field.remotewire import OF_REMOTES
    from cockpit.field.wrong import printable

    t = texts(language())
    with contextlib.closing(_register(args)) as register:
        tokens = [token for token in register.tokens() if token.unit.startswith(OF_REMOTES)]
    now = SystemClock().now()
    good = [token for token in tokens if token.good(now)]
    if args.json:
        rows = [
            {"id": one.id, "name": one.device, "role": _role(one.unit), "until": to_iso(one.expires)} for one in good
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for one in good:
        role = t("remote.role_operator" if _role(one.unit) == "operator" else "remote.role_presenter")
        print(t("remote.line", id=one.id, name=printable(one.device), role=role, until=to_iso(one.expires)))
    if not good:
        print(t("remote.none"))
    return 0


def _role(unit: str) -> str:
    from cockpit.field.remotewire import remote_of

    remote = remote_of(unit)
    return remote.role if remote is not None else ""


def _revoke(args: argparse.Namespace) -> int:
    from cockpit.field.remotewire import OF_REMOTES

    now = SystemClock().now()
    with contextlib.closing(_register(args)) as register:
        meant = [
            token
            for token in register.tokens()
            if token.unit.startswith(OF_REMOTES) and token.good(now) and args.name in (token.id, token.device, ALL)
        ]
        for token in meant:
            register.revoke(token.id)
    if not meant:
        raise UserError("remote.nothing_to_revoke", name=args.name)
    print(texts(language())("remote.revoked_n", n=len(meant)))
    return 0


def _register(args: argparse.Namespace) -> Register:
    from cockpit.field.register import Register

    path = _profile(args) / "field" / "register.db"
    if not path.is_file():
        raise UserError("field.no_gateway_here", folder=str(path.parent.parent))
    os.umask(OWNER_ONLY)
    return Register(path, SystemClock())
