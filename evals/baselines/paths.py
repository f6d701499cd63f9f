"""The shortest correct path of a free agent through each documented request: what a perfect agent would call, turn by turn.

A path is an async generator: it yields the calls of one turn and gets back their results. Ids are only ever taken from results.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from typing import Any, NamedTuple

from agents.script import Script, Step
from agents.scripted import Request, ScriptedModel
from agents.scripted_wire import ToolCall
from agents.session import Session

Results = list[dict[str, Any]]
Path = AsyncGenerator[list[ToolCall], Results]


class Task(NamedTuple):
    workflow: str
    request: str
    path: Callable[[Session, bool], Path]
    """Given a session to wait with, and whether independent calls may share a turn."""


def call(name: str, /, **arguments: Any) -> ToolCall:
    return ToolCall(name, arguments)


async def finished(session: Session, run: str) -> None:
    """Wait until a run is over, so that the agent's one look at it is not too early."""
    for _ in range(600):
        found = await session.call("get_run", {"runId": run})
        if found["run"]["status"] not in {"pending", "running"}:
            return
        await asyncio.sleep(0.1)


SQL = """SELECT date, index_name, close FROM index_prices
WHERE date >= (SELECT max(date) FROM index_prices) - INTERVAL 2 YEAR ORDER BY date"""
LEVELS = """import pandas as pd
levels = prices.pivot(index="date", columns="index_name", values="close")
rebased = levels / levels.iloc[0] * 100
rebased.tail()"""
RETURNS = """total = levels.iloc[-1] / levels.iloc[0] - 1
volatility = levels.pct_change().std() * 252 ** 0.5
drawdown = (levels / levels.cummax() - 1).min()
pd.DataFrame({"return": total, "volatility": volatility, "drawdown": drawdown})"""


async def build(session: Session, batched: bool) -> Path:
    """Six blocks: the least that answers the request with figures."""
    name = "NASDAQ vs S&P 100"
    first = [call("list_projects", nameContains=name), call("list_integrations", pageSize=100)]
    found: Results = []
    for turn in [first] if batched else [[one] for one in first]:
        found += yield turn
    markets = next(row["id"] for row in found[1]["integrations"] if "Market" in row["name"])
    yield [call("get_integration", integrationId=markets)]
    (made,) = yield [call("create_project", name=name)]
    notebook = made["project"]["notebooks"][0]["id"]
    blocks: list[dict[str, Any]] = [
        {"type": "text-cell-h1", "content": name},
        {"type": "markdown", "content": "Stock returns of both indices over the past two years of data."},
        {
            "type": "sql",
            "content": SQL,
            "integrationId": markets,
            "metadata": {"deepnote_variable_name": "prices"},
        },
        {"type": "code", "content": LEVELS},
        {"type": "code", "content": RETURNS},
        {"type": "code", "content": "rebased.plot(title='Rebased to 100')"},
    ]
    writes = [
        call("create_block", notebookId=notebook, position=place, **block)
        for place, block in enumerate(blocks)
    ]
    for turn in [writes] if batched else [[one] for one in writes]:
        yield turn
    (started,) = yield [call("create_run", notebookId=notebook)]
    await finished(session, started["runId"])
    yield [call("get_run", runId=started["runId"], snapshotDelivery="blocks")]


async def inspect(session: Session, batched: bool) -> Path:
    (found,) = yield [call("search", q="Monthly KPIs", types=["notebooks"])]
    notebook = next(row["id"] for row in found["results"]["notebooks"] if row["name"] == "Monthly KPIs")
    both = [call("list_notebook_runs", notebookId=notebook), call("create_run", notebookId=notebook)]
    results: Results = []
    for turn in [both] if batched else [[one] for one in both]:
        results += yield turn
    earlier = next(row["runId"] for row in results[0]["runs"] if row["status"] == "success")
    now = results[1]["runId"]
    await finished(session, now)
    looks = [call("get_run", runId=run, snapshotDelivery="blocks") for run in (now, earlier)]
    for turn in [looks] if batched else [[one] for one in looks]:
        yield turn


async def audit(session: Session, batched: bool) -> Path:
    (found,) = yield [call("list_integrations", nameContains="Snowflake", pageSize=100)]
    integration = found["integrations"][0]["id"]
    yield [call("list_integration_notebook_usages", integrationId=integration, pageSize=100)]


async def tidy(session: Session, batched: bool) -> Path:
    (found,) = yield [call("search", q="Scratchpad", types=["notebooks"])]
    notebook = found["results"]["notebooks"][0]["id"]
    (read,) = yield [call("get_notebook", notebookId=notebook)]
    blocks = read["notebook"]["blocks"]
    imports = next(one["id"] for one in blocks if one["content"].lstrip().startswith(("import ", "from ")))
    empty = next(one["id"] for one in blocks if not one["content"].strip() and one["type"] != "separator")
    writes = [
        call("reorder_notebook_blocks", notebookId=notebook, blockIds=[imports], placement={"type": "start"}),
        call("update_block", blockId=empty, content="# Note: nothing here yet."),
    ]
    for turn in [writes] if batched else [[one] for one in writes]:
        yield turn


async def docs(session: Session, batched: bool) -> Path:
    yield [call("list_docs")]
    yield [call("get_doc", slug="scheduling")]


TASKS = (
    Task(
        "build_analysis",
        "Create a project called NASDAQ vs S&P 100, exploring stock returns for the past two years.",
        build,
    ),
    Task("run_and_inspect", "Run the Monthly KPIs notebook and tell me what changed.", inspect),
    Task("audit_integrations", "Which notebooks query our Snowflake warehouse?", audit),
    Task(
        "tidy_notebook",
        "In the Scratchpad notebook, move the imports block to the top and replace the empty scratch block with a note.",
        tidy,
    ),
    Task("docs_qa", "How do I schedule a notebook?", docs),
)


class Perfect(ScriptedModel):
    """Plays a path over the model's protocol: each turn follows from the results of the one before."""

    def __init__(
        self, path: Callable[[Session, bool], Path], *, batched: bool = False, session: Session | None = None
    ) -> None:
        super().__init__(Script())
        self._path, self._batched = path, batched
        self._turns: Path | None = None
        self.session = session
        """What it waits with; to be set before the first request."""

    async def answer(self, request: Request) -> Step:
        try:
            if self._turns is None:
                assert self.session is not None
                self._turns = self._path(self.session, self._batched)
                calls = await anext(self._turns)
            else:
                calls = await self._turns.asend(_results_of_last_turn(request.body))
        except StopAsyncIteration:
            return Step(text="Done: the result is as read above, with its figures and names.")
        return Step.model_validate(
            {"calls": [{"name": one.name, "arguments": one.arguments} for one in calls]}
        )


def _results_of_last_turn(body: dict[str, Any]) -> Results:
    """The results of the tools that the last turn called, in their order."""
    results: Results = []
    for message in reversed(body["messages"]):
        if message["role"] != "tool":
            break
        content = message["content"]
        text = content if isinstance(content, str) else "".join(part["text"] for part in content)
        results.insert(0, json.loads(text))
    return results


def path_of(request: str) -> Task | None:
    """The path for a documented request; None for any other."""
    return next((task for task in TASKS if task.request == request), None)


__all__ = ["TASKS", "Path", "Perfect", "Results", "Task", "path_of"]
