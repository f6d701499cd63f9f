"""The deck a tape is played on: vcrpy's cassette with matching by meaning, in order, and a note of every miss.

One deck per process at a time: vcrpy patches the HTTP libraries for the whole process.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, NamedTuple

from evals.canonical import Difference, difference_count, first_difference
from evals.errors import Drift, EvalError
from evals.likeness import Ids
from evals.meaning import Meaning, json_of, meaning_of
from evals.tape import Interaction


class OffTape(BaseException):
    """A model request that the tape does not hold. No SDK catches it, none tries again."""


class Mode(StrEnum):
    RECORD = "record"
    """Everything goes to the real servers and is kept; with a tape, the model's answers on it are kept as well."""
    TAPE = "tape"
    """Everything comes from the tape."""
    WORLD = "world"
    """The model comes from the tape, everything else goes to the real servers."""


class Exchange(NamedTuple):
    """One request of a run with the answer it got."""

    meaning: Meaning
    status: int
    answer: Any


class Miss(NamedTuple):
    """A request that the tape does not hold."""

    asked: Meaning
    nearest: int | None
    """Index of the nearest recording, or None when nothing of this kind is left."""
    difference: Difference | None
    alike: bool = True
    """Whether the nearest recording is of the same tool or endpoint."""

    def __str__(self) -> str:
        subject = f"{self.asked.kind} request {self.asked.what}"
        if self.nearest is None:
            return f"An added {subject}: the tape has no recording of it left."
        if not self.alike:
            return (
                f"An added {subject}: the tape has no recording of it left. Nearest is recording {self.nearest + 1}; "
                f"first difference at {self.difference}."
            )
        return f"The {subject} is not on the tape. Nearest is recording {self.nearest + 1}; first difference at {self.difference}."


class _Slot(NamedTuple):
    exchange: Interaction
    meaning: Meaning


class Deck:
    """Plays or records one run; afterwards it tells what was exchanged and where the run left the tape."""

    def __init__(self, mode: Mode, tape: list[Interaction] | None = None) -> None:
        self.mode = mode
        self._slots = [_Slot(one, meaning_of(one.method, one.uri, _bytes(one.request))) for one in tape or []]
        self._played: dict[int, int] = {}
        self.order: list[int] = []
        """The recordings that were played, in the order in which they were."""
        self._early: list[tuple[int, int]] = []
        self.misses: list[Miss] = []
        self._begun: list[_Began] = []
        self.heard: Callable[[Exchange], None] = lambda _exchange: None
        """Called with each request as it begins."""

    # ---- what a run did ------------------------------------------------------------------------------------

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request that was answered, in the order in which they began; those that ran side by side, in the tape's order."""
        done = [one for one in self._begun if one.ended is not None]
        if not self._early and all(one.recording is not None for one in done):
            done.sort(key=lambda one: one.recording or 0)
        return [Exchange(one.meaning, one.status, one.answer) for one in done]

    def recorded(self) -> list[Exchange]:
        """What the tape holds, as exchanges."""
        return [Exchange(slot.meaning, slot.exchange.status, slot.exchange.response) for slot in self._slots]

    def recording(self) -> list[Interaction]:
        """What was recorded, in the order in which requests began."""
        done = [one for one in self._begun if one.ended is not None]
        rows = []
        for index, one in enumerate(done):
            before = sum(1 for other in done[:index] if other.ended is not None and other.ended < one.began)
            rows.append(
                Interaction(
                    one.method,
                    one.uri,
                    one.headers,
                    one.request,
                    one.status,
                    one.answer_headers,
                    one.answer,
                    before,
                )
            )
        return rows

    def unplayed(self) -> list[int]:
        """Recordings that should have been played and were not; connecting is excepted."""
        return [i for i, slot in enumerate(self._slots) if i not in self._played and self._expected(slot)]

    def drift(self) -> str | None:
        """The first place where the run left its tape, or None."""
        if self.misses:
            return str(self.misses[0])
        if self.mode is Mode.RECORD:
            return None
        unplayed = set(self.unplayed())
        for early, late in self._early:
            if late not in unplayed:
                first, second = self._slots[early].meaning, self._slots[late].meaning
                return (
                    f"Swapped: {first.kind} request {first.what} (recording {early + 1}) came before "
                    f"{second.kind} request {second.what} (recording {late + 1})."
                )
        if unplayed:
            index = min(unplayed)
            meaning = self._slots[index].meaning
            return (
                f"Dropped: the {meaning.kind} request {meaning.what} (recording {index + 1}) was never made; "
                f"{len(unplayed)} of {len(self._slots)} recordings left unplayed."
            )
        return None

    def _expected(self, slot: _Slot) -> bool:
        return not slot.meaning.handshake and (self.mode is Mode.TAPE or slot.meaning.kind == "model")

    # ---- playing -------------------------------------------------------------------------------------------

    def plays(self, meaning: Meaning) -> bool:
        """Whether a request of this kind is answered from the tape in this mode."""
        if meaning.kind != "model":
            return self.mode is Mode.TAPE
        return self.mode is not Mode.RECORD or bool(self._slots)

    def find(self, meaning: Meaning) -> int | None:
        """The recording that answers a request: the first unplayed one of equal meaning; connecting may be repeated."""
        repeated = None
        for index, slot in enumerate(self._slots):
            if slot.meaning.what == meaning.what and self._same(slot.meaning, meaning):
                if index not in self._played:
                    return index
                if meaning.handshake:
                    repeated = index
        return repeated

    def _same(self, recorded: Meaning, asked: Meaning) -> bool:
        if recorded.kind != asked.kind:
            return False
        if recorded.value == asked.value or first_difference(recorded.value, asked.value) is None:
            return True
        if self.mode is Mode.TAPE:
            return False
        return first_difference(Ids().plain(recorded.value), Ids().plain(asked.value)) is None

    def play(self, index: int, meaning: Meaning, rpc_id: Any, request: Any = None) -> dict[str, Any]:
        """Mark a recording as played and give its response in vcrpy's form; a request that is given is kept with it."""
        slot = self._slots[index]
        for earlier in range(min(slot.exchange.after, index)):
            if earlier not in self._played and self._expected(self._slots[earlier]):
                self._early.append((index, earlier))
                break
        self._played[index] = self._played.get(index, 0) + 1
        self.order.append(index)
        answer = slot.exchange.response
        if request is not None:
            self.begin(request, meaning)
        else:
            self._begun.append(_Began(meaning))
        began = self._begun[-1]
        began.recording = index
        began.status, began.answer = slot.exchange.status, answer
        began.answer_headers = slot.exchange.response_headers
        began.ended = self._tick() if request is not None else 0
        body = _bytes(_answering(answer, rpc_id))
        headers = {name: _list(value) for name, value in slot.exchange.response_headers.items()}
        return {
            "status": {"code": slot.exchange.status, "message": ""},
            "headers": headers,
            "body": {"string": body or b""},
        }

    def missed(self, meaning: Meaning) -> Miss:
        """Note a request that the tape does not hold, with the nearest recording that could still be played."""
        left = [
            (difference_count(slot.meaning.value, meaning.value), index)
            for index, slot in enumerate(self._slots)
            if index not in self._played and slot.meaning.kind == meaning.kind and not slot.meaning.handshake
        ]
        alike = [(count, index) for count, index in left if self._slots[index].meaning.what == meaning.what]
        nearest = min(alike or left, default=(0, None))[1]
        found = (
            None if nearest is None else first_difference(self._slots[nearest].meaning.value, meaning.value)
        )
        miss = Miss(meaning, nearest, found, bool(alike))
        self.misses.append(miss)
        return miss

    # ---- recording -----------------------------------------------------------------------------------------

    def begin(self, request: Any, meaning: Meaning) -> None:
        """Note that a request goes out to a real server."""
        body = request.body
        content = json_of(body)
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        self._begun.append(
            _Began(meaning, method=request.method, uri=request.uri, headers=dict(request.headers),
                   request=content if content is not None else (text or None), began=self._tick(), token=id(request))
        )  # fmt: skip

    def end(self, request: Any, response: dict[str, Any]) -> None:
        """Note what a real server answered."""
        began = next(one for one in reversed(self._begun) if one.token == id(request) and one.ended is None)
        raw = response["body"]["string"]
        content = json_of(raw)
        began.answer = content if content is not None else (raw.decode("utf-8", "replace") if raw else None)
        began.status = response["status"]["code"]
        began.answer_headers = dict(response["headers"])
        began.ended = self._tick()

    def _tick(self) -> int:
        return sum(1 for _ in self._begun) + sum(1 for one in self._begun if one.ended is not None)

    @contextmanager
    def open(self) -> Iterator["Deck"]:
        """Route the HTTP of this process through the deck."""
        global _open
        if _open is not None:
            raise EvalError(
                "A deck is open in this process already; sessions run one to a process at a time."
            )
        from vcr.patch import CassettePatcherBuilder

        _open = self
        try:
            from contextlib import ExitStack

            with ExitStack() as stack:
                for patcher in CassettePatcherBuilder(_cassette(self)).build():
                    stack.enter_context(patcher)
                yield self
        finally:
            _open = None


_open: Deck | None = None


class _Began:
    def __init__(
        self,
        meaning: Meaning,
        *,
        status: int = 0,
        answer: Any = None,
        method: str = "",
        uri: str = "",
        headers: Mapping[str, Any] | None = None,
        request: Any = None,
        began: int = 0,
        ended: int | None = None,
        token: int = 0,
    ) -> None:
        self.meaning, self.status, self.answer = meaning, status, answer
        self.method, self.uri, self.headers, self.request = method, uri, dict(headers or {}), request
        self.answer_headers: dict[str, Any] = {}
        self.began, self.ended, self.token = began, ended, token
        self.recording: int | None = None
        """Which recording answered it, when it was played."""


def _cassette(deck: Deck) -> Any:
    """A cassette for vcrpy's patches that asks the deck."""
    from vcr.cassette import Cassette
    from vcr.record_mode import RecordMode

    class DeckCassette(Cassette):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(path="tape", record_mode=RecordMode.ALL)
            self._found: dict[int, int] = {}

        @property
        def write_protected(self) -> bool:
            return False

        def can_play_response_for(self, request: Any) -> bool:
            meaning = meaning_of(request.method, request.uri, _body(request))
            deck.heard(Exchange(meaning, 0, None))
            if not deck.plays(meaning):
                deck.begin(request, meaning)
                return False
            index = deck.find(meaning)
            if index is None:
                miss = deck.missed(meaning)
                raise OffTape(str(miss)) if meaning.kind == "model" else Drift(str(miss))
            self._found[id(request)] = index
            return True

        def play_response(self, request: Any) -> Any:
            meaning = meaning_of(request.method, request.uri, _body(request))
            content = json_of(_body(request))
            rpc_id = content.get("id") if isinstance(content, dict) else None
            kept = request if deck.mode is Mode.RECORD else None
            return deck.play(self._found.pop(id(request)), meaning, rpc_id, kept)

        def append(self, request: Any, response: Any) -> None:
            from vcr.filters import decode_response

            deck.end(request, decode_response(response))

    return DeckCassette()


def _body(request: Any) -> bytes | None:
    body = request.body
    return body if isinstance(body, bytes) or body is None else bytes(body)


def _answering(answer: Any, rpc_id: Any) -> Any:
    """The recorded answer with the id of the request it now answers."""
    if isinstance(answer, dict) and "jsonrpc" in answer and "id" in answer:
        return {**answer, "id": rpc_id}
    if isinstance(answer, str) and "data:" in answer and '"jsonrpc"' in answer:
        lines = []
        for line in answer.split("\n"):
            message = json_of(line[5:].strip()) if line.startswith("data:") else None
            if isinstance(message, dict) and "id" in message and "method" not in message:
                line = "data: " + json.dumps({**message, "id": rpc_id}, ensure_ascii=False)
            lines.append(line)
        return "\n".join(lines)
    return answer


def _bytes(value: Any) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


__all__ = ["Deck", "Exchange", "Miss", "Mode"]
