"""What the data holds is told from cached structures: whether something is in it, which tables, and how far they reach."""

import asyncio
from pathlib import Path

import pytest
from analysis_world import seeded
from tidy_world import outcome_of

from agents.rules.audit_integrations_held import held_asked
from workflows.outcome import Status

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("Up to which day do our stock prices go?", "from 1999-01-04 to 2018-12-31"),
        ("is bitcoin part of our market data", "nothing about “bitcoin”"),
        ("Do we have government employment before 2006?", "No: none of these tables holds anything for the time before 2006"),
        ("tell me whether we hold data for 2016", "`index_prices`"),
        ("Are crypto prices available?", "No: there is nothing about “crypto”"),
        ("which sectors are in the labour data?", "retail_trade"),
        ("From when to when do we have NASDAQ closes?", "index_name holds NASDAQ Composite"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("door", ["ask", "audit_integrations"])
async def test_a_question_about_the_data_is_answered_and_writes_nothing(
    demo: Path, door: str, request_: str, said: str
) -> None:
    outcome = await outcome_of(demo, door, request_)
    assert outcome.status is Status.DONE
    assert outcome.journal == []
    assert outcome.checks == []
    if door == "audit_integrations":
        assert said in outcome.answer
    assert said.split("“")[-1].strip("”") in outcome.answer or "2018-12-31" in outcome.answer


@pytest.mark.parametrize(
    "request_",
    [
        "Which sector lost the most jobs in 2009?",
        "How many jobs were there in retail in 2012?",
        "Which notebooks use index_prices?",
        "Can a viewer see data?",
        "is there a way to export data?",
        "Is my data sent to anybody?",
        "which tables are read by nobody?",
        "Analyse the prices since 2010",
    ],
)
def test_other_questions_are_none_about_what_is_held(request_: str) -> None:
    assert held_asked(request_) is None
