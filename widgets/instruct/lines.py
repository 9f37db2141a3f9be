"""Lines of a case's timeline that leaders bring about. No Qt."""

from __future__ import annotations

from cockpit.model.entries import Entry
from cockpit.model.instructing import (
    CaseUrged,
    DecisionAsked,
    DecisionGiven,
    InstructionAnswered,
    InstructionClosed,
    InstructionGiven,
    InstructionRead,
    MeetingCalled,
)
from cockpit.model.messages import Texts

CALM, GOOD, WAIT, BAD, OVER = "t1", "acc", "orange_text", "red_text", "t3"


def line_words(entry: Entry, t: Texts) -> tuple[str, str]:
    """A line of the timeline with its colour; nothing for an entry of another kind."""
    match entry:
        case InstructionGiven(voice=voice, seconds=seconds):
            if voice:
                return t("instruct.did_spoken", seconds=max(1, round(seconds))), WAIT
            return t("instruct.did_given"), WAIT
        case InstructionRead():
            return t("instruct.did_read"), CALM
        case InstructionAnswered(state=state):
            return t(f"instruct.did_{state}"), GOOD if state == "done" else CALM
        case InstructionClosed(result=result):
            return t(f"instruct.did_closed_{result}"), GOOD if result == "done" else OVER
        case DecisionAsked():
            return t("instruct.did_asked"), WAIT
        case DecisionGiven(verdict=verdict, option=option):
            words = t(f"instruct.did_{verdict}")
            return (t("instruct.did_option", done=words, n=option) if option else words), GOOD
        case CaseUrged():
            return t("instruct.did_urged"), BAD
        case MeetingCalled(people=people):
            return t("instruct.did_met", n=people), CALM
        case _:
            return "", CALM
