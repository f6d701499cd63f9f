"""list_docs and get_doc: the packaged articles, and any folder of Markdown."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Call

from workspace.domain import local_caller
from workspace.errors import ToolRefused
from workspace.opening import open_store
from workspace.tools.registry import TOOLS

pytestmark = pytest.mark.anyio


async def ask(folder: Path, tool: str, **arguments: Any) -> dict[str, Any]:
    workspace = open_store(folder.parent / "data", docs=folder)
    try:
        answer: dict[str, Any] = json.loads(await TOOLS[tool].call(workspace, local_caller(), arguments))
    finally:
        workspace.close()
    return answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three articles; the navigation places two."""
    docs = tmp_path / "docs"
    (docs / "how-to").mkdir(parents=True)
    (docs / "first.md").write_text(
        "---\ntitle: The first\ndescription: About it.\nnoIndex: true\n---\n\n# Hello\n\nText.\n"
    )
    (docs / "second.md").write_text("# Second things\n\n---\n\nMore.\n")
    (docs / "how-to" / "third.md").write_text("---\ntitle: yes\n---\nBody\n")
    (docs / "hidden.md").write_text("---\ntitle: A parent\nnoContent: true\n---\n")
    (docs / "navigation.yaml").write_text("sections:\n  - title: Start\n    articles: [second, first]\n")
    return docs


async def test_the_navigation_orders_the_articles_and_the_rest_follow(folder: Path) -> None:
    assert await ask(folder, "list_docs") == {
        "sections": [
            {
                "title": "Start",
                "articles": [
                    {"title": "Second things", "slug": "second", "description": ""},
                    {"title": "The first", "slug": "first", "description": "About it."},
                ],
            },
            {"title": "How to", "articles": [{"title": "yes", "slug": "third", "description": ""}]},
        ]
    }


async def test_an_article_comes_as_markdown_without_its_front_matter(folder: Path) -> None:
    article = await ask(folder, "get_doc", slug="first")
    assert article["content"] == "# Hello\n\nText.\n"
    assert (article["title"], article["section"]) == ("The first", "Start")
    assert article["updatedAt"].endswith("Z")
    assert (await ask(folder, "get_doc", slug="second"))["content"] == "# Second things\n\n---\n\nMore.\n"
    assert (await ask(folder, "get_doc", slug="/docs/first"))["slug"] == "first"


async def test_a_changed_file_is_read_anew(folder: Path) -> None:
    await ask(folder, "list_docs")
    (folder / "first.md").write_text("---\ntitle: Renamed\n---\nOther text, longer than before.\n")
    assert (await ask(folder, "get_doc", slug="first"))["title"] == "Renamed"


async def test_an_unknown_article_names_the_nearest(folder: Path) -> None:
    with pytest.raises(ToolRefused, match=r"No article has the slug 'frist'.*The nearest: first"):
        await ask(folder, "get_doc", slug="frist")
    with pytest.raises(ToolRefused, match="No article"):
        await ask(folder, "get_doc", slug="../../etc/passwd")


async def test_a_folder_that_cannot_be_read_is_said_in_one_sentence(folder: Path) -> None:
    (folder / "navigation.yaml").write_text("sections:\n  - title: Start\n    articles: [gone]\n")
    with pytest.raises(ToolRefused, match="lists the article 'gone'"):
        await ask(folder, "list_docs")
    (folder / "navigation.yaml").write_text("just text")
    with pytest.raises(ToolRefused, match="a list of sections"):
        await ask(folder, "list_docs")
    with pytest.raises(ToolRefused, match="is not there"):
        await ask(folder / "nowhere", "list_docs")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "second.md is not a text file in UTF-8"),
        (b"---\ntitle: [a\n---\nx", "second.md, .*is not YAML"),
    ],
)
async def test_an_article_that_cannot_be_read_is_named(folder: Path, content: bytes, said: str) -> None:
    (folder / "second.md").write_bytes(content)
    with pytest.raises(ToolRefused, match=said):
        await ask(folder, "list_docs")


async def test_files_of_one_name_in_several_folders_are_told_apart_by_their_path(folder: Path) -> None:
    (folder / "api").mkdir()
    (folder / "api" / "first.md").write_text("```\n# not a title\n```\n\nThe API\n=======\n\nBody\n")
    sections = (await ask(folder, "list_docs"))["sections"]
    assert [(one["slug"], one["title"]) for part in sections for one in part["articles"]] == [
        ("second", "Second things"),
        ("first", "The first"),
        ("api/first", "The API"),
        ("third", "yes"),
    ]
    assert (await ask(folder, "get_doc", slug="/docs/api/first"))["title"] == "The API"


async def test_the_packaged_articles_are_all_placed_and_readable(call: Call) -> None:
    sections = (await call("list_docs"))["sections"]
    slugs = [article["slug"] for section in sections for article in section["articles"]]
    assert len(slugs) == len(set(slugs)) >= 30
    assert all(article["description"] for section in sections for article in section["articles"])
    assert "Documentation" not in [section["title"] for section in sections]
    for slug in slugs:
        assert len((await call("get_doc", slug=slug))["content"]) > 100
