"""`python -m benchmarks [NAME…]` runs the benchmarks one after the other; `--list` names them with their first line.

With one name, the options behind it are that benchmark's own: `python -m benchmarks small_models --model FILE.gguf`.
"""

import argparse
import ast
import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_BENCHMARKS = {"__init__", "__main__", "environment", "ledger", "serving", "table"}


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_BENCHMARKS)


def first_line(name: str) -> str:
    text = ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8")))
    return (text or "").partition("\n")[0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", help="which ones; all when none is named")
    parser.add_argument("--list", action="store_true", help="name them and stop")
    words = sys.argv[1:]
    if words and words[0] in names() and any(word.startswith("-") for word in words[1:]):
        code: int = importlib.import_module(f"benchmarks.{words[0]}").main(words[1:])
        return code
    options = parser.parse_args(words)
    unknown = sorted(set(options.name) - set(names()))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(names())}")
    if options.list:
        print("\n".join(f"{name:24}{first_line(name)}" for name in names()))
        return 0
    codes = [importlib.import_module(f"benchmarks.{name}").main([]) for name in options.name or names()]
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main())
