"""The headline of an alert as short as a chip: what and how grave; who says so stands beside it. No Qt.

The statutory warnings (气象灾害预警信号 and the like) are said in English too; what was written stands on its page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cockpit.model.alarms import text_of
from cockpit.model.messages import Texts, capital

_ISSUED = re.compile(r"^.{2,40}?(?:联合)?发布(?:了)?(?=.*[红橙黄蓝]色?(?:预警|警报|警告))")
_SIGNAL = re.compile(r"(?<=预警)信号")
_HAZARDS: Mapping[str, str] = {
    "台风": "typhoon", "雷雨大风": "thunderstorm_gale", "雷雨强风": "thunderstorm_gale", "强对流": "convection",
    "暴雨": "rainstorm", "暴雪": "snowstorm", "寒潮": "cold_wave", "低温": "low_temperature", "大风": "gale",
    "沙尘暴": "sandstorm", "沙尘": "sandstorm", "高温": "heat", "干旱": "drought", "雷电": "lightning", "冰雹": "hail",
    "霜冻": "frost", "大雾": "fog", "霾": "haze", "重污染天气": "heavy_pollution", "空气重污染": "heavy_pollution",
    "道路结冰": "road_ice", "地质灾害": "geological", "山洪": "flash_flood", "洪水": "flood", "内涝": "waterlogging",
    "积涝": "waterlogging", "风暴潮": "storm_surge", "海浪": "waves", "森林火险": "forest_fire", "地震": "earthquake",
}  # fmt: skip
_COLOURS = {"红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue"}
_WHAT = re.compile("|".join(sorted(_HAZARDS, key=len, reverse=True)))
_HOW_GRAVE = re.compile("([红橙黄蓝])色?(?:预警|警报|警告)")


def short_headline(headline: str) -> str:
    """杭州市气象台发布暴雨橙色预警信号 is 暴雨橙色预警; a headline of another form stays as it is."""
    return _SIGNAL.sub("", _ISSUED.sub("", headline, count=1), count=1) or headline


def headline_words(headline: str, t: Texts, whole: bool = False) -> str:
    """The headline in the language of `t`, short or (in its own language) `whole`; none of the statutory as written."""
    short = short_headline(headline)
    grave = _HOW_GRAVE.search(short)
    found = _WHAT.findall(short[: grave.start()]) if grave else []
    if t.lang == "zh" or grave is None or not found:
        return headline if whole else short
    what = t("hazard.and").join(t(f"hazard.{_HAZARDS[one]}") for one in dict.fromkeys(found))
    words = t("hazard.warning", what=what, colour=t(f"hazard.{_COLOURS[grave[1]]}"))
    words = capital(words)
    return t("hazard.lifted", warning=words) if "解除" in short else words


def by_words(by: str, t: Texts) -> str:
    """Who changed a wall, in the language of `t`: a person, a seat that nobody gave a name, or the alert or alarm of
    ours that brought a scene."""
    head, _, number = by.partition("-")
    if head == "seat" and number.isdigit():
        return t("orders.seat", n=number)
    return headline_words(t.pack(text_of(by)), t)
