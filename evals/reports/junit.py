"""The report as JUnit XML: sessions are test cases, drift and failures are failures, infrastructure errors are errors."""

from xml.etree import ElementTree as Xml

from evals.reports.report import Report
from evals.scores import State

_ILLEGAL = {code: "�" for code in range(32) if code not in (9, 10, 13)}


def junit(report: Report) -> str:
    """One test suite for each workflow."""
    root = Xml.Element("testsuites", name="evals", time=f"{report.wall_seconds:.3f}")
    for workflow in sorted({one.workflow for one in report.results}):
        rows = [one for one in report.results if one.workflow == workflow]
        suite = Xml.SubElement(
            root,
            "testsuite",
            name=workflow,
            tests=str(len(rows)),
            failures=str(sum(one.state in (State.FAILED, State.DRIFT) for one in rows)),
            errors=str(sum(one.state is State.INFRASTRUCTURE for one in rows)),
            timestamp=report.started.isoformat(),
        )
        for one in rows:
            name = f"{one.session.split('/')[-1]} [{one.mode}, {one.model}, trial {one.trial}]"
            case = Xml.SubElement(suite, "testcase", classname=workflow, name=name, time=f"{one.seconds:.4f}")
            reasons = [f"{score.name}: {score.reason}" for score in one.scores if score.state is State.FAILED]
            if one.state is State.DRIFT:
                _tell(case, "failure", "drift", one.drift, one.error)
            elif one.state is State.FAILED:
                _tell(case, "failure", "score", reasons[0] if reasons else "", "\n".join(reasons))
            elif one.state is State.INFRASTRUCTURE:
                _tell(case, "error", "infrastructure", one.error, one.error)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _tell(case: Xml.Element, tag: str, kind: str, message: str, text: str) -> None:
    element = Xml.SubElement(case, tag, type=kind, message=message.translate(_ILLEGAL)[:500])
    element.text = (text or message).translate(_ILLEGAL)
