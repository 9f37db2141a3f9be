"""Calls that come in, as the hall sees them: who rings where, who took it, what nobody took. Pure; times are handed in.

Never silently reassigned: a call is at the seat that claimed it until that seat says what became of it, or went.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

import msgspec

from cockpit.model.calls import CallBoard, CallGone, Claimed, Contact, Inbound, Missed, Outcome
from cockpit.model.clock import HOUR
from cockpit.model.errors import UserError

MERGE_SECONDS = 2.0
"""The same number at several seats within so long is one call of a ring group."""
GONE_SECONDS = 10.0
"""A seat that claimed a call and was not heard for so long has gone."""
RING_SECONDS = 180.0
"""No phone page rings longer."""
LONGEST_SECONDS = 600.0
"""A telephone of which no seat says any more what became of it."""
MOST_RINGING = 60
SHOWN_SETTLED = HOUR
MOST_MISSED = 300
"""Work items that the board shows; the newest."""
_REMEMBERED = 1_000


class Ring(msgspec.Struct):
    """A call that rings. Seconds are of the machine.

    Attributes:
        sdp, leg, device: of a phone page's offer, "" of a telephone.
        came: when we heard of it; claimed: when a seat took it, 0 none.
    """

    inbound: Inbound
    came: float
    sdp: str = ""
    leg: str = ""
    device: str = ""
    claimed: float = 0.0


class Board:
    """What rings, and what was missed.

    Attributes:
        ringing: by id, oldest first; missed: work items by id, oldest first.
    """

    def __init__(self) -> None:
        self.ringing: dict[str, Ring] = {}
        self.missed: dict[str, Missed] = {}
        self._over: OrderedDict[str, None] = OrderedDict()

    def told(self, now: int, online: Collection[str]) -> CallBoard:
        """As seats are told it.

        Args:
            now: city time.
        """
        for ident in [i for i, one in self.missed.items() if one.settled and one.settled < now - SHOWN_SETTLED]:
            del self.missed[ident]
        missed = sorted(self.missed.values(), key=lambda one: one.ended)[-MOST_MISSED:]
        return CallBoard(tuple(ring.inbound for ring in self.ringing.values()), tuple(missed), tuple(sorted(online)))

    # -- it rings --------------------------------------------------------------------------------------------------

    def knows(self, ident: str) -> bool:
        """Whether a call rings, or is over."""
        return ident in self.ringing or ident in self._over

    def offered(self, ring: Ring) -> bool:
        """A phone page calls; False: too many ring already. The same device's call before ends with it."""
        if len(self.ringing) >= MOST_RINGING:
            return False
        self.ringing[ring.inbound.id] = ring
        return True

    def over(self, ident: str) -> None:
        """A call that rings nowhere (any more) is known as one that is over."""
        self._end(ident)

    def of_device(self, device: str) -> list[Ring]:
        return [ring for ring in self.ringing.values() if ring.device == device]

    def came_in(self, inbound: Inbound, seat: str, now: float) -> Inbound:
        """A telephone rings at a seat; the call as all know it, which may ring at others too."""
        if inbound.id in self._over:
            return inbound
        known = self.ringing.get(inbound.id) or self._same(inbound, now)
        if known is None:
            if len(self.ringing) >= MOST_RINGING:
                raise UserError("hubcalls.too_many", most=MOST_RINGING)
            known = self.ringing[inbound.id] = Ring(msgspec.structs.replace(inbound, seats=(), claimed=""), now)
        if seat not in known.inbound.seats:
            known.inbound = msgspec.structs.replace(known.inbound, seats=(*known.inbound.seats, seat))
        return known.inbound

    def _same(self, inbound: Inbound, now: float) -> Ring | None:
        number = _digits(inbound.way.address)
        for ring in self.ringing.values():
            known = ring.inbound
            same = known.way.address == inbound.way.address or (number and _digits(known.way.address) == number)
            if same and known.way.kind is inbound.way.kind and now - ring.came <= MERGE_SECONDS:
                return ring
        return None

    # -- somebody takes it -----------------------------------------------------------------------------------------

    def claim(self, ident: str, seat: str, now: float) -> Claimed:
        """The first wins.

        Raises:
            UserError: it is gone, or another seat has it.
        """
        ring = self.ringing.get(ident)
        if ring is None:
            raise UserError("hubcalls.gone")
        if ring.inbound.claimed not in ("", seat):
            raise UserError("hubcalls.claimed", seat=ring.inbound.claimed)
        ring.inbound = msgspec.structs.replace(ring.inbound, claimed=seat, back="")
        ring.claimed = now
        unit = ring.inbound.contact.unit if ring.sdp else ""
        return Claimed(ring.inbound, ring.sdp, unit, ring.device, ring.leg)

    def gone(self, gone: CallGone, seat: str, there: Collection[str]) -> Ring | None:
        """What became of a call at a seat; the ring that nobody is left to take, None where it goes on or was taken.

        Args:
            there: seats that could still take it.
        """
        ring = self.ringing.get(gone.id)
        if ring is None or ring.inbound.claimed not in ("", seat):
            return None
        if gone.outcome is Outcome.ANSWERED:
            self._end(gone.id)
            return None
        if gone.outcome is Outcome.MISSED and ring.sdp and not ring.inbound.claimed:
            return None  # whether a phone page gave up is for its gateway to say
        back = seat if ring.inbound.claimed and gone.outcome not in (Outcome.DECLINED, Outcome.MISSED) else ""
        declined = ring.inbound.declined
        if gone.outcome is Outcome.DECLINED and seat not in declined:
            declined = (*declined, seat)
        seats = ring.inbound.seats if ring.sdp else tuple(one for one in ring.inbound.seats if one != seat)
        ring.inbound = msgspec.structs.replace(ring.inbound, claimed="", back=back, declined=declined, seats=seats)
        ring.claimed = 0.0
        left = set(there) - set(declined) if ring.sdp else seats
        if left and not (gone.outcome is Outcome.MISSED and ring.sdp):
            return None
        self._end(gone.id)
        return ring

    def gave_up(self, ident: str) -> Ring | None:
        """They hung up before anybody spoke with them."""
        ring = self.ringing.get(ident)
        if ring is not None:
            self._end(ident)
        return ring

    def look(self, now: float, heard: dict[str, float], there: Collection[str]) -> tuple[list[str], list[Ring]]:
        """What time alone brings.

        Args:
            heard: when each seat was heard last; there: seats that could take a call.

        Returns:
            ids of calls that ring again at all, since the seat that had them went; rings that end.
        """
        back, over = [], []
        for ident, ring in list(self.ringing.items()):
            inbound = ring.inbound
            silent = now - max(heard.get(inbound.claimed, 0.0), ring.claimed)
            if inbound.claimed and silent >= GONE_SECONDS:
                seats = inbound.seats if ring.sdp else tuple(one for one in inbound.seats if one != inbound.claimed)
                ring.inbound = msgspec.structs.replace(inbound, claimed="", back=inbound.claimed, seats=seats)
                ring.claimed = 0.0
                back.append(ident)
            if not ring.sdp:
                seats = tuple(seat for seat in ring.inbound.seats if seat in there)
                ring.inbound = msgspec.structs.replace(ring.inbound, seats=seats)
            longest = RING_SECONDS if ring.sdp else LONGEST_SECONDS
            alone = not ring.sdp and not ring.inbound.seats
            if not ring.inbound.claimed and (alone or now - ring.came >= longest):
                self._end(ident)
                over.append(ring)
        return back, over

    def _end(self, ident: str) -> None:
        self.ringing.pop(ident, None)
        self._over[ident] = None
        while len(self._over) > _REMEMBERED:
            self._over.popitem(last=False)

    # -- work items ------------------------------------------------------------------------------------------------

    def miss(self, inbound: Inbound, now: int) -> Missed:
        """The work item of a call that nobody took; who called before and was not called back is one item."""
        inbound = msgspec.structs.replace(inbound, claimed="", back="")
        same = (one for one in self.missed.values() if not one.settled and _is_same(one.inbound.contact, inbound))
        before = next(same, None)
        if before is None:
            missed = Missed(inbound, now)
        else:
            again = msgspec.structs.replace(inbound, id=before.inbound.id)
            missed = msgspec.structs.replace(before, inbound=again, ended=now, times=before.times + 1)
        self.missed[missed.inbound.id] = missed
        return missed

    def settled(self, ident: str, seat: str, words: str, now: int) -> Missed:
        """A work item as it is after a seat took it up (`words` "") or settled it; `missed` is not changed.

        Raises:
            UserError: there is no such item, or it was settled.
        """
        missed = self.missed.get(ident)
        if missed is None:
            raise UserError("hubcalls.no_missed")
        if missed.settled:
            raise UserError("hubcalls.settled_already", seat=missed.by or "–")
        if not words.strip():
            return msgspec.structs.replace(missed, by=seat)
        return msgspec.structs.replace(missed, by=seat, words=words.strip(), settled=now)


def _is_same(contact: Contact, inbound: Inbound) -> bool:
    if contact.unit:
        return contact.unit == inbound.contact.unit
    return bool(contact.id) and contact.id == inbound.contact.id


def _digits(address: str) -> str:
    """The number in an address, its last eleven digits; "" where there is none."""
    user = address.partition(":")[2].partition("@")[0] or address.partition("@")[0] or address
    return "".join(c for c in user if c.isdecimal() and c.isascii())[-11:]
