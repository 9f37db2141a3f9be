"""The pictures of the phone page in the manual: `python -m benchmarks.phone_shots [FOLDER]`.

A real hub and gateway, headless Chromium as a phone, the fonts of the program: nothing in them is drawn by hand.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from benchmarks.png import squeeze
from cockpit.model.calls import Signal
from cockpit.model.ids import new_id
from cockpit.paths import assets_dir
from tests.phone_city import CLOCK, UNIT_KEYS, Phone, PhoneCity, phone_city

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{fonts}</dir><cachedir>{cache}</cachedir>
</fontconfig>"""


def take(folder: Path) -> None:
    """All of them into a folder."""
    with tempfile.TemporaryDirectory() as work:
        fonts = Path(work) / "fonts.conf"
        fonts.write_text(FONTS.format(fonts=assets_dir() / "fonts", cache=f"{work}/fonts"), "utf-8")
        os.environ["FONTCONFIG_FILE"] = str(fonts)
        with phone_city(Path(work)) as city:
            _enrolling(city, folder)
            _working(city, folder, UNIT_KEYS[0], "light", Path(work))
            _working(city, folder, UNIT_KEYS[1], "dark", Path(work))


def _keeper(phone: Phone, folder: Path) -> Callable[[str], None]:
    def keep(name: str) -> None:
        phone.page.wait_for_timeout(500)  # what glides has come to rest
        file = folder / f"phone-{name}.png"
        phone.page.screenshot(path=str(file))
        squeeze(file)

    return keep


def _enrolling(city: PhoneCity, folder: Path) -> None:
    phone = city.phone(enrolled=False, device_scale_factor=2)
    phone.page.goto(f"{city.gateway.url}/#code={city.code()['code']}")
    phone.page.locator("button.main").wait_for()
    phone.until("!document.getElementById('lacks').children.length")
    _keeper(phone, folder)("enrol")
    phone.page.close()


def _working(city: PhoneCity, folder: Path, unit: str, scheme: str, work: Path) -> None:
    phone = city.phone(unit=unit, color_scheme=scheme, device_scale_factor=2)
    keep = _keeper(phone, folder)
    city.order(unit, minutes=2, order="先到东口拉警戒带，劝离行人和车辆；拍水位照片；等巡警 3-14 到后移交。")
    for past in (1, 2):
        phone.tap("#next")
        phone.page.locator(f".steps .past:nth-child({past})").wait_for()
    phone.shows("路线已存手机")
    phone.context.set_offline(True)
    Image.new("RGB", (800, 600), (90, 110, 120)).save(work / "water.jpg")
    phone.page.locator("main input[type=file]").set_input_files(str(work / "water.jpg"))
    phone.shows("1 条已存手机")
    phone.page.locator(".waits").wait_for()
    keep("order" if scheme == "light" else "dark")
    if scheme == "light":
        phone.tap("#next")
        phone.shows("2 条已存手机")
        phone.tap("#next")
        phone.page.get_by_label("处置情况").fill("东口已封闭，抽水泵已开")
        keep("done")
        phone.page.keyboard.press("Escape")
    phone.context.set_offline(False)
    phone.page.locator("#offline").wait_for(state="detached")
    if scheme == "dark":
        leg = new_id(CLOCK)
        offer = Signal("offer", leg, new_id(CLOCK), unit, sdp="v=0", video=True, name="值班席 王敏")
        city.desk.signal("gateway", offer)
        phone.page.locator(".call").wait_for()
        keep("call")
        phone.tap("#call-decline")


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
