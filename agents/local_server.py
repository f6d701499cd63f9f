"""The process that holds a local model: llama.cpp's own server on a loopback port, until its standard input closes.

`python -m agents.local_server FILE.gguf` prints one line with its address. Its standard input is a pipe from whoever
started it, so it ends with them, however they end. The key that its clients need comes on the first line of that pipe.
"""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m agents.local_server", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--context", type=int, default=8192, help="tokens of prompt and answer together")
    parser.add_argument("--threads", type=int, default=_cores())
    parser.add_argument("--template", type=Path, help="a Jinja chat template instead of the file's own")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the pipe
    key = sys.stdin.readline().strip()
    server = start(options.file, key, options.context, options.threads, options.template)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    while sys.stdin.readline():
        pass
    os._exit(0)  # the server's threads hold nothing that has to be saved


def _cores() -> int:
    """The cores this process may use; on a shared machine fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2


def start(file: Path, key: str, context: int, threads: int, template: Path | None) -> Any:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.model_alias = {"local"}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    if key:
        parameters.api_keys = [key]
    parameters.n_ctx = context
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.use_jinja = True
    parameters.ui = False
    parameters.offline = True
    if template is not None:
        parameters.chat_template = template.read_text(encoding="utf-8")
    return xllamacpp.Server(parameters)


if __name__ == "__main__":
    sys.exit(main())
