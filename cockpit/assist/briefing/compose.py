"""A template filled: the document of a period, an area, or of one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cockpit.assist.briefing import meaning, spelled
from cockpit.assist.briefing.asked import Ask, Asked, Logged
from cockpit.assist.briefing.blocks import Blocks
from cockpit.assist.briefing.check import LATE
from cockpit.assist.briefing.document import Block, Document, Heading, Paragraph, Run
from cockpit.assist.briefing.periods import Period, of_kind, of_record
from cockpit.assist.briefing.privacy import masked
from cockpit.assist.briefing.template import Section, Sentence, Template
from cockpit.geo.areas import Areas
from cockpit.model.city import Pack
from cockpit.model.clock import local
from cockpit.model.errors import UserError
from cockpit.model.insight import Row
from cockpit.model.messages import Texts
from cockpit.model.scope import Scope


@dataclass(frozen=True)
class Order:
    """What briefing is wanted.

    Attributes:
        at: an instant in its period, UTC us. area: code, "" the whole city.
        case: the record of an event report.
    """

    template: Template
    at: int
    area: str = ""
    case: Row | None = None


def compose(
    order: Order,
    pack: Pack,
    areas: Areas | None,
    ask: Ask,
    t: Texts,
    now: int,
    signs: Mapping[str, str] = MappingProxyType({}),
    log: tuple[Logged, ...] | None = None,
) -> Document:
    """Fills it.

    Args:
        signs: names of signs by code. log: what was said and ordered in a shift; None nobody could say.

    Raises:
        UserError: the period has not begun, there is no such area, or no event is named.
    """
    if order.area and (areas is None or order.area not in areas):
        raise UserError("briefing.no_area_code", given=order.area)
    template = order.template
    case = order.case if template.kind == "event" else None
    if template.kind == "event" and case is None:
        raise UserError("briefing.which_event")
    if case is not None:
        period = of_record(case.reported, case.closed, now)
    else:
        period = of_kind(template.kind, order.at, now, template.turns)
    area = order.area or (_district(case.area, areas) if case is not None and areas is not None else "")
    here = Scope(period.span, area=area)
    return _Composer(template, Asked(pack, t, ask, here, period, now, areas, case, log, dict(signs))).document()


def _district(code: str, areas: Areas) -> str:
    found = areas.above(code, 1)
    return found.code if found is not None else ""


class _Composer:
    def __init__(self, template: Template, asked: Asked) -> None:
        self._template, self._asked, self._t = template, asked, asked.t
        self._words = words_of(asked)

    def document(self) -> Document:
        asked, t, template = self._asked, self._t, self._template
        main = asked.figure(asked.here)
        asked.note(main)
        blocks: list[Block] = []
        shown = 0
        for section in template.sections:
            if section.when is not None and not meaning.holds(section.when, asked.value):
                continue
            if inner := self._section(section):
                shown += 1
                blocks += [Heading(self._head(shown, self._text(section.title))), *inner]
        period = asked.period
        source = asked.sources[0]
        as_of = spelled.moment(source.as_of, t) if source.as_of else t("briefing.never")
        about = [
            t("briefing.about_period", period=self._words["period"], area=self._words["area"]),
            t("briefing.about_source", as_of=as_of, source=source.words, origin=t(f"briefing.{source.origin}")),
        ]
        return Document(
            kind=template.kind,
            lang=t.lang,
            office=self._text(template.office),
            title=self._text(template.title),
            number=self._text(template.number),
            date=spelled.day(asked.now, t),
            signer=t.pack(template.signer) if template.signer else "",
            sent_to=t.pack(template.sent_to) if template.sent_to else "",
            about=tuple(about),
            blocks=tuple(blocks),
            sources=tuple(asked.sources),
            notes=self._notes(),
            foot=t("briefing.foot", title=self._text(template.title), as_of=as_of),
            made=asked.now,
            start=period.span.start,
            end=period.span.end,
            name=_name_of(template, asked),
        )

    def _head(self, n: int, title: str) -> str:
        return self._t("briefing.section", n=spelled.chinese(n) if self._t.lang == "zh" else n, title=title)

    def _notes(self) -> tuple[str, ...]:
        """What the measures mean, further sources, that the period still runs or its data end early, the pack's own."""
        asked, t = self._asked, self._t
        notes: list[str] = []
        if asked.period.running and asked.period.kind != "event":
            notes.append(t("briefing.still_runs", now=spelled.moment(asked.period.span.end, t)))
        elif 0 < asked.sources[0].as_of < asked.period.span.end - LATE:
            notes.append(t("briefing.ends_early", as_of=spelled.moment(asked.sources[0].as_of, t)))
        meant = [t(f"briefing.means_{name}") for name in asked.measures if f"briefing.means_{name}" in t.ids()]
        if meant:
            notes.append(t("briefing.means", words=t("briefing.semicolon").join(meant)))
        for n, source in enumerate(asked.sources[1:], 1):
            as_of = spelled.moment(source.as_of, t) if source.as_of else t("briefing.never")
            origin = t(f"briefing.{source.origin}")
            notes.append(t("briefing.further", n=n, source=source.words, as_of=as_of, origin=origin))
        return (*notes, *(t.pack(one) for one in self._template.notes))

    def _section(self, section: Section) -> list[Block]:
        blocks: list[Block] = []
        make = Blocks(self._asked)
        for part in section.parts:
            if part.when is not None and not meaning.holds(part.when, self._asked.value):
                continue
            if part.what == "say":
                runs: list[Run] = []
                for say in part.says:
                    if say.when is None or meaning.holds(say.when, self._asked.value):
                        runs += self._runs(say.texts)
                if runs:
                    blocks.append(Paragraph(tuple(runs)))
            else:
                blocks += make.of(part)
        return blocks

    def _runs(self, texts: dict[str, Sentence]) -> list[Run]:
        runs: list[Run] = []
        for one in texts.get(self._t.lang) or texts["zh"]:
            if isinstance(one, str):
                runs.append(Run(one))
            elif one.name in self._words:
                runs.append(Run(self._words[one.name]))
            else:
                runs += self._asked.runs(one)
        return runs

    def _text(self, texts: dict[str, Sentence]) -> str:
        return "".join(run.text for run in self._runs(texts))


def words_of(asked: Asked) -> dict[str, str]:
    """What the words of a template say here."""
    t, period, here = asked.t, asked.period, asked.here
    city = t.pack(asked.pack.name)
    area = asked.areas[here.area].name if here.area and asked.areas is not None else city
    words: dict[str, str] = {
        "city": city,
        "area": area if here.area else t("briefing.whole_city", city=city),
        "date": spelled.day(period.whole.start, t),
        "period": spelled.period(period, t),
        "before": spelled.before(period, t),
        "year_before": t("briefing.year_before"),
        "now": spelled.moment(asked.now, t),
        **{name: str(n) for name, n in spelled.issue(period).items()},
    }
    case = asked.case
    if case is not None:
        words |= {
            "case_number": case.number or case.key,
            "case_kind": t.pack(asked.pack.kind(case.kind).name),
            "case_level": asked.level(case.level),
            "case_place": masked(case.place) or t("briefing.no_place"),
            "case_stage": asked.stage(case.stage),
            "case_channel": t.pack(asked.pack.channel(case.channel)),
            "case_unit": asked.unit(case.unit, case.unit_kind) or t("briefing.no_unit"),
            "case_area": asked.place(case.area, 3) or t("briefing.no_area"),
        }
    return words


def file_name(template: Template, period: Period) -> str:
    """Of the files of a period's briefing, behind the pack's id."""
    form = {"month": "%Y-%m", "shift": "%Y-%m-%d-%H%M"}.get(template.kind, "%Y-%m-%d")
    return f"{template.id}-{local(period.whole.start).strftime(form)}"


def _name_of(template: Template, asked: Asked) -> str:
    case = asked.case
    if case is not None:
        number = "".join(c if c.isalnum() or c == "-" else "-" for c in case.number or case.key)
        return f"{asked.pack.id}-{template.id}-{number}"
    name = f"{asked.pack.id}-{file_name(template, asked.period)}"
    return f"{name}-{asked.here.area}" if asked.here.area else name
