"""The whole story with a worker's phone: order, dead spot, photo, closing; two desks see every step of it.

Real hub, bus and gateway, two seats, and the phone page in a browser.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.model.cases import Case, Order
from cockpit.model.clock import MINUTE, SystemClock
from cockpit.model.entries import CloseCase, IssueOrders, NewCase, NewOrder, VerifyOrder
from cockpit.model.ids import new_id
from tests.living_hub import Seated, seated
from tests.phone_city import UNIT, phone_city
from tests.test_phone_orders import photo, step

pytestmark = [pytest.mark.slow, pytest.mark.system]

CLOCK = SystemClock()
WHAT = "下穿通道积水 62 cm"


class Desks:
    """Two desks; the first one acts."""

    def __init__(self, acting: Seated, other: Seated) -> None:
        self.seats = (acting, other)
        self._order = ""

    def order(self) -> None:
        order = NewOrder(new_id(CLOCK), UNIT, True)
        case = NewCase(f"incident/{new_id(CLOCK)}", "E0506", 1, 120.16, 30.25, "330102001", "12345")
        texts = {"order": "先到东口拉警戒带", "place": "天城路 × 机场路", "words": WHAT}
        self.seats[0].submit(IssueOrders((order,), 10 * MINUTE, 60 * MINUTE, case), **texts)
        self._order = order.id

    def look(self, seat: Seated) -> tuple[Case, Order] | None:
        """The case and its order as a desk sees them."""
        every = [*seat.cases.all_open(), *seat.cases.closed()]
        return next(((case, case.orders[self._order]) for case in every if self._order in case.orders), None)

    def both_see(self, state: str, photos: int = 0) -> tuple[Case, Order]:
        def seen(seat: Seated) -> bool:
            found = self.look(seat)
            return found is not None and found[1].state == state and len(found[1].photos) == photos

        for seat in self.seats:
            seat.until(lambda seat=seat: seen(seat), f"{state}, {photos} photos")
        found = self.look(self.seats[0])
        assert found is not None
        return found


def test_an_order_through_a_dead_spot_to_a_closed_case(tmp_path: Path) -> None:
    with (
        phone_city(tmp_path) as city,
        seated(tmp_path / "acting", city.hub) as acting,
        seated(tmp_path / "other", city.hub) as other,
    ):
        desks, phone = Desks(acting, other), city.phone()
        assert phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)"), "it opens offline from now on"
        phone.context.set_offline(True)
        desks.order()
        desks.both_see("sent")
        assert phone.page.get_by_text(WHAT).count() == 0, "it gets nothing without a network"

        phone.context.set_offline(False)
        phone.shows(WHAT)
        desks.both_see("read")
        step(phone, "接单")
        desks.both_see("accepted")
        step(phone, "我已出发")
        desks.both_see("en_route")

        phone.context.set_offline(True)
        city.gateway.stop()  # a page that is just opened does not know yet that it is offline
        step(phone, "我已到场")
        phone.page.locator("main input[type=file]").set_input_files(photo(tmp_path, "water.jpg", 60))
        phone.shows("2 条已存手机")
        phone.reopen()
        phone.shows("2 条已存手机")
        desks.both_see("en_route")
        city.gateway.start()
        phone.context.set_offline(False)
        desks.both_see("on_scene", photos=1)

        if phone.page.locator("#next").count() == 0:
            phone.tap(".card.go")
        step(phone, "处置完成")
        phone.page.get_by_label("处置情况").fill("已抽干")
        phone.page.locator(".sheet input[type=file]").set_input_files(photo(tmp_path, "dry.jpg", 200))
        phone.page.get_by_label("剩余积水深度").fill("3")
        phone.page.get_by_alt_text("照片 1").last.wait_for()
        step(phone, "确认完成")
        case, order = desks.both_see("done", photos=2)

        acting.submit(VerifyOrder(order.id), case.id, words="核实")
        desks.both_see("verified", photos=2)
        acting.submit(CloseCase(), case.id, words="水已退")
        for seat in desks.seats:
            seat.until(lambda seat=seat: any(one.id == case.id for one in seat.cases.closed()), "closed")
