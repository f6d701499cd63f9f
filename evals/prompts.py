"""Which sentence of which prompt file a drifted model request comes from."""

from pathlib import Path

from evals.deck import Miss


def place_of(miss: Miss, folder: Path | None = None) -> str:
    """` Prompt: agents/prompts/….md:LINE.` when the line that differs stands in a prompt file, else an empty text."""
    if miss.asked.kind != "model" or miss.difference is None:
        return ""
    if folder is None:
        import agents

        folder = Path(str(agents.__file__)).parent / "prompts"
    got = miss.difference.got.strip("…").strip("'\"").replace("\\n", "\n")
    window = max(got.split("\n"), key=len).strip()
    for size in (len(window), 40, 24):
        for start in range(0, max(1, len(window) - size + 1), 4):
            piece = window[start : start + size]
            if len(piece) < 12:
                continue
            for path in sorted(folder.rglob("*.md")):
                for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                    if piece in line:
                        return f" It comes from {path.relative_to(folder.parent.parent)}:{number}."
    return ""
