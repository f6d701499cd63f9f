"""Questions about what the workspace holds, answered from what its tools list: nothing is written, and no model is asked."""

from collections.abc import Sequence

from agents.results import Integration, Me, Project
from agents.rules.looking_said import Look, Names, Order
from workflows import claims
from workflows.auditing_words import counted, plain
from workflows.context import Context
from workflows.looking_blocks import difference, sizes
from workflows.looking_inside import outline, where_said
from workflows.looking_runs import last_runs
from workflows.looking_words import NAME, Workspace, linked, projects_table, shown, when
from workflows.outcome import Claim, Outcome, Source, Status

READS = (
    "get_me",
    "list_projects",
    "list_integrations",
    "get_notebook",
    "get_run",
    "list_notebook_runs",
    "search",
)
LISTED = Source(tool="list_projects")
NEXT = (
    "What does the {notebook} notebook do?",
    "Which tables are there?",
    "Which notebooks failed last time?",
)


def names_of(projects: Sequence[Project], integrations: Sequence[Integration]) -> Names:
    """The names that a question may use."""
    notebooks = [notebook.name for project in projects for notebook in project.notebooks]
    return Names(notebooks, [each.name for each in projects], [each.name for each in integrations])


async def looked_up(look: Look, request: str, there: Workspace, context: Context) -> Outcome | None:
    """The answer; None where what the question names is nothing that is there, so that it may mean something else."""
    tools = context.tools.only(*READS)
    outcome: Outcome | None
    match look.kind:
        case "notebooks":
            outcome = listed(there.within(look.projects), look.order)
        case "everything":
            outcome = everything(there)
        case "runs":
            outcome = await last_runs(look, there.within(look.projects), tools)
        case "notebook":
            outcome = await outline(look, there, tools)
        case "me":
            outcome = me(await tools.get_me())
        case "says" | "lacks":
            outcome = await where_said(look, there, tools)
        case "sizes":
            outcome = await sizes(look, there, tools)
        case "difference":
            outcome = await difference(look, there, tools)
        case "integrations":
            outcome = integrations(look, there)
    if outcome is None:
        return None
    names = names_of(there.projects, there.integrations)
    known = [request, *names.notebooks, *names.projects, *names.integrations]
    return outcome.model_copy(update={"checks": claims.check(outcome, known)})


def me(found: Me) -> Outcome:
    """Whose key this is, and what it may do."""
    who = found.user.name or found.user.email or "somebody without a name"
    where = found.workspace.name or "this workspace"
    runs = {True: "It may start runs.", False: "It may not start runs.", None: ""}[found.may_run]
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=f"This key is **{plain(who)}**'s in **{plain(where)}**, with the role {found.access_level}. {runs}".strip(),
        claims=[Claim(text="role of this key", value=found.access_level, source=Source(tool="get_me"))],
        next=["What may a viewer do, and what an editor?"],
    )


def listed(projects: Sequence[Project], order: Order = "") -> Outcome:
    """Projects with their notebooks."""
    count = sum(len(project.notebooks) for project in projects)
    head = f"{counted(count, 'notebook')} in {counted(len(projects), 'project')}:"
    if order:
        projects = sorted(projects, key=lambda each: len(each.notebooks), reverse=order == "most")
        head = (
            f"{plain(projects[0].name)} has the {'most' if order == 'most' else 'fewest'} notebooks: {len(projects[0].notebooks)}. {head}"
            if projects
            else head
        )
    lines = [
        f"- **{plain(project.name)}** ({len(project.notebooks)}): "
        + (", ".join(linked(each.name, each.url) for each in project.notebooks) or "no notebook")
        for project in projects
    ]
    facts = [
        Claim(text="notebooks", value=count, source=LISTED),
        Claim(text="projects", value=len(projects), source=LISTED),
    ]
    facts += [
        Claim(text=f"notebooks of {each.name}", value=len(each.notebooks), source=LISTED) for each in projects
    ]
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=f"{head}\n\n{shown(lines, facts, LISTED)}" if projects else "No project is visible to this key.",
        claims=facts,
        tables=[projects_table(projects)],
        not_checked=["Projects and notebooks that this key cannot see."],
    )  # fmt: skip


def integrations(look: Look, there: Workspace) -> Outcome | None:
    """Integrations with their kinds, and when each was made and last changed; not when it was queried."""
    chosen = [each for each in there.integrations if not look.integrations or each.name in look.integrations]
    if not chosen:
        return None
    source = Source(tool="list_integrations")
    lines, facts, rows = [], [], []
    for each in sorted(there.integrations, key=lambda each: each not in chosen):
        made, changed = when(each.created_at), when(each.updated_at)
        told = (
            f"{each.type}"
            + (f", added {made}" if made else "")
            + (f", last changed {changed}" if changed else "")
        )
        lines.append(f"- {'**' + plain(each.name) + '**'}: {told}")
        facts.append(Claim(text=f"{each.name}: {told}", source=source))
        rows.append([each.name, each.type, made, changed])
    count = len(there.integrations)
    facts.append(Claim(text="integrations", value=count, source=source))
    table = {"title": "Integrations", "columns": ["integration", "type", "added", "last changed"], "rows": rows, "source": "list_integrations"}  # fmt: skip
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=f"{counted(count, 'integration')}:\n\n{shown(lines, facts, source)}",
        claims=facts,
        tables=[table],
        not_checked=[
            "When an integration was last queried: no tool tells it. “Last changed” is of its settings."
        ],
        next=[f"Which notebooks query {chosen[0].name}?"],
    )


def everything(there: Workspace) -> Outcome:
    """Projects, notebooks and integrations."""
    first = listed(there.projects)
    source = Source(tool="list_integrations")
    kinds = ", ".join(f"**{plain(each.name)}** ({each.type})" for each in there.integrations)
    databases = f"{counted(len(there.integrations), 'integration')}: {kinds}." if there.integrations else "No integration is visible to this key."  # fmt: skip
    some = next((each.name for project in there.projects for each in project.notebooks), "")
    return first.model_copy(
        update={
            "answer": f"{first.answer}\n\n{databases}",
            "claims": [*first.claims, Claim(text="integrations", value=len(there.integrations), source=source)],
            "next": [line.format(notebook=some) for line in NEXT if some or "{" not in line],
        }
    )  # fmt: skip


__all__ = ["looked_up", "names_of"]
