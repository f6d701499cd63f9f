"""A model's answer is typed, held against the world, repaired once; every fault of a provider ends in an answer or in one sentence."""

import itertools
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from pydantic import Field

from agents.errors import BudgetSpent, ModelFailed, NoAnswer
from agents.exchange import Means, order_of_means
from agents.model_decider import Asked, ModelDecider, Settings
from agents.models import FallbackDecider, chat_model, open_decider
from agents.prices import Price, price_of, table
from agents.questions import Answer, Question
from agents.scripted import Fault, Script, ScriptedModel

pytestmark = pytest.mark.anyio


class Choice(Answer):
    reason: str = Field(max_length=80)
    """Why, in a few words."""
    notebook: str
    """The id of the notebook that is meant."""


class Choose(Question[Choice]):
    name = "shelf.choose"
    spoken = "reason"
    request: str
    notebooks: tuple[str, ...]

    def schema_for_answer(self) -> dict[str, Any]:
        schema = Choice.model_json_schema()
        schema["properties"]["notebook"]["enum"] = list(self.notebooks)
        return schema

    def settled(self) -> Choice | None:
        return Choice(reason="the only one", notebook=self.notebooks[0]) if len(self.notebooks) == 1 else None

    def problems(self, answer: Choice) -> list[str]:
        known = answer.notebook in self.notebooks
        return [] if known else [f"{answer.notebook} is none of {', '.join(self.notebooks)}."]


@pytest.fixture(autouse=True, scope="module")
def prompt_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("prompts")
    (folder / "shelf").mkdir()
    (folder / "shelf/choose.md").write_text("Say which notebook is meant.\n---\n$request\n\n$notebooks\n")
    Choose.folder = folder
    yield
    Choose.folder = None


QUESTION = Choose(request="Run the KPIs.", notebooks=("kpis", "draft"))
GOOD = {"json": {"reason": "it is named", "notebook": "kpis"}}
ANSWER = Choice(reason="it is named", notebook="kpis")
PROVIDERS = ["openai", "anthropic"]


class Bench:
    """A scripted model, and a decider that asks it over one of the protocols."""

    def __init__(self, provider: str, **settings: Any) -> None:
        self.provider = provider
        self.settings = settings
        self.asked: list[Asked] = []
        self._stack = AsyncExitStack()

    async def play(self, *lines: dict[str, Any], **model_options: Any) -> ModelDecider:
        script = Script.model_validate({"answers": list(lines)})
        self.server = await self._stack.enter_async_context(ScriptedModel(script).serving())
        url = self.server.url if self.provider == "openai" else self.server.url.removesuffix("/v1")
        options = {"retries": 2, "timeout": 20, **model_options}
        opened = chat_model(self.provider, "gpt-4o", base_url=url, key="sk-a-secret-key", **options)
        model = await self._stack.enter_async_context(opened)
        settings = Settings(label=f"{self.provider}:m", secrets=("sk-a-secret-key",), **self.settings)
        return ModelDecider(model, settings, observe=self.asked.append)

    async def __aenter__(self) -> "Bench":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_answer_comes_by_the_providers_own_structured_output(provider: str) -> None:
    async with Bench(provider) as bench:
        decider = await bench.play(GOOD)
        assert await decider.decide(QUESTION) == ANSWER
        (request,) = bench.server.requests
    assert request.question == "shelf.choose"
    if provider == "openai":
        schema = request.body["response_format"]["json_schema"]
        assert schema["strict"] is True
        assert schema["schema"]["properties"]["notebook"]["enum"] == ["kpis", "draft"]
        assert schema["schema"]["required"] == ["reason", "notebook"]
    else:
        schema = request.body["output_config"]["format"]["schema"]
        assert schema["additionalProperties"] is False
        (stable,) = request.body["system"]
        assert stable["cache_control"] == {"type": "ephemeral"}
        assert "Run the KPIs." not in stable["text"]
    assert "maxLength" not in json.dumps(schema)
    usage = decider.usage
    assert (usage.calls, usage.output_tokens > 0, usage.input_tokens > 50) == (1, True, True)
    assert [asked.problems for asked in bench.asked] == [[]]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_endpoint_without_schemas_is_asked_to_call_a_tool_and_then_in_plain_text(
    provider: str,
) -> None:
    no_tools = {"fault": "unsupported"}
    fenced = {"text": 'Sure:\n```json\n{"reason": "it is named", "notebook": "kpis"}\n```\nAnything else?'}
    async with Bench(provider) as bench:
        decider = await bench.play({"fault": "unsupported"}, GOOD, GOOD)
        assert await decider.decide(QUESTION) == ANSWER
        assert await decider.decide(QUESTION) == ANSWER
        bodies = [request.body for request in bench.server.requests]
        assert ["tools" in body for body in bodies] == [False, True, True]
    async with Bench(provider, means=(Means.SCHEMA, Means.TEXT)) as bench:
        decider = await bench.play(no_tools, fenced)
        assert await decider.decide(QUESTION) == ANSWER
        assert '"enum":["kpis","draft"]' in json.dumps(bench.server.requests[1].body).replace("\\", "")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"json": {"reason": "x", "notebook": "invented"}}, "invented is none of kpis, draft."),
        ({"json": {"reason": "x" * 200, "notebook": "kpis"}}, "reason: String should have at most 80"),
        ({"json": {"notebook": "kpis"}}, "reason: Field required"),
        ({"json": {"reason": "x", "notebook": "kpis", "also": 1}}, "also: Extra inputs are not permitted"),
        ({"text": '{"reason": "x", '}, "not one JSON object"),
        ({"text": "I would rather talk."}, "not one JSON object"),
        ({"json": ["kpis"]}, "not one JSON object|valid dictionary"),
        ({"fault": "empty"}, "The answer is empty."),
        ({"text": '{"reason": "a long', "truncated": True}, "cut off because it was too long"),
        ({"fault": "huge"}, "longer than"),
    ],
)
async def test_an_answer_that_does_not_fit_is_asked_for_once_more_with_the_reason(
    provider: str, wrong: dict[str, Any], reason: str
) -> None:
    async with Bench(provider) as bench:
        decider = await bench.play(wrong, GOOD)
        assert await decider.decide(QUESTION) == ANSWER
        first, second = bench.server.requests
        told = second.body["messages"][-1]["content"]
        assert "cannot be used" in json.dumps(told)
        assert second.size < first.size + 10_000
        assert bench.asked[1].problems == []
    async with Bench(provider) as bench:
        decider = await bench.play(wrong, wrong)
        with pytest.raises(NoAnswer, match=reason):
            await decider.decide(QUESTION)
        assert decider.usage.calls == 2


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", [Fault.RATE_LIMIT, Fault.SERVER_ERROR, Fault.OVERLOADED])
async def test_a_fault_that_passes_is_tried_again(provider: str, fault: Fault) -> None:
    async with Bench(provider) as bench:
        decider = await bench.play({"fault": fault, "seconds": 0.01}, GOOD)
        assert await decider.decide(QUESTION) == ANSWER
        assert len(bench.server.requests) == 2


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"fault": "rate_limit", "seconds": 90}, "over its rate limit or quota.*wait 90 seconds"),
        ({"fault": "server_error"}, r"failed at the provider \(500\)"),
        ({"fault": "wrong_key"}, r"did not accept the key \(401\)"),
        ({"fault": "garbage"}, "sent something that is not JSON. Check --base-url"),
        ({"fault": "cut"}, "broke off its answer, also after several tries"),
    ],
)
async def test_a_fault_that_stays_is_one_sentence_without_a_key(
    provider: str, line: dict[str, Any], words: str
) -> None:
    async with Bench(provider) as bench:
        decider = await bench.play(line, retries=0)
        with pytest.raises(ModelFailed, match=words) as told:
            await decider.decide(QUESTION)
        text = str(told.value) + repr(decider) + repr(bench.settings)
        assert "sk-" not in text


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_answer_that_never_ends_is_given_up(provider: str) -> None:
    async with Bench(provider, deadline=0.5) as bench:
        decider = await bench.play({"fault": "endless"}, retries=0)
        with pytest.raises(ModelFailed, match=r"did not finish its answer within 0\.5 seconds"):
            await decider.decide(QUESTION)
        decider = await bench.play({"fault": "endless"}, retries=0)
        with pytest.raises(ModelFailed, match=r"did not finish"):
            await decider.decide(QUESTION, on_text=lambda text: None)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_silent_endpoint_is_given_up_after_the_timeout(provider: str) -> None:
    async with Bench(provider) as bench:
        decider = await bench.play({"fault": "slow", "seconds": 30}, retries=0, timeout=0.3)
        with pytest.raises(ModelFailed, match="did not answer in time"):
            await decider.decide(QUESTION)


async def test_an_address_where_nobody_listens_is_told() -> None:
    nowhere = "http://127.0.0.1:9/v1"
    async with open_decider("openai:m", base_url=nowhere, retries=0) as decider:
        with pytest.raises(ModelFailed, match=r"cannot be reached\. Check the network and --base-url"):
            await decider.decide(QUESTION)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_refusal_is_told_and_not_argued_with(provider: str) -> None:
    async with Bench(provider) as bench:
        decider = await bench.play({"refuse": "I must not."})
        with pytest.raises(NoAnswer, match=r"refuses to answer shelf\.choose: I must not\."):
            await decider.decide(QUESTION)
        assert decider.usage.calls == 1


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_words_are_seen_while_they_are_written(provider: str) -> None:
    reason = "It is the one that the request names, word for word, and no other."
    async with Bench(provider) as bench:
        decider = await bench.play({"json": {"reason": reason, "notebook": "kpis"}})
        shown: list[str] = []
        answer = await decider.decide(QUESTION, on_text=shown.append)
    assert (answer.reason, shown[-1]) == (reason, reason)
    assert len(shown) >= 3
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(shown))


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_stream_that_breaks_off_is_asked_for_again_whole(provider: str) -> None:
    async with Bench(provider) as bench:
        decider = await bench.play({"fault": "cut"}, GOOD, retries=0)
        assert await decider.decide(QUESTION, on_text=lambda text: None) == ANSWER
        assert [bool(request.body.get("stream")) for request in bench.server.requests] == [True, False]


async def test_the_responses_protocol_is_spoken_where_a_model_prefers_it() -> None:
    async with Bench("openai") as bench:
        long = {"text": '{"reason": "a long', "truncated": True}
        decider = await bench.play(long, GOOD, {"refuse": "I must not."}, GOOD, use_responses_api=True)
        assert await decider.decide(QUESTION) == ANSWER
        with pytest.raises(NoAnswer, match="I must not"):
            await decider.decide(QUESTION)
        shown: list[str] = []
        assert await decider.decide(QUESTION, on_text=shown.append) == ANSWER
        assert shown[-1] == "it is named"
        assert {request.protocol.value for request in bench.server.requests} == {"/v1/responses"}
        schema = bench.server.requests[0].body["text"]["format"]["schema"]
        assert schema["properties"]["notebook"]["enum"] == ["kpis", "draft"]


async def test_where_only_one_answer_is_left_nobody_is_asked() -> None:
    async with Bench("openai") as bench:
        decider = await bench.play()
        answer = await decider.decide(Choose(request="Run it.", notebooks=("only",)))
        assert (answer.notebook, decider.usage.calls, bench.server.requests) == ("only", 0, [])


async def test_the_limit_of_calls_holds_for_repairs_too() -> None:
    async with Bench("openai", limit=1) as bench:
        decider = await bench.play({"text": "no"}, GOOD)
        with pytest.raises(BudgetSpent, match="limit of 1 model calls"):
            await decider.decide(QUESTION)
        assert len(bench.server.requests) == 1


async def test_the_limit_of_calls_is_shared_with_the_fallback(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).write_text('answers: [{text: "no"}, {text: "no"}]')
    first, second = (f"scripted:{tmp_path / name}" for name in ("first", "second"))
    async with open_decider(first, fallback=second, limit=3) as decider:
        with pytest.raises(BudgetSpent, match="limit of 3 model calls"):
            await decider.decide(QUESTION)
        assert decider.usage.calls == 3


async def test_a_fallback_answers_what_the_first_could_not_and_both_are_counted() -> None:
    async with Bench("openai") as first, Bench("anthropic") as second:
        one = await first.play({"fault": "server_error"}, retries=0)
        two = await second.play(GOOD)
        said: list[str] = []
        both = FallbackDecider(one, two, said.append)
        assert await both.decide(QUESTION) == ANSWER
        assert [line.partition(" failed")[0] for line in said] == ["openai:m"]
        assert said[0].endswith("Asking anthropic:m instead.")
        assert (both.label, both.usage.calls) == ("openai:m, else anthropic:m", 2)


async def test_cost_is_the_tables_and_unknown_where_the_table_has_no_price() -> None:
    price = Price(input=2.0, cached=0.2, output=10.0)
    async with Bench("openai", price=price) as bench:
        decider = await bench.play(GOOD)
        await decider.decide(QUESTION)
        used = decider.usage
        assert used.dollars == pytest.approx((2.0 * used.input_tokens + 10.0 * used.output_tokens) / 1e6)
    async with Bench("openai") as bench:
        decider = await bench.play(GOOD)
        await decider.decide(QUESTION)
        assert decider.usage.dollars is None


def test_prices_have_a_date_and_cover_dated_names() -> None:
    assert table().as_of >= "2026"
    assert price_of("openai", "gpt-4o-2024-11-20") == price_of("openai", "gpt-4o")
    assert price_of("anthropic", "claude-haiku-4-5-20251001") == price_of("anthropic", "claude-haiku-4-5")
    assert price_of("openai", "my-own-model") is None


async def test_any_langchain_chat_model_can_be_passed_in() -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage('{"reason": "it is named", "notebook": "kpis"}')]))
    assert order_of_means(model) == [Means.TEXT]
    assert await ModelDecider(model, Settings(label="mine")).decide(QUESTION) == ANSWER


async def test_a_missing_key_says_which_variable_and_where_to_get_one(tmp_path: Path) -> None:
    for provider, variable in (("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")):
        with pytest.raises(ModelFailed, match=rf"set {variable} .*https://"):
            async with open_decider(f"{provider}:some-model"):
                raise AssertionError("opened")
    with pytest.raises(ModelFailed, match="cannot be read"):
        async with open_decider("openai:m", environment={"OPENAI_API_KEY_FILE": str(tmp_path / "none")}):
            raise AssertionError("opened")
    (tmp_path / "key").write_text("sk-from-a-file\n")
    async with open_decider(
        "openai:m", environment={"OPENAI_API_KEY_FILE": str(tmp_path / "key")}
    ) as decider:
        assert "sk-from-a-file" not in repr(decider)


@pytest.mark.parametrize("name", ["", "gpt-5", "openai:", "mistral:large", "offline:x"])
async def test_a_name_that_means_nothing_is_told_with_what_there_is(name: str) -> None:
    with pytest.raises(ModelFailed, match="offline, openai:NAME"):
        async with open_decider(name):
            raise AssertionError("opened")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("gpt-5-mini", "openai:gpt-5-mini"), ("anthropic/claude-opus-4-5", "anthropic:claude-opus-4-5"), ("claude-haiku-4-5", "anthropic:claude-haiku-4-5"),
        ("models/small.gguf", "local:models/small.gguf"), ("ollama:llama3:8b", "openai:llama3:8b with its --base-url"),
    ],
)  # fmt: skip
async def test_a_name_that_lacks_its_provider_is_told_how_to_write_it(name: str, meant: str) -> None:
    with pytest.raises(ModelFailed, match=meant):
        async with open_decider(name):
            raise AssertionError("opened")


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://host/v1", "http://"])
async def test_a_base_url_that_is_no_address_is_told(url: str) -> None:
    with pytest.raises(ModelFailed, match="not an http or https address"):
        async with open_decider("openai:m", base_url=url):
            raise AssertionError("opened")


async def test_a_proxy_is_not_asked_for_what_is_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for provider in PROVIDERS:
        async with Bench(provider) as bench:
            assert await (await bench.play(GOOD)).decide(QUESTION) == ANSWER


async def test_the_same_name_speaks_to_any_endpoint_and_needs_no_key_there(tmp_path: Path) -> None:
    async with ScriptedModel(Script.model_validate({"answers": [GOOD] * 3})).serving() as server:
        async with open_decider("openai:qwen", base_url=server.url) as decider:
            assert await decider.decide(QUESTION) == ANSWER
        for url in (server.url, server.url.removesuffix("/v1")):
            async with open_decider("anthropic:qwen", base_url=url) as decider:
                assert await decider.decide(QUESTION) == ANSWER
        assert [request.protocol.value for request in server.requests] == [
            "/v1/chat/completions",
            "/v1/messages",
            "/v1/messages",
        ]
    path = tmp_path / "script.yaml"
    path.write_text(yaml.safe_dump({"questions": {"shelf.choose": [GOOD]}}))
    async with open_decider(f"scripted:{path}") as decider:
        assert await decider.decide(QUESTION) == ANSWER
