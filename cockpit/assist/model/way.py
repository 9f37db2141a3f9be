"""Questions and wordings by the model of the site: filtered, asked, audited, written down; never without consent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from cockpit.assist.model import settings as files
from cockpit.assist.model.journal import Journal, Sealing
from cockpit.assist.model.masks import MOST_QUESTION, clean, masked, stopped
from cockpit.assist.model.proof import proven, whole_sentences
from cockpit.assist.model.settings import Endpoint
from cockpit.assist.model.talk import Step, Talk, body_of, opening, prompt, version
from cockpit.assist.model.told import told_of
from cockpit.assist.model.tools import Ask, Bench
from cockpit.assist.model.vocabulary import Vocabulary
from cockpit.model.asking import Told
from cockpit.model.askmodel import ModelMark, ModelRecord, ModelState, ModelStep
from cockpit.model.clock import Clock
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message

MOST_HIDDEN = 8
_LANGUAGES = {"zh": "Chinese", "en": "English"}


class Stop:
    """Ends a question from any thread."""

    def __init__(self) -> None:
        self.gone = False
        self._lock = threading.Lock()
        self._end: Callable[[], None] | None = None

    def stop(self) -> None:
        with self._lock:
            self.gone = True
            if self._end is not None:
                self._end()

    def held(self, end: Callable[[], None] | None) -> None:
        with self._lock:
            self._end = end
            if self.gone and end is not None:
                end()


class ModelWay:
    """The model of one profile. Methods that ask wait for the answer: not for the thread of ticks.

    Attributes:
        journal: what left the machine.
    """

    def __init__(self, profile: Path, clock: Clock, vault: Sealing | None = None) -> None:
        """
        Args:
            clock: the machine's own, for times of requests.
        """
        self._profile, self._clock = profile, clock
        self.journal = Journal(profile, vault)

    def state(self, use: str = "ask") -> ModelState:
        """Whether it can be asked, as the file says now."""
        try:
            endpoint = files.read_model(self._profile).get(use)
        except CockpitError as error:
            return ModelState(why=error.message)
        if endpoint is None:
            return ModelState()
        agreed = files.consented(self._profile, endpoint, version(use))
        return ModelState(True, agreed, endpoint.model, endpoint.host)

    def consent(self, yes: bool, use: str = "ask") -> None:
        """Raises CockpitError: the site has no model for this, or it can not be kept."""
        files.consent(self._profile, self._endpoint(use), version(use), yes)

    def preview(self, text: str, lang: str, words: Vocabulary, now: int) -> str:
        """The exact body of the first request.

        Raises:
            CockpitError: there is no model here, or this would not be sent.
        """
        endpoint = self._endpoint("ask")
        bench = Bench(words, _asks_nothing, now)
        return body_of(endpoint, opening(bench, self._filtered(endpoint, text), lang), True).decode()

    def _endpoint(self, use: str) -> Endpoint:
        return files.needs(files.read_model(self._profile), use)

    def _agreed(self, use: str) -> Endpoint:
        endpoint = self._endpoint(use)
        if not files.consented(self._profile, endpoint, version(use)):
            raise UserError("model.no_consent", host=endpoint.host)
        return endpoint

    def _filtered(self, endpoint: Endpoint, text: str) -> str:
        """The question as it is sent.

        Raises:
            UserError: it is not sent.
        """
        text = clean(text)
        if not text:
            raise UserError("model.empty")
        if len(text) > MOST_QUESTION:
            raise UserError("model.long_question", most=MOST_QUESTION)
        if why := stopped(text, endpoint.deny):
            raise UserError("model.stopped", words=why)
        return masked(text)

    # -- questions ---------------------------------------------------------------------------------------------------

    def ask(self, text: str, lang: str, words: Vocabulary, ask: Ask, now: int, step: Step, stop: Stop) -> Told:
        """Asks the model.

        Args:
            words, ask: of the city's data, `ask` for any thread. now: the city's, UTC us.
            step: hears how far it is, on this thread; sentences only once they are proven.

        Raises:
            CockpitError: why there is no answer; the offline one stands.
        """
        begun = self._clock.mono()
        endpoint = self._agreed("ask")
        record = self._record(endpoint)
        try:
            question = self._filtered(endpoint, text)
        except UserError as error:
            self._keep(record, blocked=(error.message,), outcome="blocked")
            raise
        bench = Bench(words, ask, now)
        talk = Talk(endpoint, self._clock, record, self.journal.keep)

        def stepped(one: ModelStep) -> None:
            if one.state == "writing":
                shown = proven(whole_sentences(one.text), bench.handles.known, question, endpoint.deny).text
                one = ModelStep("writing", "", shown)
            step(one)

        answered = self._run(talk, talk.answer(bench, opening(bench, question, lang), stepped), stop)
        proof = proven(answered, bench.handles.known, question, endpoint.deny)
        blocked = tuple(Message(f"model.hid_{why}", {"words": said[:200]}) for why, said in proof.hidden[:MOST_HIDDEN])
        if not any(bench.handles.known[one].value is not None for one in proof.cited):
            self._keep(talk.record, blocked=blocked, outcome="unproven")
            raise OutsideError("model.unproven")
        self._keep(talk.record, blocked=blocked, outcome="answered", shown=proof.text)
        mark = ModelMark(
            endpoint.model, f"{talk.version or endpoint.model} · {version('ask')}", endpoint.host,
            tuple(bench.called), (self._clock.mono() - begun) * 1000, len(proof.hidden), record.id,
        )  # fmt: skip
        return told_of(text, lang, proof, bench, mark)

    def _record(self, endpoint: Endpoint) -> ModelRecord:
        at = self._clock.now()
        return ModelRecord(self.journal.new_id(at), at, endpoint.use, endpoint.model, endpoint.host, outcome="failed")

    def _keep(self, record: ModelRecord, **parts: object) -> None:
        self.journal.keep(msgspec.structs.replace(record, **parts))

    def _run(self, talk: Talk, wanted: Any, stop: Stop) -> str:
        async def whole() -> str:
            loop, task = asyncio.get_running_loop(), asyncio.ensure_future(wanted)
            stop.held(lambda: _end(loop, task))
            try:
                return str(await task)
            except asyncio.CancelledError as error:
                raise UserError("model.cancelled") from error
            finally:
                stop.held(None)

        try:
            return asyncio.run(whole())
        except CockpitError as error:
            outcome = "cancelled" if error.message.id == "model.cancelled" else "failed"
            outcome = "blocked" if error.message.id in ("model.personal", "model.too_long") else outcome
            self._keep(talk.record, blocked=(error.message,), outcome=outcome)
            raise

    # -- wording -----------------------------------------------------------------------------------------------------

    def preview_wording(self, text: str, lang: str) -> str:
        """The exact body of the request for a paragraph whose figures are tokens.

        Raises:
            CockpitError: there is no model for this, or it would not be sent.
        """
        endpoint = self._endpoint("wording")
        if why := stopped(text, endpoint.deny):
            raise UserError("model.stopped", words=why)
        return body_of(endpoint, _wording(text, lang), False).decode()

    def improve(self, text: str, lang: str, stop: Stop | None = None) -> str:
        """`cockpit.assist.briefing.improve.Improve`: another wording of a paragraph whose figures are tokens.

        Raises:
            CockpitError: there is none.
        """
        endpoint = self._agreed("wording")
        record = self._record(endpoint)
        if why := stopped(text, endpoint.deny):
            error = UserError("model.stopped", words=why)
            self._keep(record, blocked=(error.message,), outcome="blocked")
            raise error
        messages = _wording(text, lang)
        talk = Talk(endpoint, self._clock, record, self.journal.keep)

        async def once() -> str:
            reply = await talk.say(messages, False, lambda text: None)
            if reply.calls:
                raise OutsideError("model.garbage")
            return reply.text

        found = self._run(talk, once(), stop or Stop())
        found = found.replace("<data>", "").replace("</data>", "").strip()
        if why := stopped(found, endpoint.deny):
            blocked = Message("model.hid_denied", {"words": why})
            self._keep(talk.record, blocked=(blocked,), outcome="blocked")
            raise OutsideError("model.unproven")
        self._keep(talk.record, outcome="answered", shown=found)
        return found

    def judge(self, record: str, accepted: bool) -> None:
        """Keeps what the person made of it.

        Raises:
            CockpitError: there is no such record, or it can not be kept.
        """
        self.journal.judge(record, accepted, self._clock.now())


def _wording(text: str, lang: str) -> list[dict[str, Any]]:
    said = prompt("wording").format(language=_LANGUAGES[lang])
    plain = masked(text).replace("</data>", "")
    return [{"role": "system", "content": said}, {"role": "user", "content": f"<data>{plain}</data>"}]


def _end(loop: asyncio.AbstractEventLoop, task: asyncio.Future[Any]) -> None:
    loop.call_soon_threadsafe(task.cancel)


def _asks_nothing(query: object) -> Any:
    raise UserError("model.off", use="ask")
