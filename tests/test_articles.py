"""The documentation that the workspace serves: complete, linked, and true of the commands there are."""

import re
import subprocess
import sys

import pytest

from workspace.documentation import PACKAGED, navigation

ARTICLES = {article.slug: article.body() for article in navigation(None)}
COMMANDS = sorted(
    {
        match
        for body in ARTICLES.values()
        for match in re.findall(r"python -m (workspace [a-z]+|workflows\.\w+|evals\.\w+|workspace)\b", body)
    }
)


def test_there_are_at_least_thirty_articles_each_with_a_title_and_a_description() -> None:
    listed = list(navigation(None))
    assert len(listed) >= 30
    assert [article.slug for article in listed if not (article.title and article.description)] == []
    assert {article.section for article in listed if article.section == "Documentation"} == set()


def test_every_file_is_placed_in_the_navigation() -> None:
    assert sorted(ARTICLES) == sorted(file.stem for file in PACKAGED.glob("*.md"))


def test_links_between_articles_lead_somewhere() -> None:
    dead = [
        f"{slug} -> {target}"
        for slug, body in ARTICLES.items()
        for target in re.findall(r"\]\(/docs/([^)#]+)", body)
        if target not in ARTICLES
    ]
    assert dead == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_an_article_names_exists(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    assert "usage" in done.stdout.lower()
