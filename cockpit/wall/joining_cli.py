"""`cockpit wall code|join|nodes|revoke|forget|node`: which machines belong to the hall, and a machine at work."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import msgspec

from cockpit.model.clock import local
from cockpit.model.messages import Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY, Go, Verbs, add_verb
from cockpit.paths import profile_dir
from cockpit.wall.verbs import add_hub_verb


def add_verbs(verbs: Verbs[argparse.ArgumentParser], t: Texts) -> None:
    code = _of_hub(verbs, t, "code", "code left", _code)
    code.add_argument("machine", metavar="MACHINE", nargs="?", default="", help=t("walljoin.cli_code_machine"))
    code.add_argument("--json", action="store_true", help=t("cli.json"))
    nodes = _of_hub(verbs, t, "nodes", "nodes --json", _nodes)
    nodes.add_argument("--json", action="store_true", help=t("cli.json"))
    revoke = _of_hub(verbs, t, "revoke", "revoke left", _revoke)
    revoke.add_argument("machine", metavar="MACHINE", help=t("walljoin.cli_revoke_machine"))
    forget = _of_hub(verbs, t, "forget", "forget left", _forget)
    forget.add_argument("machine", metavar="MACHINE", help=t("walljoin.cli_revoke_machine"))
    join = _verb(verbs, t, "join", "join 10.0.0.5 7K2M-9QXD-4TWN", _join)
    join.add_argument("host", metavar="HOST", help=t("walljoin.cli_join_host"))
    join.add_argument("code", metavar="CODE", help=t("walljoin.cli_join_code"))
    join.add_argument("--name", metavar="NAME", default="", help=t("walljoin.cli_join_name"))
    join.add_argument("--profile", metavar="DIR", help=t("walljoin.cli_profile"))
    node = _verb(verbs, t, "node", "node", _node)
    node.add_argument("--profile", metavar="DIR", help=t("walljoin.cli_profile"))
    node.add_argument("--pack", metavar="PACK", default="", help=t("cli.pack"))
    node.add_argument("--lang", choices=("zh", "en"), help=t("cli.lang"))


def _verb(verbs: Verbs[argparse.ArgumentParser], t: Texts, name: str, example: str, go: Go) -> argparse.ArgumentParser:
    return add_verb(verbs, t, name, t(f"walljoin.cli_{name}"), f"wall {example}", go)


def _of_hub(
    verbs: Verbs[argparse.ArgumentParser], t: Texts, name: str, example: str, go: Go
) -> argparse.ArgumentParser:
    return add_hub_verb(verbs, t, name, t(f"walljoin.cli_{name}"), f"wall {example}", go)


def machine_profile(named: str | None) -> Path:
    """Folder of the wall of this machine: beside that of its duty seat, if it has one."""
    return profile_dir(named) if named else profile_dir().with_name("wall")


def _code(args: argparse.Namespace) -> int:
    from cockpit.model.walljoin import CodeMade, CodeWanted
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    made = ask(hub_of(args), "wall.code", CodeWanted(args.machine), CodeMade)
    if args.json:
        print(msgspec.json.encode(made).decode())
        return 0
    import segno

    t = texts(language())
    line = f"cockpit wall join {made.host} {made.code}"
    segno.make(line, error="m").terminal(compact=True)  # carried to the machine on a phone
    print(t("walljoin.code_line", code=made.code, until=local(made.until).strftime("%H:%M:%S")))
    print(t("walljoin.code_type", line=line))
    return 0


def _join(args: argparse.Namespace) -> int:
    from cockpit.bus.joining import join
    from cockpit.model.machine_names import plain_name
    from cockpit.wall.machine import own_name

    os.umask(OWNER_ONLY)
    joined = join(machine_profile(args.profile), args.host, args.code, plain_name(args.name) or own_name())
    print(texts(language())("walljoin.joined", machine=joined.machine))
    return 0


def _nodes(args: argparse.Namespace) -> int:
    from cockpit.model.walljoin import Machines, MachinesWanted
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    found = ask(hub_of(args), "wall.machines", MachinesWanted(), Machines)
    if args.json:
        print(msgspec.json.encode(found.machines).decode())
        return 0
    t = texts(language())
    for one in found.machines:
        state = t("walljoin.node_here" if one.here else "walljoin.node_away")
        if one.heard and not one.here:
            state = t("walljoin.node_heard", at=local(one.heard).strftime("%Y-%m-%d %H:%M"))
        since = local(one.since).strftime("%Y-%m-%d %H:%M")
        line = "walljoin.node_line" if one.since else "walljoin.node_keyless"
        print(t(line, machine=one.machine, since=since, state=state))
    if not found.machines:
        print(t("walljoin.no_nodes"))
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from cockpit.model.walljoin import Revoke, Revoked
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    done = ask(hub_of(args), "wall.revoke", Revoke(args.machine), Revoked)
    print(texts(language())("walljoin.revoked", machine=done.machine))
    return 0


def _forget(args: argparse.Namespace) -> int:
    from cockpit.model.walljoin import Forget, Forgotten
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    done, t = ask(hub_of(args), "wall.forget", Forget(args.machine), Forgotten), texts(language())
    print(t("walljoin.forgotten", machine=done.machine))
    if done.hall:
        print(t("walljoin.still_in_hall", machine=done.machine))
    return 0


def _node(args: argparse.Namespace) -> int:
    from cockpit.wall.watchdog import watch_wall

    os.umask(OWNER_ONLY)
    return watch_wall(machine_profile(args.profile), args.pack, args.lang or "")
