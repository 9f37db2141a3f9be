"""An answer of a model as every answer is shown: the sentence with its figures linked, the chart and rows behind it."""

from __future__ import annotations

from cockpit.assist.model.proof import Proof
from cockpit.assist.model.tools import Bench
from cockpit.model.asking import Form, Standpoint, Told, Understood
from cockpit.model.askmodel import ModelMark
from cockpit.model.insight import Figure, League, Rows, Split, Trend


def told_of(text: str, lang: str, proof: Proof, bench: Bench, mark: ModelMark) -> Told:
    """The answer that a proof is; its chart is that of the first result that it cites."""
    known, answers = bench.handles.known, bench.handles.answers
    cited = [known[one] for one in proof.cited if known[one].value is not None]
    answer = answers[cited[0].result]
    figure = answer if isinstance(answer, Figure) else _figure(answer)
    split = answer if isinstance(answer, Split) else None
    trend = answer if isinstance(answer, Trend) else None
    rows = answer if isinstance(answer, Rows) else None
    standpoints: tuple[Standpoint, ...] = ()
    form: Form = "trend" if trend else "list" if rows else "figure"
    by = ""
    if split is not None:
        form, by = "ranking", split.by
        there = sorted((part for part in split.parts if part.value is not None), key=lambda part: -(part.value or 0.0))
        standpoints = tuple(
            Standpoint(part.code, bench.words.part_name(by, part.code), part.scope, part.value, part.n, part.before)
            for part in there
        )
    elif isinstance(answer, League):
        form, by = "ranking", answer.by
        standpoints = tuple(
            Standpoint(one.code, one.name, one.scope, one.score, one.load) for one in answer.standings if one.rank
        )
    understood = Understood(text, lang, form, figure.scope, by=by)
    t = bench.words.t
    notes = (t("model.hidden", n=mark.hidden),) if mark.hidden else ()
    return Told(
        understood, proof.pieces, figure, cited[0].value, figure.unit, figure.decimals, standpoints, split, trend, rows,
        notes, as_of=figure.as_of, origin=figure.origin, source=figure.source, took=mark.took, model=mark,
    )  # fmt: skip


def _figure(answer: object) -> Figure:
    assert isinstance(answer, Split | Trend | Rows | League)
    return answer.figure
