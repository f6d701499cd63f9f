"""A block's outputs as notebook format has them, bounded: what is cut is marked where it was cut."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from workspace.runs.limits import Limits, size

Output = dict[str, Any]
_SMALL = 65_536
"""A representation up to this size stays when a larger one of the same output has to go."""


class Outputs:
    """Collects the messages of one block; `room` is what the run has left."""

    def __init__(self, limits: Limits, room: int, secrets: Iterable[str] = ()) -> None:
        self.kept: list[Output] = []
        self.used = 0
        self.seen = 0
        self.cut = False
        self._limit = max(0, min(limits.output_block_bytes, room))
        self._hide = secrets_pattern(secrets)
        self._displays: dict[str, list[Output]] = {}
        self._clear_on_next = False

    def add(self, kind: str, content: Mapping[str, Any]) -> None:
        """Takes one IOPub message; messages that are no output are passed over."""
        match kind:
            case "stream":
                self._clear_if_asked()
                self._stream(str(content["name"]), self._clean(str(content["text"])))
            case "display_data" | "execute_result":
                self._clear_if_asked()
                self._bundle(kind, content)
            case "update_display_data":
                self._update(content)
            case "error":
                self._clear_if_asked()
                self._error(content)
            case "clear_output":
                self._clear_on_next = bool(content.get("wait"))
                if not self._clear_on_next:
                    self._clear()

    def _clear_if_asked(self) -> None:
        if self._clear_on_next:
            self._clear_on_next = False
            self._clear()

    def _clear(self) -> None:
        self.kept.clear()
        self._displays.clear()
        self.used, self.cut = 0, False

    def _stream(self, name: str, text: str) -> None:
        self.seen += len(text)
        if self.cut:
            return
        room = self._limit - self.used
        if len(text) > room:
            text = text[:room]
            self.cut = True
        self.used += len(text)
        last = self.kept[-1] if self.kept else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["text"].append(text)
        elif text:
            self.kept.append({"output_type": "stream", "name": name, "text": [text]})
        if self.cut:
            self._mark("output")

    def _bundle(self, kind: str, content: Mapping[str, Any]) -> None:
        data = {mime: self._clean_value(value) for mime, value in content["data"].items()}
        weights = {mime: _weight(value) for mime, value in data.items()}
        self.seen += sum(weights.values())
        if self.cut:
            return
        room = self._limit - self.used
        dropped = []
        while data and sum(weights.values()) > room:
            largest = max(weights, key=lambda mime: (weights[mime] > _SMALL, weights[mime]))
            dropped.append(largest)
            del data[largest], weights[largest]
        if data:
            output: Output = {
                "output_type": kind,
                "data": data,
                "metadata": dict(content.get("metadata") or {}),
            }
            if kind == "execute_result":
                output["execution_count"] = content.get("execution_count")
            self.used += sum(weights.values())
            self.kept.append(output)
            display = (content.get("transient") or {}).get("display_id")
            if display:
                self._displays.setdefault(display, []).append(output)
        if dropped:
            self.cut = not data
            self._mark(" and ".join(dropped))

    def _update(self, content: Mapping[str, Any]) -> None:
        data = {mime: self._clean_value(value) for mime, value in content["data"].items()}
        weight = sum(map(_weight, data.values()))
        self.seen += weight
        for output in self._displays.get((content.get("transient") or {}).get("display_id", ""), ()):
            before = sum(map(_weight, output["data"].values()))
            if self.used - before + weight <= self._limit:
                output["data"] = data
                self.used += weight - before

    def _error(self, content: Mapping[str, Any]) -> None:
        """An error is kept even where the room is used up: its last lines say what happened."""
        self.kept.append(
            {
                "output_type": "error",
                "ename": str(content.get("ename", ""))[:1_000],
                "evalue": self._clean(str(content.get("evalue", "")))[:20_000],
                "traceback": _bounded([self._clean(str(line)) for line in content.get("traceback") or []]),
            }
        )

    def _mark(self, what: str) -> None:
        text = f"[{what} cut: the limit of {size(self._limit)} was reached]\n"
        self.kept.append({"output_type": "stream", "name": "stderr", "text": [text]})

    def _clean(self, text: str) -> str:
        return self._hide.sub("[hidden]", text) if self._hide else text

    def _clean_value(self, value: Any) -> Any:
        if self._hide is None:
            return value
        if isinstance(value, str):
            return self._hide.sub("[hidden]", value)
        text = json.dumps(value, ensure_ascii=False)
        return json.loads(self._hide.sub("[hidden]", text)) if self._hide.search(text) else value

    def finished(self) -> list[Output]:
        """The outputs, each stream joined to one text."""
        return [
            {**one, "text": "".join(one["text"])} if one["output_type"] == "stream" else one
            for one in self.kept
        ]


def secrets_pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Matches any of the secrets, the longest first; one or two characters would match everywhere and are left."""
    wanted = sorted({secret for secret in secrets if len(secret) > 3}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, wanted))) if wanted else None


def _weight(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(json.dumps(value, ensure_ascii=False))


def _bounded(lines: list[str], most: int = 100_000) -> list[str]:
    """The first and the last frames of a traceback, as a deep recursion would otherwise fill the snapshot."""
    if sum(map(len, lines)) <= most:
        return lines
    head, tail = lines[:2], lines[-6:]
    return [line[: most // 8] for line in head] + ["[…]"] + [line[-most // 8 :] for line in tail]
