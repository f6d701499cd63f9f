"""A real language model on this machine answers questions over both protocols, and its process ends with ours."""

import asyncio
import json
import os
import signal
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import psutil
import pytest

from agents.errors import ModelFailed
from agents.local import local_server
from agents.models import open_decider
from agents.questions import Answer, Question

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

MODELS = Path("~/.cache/models").expanduser()
SMALL = next(iter(sorted(MODELS.glob("SmolLM2-135M*.gguf"))), None)


class Choice(Answer):
    notebook: str
    """The id of the notebook that is meant."""


class Choose(Question[Choice]):
    name = "shelf.pick"
    request: str
    notebooks: str

    def schema_for_answer(self) -> dict[str, Any]:
        schema = Choice.model_json_schema()
        schema["properties"]["notebook"]["enum"] = ["monthly-kpis", "draft"]
        return schema


@pytest.fixture(autouse=True)
def prompt_file(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf/pick.md").write_text("Say which notebook is meant.\n---\n$request\n\n$notebooks\n")
    Choose.folder = tmp_path
    yield
    Choose.folder = None


@pytest.fixture
def weights() -> Path:
    pytest.importorskip(
        "xllamacpp", reason="llama.cpp is not installed: pip install 'deepnote-workflows[local]'"
    )
    if SMALL is None:
        pytest.skip(f"no weights in {MODELS}: put SmolLM2-135M-Instruct as a GGUF file there")
    return SMALL


async def test_an_answer_of_a_local_model_fits_the_questions_schema(weights: Path) -> None:
    question = Choose(request="Run the monthly KPIs.", notebooks="monthly-kpis: Monthly KPIs\ndraft: A draft")
    async with open_decider(f"local:{weights}") as decider:
        answer = await decider.decide(question)
        assert answer.notebook in {"monthly-kpis", "draft"}
        assert decider.usage.output_tokens > 0
        assert decider.usage.dollars is None


async def test_both_protocols_are_spoken_to_who_has_the_key_and_nobody_else(weights: Path) -> None:
    asked: Any = {"model": "local", "max_tokens": 4, "messages": [{"role": "user", "content": "Say hi."}]}
    async with local_server(weights) as server:
        async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key) as client:
            assert (await client.chat.completions.create(**asked)).choices[0].message.content
        async with anthropic.AsyncAnthropic(base_url=server.url, api_key=server.key) as other:
            assert (await other.messages.create(**asked)).content
        async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="wrong", max_retries=0) as client:
            with pytest.raises(openai.AuthenticationError):
                await client.chat.completions.create(**asked)
        process = psutil.Process(server.process)
        assert process.is_running()
    assert not process.is_running()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
async def test_the_server_ends_with_its_parent_however_that_ends(weights: Path, how: signal.Signals) -> None:
    program = """
        import asyncio, pathlib, sys
        from agents.local import local_server
        async def main():
            async with local_server(pathlib.Path(sys.argv[1])) as server:
                print(server.process, flush=True)
                await asyncio.Event().wait()
        asyncio.run(main())
    """
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", textwrap.dedent(program), str(weights)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert parent.stdout is not None
    child = psutil.Process(int(await asyncio.wait_for(parent.stdout.readline(), 60)))
    parent.send_signal(how)
    await asyncio.wait_for(parent.wait(), 20)
    gone, _ = await asyncio.to_thread(psutil.wait_procs, [child], 20)
    assert gone == [child]


async def test_a_file_that_is_no_model_is_told(tmp_path: Path, weights: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    text = tmp_path / "notes.gguf"
    text.write_text(json.dumps({}))
    for file, words in (
        (tmp_path / "none.gguf", "does not exist"),
        (text, "is not a GGUF file"),
        (broken, "could not be loaded"),
    ):
        with pytest.raises(ModelFailed, match=words):
            async with open_decider(f"local:{file}"):
                raise AssertionError("opened")


async def test_without_llama_cpp_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelFailed, match=r"pip install 'deepnote-workflows\[local\]'"):
        async with open_decider(f"local:{tmp_path / 'm.gguf'}"):
            raise AssertionError("opened")
