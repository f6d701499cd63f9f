"""What our side of a model call costs over the provider's raw SDK: prompt, schema, parsing, checks. Goal: under 5 ms, median."""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from agents.listing import every_question
from agents.model_decider import ModelDecider, Settings
from agents.models import chat_model
from agents.prompts import render
from agents.schemas import Dialect, for_provider
from agents.scripted import Script, ScriptedModel
from benchmarks.table import median, print_table, quantile

NAME = "run_and_inspect.matters"
ANSWER = {"picked": ["c1"], "headline": "The total rose a little."}


async def timed(call: Callable[[], Awaitable[object]], rounds: int) -> list[float]:
    for _ in range(5):
        await call()
    spent = []
    for _ in range(rounds):
        started = time.perf_counter()
        await call()
        spent.append((time.perf_counter() - started) * 1000)
    return spent


async def measure(rounds: int) -> list[list[object]]:
    import anthropic
    import openai

    question = every_question()[NAME].sample()
    prompt = render(question)
    text = f"{prompt.shared}\n\n{prompt.own}".strip()
    script = Script.model_validate({"answers": [{"json": ANSWER}], "when_used_up": "last"})
    rows: list[list[object]] = []
    async with ScriptedModel(script).serving() as server:
        root = server.url.removesuffix("/v1")
        async with (
            openai.AsyncOpenAI(base_url=server.url, api_key="k") as one,
            anthropic.AsyncAnthropic(base_url=root, api_key="k") as two,
            chat_model("openai", "gpt-4o", base_url=server.url, key="k", retries=0, timeout=30) as first,
            chat_model(
                "anthropic", "claude-haiku-4-5", base_url=root, key="k", retries=0, timeout=30
            ) as second,
        ):
            schema = for_provider(prompt.schema, Dialect.ANTHROPIC)

            async def raw_openai() -> object:
                answer = await one.chat.completions.create(
                    model="gpt-4o",
                    max_tokens=1200,
                    messages=[
                        {"role": "system", "content": prompt.system},
                        {"role": "user", "content": text},
                    ],
                    response_format={
                        "type": "json_schema",
                        "json_schema": {"name": "answer", "schema": schema},
                    },
                )
                return json.loads(answer.choices[0].message.content or "")

            async def raw_anthropic() -> object:
                answer = await two.messages.create(
                    model="claude-haiku-4-5",
                    max_tokens=1200,
                    system=prompt.system,
                    messages=[{"role": "user", "content": text}],
                    output_config={"format": {"type": "json_schema", "schema": schema}},
                )
                return json.loads(answer.content[0].text)  # type: ignore[union-attr]

            for label, raw, model in (("OpenAI", raw_openai, first), ("Anthropic", raw_anthropic, second)):
                decider = ModelDecider(model, Settings(label=label))
                # In turns, so that a busy machine is busy for both.
                plain: list[float] = []
                ours: list[float] = []
                for _ in range(5):
                    plain += await timed(raw, rounds // 5)
                    ours += await timed(lambda decider=decider: decider.decide(question), rounds // 5)  # type: ignore[misc]
                over = median(ours) - median(plain)
                rows.append(
                    [label, median(plain), median(ours), over, quantile(ours, 0.95) - quantile(plain, 0.95)]
                )
    return rows


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_overhead", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args(argv)
    rows = asyncio.run(measure(options.rounds))
    columns = ["protocol", "raw SDK, ms", "decider, ms", "overhead, ms", "overhead at p95, ms"]
    print_table("One model call against a scripted endpoint on loopback", columns, rows)
    return 0 if all(float(str(row[3])) < 5 for row in rows) else 1


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
