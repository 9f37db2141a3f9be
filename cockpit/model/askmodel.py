"""Answers of a model of the site, and what left the machine for them."""

from __future__ import annotations

import msgspec

from cockpit.model.messages import Message


class ToolCalled(msgspec.Struct, frozen=True):
    """A query that the model put: `handle` of its result (`r3`), "" refused; `words`: what it was, as printed."""

    tool: str
    handle: str
    words: str


class ModelMark(msgspec.Struct, frozen=True, omit_defaults=True):
    """The mark of an answer that a model worded: it is shown with every such answer.

    Attributes:
        model: as the site calls it. version: as the endpoint says, and that of our own prompt and tools.
        host: where it is. tools: in the order in which they were called. took: ms.
        hidden: sentences that are not shown, since a figure in them comes from nowhere.
        log: id of the record of what left the machine.
    """

    model: str
    version: str
    host: str
    tools: tuple[ToolCalled, ...] = ()
    took: float = 0.0
    hidden: int = 0
    log: str = ""


class ModelState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether a model can be asked here.

    Attributes:
        on: the site has one for this. consented: the person agreed to what leaves the machine.
        model, host: which and where. why: what is wrong with its configuration.
    """

    on: bool = False
    consented: bool = False
    model: str = ""
    host: str = ""
    why: Message | None = None


class ModelStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far it is: `asking`, `tool` (which one), `writing` (the sentences that are proven so far)."""

    state: str
    tool: str = ""
    text: str = ""


class Sent(msgspec.Struct, frozen=True):
    """One request that left the machine: every byte of its body, masked before it was sent."""

    at: int
    url: str
    body: str
    reply: str = ""
    failed: str = ""


class ModelRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of one question, or of one wording.

    Attributes:
        id: name of the record. at: UTC us. use: `ask` or `wording`.
        sent: requests, in order; none: it was stopped before.
        blocked: why it was stopped or what of the answer was not shown, each with the words.
        outcome: `answered`, `blocked`, `failed`, `unproven`, `cancelled`. shown: the text as it was shown.
        judged: what the person made of it: `accepted`, `refused`, "" not said; judged_at: when.
    """

    id: str
    at: int
    use: str
    model: str
    host: str
    sent: tuple[Sent, ...] = ()
    blocked: tuple[Message, ...] = ()
    outcome: str = "answered"
    shown: str = ""
    judged: str = ""
    judged_at: int = 0
