"""A small app that knows nothing of evals: a graph that labels a support ticket with a model and files it with a tool."""

from typing import Any, TypedDict

from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel, SecretStr

INSTRUCTIONS = """You sort support tickets.
Choose the queue whose description fits best.
Answer with the queue's name only."""


class Label(BaseModel):
    """The queue a ticket goes to."""

    queue: str


class Ticket(TypedDict, total=False):
    text: str
    queues: list[dict[str, str]]
    open: bool
    queue: str
    approved: bool
    number: int


def build(model_url: str, model_key: str, model: str, tools_url: str, tools_key: str) -> Any:
    """The compiled graph."""
    chat = ChatOpenAI(model=model, base_url=model_url, api_key=SecretStr(model_key), max_retries=0)
    client = MultiServerMCPClient(
        {"desk": {"transport": "http", "url": tools_url, "headers": {"Authorization": f"Bearer {tools_key}"}}}
    )

    async def call(name: str, **arguments: Any) -> dict[str, Any]:
        async with client.session("desk") as session:
            tools = {tool.name: tool for tool in await load_mcp_tools(session)}
            message = await tools[name].ainvoke(
                {"type": "tool_call", "id": "1", "name": name, "args": arguments}
            )
            found: dict[str, Any] = message.artifact["structured_content"]
            return found

    async def look(state: Ticket) -> Ticket:
        queues = await call("list_queues")
        hours = await call("office_hours")
        return {"queues": queues["result"], "open": hours["open"]}

    async def label(state: Ticket) -> Ticket:
        lines = "\n".join(f"{queue['name']}: {queue['about']}" for queue in state["queues"])
        said = await chat.with_structured_output(Label, method="json_schema").ainvoke(
            [("system", INSTRUCTIONS), ("user", f"Queues:\n{lines}\n\nTicket:\n{state['text']}")]
        )
        assert isinstance(said, Label)
        return {"queue": said.queue}

    async def approve(state: Ticket) -> Ticket:
        return {"approved": interrupt({"file into": state["queue"]}) == "yes"}

    async def file(state: Ticket) -> Ticket:
        return {"number": (await call("file_ticket", queue=state["queue"], text=state["text"]))["number"]}

    graph = StateGraph(Ticket)
    for node in (look, label, approve, file):
        graph.add_node(node)
    graph.add_edge(START, "look")
    graph.add_edge("look", "label")
    graph.add_edge("label", "approve")
    graph.add_conditional_edges("approve", lambda state: "file" if state["approved"] else END, ["file", END])
    graph.add_edge("file", END)
    return graph.compile(checkpointer=InMemorySaver())
