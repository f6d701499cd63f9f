"""list_docs and get_doc."""

from rapidfuzz import process

from workspace.contract.docs import (
    ArticleLine,
    GetDocArguments,
    GetDocResult,
    ListDocsArguments,
    ListDocsResult,
    Section,
)
from workspace.documentation import Navigation, navigation
from workspace.domain import Caller, Workspace
from workspace.errors import SettingsWrong, ToolRefused


async def list_docs(workspace: Workspace, caller: Caller, arguments: ListDocsArguments) -> ListDocsResult:
    found = _navigation(workspace)
    return ListDocsResult(
        sections=[
            Section(
                title=title,
                articles=[
                    ArticleLine(title=article.title, slug=article.slug, description=article.description)
                    for article in articles
                ],
            )
            for title, articles in found.sections
        ]
    )


async def get_doc(workspace: Workspace, caller: Caller, arguments: GetDocArguments) -> GetDocResult:
    wanted = arguments.slug.strip("/").removeprefix("docs/")
    articles = {article.slug: article for article in _navigation(workspace)}
    article = articles.get(wanted)
    if article is None:
        near = [
            name for name, _score, _index in process.extract(wanted, list(articles), limit=3, score_cutoff=50)
        ]
        hint = f" The nearest: {', '.join(near)}." if near else ""
        raise ToolRefused(
            f"No article has the slug {arguments.slug!r}.{hint} Call list_docs to see all.", status=404
        )
    return GetDocResult(
        slug=article.slug,
        title=article.title,
        section=article.section,
        content=article.body(),
        updated_at=article.updated_at,
    )


def _navigation(workspace: Workspace) -> Navigation:
    """Raises ToolRefused, with the file that is wrong, when the folder was changed into one that cannot be read."""
    try:
        return navigation(workspace.services.docs)
    except SettingsWrong as wrong:
        raise ToolRefused(f"The documentation cannot be read. {wrong}", status=500) from wrong
