"""The phone page in a real browser, against a real hub and gateway: orders, their steps, a dead spot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.phone_city import Phone, phone_city

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = [pytest.mark.slow, pytest.mark.system]


def photo(folder: Path, name: str, red: int) -> str:
    Image.new("RGB", (800, 600), (red, 90, 120)).save(folder / name, "JPEG")
    return str(folder / name)


def huge(folder: Path) -> str:
    """A picture of 13 MB: larger than the gateway takes."""
    spots = np.random.default_rng(7).integers(0, 256, (250, 275, 3), np.uint8)
    Image.fromarray(spots).resize((2200, 2000), Image.Resampling.NEAREST).save(folder / "huge.png", compress_level=0)
    return str(folder / "huge.png")


def step(phone: Phone, name: str) -> None:
    phone.page.get_by_role("button", name=name, exact=True).click()


class Cut:
    """Breaks the third piece of what is uploaded off.

    Attributes:
        offsets: of the pieces that were sent.
    """

    def __init__(self, phone: Phone) -> None:
        self.offsets: list[int] = []
        self.broken = False
        phone.context.route("**/v1/blobs/*", self._piece)

    def _piece(self, route: Route) -> None:
        if route.request.method == "PATCH":
            self.offsets.append(int(route.request.headers["upload-offset"]))
            if len(self.offsets) == 3 and not self.broken:
                self.broken = True
                route.abort("connectionreset")
                return
        route.continue_()


def test_a_phone_enrols_by_the_link_and_takes_an_order_to_its_end(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone()
        assert "code" not in phone.page.url
        order = city.order()
        phone.shows("下穿通道积水 62 cm")
        phone.shows("先到东口拉警戒带，劝离行人和车辆")
        phone.shows("离我 1")
        phone.shows("路线已存手机")
        city.until(lambda: city.found(order).state == "read", "delivered and read by themselves")
        for name in ("接单", "我已出发", "我已到场", "处置完成"):
            step(phone, name)
        cut = Cut(phone)
        phone.page.get_by_label("处置情况").fill("已抽干")
        step(phone, "确认完成")
        phone.shows("还缺：完成照片、剩余积水深度")
        phone.page.locator(".sheet input[type=file]").set_input_files(huge(tmp_path))
        phone.page.get_by_label("剩余积水深度").fill("3")
        phone.page.get_by_alt_text("照片 1").wait_for()
        step(phone, "确认完成")
        phone.shows("已报完成")
        city.until(lambda: city.found(order).state == "done", "done")
        (kept,) = city.found(order).photos
        assert (kept.type, kept.size < 12_000_000) == ("image/jpeg", True)
        assert cut.broken, "the upload was cut"
        assert cut.offsets.count(0) == 1, "it went on where it was"
        assert list(city.found(order).times) == [
            "sent",
            "delivered",
            "read",
            "accepted",
            "en_route",
            "on_scene",
            "done",
        ]


def test_a_dead_spot_loses_nothing_and_doubles_nothing_also_when_the_page_is_killed_in_it(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone()
        phone.until("navigator.serviceWorker.ready.then(() => true)")
        order = city.order()
        step(phone, "接单")
        city.until(lambda: city.found(order).state == "accepted", "accepted")
        phone.context.set_offline(True)
        city.gateway.stop()
        step(phone, "我已出发")
        phone.page.locator("main input[type=file]").set_input_files(photo(tmp_path, "b.jpg", 30))
        phone.shows("2 条已存手机，有信号自动发出")
        phone.page.locator(".waits").get_by_text("待发").first.wait_for()
        phone.reopen()
        phone.shows("2 条已存手机，有信号自动发出")
        if phone.page.locator("#next").count() == 0:
            phone.tap(".card.go")
        step(phone, "我已到场")
        phone.shows("3 条已存手机，有信号自动发出")
        assert city.found(order).state == "accepted"
        city.gateway.start()
        phone.context.set_offline(False)
        phone.page.locator("#offline").wait_for(state="detached")
        city.until(lambda: city.found(order).state == "on_scene" and len(city.found(order).photos) == 1, "all of it")
        phone.until("!document.querySelector('.waits')")
        phone.reopen()
        phone.shows("处置")
        assert len(city.found(order).photos) == 1
