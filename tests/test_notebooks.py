"""The notebooks run from top to bottom, and their committed outputs are those of a run."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
WORKFLOWS = {"build_analysis", "run_and_inspect", "audit_integrations", "tidy_notebook", "docs_qa"}


def test_every_workflow_has_a_notebook_under_its_name() -> None:
    assert set(NOTEBOOKS) >= WORKFLOWS


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.filterwarnings("ignore")
def test_the_notebook_runs(name: str, tmp_path: Path) -> None:
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    committed = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    assert committed, f"{name}: no outputs are committed; run it once and save it"
    errors = [output for cell in committed for output in cell.outputs if output.output_type == "error"]
    assert errors == []
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
