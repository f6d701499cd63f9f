"""Questions about what the workspace holds, answered from what its tools list: nothing is written, and no model is asked."""

from collections.abc import Sequence

from agents.results import Integration, Me, Project
from agents.rules.looking import Look, Names
from workflows import claims
from workflows.auditing_words import counted, plain
from workflows.context import Context
from workflows.looking_inside import outline, where_said
from workflows.looking_runs import last_runs
from workflows.looking_words import NAME, Workspace, linked, projects_table, shown
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
            outcome = listed(there.within(look.projects))
        case "everything":
            outcome = everything(there)
        case "runs":
            outcome = await last_runs(look, there.within(look.projects), tools)
        case "notebook":
            outcome = await outline(look, there, tools)
        case "me":
            outcome = me(await tools.get_me())
        case "says":
            outcome = await where_said(look.words, there, tools)
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


def listed(projects: Sequence[Project]) -> Outcome:
    """Projects with their notebooks."""
    count = sum(len(project.notebooks) for project in projects)
    head = f"{counted(count, 'notebook')} in {counted(len(projects), 'project')}:"
    lines = [
        f"- **{plain(project.name)}**: "
        + (", ".join(linked(each.name, each.url) for each in project.notebooks) or "no notebook")
        for project in projects
    ]
    facts = [
        Claim(text="notebooks", value=count, source=LISTED),
        Claim(text="projects", value=len(projects), source=LISTED),
    ]
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=f"{head}\n\n{shown(lines, facts, LISTED)}" if projects else "No project is visible to this key.",
        claims=facts,
        tables=[projects_table(projects)],
        not_checked=["Projects and notebooks that this key cannot see."],
    )  # fmt: skip


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
