"""The walls: which room may import which, what the public shelf holds, and that the wheel stands on its own."""

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("workflows", "agents", "evals", "workspace")
MAY_IMPORT = {
    "agents": set[str](),
    "workflows": {"agents"},
    "evals": {"agents", "workflows"},
    "workspace": set[str](),
}
STARTS_THE_EMBEDDED_WORKSPACE = {"workflows/embedded.py", "evals/world.py"}
"""The places where the workspace is started when no other is named; everywhere else it is reached over MCP."""


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_downwards_only(room: str) -> None:
    wrong = []
    for path in sorted((ROOT / room).rglob("*.py")):
        for module in imports_of(path):
            other = module.split(".")[0]
            if other not in ROOMS or other == room or other in MAY_IMPORT[room]:
                continue
            place = path.relative_to(ROOT).as_posix()
            if other == "workspace" and place in STARTS_THE_EMBEDDED_WORKSPACE:
                continue
            wrong.append(f"{place} imports {module}")
    assert wrong == []


def test_only_one_module_knows_the_mcp_adapter() -> None:
    knowing = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for module in imports_of(path)
        if module.split(".")[0] in {"langchain_mcp_adapters", "mcp"}
    }
    assert knowing <= {"agents/session.py", "agents/oauth.py", "evals/baselines/react.py"}
    assert "agents/session.py" in knowing


def test_files_name_no_machine_path_and_no_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    forbidden = [
        "index" + "-url",
        "pypi" + ".org",
        "files.python" + "hosted",
        "/root" + "/",
        "registry.npm" + "js",
    ]
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".png", ".duckdb", ".gz"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name}: {word}" for word in forbidden if word in text]
    assert found == []


def test_every_dependency_is_bounded_and_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    optional = [need for needs in project["optional-dependencies"].values() for need in needs]
    missing = []
    for need in [*project["dependencies"], *optional]:
        name = need.split("[")[0].split(">")[0].split("=")[0].split("<")[0].strip().lower().replace("_", "-")
        assert (
            ">" in need
            or "<" in need
            or "=" in need
            or need in {"types-pyyaml"}
            or "types-" in need
            or "stubs" in need
        ), need
        if name not in pinned:
            missing.append(name)
    assert missing == []


@pytest.fixture(scope="module")
def installed_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout and unpacked into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        folder,
        ROOT,
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    zipfile.ZipFile(wheel).extractall(site)
    return site


def run_elsewhere(site: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "DEEPNOTE_WORKFLOWS_HOME": str(folder / "home")}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize(
    "module", ["workflows.run", "workflows.runs", "workspace", "evals.run", "evals.record"]
)
def test_every_command_of_the_wheel_starts_from_another_folder(
    installed_wheel: Path, tmp_path: Path, module: str
) -> None:
    done = run_elsewhere(installed_wheel, tmp_path, "-m", module, "--help")
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout.lower()
    where = run_elsewhere(installed_wheel, tmp_path, "-c", f"import {module} as m; print(m.__file__)")
    assert where.stdout.startswith(str(installed_wheel)), where.stdout + where.stderr


def test_the_wheel_carries_its_demo_migrations_prompts_and_articles(installed_wheel: Path) -> None:
    names = {path.relative_to(installed_wheel).as_posix() for path in installed_wheel.rglob("*")}
    assert any(name.startswith("workspace/demo/data/") and name.endswith(".csv") for name in names)
    assert any(name.startswith("workspace/demo/notebooks/") and name.endswith(".deepnote") for name in names)
    assert any("migrations/versions/" in name and name.endswith(".py") for name in names)
    assert sum(name.startswith("workspace/articles/") and name.endswith(".md") for name in names) >= 30
    assert any(name.startswith("agents/prompts/") and name.endswith(".md") for name in names)
    assert {f"{room}/py.typed" for room in ROOMS} <= names
