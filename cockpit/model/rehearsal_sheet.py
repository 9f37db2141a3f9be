"""The report of a rehearsal as a sheet to print (HTML in one file) and as tables (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from html import escape

from cockpit.model.cellwords import cell_words
from cockpit.model.clock import SECOND, local
from cockpit.model.messages import Message, Texts
from cockpit.model.rehearsal import OrderTime, Report, StageTime

_STYLE = """
@page { size: A4; margin: 16mm 14mm }
body { font: 10.5pt/1.5 "Source Han Sans SC", "Noto Sans CJK SC", sans-serif; color: #111; max-width: 190mm;
  margin: 8mm auto }
h1 { font-size: 18pt; margin: 0 0 1mm; border-left: 3mm solid #c8102e; padding-left: 3mm }
h2 { font-size: 12pt; margin: 7mm 0 2mm }
p { margin: 0 0 2mm }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt }
th, td { text-align: left; vertical-align: top; padding: 1mm 2mm; border-bottom: 0.2mm solid #bbb }
th { border-bottom: 0.4mm solid #111; white-space: nowrap }
td.n { font-variant-numeric: tabular-nums; white-space: nowrap }
tr { break-inside: avoid }
.late { color: #b00020; font-weight: 600 }
"""

Rows = list[tuple[str, ...]]
Table = tuple[str, tuple[str, ...], Rows]
"""Title, heads, rows."""


def span(us: int) -> str:
    """A length of time: `0:42`, `12:05`, `1:02:05`."""
    seconds = max(0, us) // SECOND
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def tables(report: Report, t: Texts) -> dict[str, Table]:
    """All of it by name: `stages`, `orders`, `did`, `held`."""

    def heads(*names: str) -> tuple[str, ...]:
        return tuple(t(f"rehearsal.col_{name}") for name in names)

    def at(us: int) -> str:
        return f"{local(us):%H:%M:%S}"

    return {
        "stages": (
            t("rehearsal.sheet_stages"),
            heads("case", "kind", "stage", "took", "limit", "kept"),
            [
                (one.case, t.pack(one.kind), t.pack(one.stage), span(one.took), _limit(one.limit, t), _kept(one, t))
                for one in report.stages
            ],
        ),
        "orders": (
            t("rehearsal.sheet_orders"),
            heads("case", "order", "unit", "stage", "read", "there", "limit", "done", "limit"),
            [_order(one, t) for one in report.orders],
        ),
        "did": (
            t("rehearsal.sheet_did"),
            heads("at", "who", "what", "case", "order", "words"),
            [(at(one.at), one.who, t(one.what), one.case, one.order, one.words) for one in report.did],
        ),
        "held": (
            t("rehearsal.sheet_held"),
            heads("at", "way", "to", "order", "words"),
            [(at(one.at), t(f"rehearsal.way_{one.way}"), one.to, one.order, one.words) for one in report.held],
        ),
    }


def _limit(us: int, t: Texts) -> str:
    return span(us) if us else t("rehearsal.no_limit")


def _kept(one: StageTime, t: Texts) -> str:
    if one.kept is not None:
        return t("rehearsal.kept") if one.kept else t("rehearsal.missed")
    return t("rehearsal.running") if one.open else "–"


def _order(one: OrderTime, t: Texts) -> tuple[str, ...]:
    def after(us: int) -> str:
        return span(us) if us >= 0 else t("rehearsal.never")

    state = t(Message(f"orders.state_{one.state}"))
    limits = _limit(one.there_limit, t), _limit(one.done_limit, t)
    return (
        one.case,
        one.order,
        one.unit,
        state,
        after(one.read),
        after(one.there),
        limits[0],
        after(one.done),
        limits[1],
    )


def sheet(report: Report, t: Texts) -> str:
    """To print: HTML with all that it needs in it."""
    timed = [one for one in report.stages if one.kept is not None]
    summary = t(
        "rehearsal.sheet_sum",
        cases=len({one.case for one in report.stages}),
        orders=len(report.orders),
        timed=len(timed),
        kept=sum(one.kept is True for one in timed),
        held=len(report.held),
    )
    when = t(
        "rehearsal.sheet_when",
        city=t.pack(report.city),
        began=f"{local(report.began):%Y-%m-%d %H:%M:%S}",
        ended=f"{local(report.ended):%H:%M:%S}",
        span=span(report.ended - report.began),
    )
    title = t("rehearsal.sheet_title", name=t.pack(report.name))
    late = t("rehearsal.missed")
    parts = "".join(_html(*table, late, t) for table in tables(report, t).values())
    return (
        f'<!doctype html><html lang="{escape(t.lang)}"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1><p>{escape(when)}</p><p>{escape(summary)}</p>{parts}</html>\n"
    )


def _html(title: str, heads: Sequence[str], rows: Rows, late: str, t: Texts) -> str:
    if not rows:
        return f"<h2>{escape(title)}</h2><p>{escape(t('rehearsal.sheet_none'))}</p>"
    head = "".join(f"<th>{escape(word)}</th>" for word in heads)
    body = "".join(f"<tr>{''.join(_cell(word, late) for word in row)}</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"


def _cell(word: str, late: str) -> str:
    kind = ' class="late"' if word == late else ' class="n"' if word[:1].isdigit() else ""
    return f"<td{kind}>{escape(word)}</td>"


def as_csv(heads: Iterable[str], rows: Rows) -> str:
    """A table, to be opened by a spreadsheet: what a formula could begin with is taken as text there."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([cell_words(word) for word in row] for row in rows)
    return out.getvalue()
