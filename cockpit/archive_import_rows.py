"""A row of an office's file as a row of the archive: what its words mean here, and what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from cockpit.geo.areas import Areas
from cockpit.model.city import Pack
from cockpit.model.clock import DAY
from cockpit.model.errors import UserError
from cockpit.signs.importing import number_of, time_of
from cockpit.signs.sheets import Cell, plain
from cockpit.store.archive import Row, as_rows

NOTHING = frozenset({"", "-", "—", "/", "无"})
HEADS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "案件编号", "工单编号", "任务号", "number", "id", "key"),
    "kind": ("类别", "小类", "案件类别", "事件类别", "kind", "category"),
    "level": ("等级", "级别", "level"),
    "channel": ("渠道", "来源", "上报渠道", "channel", "source"),
    "area": ("区域", "所属区域", "街道", "社区", "网格", "区", "area"),
    "place": ("地点", "位置", "地址", "place", "address"),
    "lon": ("经度", "lon", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
    "amount": ("数量", "数值", "amount"),
    "unit": ("处置单位", "责任单位", "单位", "unit"),
    "unit_kind": ("单位类别", "队伍类别", "unit_kind"),
    "result": ("结果", "结案方式", "result"),
    "reported": ("上报时间", "受理时间", "发生时间", "reported"),
    "filed": ("立案时间", "filed"),
    "assigned": ("派遣时间", "派单时间", "assigned"),
    "arrived": ("到场时间", "arrived"),
    "finished": ("处置完成时间", "办结时间", "finished"),
    "closed": ("结案时间", "closed"),
    "due": ("截止时间", "处置时限", "due"),
    "urged": ("督办次数", "督办", "urged"),
    "returned": ("返工次数", "返工", "returned"),
    "reopened": ("重开次数", "重开", "reopened"),
    "satisfied": ("满意度", "评价", "satisfied"),
}
NEEDED = ("number", "kind", "reported")
TIMES = ("filed", "assigned", "arrived", "finished", "closed")
RESULTS = {"solved": "solved", "办结": "solved", "结案": "solved", "已解决": "solved", "void": "void", "作废": "void",
           "referred": "referred", "转办": "referred"}  # fmt: skip
LEVELS = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "I": 1, "II": 2, "III": 3, "IV": 4, "一级": 1, "二级": 2, "三级": 3,
          "四级": 4, "红": 1, "橙": 2, "黄": 3, "蓝": 4, "特急": 1, "紧急": 2, "一般": 4}  # fmt: skip
CONTENT = {"非常满意": 5, "满意": 4, "基本满意": 3, "一般": 3, "不满意": 2, "非常不满意": 1}


class Words:
    """What a file may say, and what it means here."""

    def __init__(self, pack: Pack, areas: Areas, units: Mapping[str, tuple[str, str]]) -> None:
        self.pack = pack
        self._areas = areas
        self._kinds = _by_name((kind.code, kind.name) for kind in pack.kinds.values())
        self._channels = _by_name((channel.id, channel.name) for channel in pack.channels.values())
        self._unit_kinds = _by_name((kind.id, kind.name) for kind in pack.unit_kinds.values())
        self._units = {name: key for key, (name, _) in units.items()} | {key: key for key in units}
        self._kind_of = {key: kind for key, (_, kind) in units.items()}
        self._names: dict[str, list[str]] = {}
        for area in areas:
            self._names.setdefault(area.name, []).append(area.code)
        self.new_units: dict[str, tuple[str, str]] = {}

    def kind(self, given: str) -> str:
        return _found(self._kinds, given, "archive.no_kind")

    def channel(self, given: str) -> str:
        return "" if given in NOTHING else _found(self._channels, given, "archive.no_channel")

    def unit(self, given: str, kind: str) -> tuple[str, str]:
        """Key and kind; one that is not known is kept by its name."""
        if given in NOTHING:
            return "", ""
        known = "" if kind in NOTHING else _found(self._unit_kinds, kind, "archive.no_unit_kind")
        key = self._units.get(given, "")
        if key:
            return key, known or self._kind_of[key]
        key = f"import/{given}"
        self.new_units[key] = (given, known)
        return key, known

    def area(self, given: str, lon: float | None, lat: float | None) -> str:
        """Code of an area by code or name; without either that of the place."""
        if given in NOTHING:
            found = self._areas.at(lon, lat) if lon is not None and lat is not None else ""
            if not found:
                raise UserError("archive.no_area_at_all")
            return found
        if given in self._areas:
            return given
        codes = self._names.get(given, [])
        if len(codes) != 1:
            raise UserError("archive.areas_of_name" if codes else "archive.no_area", given=given[:40])
        return codes[0]


def row_of(cells: Mapping[str, Cell], words: Words, now: int) -> Row:
    """A row by names of columns.

    Raises:
        UserError: something in it can not be used.
    """
    said = {name: plain(cells.get(name)) for name in HEADS}
    for name in NEEDED:
        if said[name] in NOTHING:
            raise UserError("signdef.cell_missing", column=HEADS[name][0])
    kind = words.kind(said["kind"])
    lon, lat = (number_of(cells.get(name, ""), HEADS[name][0]) for name in ("lon", "lat"))
    reported = _time(cells["reported"], now)
    times = {name: _time(cells.get(name, ""), now) if said[name] not in NOTHING else 0 for name in TIMES}
    for name, at in times.items():
        if at and at < reported:
            raise UserError("archive.import_before", column=HEADS[name][0])
    unit, unit_kind = words.unit(said["unit"], said["unit_kind"])
    level = _word(LEVELS, said["level"], "level") or words.pack.kinds[kind].level
    closed = times["closed"]
    result = _word(RESULTS, said["result"], "result") or "solved"
    due = time_of(cells["due"]) if said["due"] not in NOTHING else 0
    return as_rows(
        [
            {
                "key": f"import/{said['number']}",
                "number": said["number"],
                "kind": kind,
                "level": level,
                "channel": words.channel(said["channel"]),
                "area": words.area(said["area"], lon, lat),
                "place": "" if said["place"] in NOTHING else said["place"][:200],
                "lon": lon,
                "lat": lat,
                "amount": number_of(cells.get("amount", ""), HEADS["amount"][0]),
                "unit": unit,
                "unit_kind": unit_kind,
                "stage": "closed" if closed else _stage(times),
                "result": result if closed else "",
                "reported": reported,
                **times,
                "due": due or words.pack.loop.finish_by(kind, level, reported).at,
                "urged": _count(cells, "urged"),
                "returned": _count(cells, "returned"),
                "reopened": _count(cells, "reopened"),
                "satisfied": _content(said["satisfied"]),
                "updated": max(reported, *times.values()),
            }
        ]
    )[0]


def _stage(times: Mapping[str, int]) -> str:
    for name, stage in (("finished", "check"), ("arrived", "handling"), ("assigned", "assigned"), ("filed", "filed")):
        if times[name]:
            return stage
    return "intake"


def _time(cell: Cell, now: int) -> int:
    at = time_of(cell)
    if not 0 < at <= now + DAY:
        raise UserError("signdef.cell_future", given=plain(cell)[:40])
    return at


def _count(cells: Mapping[str, Cell], name: str) -> int:
    found = number_of(cells.get(name, ""), HEADS[name][0])
    if found is None:
        return 0
    if not 0 <= found <= 255 or not math.isclose(found, round(found)):
        raise UserError("signdef.cell_number", column=HEADS[name][0], given=f"{found:g}")
    return round(found)


def _content(given: str) -> int:
    if given in NOTHING:
        return 0
    found = CONTENT.get(given, int(given) if given in ("1", "2", "3", "4", "5") else 0)
    if not found:
        raise UserError("archive.import_word", column=HEADS["satisfied"][0], given=given[:40], known="、".join(CONTENT))
    return found


def _word(words: Mapping[str, Any], given: str, name: str) -> Any:
    if given in NOTHING:
        return None
    if given not in words:
        raise UserError("archive.import_word", column=HEADS[name][0], given=given[:40], known="、".join(words))
    return words[given]


def _by_name(things: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for ident, name in things:
        for word in (ident, *name.values()):
            found.setdefault(word.lower(), ident)
    return found


def _found(known: Mapping[str, str], given: str, problem: str) -> str:
    found = known.get(given.lower())
    if found is None:
        raise UserError(problem, given=given[:40])
    return found
