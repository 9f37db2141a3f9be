"""Subjects of the bus. The hub takes the actor's seat from the subject, never from the body."""

from __future__ import annotations

LIVE = "live"
"""The world of the real thing; others are `drill:<id>` and `replay:<id>`, whose colon NATS carries as it is."""


def drill(id: str) -> str:
    """The world of a rehearsal, on a bus of its own."""
    return f"drill:{id}"


def is_drill(world: str) -> bool:
    """Whether this is the world of a rehearsal."""
    return world.startswith(drill(""))


def replay(id: str) -> str:
    """The world of a replay; its id is the user for whom it runs."""
    return f"replay:{id}"


STREAM = "LEDGER"
"""The stream of the ledger; one a hub."""
SEQUENCE = "Nats-Sequence"
"""Header of `news`: the sequence of the decision in the stream."""


def picture(city: str, world: str, district: str, topic: str) -> str:
    return f"pic.{city}.{world}.{district}.{topic}"


def all_pictures(city: str, world: str) -> str:
    return f"pic.{city}.{world}.>"


def command(city: str, world: str, seat: str) -> str:
    """Where a seat's commands go; only that seat may publish there."""
    return f"cmd.{city}.{world}.{seat}"


def fact(city: str, world: str, gateway: str) -> str:
    """Where a gateway's facts go; only that gateway may publish there."""
    return f"fact.{city}.{world}.{gateway}"


def ledger(city: str, world: str, hub: str, district: str, case: str) -> str:
    """Where the hub appends a decision; the stream `STREAM` keeps it and sends it on as `news`."""
    return f"led.{city}.{world}.{hub}.{district}.{case}"


def all_ledger(city: str, world: str) -> str:
    return f"led.{city}.{world}.>"


def news(city: str, world: str, hub: str, district: str, case: str) -> str:
    """Where the server sends a decision once it is on disk, with its sequence in the header `SEQUENCE`."""
    return f"log.{city}.{world}.{hub}.{district}.{case}"


def all_news(city: str, world: str) -> str:
    return f"log.{city}.{world}.>"


def signal(city: str, world: str, sender: str, receiver: str) -> str:
    """Where two users tell each other what a call needs; only the sender may publish there, only the receiver reads."""
    return f"sig.{city}.{world}.{sender}.{receiver}"


def signals_to(city: str, world: str, receiver: str) -> str:
    return f"sig.{city}.{world}.*.{receiver}"


def signaller(subject: str) -> str:
    """Who sent a signal."""
    return subject.split(".")[-2]


def said(city: str, world: str, gateway: str) -> str:
    """Where a gateway tells what its devices say besides facts: positions, reports, letters."""
    return f"said.{city}.{world}.{gateway}"


def all_said(city: str, world: str) -> str:
    return f"said.{city}.{world}.*"


def all_commands(city: str, world: str) -> str:
    return f"cmd.{city}.{world}.*"


def all_facts(city: str, world: str) -> str:
    return f"fact.{city}.{world}.*"


def sender(subject: str) -> str:
    """Who sent a command or a fact: the last token, which the server lets nobody else use."""
    return subject.rpartition(".")[2]


def ask(seat: str, what: str) -> str:
    """Where a user asks the hub: `hello`, `snapshot`, `body`, `picture`, `retry`, `quarantine`, `ledger`, `texts`,
    `photo`."""
    return f"ask.{seat}.{what}"


ALL_ASKS = "ask.*.>"


def seat_and_what(subject: str) -> tuple[str, str]:
    """Who asks, and what: `alarms.act` of `ask.seat-1.alarms.act`."""
    _, seat, what = subject.split(".", 2)
    return seat, what


def inbox(user: str) -> str:
    """Prefix of the inboxes of a user: only they may read there."""
    return f"_INBOX.{user}"


def reads(user: str, reply: str) -> bool:
    """Whether where a message is to be answered is an inbox of its sender. The server lets a sender name any subject,
    and who answers wherever it is told publishes there in the sender's stead."""
    return reply.startswith(f"{inbox(user)}.")
