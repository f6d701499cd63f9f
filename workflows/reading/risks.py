"""What running a notebook may do beyond reading: from the syntax trees of its code and SQL, before anything runs."""

import ast
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from agents.results import Block
from workflows.reading.python import parse, plain_python
from workflows.reading.sql import WRITING_WORDS, read_sql


class RiskKind(StrEnum):
    SQL_WRITE = "writes to a database"
    NETWORK = "uses the network"
    SECRET = "prints secrets or the environment"
    SHELL = "runs shell commands"
    DELETE = "deletes files"
    FILE = "writes files"
    OPAQUE = "runs code that cannot be read beforehand"


class Risk(NamedTuple):
    """One thing a block may do beyond reading."""

    kind: RiskKind
    block_id: str
    what: str
    """The call or statement, shortened."""


NETWORK_ROOTS = frozenset(
    {"requests", "httpx", "aiohttp", "urllib", "urllib3", "socket", "smtplib", "ftplib", "paramiko", "boto3", "botocore",
     "slack_sdk", "twilio", "sendgrid", "websocket", "websockets", "openai", "anthropic", "yfinance", "gspread", "tweepy",
     "telnetlib", "imaplib", "poplib", "xmlrpc", "grpc", "stripe"}
)  # fmt: skip
SHELL_CALLS = frozenset(
    {"os.system", "os.popen", "os.execv", "os.execvp", "os.spawnl", "os.kill", "pty.spawn", "shutil.move"}
)
DELETES = frozenset({"os.remove", "os.unlink", "os.rmdir", "os.removedirs", "shutil.rmtree"})
DELETING_METHODS = frozenset({"unlink", "rmdir", "rmtree"})
FILE_METHODS = frozenset(
    {"to_csv", "to_excel", "to_parquet", "to_pickle", "to_feather", "to_hdf", "to_stata", "to_orc", "savefig", "write_text",
     "write_bytes", "write_html", "write_image", "imsave"}
)  # fmt: skip
BUFFERS = frozenset({"to_csv", "to_json", "to_html", "to_latex", "to_markdown", "to_string", "to_xml"})
"""Without a path these return a text and write nothing."""
OPAQUE_CALLS = frozenset({"eval", "exec", "compile", "__import__", "importlib.import_module"})
READS_ENVIRONMENT = frozenset(
    {"os.environ", "os.getenv", "environ", "getenv", "dotenv_values", "os.environb"}
)
SECRET_NAME = re.compile(r"(?:^|_)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|private_?key|credentials?)(?:$|_)", re.IGNORECASE)  # fmt: skip
SHOWS = frozenset({"print", "display", "pprint", "pprint.pprint", "logging.info", "logging.debug", "logging.warning", "logger.info", "sys.stdout.write", "rich.print"})  # fmt: skip


def risks_of(blocks: Sequence[Block], kinds: dict[str, str] | None = None) -> list[Risk]:
    """What the blocks may do beyond reading, in their order; `kinds` maps integration ids to types."""
    secret = {name for block in blocks if block.type == "code" for name in _environment_names(block.content)}
    found: list[Risk] = []
    for block in blocks:
        if block.type == "code":
            found += _of_python(block, secret)
        elif block.type == "sql":
            found += _of_sql(block, (kinds or {}).get(block.integration_id or "", ""))
        elif block.type == "agent":
            found.append(Risk(RiskKind.OPAQUE, block.id, "an agent block lets a model act"))
        elif block.type == "notebook-function":
            found.append(Risk(RiskKind.OPAQUE, block.id, "runs another notebook"))
    return list(dict.fromkeys(found))


def _of_sql(block: Block, kind: str) -> Iterator[Risk]:
    sql = read_sql(block.content, kind)
    for verb in sql.verbs:
        target = f" {sql.writes[0]}" if sql.writes else ""
        bare = any(verb in each for each in sql.unbounded)
        yield Risk(RiskKind.SQL_WRITE, block.id, f"{verb}{target}{' without a WHERE' if bare else ''}")
    if sql.remote:
        yield Risk(RiskKind.NETWORK, block.id, "SQL reads a remote address")
    if re.match(r"\s*{{[^}]*\|\s*sqlsafe", block.content):
        yield Risk(RiskKind.OPAQUE, block.id, "the whole SQL statement comes from a variable")


def _of_python(block: Block, secret: set[str]) -> Iterator[Risk]:
    source, shell, magics = plain_python(block.content)
    for command in shell:
        yield Risk(RiskKind.SHELL, block.id, f"!{_short(command)}")
    for magic in magics:
        word = magic.lstrip("%").split()[0].lower() if magic.lstrip("%").split() else ""
        if word in {"pip", "conda", "mamba", "uv"}:
            yield Risk(RiskKind.NETWORK, block.id, _short(magic))
        elif word in {
            "sx",
            "system",
            "cd",
            "writefile",
            "rm",
            "mv",
            "cp",
            "mkdir",
            "script_magic",
            "perl",
            "ruby",
            "javascript",
            "js",
        }:
            yield Risk(RiskKind.SHELL if word != "writefile" else RiskKind.FILE, block.id, _short(magic))
        elif word in {"env", "set_env"} and len(magic.split()) == 1:
            yield Risk(RiskKind.SECRET, block.id, _short(magic))
        elif word in {"run", "load", "sql", "load_ext"}:
            yield Risk(RiskKind.OPAQUE, block.id, _short(magic))
    tree, trouble = parse(source)
    if tree is None:
        yield Risk(RiskKind.OPAQUE, block.id, f"not readable as Python: {trouble}")
        return
    aliases = aliases_of(tree)
    yield from _shown(tree, block.id, aliases, secret)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, block.id, aliases)


def _short(text: str) -> str:
    line = " ".join(text.split())
    line = re.sub(r"(?i)((?:password|token|secret|key)\s*[=: ]\s*)\S+", r"\1…", line)
    return line if len(line) <= 60 else line[:57] + "…"


def aliases_of(tree: ast.Module) -> dict[str, str]:
    """Names that imports bind, with the dotted path each stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def dotted(node: ast.AST, aliases: dict[str, str]) -> str:
    """`a.b.c` of a call's target with import aliases spelt out; empty where it is no plain name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Call):
        inner = dotted(node.func, aliases)
        return ".".join([inner + "()", *reversed(parts)])
    if not isinstance(node, ast.Name):
        return ".".join(["", *reversed(parts)]) if parts else ""
    return ".".join([aliases.get(node.id, node.id), *reversed(parts)])


def _of_call(node: ast.Call, block_id: str, aliases: dict[str, str]) -> Iterator[Risk]:
    name = dotted(node.func, aliases)
    root, last = name.split(".")[0].removesuffix("()"), name.rsplit(".", 1)[-1]
    texts = [
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    shown = _short(ast.unparse(node))
    if name in OPAQUE_CALLS:
        yield Risk(RiskKind.OPAQUE, block_id, shown)
    elif (
        name in SHELL_CALLS
        or root == "subprocess"
        or name.endswith("create_subprocess_shell")
        or last in {"getoutput", "run_cell_magic"}
    ):
        yield Risk(RiskKind.SHELL, block_id, shown)
    elif name in DELETES or (last in DELETING_METHODS and "." in name):
        yield Risk(RiskKind.DELETE, block_id, shown)
    elif last == "to_sql" or (
        last
        in {
            "execute",
            "executemany",
            "executescript",
            "execute_sql",
            "query",
            "sql",
            "exec_driver_sql",
        }
        and any(_writes(text) for text in texts)
    ):
        yield Risk(RiskKind.SQL_WRITE, block_id, shown)
    elif (root in NETWORK_ROOTS and not name.startswith(("urllib.parse", "socket.gethostname"))) or (
        last.startswith("read_") and any(re.match(r"(?:https?|s3|gs|ftp)://", text) for text in texts)
    ):
        yield Risk(RiskKind.NETWORK, block_id, shown)
    elif _writes_file(node, name, last):
        yield Risk(RiskKind.FILE, block_id, shown)


def _writes(text: str) -> bool:
    first = re.match(r"\s*([A-Za-z]+)\s+\w", text)
    return bool(first and first.group(1).lower() in WRITING_WORDS and read_sql(text).verbs)


def _writes_file(node: ast.Call, name: str, last: str) -> bool:
    arguments = [
        *node.args,
        *(
            key.value
            for key in node.keywords
            if key.arg in {"path_or_buf", "path", "buf", "excel_writer", "mode", "fname"}
        ),
    ]
    if last in BUFFERS:
        target = next(iter(arguments), None)
        return target is not None and not (isinstance(target, ast.Constant) and target.value is None)
    if last in FILE_METHODS and "." in name:
        return True
    if name in {"open", "io.open"} or last == "open":
        mode = (
            node.args[1]
            if len(node.args) > 1
            else next((key.value for key in node.keywords if key.arg == "mode"), None)
        )
        return (
            isinstance(mode, ast.Constant)
            and isinstance(mode.value, str)
            and any(flag in mode.value for flag in "wax+")
        )
    return name in {
        "os.rename",
        "os.replace",
        "os.makedirs",
        "os.mkdir",
        "shutil.copy",
        "shutil.copytree",
        "numpy.save",
        "joblib.dump",
        "pickle.dump",
        "json.dump",
    }


def _environment_names(text: str) -> set[str]:
    """Variables that hold a part of the environment, for example `key = os.environ["KEY"]`."""
    tree, _ = parse(plain_python(text)[0])
    if tree is None:
        return set()
    aliases = aliases_of(tree)
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _reads_environment(node.value, aliases)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _reads_environment(node: ast.AST, aliases: dict[str, str]) -> bool:
    return any(
        isinstance(part, ast.Attribute | ast.Name) and dotted(part, aliases) in READS_ENVIRONMENT
        for part in ast.walk(node)
    )


def _shown(tree: ast.Module, block_id: str, aliases: dict[str, str], secret: set[str]) -> Iterator[Risk]:
    """What the block prints or leaves as its last value, where that is a secret or the environment."""
    shown = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and dotted(node.func, aliases) in SHOWS
    ]
    values: list[ast.AST] = [
        argument for call in shown for argument in [*call.args, *(key.value for key in call.keywords)]
    ]
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        values.append(tree.body[-1].value)
    for value in values:
        names = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
        tainted = (names & secret) | {name for name in names if SECRET_NAME.search(name)}
        harmless = isinstance(value, ast.Compare) or (
            isinstance(value, ast.Call) and not _hands_on(value, aliases)
        )
        if (tainted and not harmless) or (_reads_environment(value, aliases) and not harmless):
            yield Risk(RiskKind.SECRET, block_id, _short(ast.unparse(value)))


def _hands_on(call: ast.Call, aliases: dict[str, str]) -> bool:
    """Whether a call's value shows what went into it, rather than something it made of it."""
    name = dotted(call.func, aliases)
    return (
        name in {"dict", "list", "str", "repr", "sorted", "tuple", "f", "getenv", "format"}
        or name.startswith(("os.environ", "os.getenv", "json.dumps", "environ", "pprint.pformat"))
        or name.endswith((".format", ".join", ".items", ".values", ".strip"))
    )
