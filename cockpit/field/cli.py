"""`cockpit gateway`: runs the gateway; `cockpit gateway code UNIT`; `cockpit gateway tokens list|revoke`."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.field.wrong import printable
from cockpit.model.city import Pack
from cockpit.model.clock import SystemClock, from_iso, to_iso
from cockpit.model.errors import UserError
from cockpit.model.messages import Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY, add_verb
from cockpit.paths import profile_dir

if TYPE_CHECKING:
    from cockpit.field.register import Register


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    t = texts(language())
    gateway = _parser(commands, t, "gateway", "cli.gateway", "gateway --profile ~/desk-2/hub")
    gateway.add_argument("--port", type=int, default=0, help=t("cli.gateway_port"))
    gateway.add_argument("--pack", metavar="PACK", default="", help=t("cli.pack"))
    gateway.set_defaults(go=_serve)
    below = gateway.add_subparsers(dest="gateway_command", metavar="COMMAND")
    code = _parser(below, t, "code", "cli.gateway_code", "gateway code positions/U031 --name 王建国")
    code.add_argument("unit", metavar="UNIT", help=t("cli.gateway_unit"))
    code.add_argument("--name", default="", help=t("cli.gateway_name"))
    code.add_argument("--json", action="store_true", help=t("cli.json"))
    code.set_defaults(go=_code)
    tokens = _parser(below, t, "tokens", "cli.gateway_tokens", "gateway tokens list")
    verbs = tokens.add_subparsers(dest="tokens_command", metavar="COMMAND", required=True)
    listing = _parser(verbs, t, "list", "cli.gateway_list", "gateway tokens list")
    listing.add_argument("--json", action="store_true", help=t("cli.json"))
    listing.set_defaults(go=_list)
    revoke = _parser(verbs, t, "revoke", "cli.gateway_revoke", "gateway tokens revoke positions/U031")
    revoke.add_argument("name", metavar="TOKEN|UNIT", help=t("cli.gateway_whose"))
    revoke.set_defaults(go=_revoke)


def _parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts, name: str, help_id: str, example: str
) -> argparse.ArgumentParser:
    parser = add_verb(commands, t, name, t(help_id), example)
    # said before the words below or behind them: what is not said there does not undo it
    parser.add_argument("--profile", metavar="DIR", default=argparse.SUPPRESS, help=t("cli.gateway_profile"))
    return parser


def _profile(args: argparse.Namespace) -> Path:
    named = getattr(args, "profile", None)
    return profile_dir(named) if named else profile_dir() / "hub"


def _serve(args: argparse.Namespace) -> int:
    from cockpit.field.gateway import Gateway, serve
    from cockpit.processes import die_with_parent

    os.umask(OWNER_ONLY)
    die_with_parent(signal.SIGKILL)  # a gateway that stands still hears no other, and would keep the next ones away
    if not 0 <= args.port <= 65535:
        raise UserError("field.bad_port", port=args.port)
    profile = _profile(args)

    def ready(gateway: Gateway) -> None:
        with contextlib.suppress(OSError):  # a log on a full disk
            print(json.dumps({"url": gateway.site.url, "profile": str(profile)}), flush=True)

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("cockpit").setLevel(logging.INFO)
    serve(profile, args.port, _pack(args.pack, profile), SystemClock(), ready)
    return 0


def _pack(name: str, profile: Path) -> Pack | None:
    """The pack that is named, else that of the profile's hub if it ships.

    Raises:
        UserError: the named one can not be read.
    """
    from cockpit.packs.read import list_packs, read_pack

    if name:
        return read_pack(name)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        city = json.loads((profile / "hub.json").read_bytes())["city"]
        if city in list_packs():
            return read_pack(city)
    return None


def _list(args: argparse.Namespace) -> int:
    t = texts(language())
    with contextlib.closing(_register(args)) as register:
        tokens = register.tokens()
    if args.json:
        print(json.dumps([{name: getattr(token, name) for name in token.__struct_fields__} for token in tokens]))
        return 0
    now = SystemClock().now()
    for token in tokens:
        until = to_iso(token.expires)
        if token.revoked:
            state = t("field.token_was_revoked", at=to_iso(token.revoked))
        else:
            state = t("field.token_good" if token.good(now) else "field.token_has_expired", until=until)
        whose = {"unit": printable(token.unit), "device": printable(token.device)}
        print(t("field.token_line", id=token.id, state=state, **whose))
    if not tokens:
        print(t("field.no_tokens"))
    return 0


def _revoke(args: argparse.Namespace) -> int:
    with contextlib.closing(_register(args)) as register:
        count = register.revoke(args.name)
    if not count:
        raise UserError("field.nothing_to_revoke", name=args.name)
    print(texts(language())("field.revoked_n", n=count))
    return 0


def _code(args: argparse.Namespace) -> int:
    """Asks the running gateway for a code over loopback, and prints it with its QR code."""
    from cockpit.field.asking import fingerprint, new_code

    t = texts(language())
    profile = _profile(args)
    made = new_code(profile, args.unit, args.name)
    if args.json:
        print(json.dumps(made))
        return 0
    import segno

    segno.make(made["url"], error="m").terminal(compact=True)
    print(t("field.code_line", code=made["code"], unit=printable(args.unit), until=to_iso(from_iso(made["until"]))))
    print(t("field.code_url", url=made["url"]))
    if made["ca"]:
        print(t("field.code_ca", ca=made["ca"], print=fingerprint(profile)))
    return 0


def _register(args: argparse.Namespace) -> Register:
    from cockpit.field.register import Register

    path = _profile(args) / "field" / "register.db"
    if not path.is_file():
        raise UserError("field.no_gateway_here", folder=str(path.parent.parent))
    os.umask(OWNER_ONLY)
    return Register(path, SystemClock())
