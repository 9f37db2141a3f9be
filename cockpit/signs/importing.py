"""Files of an office: reported values (and forecasts) of signs, or definitions. Row by row, each refusal with its row.

Which of the two a file is, its header says. Values: 编码 or 名称, 时间, 数值, and 区域, 来源, 预测时间, 准确率.
Definitions: 编码, 名称, 分类, and 英文名, 单位, 小数位, 方向, 周期, 依据, 来源, 报送周期, 公式, 汇总, 权重, 阈值, 目标,
责任部门, 输入, 条件, 取值列, 组成.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from cockpit.model.clock import DAY, SECOND, SHANGHAI
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.signs import AGGREGATES, DIRECTIONS, Sign, SignSet, Theme, Threshold, zh_of
from cockpit.signs.definitions import check, wrong_of
from cockpit.signs.formula import Formula
from cockpit.signs.measure import Measure
from cockpit.signs.reported import Value
from cockpit.signs.sheets import Cell, plain, rows_of

MOST_SAID = 100
"""Rows that are named one by one."""

_VALUE_COLUMNS = {
    "code": ("编码", "指标编码", "体征编码", "code"),
    "name": ("名称", "指标", "指标名称", "体征", "体征名称", "name"),
    "area": ("区域", "区域编码", "区域名称", "行政区", "area"),
    "time": ("时间", "日期", "期别", "数据时间", "统计期", "time", "date"),
    "value": ("数值", "值", "指标值", "value"),
    "source": ("来源", "数据来源", "填报单位", "source"),
    "target": ("预测时间", "预测目标时间", "forecast for", "target time"),
    "accuracy": ("准确率", "accuracy"),
}
_SIGN_COLUMNS = {
    "code": _VALUE_COLUMNS["code"],
    "zh": _VALUE_COLUMNS["name"],
    "en": ("英文名", "英文名称", "english"),
    "theme": ("分类", "类别", "主题", "theme", "category"),
    "unit": ("单位", "计量单位", "unit"),
    "decimals": ("小数位", "小数位数", "decimals"),
    "direction": ("方向", "指标方向", "direction"),
    "every": ("周期", "更新周期", "every"),
    "basis": ("依据", "basis"),
    "source": _VALUE_COLUMNS["source"],
    "period": ("报送周期", "period"),
    "formula": ("公式", "计算公式", "formula"),
    "by_area": ("汇总", "区域汇总", "by area", "by_area"),
    "weight": ("权重", "weight"),
    "thresholds": ("阈值", "thresholds"),
    "target": ("目标", "目标值", "target"),
    "owner": ("责任部门", "责任单位", "owner"),
    "input": ("输入", "input"),
    "where": ("条件", "where"),
    "measure": ("取值列", "measure"),
    "parts": ("组成", "parts"),
}
_DIRECTION = {
    "越高越好": "up",
    "↑": "up",
    "越低越好": "down",
    "↓": "down",
    "区间": "band",
    "↔": "band",
    "无": "none",
    "·": "none",
}
_EVERY = {
    "实时": 60.0, "分钟": 60.0, "小时": 3600.0, "日": 86400.0, "天": 86400.0, "周": 604800.0, "月": 2592000.0,
    "季": 7776000.0, "年": 31536000.0,
}  # fmt: skip
_AGGREGATE = {
    "合计": "sum",
    "求和": "sum",
    "平均": "mean",
    "最小": "min",
    "最大": "max",
    "最新": "last",
    "不汇总": "none",
}
_GRADE = {"红": 1, "橙": 2, "黄": 3, "蓝": 4, "1": 1, "2": 2, "3": 3, "4": 4, "Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4}
_THRESHOLD = re.compile(r"([红橙黄蓝1-4])[级色]?\s*([<>])\s*(-?\d+(?:\.\d+)?)")
_PERIOD = re.compile(
    r"^(\d{4})(?:[-/.年](\d{1,2}))?(?:[-/.月](\d{1,2}))?[年月日]?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$"
)
_QUARTER = re.compile(r"^(\d{4})年?(?:第?([1-4一二三四])季度?|[Qq]([1-4]))$")
_NOTHING = frozenset({"", "-", "--", "—", "/", "无", "N/A", "n/a", "null"})


class Read(msgspec.Struct):
    """What a file says.

    Attributes:
        values: (code, area, value); signs: definitions that are new or changed.
        rows: with something in them; new, changed: definitions.
        said: sentences about columns and rows that were left out, in order.
    """

    values: list[tuple[str, str, Value]] = []
    signs: list[Sign] = []
    rows: int = 0
    new: int = 0
    changed: int = 0
    said: list[Message] = []

    def report(self, trial: bool) -> list[Message]:
        """What was (or would be) taken, then what was wrong."""
        if self.signs or self.new or self.changed:
            params: dict[str, object] = {"rows": self.rows, "new": self.new, "changed": self.changed}
            head = Message("signdef.would_definitions" if trial else "signdef.took_definitions", params)
        else:
            signs = len({code for code, _, _ in self.values})
            params = {"rows": self.rows, "taken": len(self.values), "signs": signs}
            head = Message("signdef.would_values" if trial else "signdef.took_values", params)
        said = self.said[:MOST_SAID]
        if len(self.said) > MOST_SAID:
            said.append(Message("signdef.rows_more", {"n": len(self.said) - MOST_SAID}))
        return [head, *said]


class Known(msgspec.Struct, frozen=True):
    """What a file may speak of.

    Attributes:
        signs: the definitions of now; city: code of the city; areas: names by code; now: the city's clock, UTC us.
        live: codes of signs that are measured or worked out: values of theirs are not reported (forecasts may be).
    """

    signs: SignSet
    city: str
    areas: Mapping[str, str]
    now: int
    live: frozenset[str] = frozenset()


def read_file(name: str, data: bytes, known: Known) -> Read:
    """What a file says, and all that is wrong with it.

    Raises:
        UserError: nothing of it can be read.
    """
    rows = rows_of(name, data)
    first = next((i for i, row in enumerate(rows) if row), None)
    if first is None or not any(rows[first + 1 :]):
        raise UserError("signdef.file_empty", name=name[:80])
    header = [plain(cell) for cell in rows[first]]
    body = [(i + 1, row) for i, row in enumerate(rows[first + 1 :], first + 1) if row]
    values, definitions = _columns(header, _VALUE_COLUMNS), _columns(header, _SIGN_COLUMNS)
    read = Read(rows=len(body))
    if {"time", "value"} <= values.keys() and values.keys() & {"code", "name"}:
        _ignored(header, values, read)
        _read_values(body, values, known, read)
    elif {"code", "zh", "theme"} <= definitions.keys():
        _ignored(header, definitions, read)
        _read_signs(body, definitions, known, read)
    else:
        raise UserError("signdef.file_headers", name=name[:80])
    return read


def merged(signs: SignSet, changes: Iterable[Sign]) -> SignSet:
    """Definitions with some of them replaced or added; a theme that is not there is made."""
    by_code = {sign.code: sign for sign in signs.signs} | {sign.code: sign for sign in changes}
    themes = {theme.code: theme for theme in signs.themes}
    for sign in by_code.values():
        themes.setdefault(sign.theme, Theme(sign.theme, {"zh": sign.theme}))
    return SignSet(tuple(themes.values()), tuple(by_code.values()), signs.version)


def _columns(header: Sequence[str], names: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    places = {word.lower(): i for i, word in reversed(list(enumerate(header)))}
    return {column: places[word] for column, words in names.items() for word in reversed(words) if word in places}


def _ignored(header: Sequence[str], used: Mapping[str, int], read: Read) -> None:
    for i, word in enumerate(header):
        if word and i not in used.values():
            read.said.append(Message("signdef.column_ignored", {"column": word[:40]}))


# -- values ------------------------------------------------------------------------------------------------------


def _read_values(body: list[tuple[int, list[Cell]]], at: Mapping[str, int], known: Known, read: Read) -> None:
    signs = _Names(known)
    seen: dict[tuple[str, str, int, int], int] = {}
    for number, row in body:
        try:
            cells = {column: row[i] if i < len(row) else "" for column, i in at.items()}
            code, area, value = _value(cells, signs, known)
            before = seen.setdefault((code, area, value.at, value.target), number)
            if before != number:
                raise UserError("signdef.cell_twice", row=before)
        except UserError as error:
            read.said.append(Message("signdef.row_wrong", {"row": number, "what": error.message}))
        else:
            read.values.append((code, area, value))


def _value(cells: Mapping[str, Cell], signs: _Names, known: Known) -> tuple[str, str, Value]:
    sign = signs.sign(plain(cells.get("code")), plain(cells.get("name")))
    area = signs.area(plain(cells.get("area")))
    number = number_of(cells["value"], "数值")
    if number is None:
        raise UserError("signdef.cell_missing", column="数值")
    low, high = -math.inf if sign.low is None else sign.low, math.inf if sign.high is None else sign.high
    if not low <= number <= high:
        raise UserError("signdef.cell_range", value=f"{number:g}", low=f"{low:g}", high=f"{high:g}")
    at = time_of(cells["time"])
    target = time_of(cells["target"]) if plain(cells.get("target")) not in _NOTHING else 0
    if at > known.now + DAY:
        raise UserError("signdef.cell_future", given=plain(cells["time"])[:40])
    if not target and sign.code in known.live:
        raise UserError("signdef.cell_live", code=sign.code)
    accuracy = number_of(cells.get("accuracy", ""), "准确率")
    if accuracy is not None and accuracy > 1:
        accuracy /= 100.0
    told = math.nan if accuracy is None or not 0 <= accuracy <= 1 else accuracy
    return sign.code, area, Value(at, number, plain(cells.get("source"))[:100], target, told)


class _Names:
    """Signs and areas by code and by name."""

    def __init__(self, known: Known) -> None:
        self._city = known.city
        self._codes = {sign.code.lower(): sign for sign in known.signs.signs}
        self._names = {plain(text): sign for sign in known.signs.signs for text in sign.name.values()}
        self._areas = known.areas
        self._area_codes: dict[str, list[str]] = {}
        for code, name in known.areas.items():
            self._area_codes.setdefault(name, []).append(code)

    def sign(self, code: str, name: str) -> Sign:
        if not code and not name:
            raise UserError("signdef.cell_missing", column="编码")
        found = self._codes.get(code.lower()) if code else self._names.get(name)
        if found is None:
            raise UserError("signdef.cell_sign", given=(code or name)[:60])
        return found

    def area(self, given: str) -> str:
        if not given or given == self._city:
            return self._city
        if given in self._areas:
            return given
        codes = self._area_codes.get(given, [])
        if len(codes) > 1:
            raise UserError("signdef.cell_areas", given=given[:60])
        if not codes:
            raise UserError("signdef.cell_area", given=given[:60])
        return codes[0]


def number_of(cell: Cell, column: str) -> float | None:
    """A number as people write it (1,234.5, 98%); None where there is none.

    Raises:
        UserError: there is something, and it is no number.
    """
    if isinstance(cell, float):
        found = cell
    else:
        text = plain(cell)
        if text in _NOTHING:
            return None
        try:
            found = float(text.rstrip("%").replace(",", "").replace(" ", ""))
        except ValueError as error:
            raise UserError("signdef.cell_number", column=column, given=text[:40]) from error
    if not math.isfinite(found):
        raise UserError("signdef.cell_number", column=column, given=plain(cell)[:40])
    return found


def time_of(cell: Cell) -> int:
    """An instant, or the beginning of a year, a quarter, a month, a day (Shanghai); UTC us.

    Raises:
        UserError: it is none.
    """
    if isinstance(cell, datetime):
        when = cell if cell.tzinfo else cell.replace(tzinfo=SHANGHAI)
        return round(when.timestamp() * SECOND)
    text = plain(cell)
    if text in _NOTHING:
        raise UserError("signdef.cell_missing", column="时间")
    try:
        return round(_when(text).timestamp() * SECOND)
    except (ValueError, OverflowError) as error:
        raise UserError("signdef.cell_time", given=text[:40]) from error


def _when(text: str) -> datetime:
    quarter = _QUARTER.match(text)
    if quarter:
        number = quarter[2] or quarter[3]
        month = 3 * ("一二三四".index(number) if number in "一二三四" else int(number) - 1) + 1
        return datetime(int(quarter[1]), month, 1, tzinfo=SHANGHAI)
    found = _PERIOD.match(text)
    if found:
        year, month, day, hour, minute, second = (int(piece) if piece else 0 for piece in found.groups())
        return datetime(year, month or 1, day or 1, hour, minute, second, tzinfo=SHANGHAI)
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=SHANGHAI)


# -- definitions ---------------------------------------------------------------------------------------------------


def _read_signs(body: list[tuple[int, list[Cell]]], at: Mapping[str, int], known: Known, read: Read) -> None:
    before = {sign.code: sign for sign in known.signs.signs}
    found: dict[str, tuple[int, Sign]] = {}
    for number, row in body:
        try:
            cells = {column: _text(column, row[i]) if i < len(row) else "" for column, i in at.items()}
            sign = _sign(cells, before, known.signs.themes)
            if sign.code in found:
                raise UserError("signdef.cell_twice", row=found[sign.code][0])
            found[sign.code] = (number, sign)
        except UserError as error:
            read.said.append(Message("signdef.row_wrong", {"row": number, "what": error.message}))
    _without_wrong(found, known.signs, read)
    for _, sign in found.values():
        if sign.code not in before:
            read.new += 1
        elif sign != before[sign.code]:
            read.changed += 1
        else:
            continue
        read.signs.append(sign)


def _without_wrong(found: dict[str, tuple[int, Sign]], signs: SignSet, read: Read) -> None:
    """Leaves out what does not fit the others, until all that is left does."""
    while found:
        wrong = dict(wrong_of(merged(signs, [sign for _, sign in found.values()])))
        guilty = wrong.keys() & found.keys() or (found.keys() if wrong else set())
        if not guilty:
            return
        for code in list(guilty):
            number, _ = found.pop(code)
            what = wrong.get(code) or next(iter(wrong.values()))
            read.said.append(Message("signdef.row_wrong", {"row": number, "what": what}))


_WORDS = ("unit", "source", "period")
"""Columns that a definition may have in two languages; a sheet has the Chinese one."""


def _text(column: str, cell: Cell) -> str:
    """What is printed stays as it is written (m³ is no m3)."""
    printed = column in ("zh", "en", "unit", "owner", "source", "period") and isinstance(cell, str)
    return cell.strip() if printed and isinstance(cell, str) else plain(cell)


def _sign(cells: Mapping[str, str], before: Mapping[str, Sign], themes: Sequence[Theme]) -> Sign:
    for column in ("code", "zh", "theme"):
        if not cells[column]:
            raise UserError("signdef.cell_missing", column=_SIGN_COLUMNS[column][0])
    old = before.get(cells["code"])
    by_name = {text: theme.code for theme in themes for text in theme.name.values()}
    name = {"zh": cells["zh"][:100]} | ({"en": cells["en"][:100]} if cells.get("en") else {})
    given: dict[str, Any] = {"code": cells["code"], "name": name}
    given["theme"] = by_name.get(cells["theme"], cells["theme"])[:24]
    for column in ("unit", "basis", "source", "period", "formula", "weight", "input", "measure", "parts"):
        if column in cells:
            given[column] = "" if cells[column] in _NOTHING else cells[column]
            if old is not None and column in _WORDS and given[column] == zh_of(getattr(old, column)):
                del given[column]  # as it was: it keeps its English
    if cells.get("owner"):
        given["owner"] = {"zh": cells["owner"][:60]}
    given |= _words(cells)
    sign = msgspec.structs.replace(old, **given) if old else Sign(**({"origin": "reported"} | given))
    if old is None and (sign.input or sign.formula):
        sign = msgspec.structs.replace(sign, origin="measured")
    check(sign, {sign.theme}, {*before, sign.code, sign.weight})
    if sign.formula:
        Formula(sign.formula)
    if sign.input not in ("", "import", "signs") and not sign.input.startswith("hub:"):
        Measure(sign)
    return sign


def _words(cells: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for column, words, known in (
        ("direction", _DIRECTION, DIRECTIONS), ("by_area", _AGGREGATE, AGGREGATES), ("every", _EVERY, ()),
    ):  # fmt: skip
        text = cells.get(column, "")
        if text in _NOTHING and text not in words:
            continue
        if text in words:
            given[column] = words[text]
        elif text in known:
            given[column] = text
        elif column == "every" and (number := number_of(text, _SIGN_COLUMNS[column][0])) is not None and number >= 1:
            given[column] = number
        else:
            raise UserError(
                "signdef.cell_word", column=_SIGN_COLUMNS[column][0], given=text[:40], known="、".join(words)
            )
    for column in ("decimals", "target"):
        found = number_of(cells.get(column, ""), _SIGN_COLUMNS[column][0])
        if found is not None:
            given[column] = min(max(int(found), 0), 6) if column == "decimals" else found
    if cells.get("thresholds"):
        given["thresholds"] = thresholds_of(cells["thresholds"])
    if cells.get("where"):
        given["where"] = where_of(cells["where"])
    return given


def thresholds_of(text: str) -> tuple[Threshold, ...]:
    """`红>40 黄>15` to thresholds, the gravest first.

    Raises:
        UserError: something in it is none.
    """
    left = _THRESHOLD.sub("", text)
    found = [(_GRADE[grade], sign, float(bound)) for grade, sign, bound in _THRESHOLD.findall(text)]
    if left.strip(" ,;、，；") or not found or len(found) > 6:
        raise UserError("signdef.cell_threshold", given=text[:60])
    return tuple(
        Threshold(level, above=bound if sign == ">" else None, below=bound if sign == "<" else None)
        for level, sign, bound in sorted(found)
    )


def where_of(text: str) -> dict[str, str | float | list[float]]:
    """`kind=E05*; state=0; value=10..99` to conditions.

    Raises:
        UserError: a piece has no `=`.
    """
    found: dict[str, str | float | list[float]] = {}
    for piece in filter(None, map(str.strip, re.split("[;；]", text))):
        column, sign, word = (part.strip() for part in piece.partition("="))
        if not sign or not column:
            raise UserError("signdef.cell_word", column="条件", given=piece[:40], known="kind=E05*; state=0")
        low, dots, high = word.partition("..")
        try:
            found[column] = [float(low or "-inf"), float(high or "inf")] if dots else float(word)
        except ValueError:
            found[column] = word
    return found
