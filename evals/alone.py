"""One node of a LangGraph graph without the rest: the node with its own edges, every other node standing still."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

from pydantic import BaseModel, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from evals.errors import Usage


class Alone(NamedTuple):
    """What one node made of a state."""

    update: Any
    """What it returned, as JSON."""
    next: list[str]
    """Where its edges lead from there."""


def plain(value: Any) -> Any:
    """A state or an update as JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return to_jsonable_python(value, fallback=str)


async def run_alone(
    builder: Any, name: str, state: Mapping[str, Any], reply: Callable[[Any], Any], *, context: Any = None
) -> Alone:
    """Run a node of a graph that is being built (`graph.builder` of a compiled one). Raises Usage when it has no such node."""
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from langgraph.types import Command

    if name not in builder.nodes:
        raise Usage(f"The graph has no node {name!r}. It has: {', '.join(builder.nodes)}.")
    memory = InMemorySaver(serde=JsonPlusSerializer(allowed_msgpack_modules=_classes(builder, name)))
    graph = _only(builder, name).compile(checkpointer=memory)
    more = {} if context is None else {"context": context}
    given: Any = _typed(builder, name, state)
    update: Any = None
    later: list[str] = []
    while True:
        waiting: list[Any] = []
        config = {"configurable": {"thread_id": "alone"}}
        async for part in graph.astream(given, config, stream_mode="tasks", **more):
            if part["name"] != name or update is not None:
                if "result" not in part and "error" not in part:
                    later.append(part["name"])
            elif part.get("interrupts"):
                waiting = part["interrupts"]
            elif "result" in part:
                update = plain(part["result"])
        if not waiting:
            return Alone(update, sorted(later))
        given = Command(resume=reply(waiting[0]["value"]))


def _classes(builder: Any, name: str) -> list[tuple[str, ...]]:
    """What the node's state may hold, for the checkpoint at which it waits."""
    from workflows.threads import classes_of

    kinds = {builder.state_schema, builder.nodes[name].input_schema}
    fields = [hint for kind in kinds for hint in get_type_hints(kind).values()]
    return sorted(classes_of(*kinds, *fields))


def _only(builder: Any, name: str) -> Any:
    from langgraph.graph import START, StateGraph

    # The node begins from exactly what it was given, so its input is the state of this graph.
    graph: Any = StateGraph(builder.state_schema, context_schema=builder.context_schema)
    for other, spec in builder.nodes.items():
        if other == name:
            graph.add_node(other, spec.runnable, input_schema=spec.input_schema, defer=spec.defer)
        else:
            graph.add_node(other, _stand_still)
    graph.add_edge(START, name)
    for start, end in builder.edges:
        if start == name:
            graph.add_edge(start, end)
    for branch in builder.branches.get(name, {}).values():
        graph.add_conditional_edges(name, branch.path, branch.ends)
    return graph


def _stand_still(_state: Any) -> None:
    return None


def _typed(builder: Any, name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """The state's fields as the types that the graph's schema names. Raises Usage for a field that no longer fits."""
    kind = builder.nodes[name].input_schema or builder.state_schema
    hints = get_type_hints(kind, include_extras=True)
    return {field: _field(hints.get(field, Any), field, value) for field, value in state.items()}


def _field(kind: Any, field: str, value: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(map(str, (field, *first["loc"])))
        raise Usage(
            f"The kept state no longer fits the graph: {place}: {first['msg']}. Keep it again: python -m evals.nodes."
        ) from None
    except PydanticUserError:
        return value  # `typing.TypedDict` before Python 3.12, or a class that pydantic does not know


__all__ = ["Alone", "plain", "run_alone"]
