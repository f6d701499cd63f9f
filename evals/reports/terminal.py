"""The report as a table on a terminal, with every reason under it."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.reports.causes import causes
from evals.reports.report import Change, Report
from evals.reports.ways import compared
from evals.scores import Result, State

MARKS = {
    State.PASSED: "[green]passed[/]",
    State.FAILED: "[red]failed[/]",
    State.DRIFT: "[magenta]drift[/]",
    State.INFRASTRUCTURE: "[yellow]infrastructure[/]",
    State.NOT_APPLICABLE: "[dim]n/a[/]",
}


def show(report: Report, console: Console, *, verbose: bool = False) -> None:
    """A row for each session, then the reasons, then the totals."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (("session", "left"), ("state", "left"), ("mode", "left"), ("answered by", "left"), ("tools", "right"), ("writes", "right"), ("model", "right"), ("tokens", "right"), ("ms", "right")):  # fmt: skip
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for one in report.results:
        trial = f" #{one.trial}" if report.totals.trials > report.totals.sessions else ""
        table.add_row(
            escape(one.session) + trial, MARKS[one.state], one.mode, escape(_who(one)), str(one.tool_calls), str(one.writes),
            str(one.model_calls or "-"), str(one.input_tokens + one.output_tokens or "-"), f"{one.seconds * 1000:.0f}",
        )  # fmt: skip
    console.print(table)
    for cause in causes(report.results):
        first, *others = cause.results
        _reasons(first, console, verbose)
        if others and not verbose:
            names = ", ".join(name for name in cause.names if name != first.session)
            also = f"  The same in {len(others)} more{': ' + names if names else ''}"
            console.print(escape(also), highlight=False)
        for one in others if verbose else []:
            _reasons(one, console, verbose)
    for one in report.results:
        if one.state is State.PASSED and verbose:
            _reasons(one, console, verbose)
    _show_ways(report, console)
    console.print()
    console.print(total_line(report))


def _who(one: Result) -> str:
    return f"{one.model}, agent" if one.way == "agent" else one.model


def _show_ways(report: Report, console: Console) -> None:
    """Graph against agent, where both were run."""
    rows = compared(report.results)
    if not rows:
        return
    console.print()
    title = "graph against agent: the same requests, the same model"
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for name in ("model", "workflow", "requests", "graph passed", "agent", "graph calls", "agent", "share", "graph tokens", "agent", "share"):  # fmt: skip
        table.add_column(name, justify="left" if name in ("model", "workflow") else "right", no_wrap=True)
    for row in rows:
        table.add_row(
            escape(row.model), row.workflow, str(row.requests), f"{row.graph.passed}/{row.graph.trials}", f"{row.agent.passed}/{row.agent.trials}",
            f"{row.graph.model_calls:g}", f"{row.agent.model_calls:g}", _share(row.calls_share),
            f"{row.graph.tokens:,.0f}", f"{row.agent.tokens:,.0f}", _share(row.tokens_share),
        )  # fmt: skip
    console.print(table)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"


def _reasons(one: Result, console: Console, verbose: bool) -> None:
    console.print(f"\n{MARKS[one.state]} [bold]{escape(one.session)}[/] ({one.mode})", highlight=False)
    if one.drift:
        console.print(f"  {escape(one.drift)}", highlight=False)
    if one.error and (verbose or not one.drift):
        console.print(
            f"  {escape(one.error if verbose else one.error.strip().splitlines()[-1])}", highlight=False
        )
    for score in one.scores:
        if verbose or score.state is State.FAILED:
            console.print(f"  {MARKS[score.state]} {score.name}: {escape(score.reason)}", highlight=False)


def total_line(report: Report) -> str:
    """One line for all."""
    totals = report.totals
    words = [f"{totals.passed} passed"]
    words += [f"{count} {word}" for count, word in ((totals.failed, "failed"), (totals.drift, "drifted"), (totals.infrastructure, "infrastructure errors")) if count]  # fmt: skip
    line = (
        f"{totals.sessions} sessions, {report.mode} mode: {', '.join(words)} in {report.wall_seconds:.1f} s"
    )
    if totals.k > 1:
        line += (
            f"\navg@{totals.k} {totals.pass_rate:.1%} (95 % {totals.pass_rate_low:.1%} to {totals.pass_rate_high:.1%}), "
            f"pass@{totals.k} {totals.pass_at_k:.1%}, pass^{totals.k} {totals.pass_all_k:.1%}"
        )
    return line


def show_comparison(changes: list[Change], broken: list[str], console: Console) -> None:
    """Each figure against the baseline, and what broke."""
    table = Table(
        box=None, pad_edge=False, header_style="bold", title="against the baseline", title_justify="left"
    )
    for name in ("figure", "before", "now", "noise", ""):
        table.add_column(name, justify="left" if name in ("figure", "") else "right")
    for change in changes:
        table.add_row(
            change.figure,
            f"{change.before:g}",
            f"{change.now:g}",
            f"±{change.noise:.3g}",
            "[red]worse[/]" if change.worse else "ok",
        )
    console.print(table)
    for key in broken:
        console.print(f"[red]passed before:[/] {escape(key)}", highlight=False)
