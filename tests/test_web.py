"""The pages: signing in, what they show, and that nothing they show can act."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from front_door import ORIGIN, PASSWORD, Front, front_door, hidden

from workspace.access import keys, members
from workspace.contract.blocks import BlockResult
from workspace.contract.runs import SnapshotBlock
from workspace.domain import Role
from workspace.errors import SettingsWrong
from workspace.web import charts, render
from workspace.web.big_numbers import big_number
from workspace.web.site import environment, own_path

pytestmark = pytest.mark.anyio

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


async def test_nothing_is_shown_to_a_stranger(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        for path in ("/", "/docs", "/access", "/workspace/w/project/p/notebook/n", "/charts/r/b/0.svg"):
            answer = await front.web.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in?next="), path


async def test_a_member_signs_in_sees_the_projects_and_signs_out(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        await front.done(front.key(), "create_project", name="Tides")
        page = await front.web.get("/sign-in")
        answer = await front.web.post(
            "/sign-in", data=hidden(page.text) | {"login": " ANN ", "password": PASSWORD}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/"))
        home = await front.web.get("/")
        assert ("Tides" in home.text, "ann" in home.text) == (True, True)
        session = front.web.cookies["workspace"]
        assert (await front.web.post("/sign-out", data=hidden(home.text))).status_code == 303
        assert members.signed_in(front.workspace.services, session) is None


@pytest.mark.parametrize(
    ("login", "password"), [("ann", "wrong password"), ("nobody", PASSWORD), ("", ""), ("ann'--", "x")]
)
async def test_a_wrong_sign_in_does_not_tell_what_was_wrong(
    tmp_path: Path, login: str, password: str
) -> None:
    async with front_door(tmp_path) as front:
        answer = await front.web.post("/sign-in", data={"login": login, "password": password})
        assert (answer.status_code, "The login or the password is wrong." in answer.text) == (401, True)
        assert "set-cookie" not in answer.headers


async def test_guessing_a_password_is_stopped_for_the_right_one_too(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front, front_door(tmp_path) as other:
        for server in (front, front, front, other, other):
            assert (
                await server.web.post("/sign-in", data={"login": "ann", "password": "guess"})
            ).status_code == 401
        answer = await other.web.post("/sign-in", data={"login": "ann", "password": PASSWORD})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
        for server in (front, other):
            server.clock.forward(minutes=16)
        assert (
            await front.web.post("/sign-in", data={"login": "ann", "password": PASSWORD})
        ).status_code == 303


async def test_guessing_from_one_address_is_stopped_whatever_the_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "MOST_PER_ADDRESS", 2)
    async with front_door(tmp_path) as front:
        codes = [
            (await front.web.post("/sign-in", data={"login": f"user{number}", "password": "x"})).status_code
            for number in range(3)
        ]
        assert codes == [401, 401, 429]


async def test_a_session_planted_before_the_sign_in_is_left_behind(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        planted = front.sign_in("bob").cookies["workspace"]
        await front.web.post("/sign-in", data={"login": "ann", "password": PASSWORD})
        assert front.web.cookies["workspace"] != planted
        assert members.signed_in(front.workspace.services, planted) is None


async def test_a_session_ends_after_half_a_day_with_a_new_password_or_with_the_member(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        services = front.workspace.services
        for ending in ("time", "password", "removal"):
            session = front.sign_in().cookies["workspace"]
            assert members.signed_in(services, session)
            if ending == "time":
                front.clock.forward(hours=12)
            elif ending == "password":
                members.change(services, "ann", password="another password")
            else:
                members.remove(services, "ann")
            assert members.signed_in(services, session) is None, ending


async def test_the_one_time_link_signs_one_browser_in_once(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        link = members.make_link(front.workspace.services, Role.admin)
        page = await front.web.get("/sign-in/link", params={"link": link})
        assert (page.status_code, "set-cookie" in page.headers) == (200, False)
        used = await front.web.post("/sign-in/link", data=hidden(page.text))
        assert used.status_code == 303
        assert "Operator" in (await front.web.get("/")).text
        again = await front.browser().post("/sign-in/link", data={"link": link})
        assert (again.status_code, "used already" in again.text) == (401, True)
        late = members.make_link(front.workspace.services, Role.admin)
        front.clock.forward(minutes=30)
        assert (await front.browser().post("/sign-in/link", data={"link": late})).status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil",
        "/a\nb",
        "",
    ],
)
def test_a_sign_in_leads_on_to_this_server_only(target: str) -> None:
    assert own_path(target) == "/"


async def test_every_page_forbids_scripts_frames_and_foreign_resources(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        project = (await front.done(front.key(), "create_project", name="P"))["project"]
        path = project["url"].removeprefix(ORIGIN) + f"/notebook/{project['notebooks'][0]['id']}"
        front.member("ann", "admin")
        front.sign_in()
        for address in ("/", path, "/docs", "/access", "/nothing-here"):
            page = await front.web.get(address)
            policy = page.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self' data:;"), address
            assert "frame-ancestors 'none'" in policy
            assert page.headers["x-frame-options"] == "DENY"
            assert page.headers["cache-control"] == "private, no-store"
            assert not re.search(r'<script|(?:src|href)="https?:', page.text), address


async def notebook_page(front: Front, *blocks: dict[str, Any]) -> str:
    key = front.key()
    project = (await front.done(key, "create_project", name=f"P {EVIL}"))["project"]
    notebook = project["notebooks"][0]["id"]
    for block in blocks:
        await front.done(key, "create_block", notebookId=notebook, **block)
    front.sign_in()
    page = await front.web.get(project["url"].removeprefix(ORIGIN) + f"/notebook/{notebook}")
    assert page.status_code == 200
    return page.text


async def test_a_notebook_shows_its_blocks(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        page = await notebook_page(
            front,
            {"type": "markdown", "content": "# Tides\n\n| a | b |\n|---|---|\n| 1 | **2** |"},
            {"type": "code", "content": "total = 1 + 1"},
            {"type": "sql", "content": "SELECT 1", "metadata": {"deepnote_variable_name": "frame"}},
            {"type": "text-cell-callout", "content": "Mind the gap", "metadata": {"color": "red"}},
            {
                "type": "input-text",
                "metadata": {"deepnote_variable_name": "name", "deepnote_variable_value": "Ann"},
            },
            {"type": "input-date-range", "metadata": {"deepnote_variable_value": ["EU", "US"]}},
            {"type": "input-checkbox", "metadata": {"deepnote_variable_value": True}},
            {"type": "button", "metadata": {"deepnote_button_title": "Go"}},
            {"type": "image", "metadata": {"deepnote_img_src": "data:image/png;base64,AAAA"}},
            {"type": "image", "metadata": {"deepnote_img_src": "https://evil.example/p.png"}},
        )
    assert "<h1>Tides</h1>" in page
    assert "<strong>2</strong>" in page
    assert '<span class="mi">1</span>' in page
    assert "<code>frame</code>" in page
    assert 'class="callout red"' in page
    assert '<span class="value">Ann</span>' in page
    assert '<span class="value">EU, US</span>' in page
    assert '<span class="value">☑ yes</span>' in page
    assert '<span class="value">Go</span>' in page
    assert '<img src="data:image/png;base64,AAAA"' in page
    assert "not loaded here: https://evil.example/p.png" in page
    assert "Never run." in page


async def test_what_blocks_hold_is_shown_and_never_run(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        page = await notebook_page(
            front,
            {
                "type": "markdown",
                "content": f"{EVIL}\n\n[x](javascript:alert(1)) ![y](https://evil.example/p.png)",
            },
            {"type": "code", "content": f"'''{EVIL}'''"},
            {"type": "sql", "content": f"SELECT '{EVIL}'", "metadata": {"deepnote_variable_name": "v"}},
            {"type": "text-cell-h1", "content": EVIL},
            {
                "type": "input-text",
                "metadata": {"deepnote_variable_name": "n", "deepnote_variable_value": EVIL},
            },
        )
    harmless = re.sub(r"<(img|link)[^>]*(/assets/)[^>]*>", "", page)
    assert "<script" not in harmless
    assert "<img" not in harmless
    assert 'href="javascript:' not in harmless
    assert "&lt;script&gt;" in harmless


BLOCK = BlockResult.model_construct(id="b", type="code", content="x", metadata={}, integration_id=None)


def shown(*outputs: dict[str, Any], kind: str = "code") -> str:
    ran = SnapshotBlock(id="b", type=kind, outputs=list(outputs), metadata={})
    block = BLOCK.model_copy(update={"type": kind})
    return str(render.View(environment(), {}, {}).block(block, ran))


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": "stdout", "text": EVIL},
        {"output_type": "error", "ename": EVIL, "evalue": EVIL, "traceback": [EVIL]},
        {
            "output_type": "display_data",
            "data": {"text/html": EVIL + "<iframe src=//evil></iframe><style>*{}</style>"},
        },
        {
            "output_type": "display_data",
            "data": {"text/html": '<a href="javascript:alert(1)" onclick="alert(1)">x</a>'},
        },
        {"output_type": "display_data", "data": {"text/markdown": EVIL}},
        {"output_type": "display_data", "data": {"text/plain": EVIL}},
        {"output_type": "display_data", "data": {"application/json": {EVIL: EVIL}}},
        {"output_type": "display_data", "data": {"image/svg+xml": f"<svg onload=alert(1)>{EVIL}</svg>"}},
        {"output_type": "display_data", "data": {"image/png": f'"><{EVIL}'}},
        {
            "output_type": "display_data",
            "data": {
                render.DATAFRAME: {
                    "columns": [{"name": EVIL, "dtype": EVIL}],
                    "rows": [{EVIL: EVIL}],
                    "row_count": EVIL,
                }
            },
        },
    ],
)
def test_an_output_is_shown_and_never_run(output: dict[str, Any]) -> None:
    page = shown(output)
    assert "<script" not in page
    assert not re.search(r"<[^>]+\son\w+=", page)
    assert not re.search(r"<(iframe|style|svg|object|form)", page)
    assert 'href="javascript:' not in page


def test_a_picture_is_kept_inside_an_image_element() -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg'/>"
    page = shown({"output_type": "display_data", "data": {"image/svg+xml": svg}})
    assert f'src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"' in page


def test_a_table_shows_types_numbers_and_how_much_is_left_out() -> None:
    frame = {
        "columns": [{"name": "day", "dtype": "datetime64[ns]"}, {"name": "value", "dtype": "float64"}],
        "rows": [
            {"day": "2026-03-01T00:00:00", "value": 1234.5, "_deepnote_index_column": 0},
            {"day": "2026-03-02T00:00:00", "value": None, "_deepnote_index_column": 1},
        ],
        "row_count": 5000,
        "column_count": 2,
    }
    page = shown({"output_type": "execute_result", "data": {render.DATAFRAME: frame}})
    assert ">2026-03-01</td>" in page
    assert '<td class="number">1,234.5</td>' in page
    assert '<td class="none">none</td>' in page
    assert "2 of 5,000 rows, 2 columns" in page
    assert "_deepnote_index_column" not in page


@pytest.mark.parametrize(
    ("value", "before", "settings", "becomes"),
    [
        ("1234567.8912345", "1000000", ("", "", ""), ("1,234,567.8912", "+234,567.8912")),
        ("-0.5", "0", ("percent", "percentage-change", ""), ("-50 %", "0 %")),
        ("50", "40", ("currency", "percentage-change", ""), ("50.00", "+25.0 %")),
        ("50", "40", ("plain", "absolute-value", "currency"), ("50", "40.00")),
        ("many", "40", ("number", "absolute-change", ""), ("many", "40")),
        ("nan", "inf", ("percent", "", ""), ("nan", "inf")),
    ],
)
def test_a_big_number_is_shown_in_its_format_with_its_change(
    value: str, before: str, settings: tuple[str, str, str], becomes: tuple[str, str]
) -> None:
    text = json.dumps({"title": "T", "value": value, "comparisonTitle": "before", "comparisonValue": before})
    ran = SnapshotBlock(
        id="b", type="big-number", outputs=[{"data": {"text/plain": f"'{text}'"}}], metadata={}
    )
    names = ("format", "comparison_type", "comparison_format")
    said = {f"deepnote_big_number_{name}": one for name, one in zip(names, settings, strict=True)}
    shown = big_number(ran, said)
    assert (shown["value"], shown["comparisonValue"]) == becomes


def test_terminal_colours_are_taken_out_and_long_text_is_cut() -> None:
    assert render.plain("\x1b[31mred\x1b[0m") == "red"
    assert render.plain("x" * 50_000).endswith("[10000 more characters]")


@pytest.mark.parametrize(
    "spec",
    [
        {
            "$schema": "https://vega.github.io/schema/vega/v5.json",
            "data": [{"name": "t", "url": "file:///etc/passwd"}],
        },
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "data": {"url": "http://169.254.169.254/"},
            "mark": "bar",
        },
        {"marks": [{"type": "image", "encode": {"enter": {"url": {"value": "http://evil.example/x.png"}}}}]},
    ],
)
def test_a_chart_that_would_fetch_something_is_not_drawn(spec: dict[str, Any]) -> None:
    assert "loads data from an address" in charts.drawn(spec)


def test_a_chart_is_drawn_as_svg_and_a_broken_one_is_said_to_be() -> None:
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": [{"a": 1, "b": 2}, {"a": 2, "b": 3}]},
        "mark": "line",
        "encoding": {
            "x": {"field": "a", "type": "quantitative"},
            "y": {"field": "b", "type": "quantitative"},
        },
    }
    assert charts.drawn(spec).startswith("<svg")
    assert "cannot be drawn" in charts.drawn(
        {"$schema": "https://vega.github.io/schema/vega/v5.json", "marks": 7}
    )


async def test_the_run_button_needs_the_role_and_the_form(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key = front.key()
        project = (await front.done(key, "create_project", name="P"))["project"]
        notebook = project["notebooks"][0]["id"]
        path = project["url"].removeprefix(ORIGIN) + f"/notebook/{notebook}"
        front.member("ann", "viewer")
        front.sign_in()
        page = await front.web.get(path)
        assert "Run this notebook" not in page.text
        assert (await front.web.post(f"{path}/run", data=hidden(page.text))).status_code == 403
        front.member("ann", "editor")
        page = await front.web.get(path)
        assert (await front.web.post(f"{path}/run", data={"form_token": "forged"})).status_code == 403
        assert (await front.done(key, "list_notebook_runs", notebookId=notebook))["runs"] == []
        assert (await front.web.post(f"{path}/run", data=hidden(page.text))).headers["location"] == path
        (run,) = (await front.done(key, "list_notebook_runs", notebookId=notebook))["runs"]
        page = await front.web.get(path)
        assert ('http-equiv="refresh"' in page.text, run["status"]) == (True, "pending")


async def test_a_member_of_some_projects_sees_pages_of_those_only(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key = front.key("admin")
        mine = (await front.done(key, "create_project", name="Mine"))["project"]
        theirs = (await front.done(key, "create_project", name="Theirs"))["project"]
        members.change(front.workspace.services, "ann", projects=[mine["id"]])
        front.sign_in()
        home = await front.web.get("/")
        assert ("Mine" in home.text, "Theirs" in home.text) == (True, False)
        address = theirs["url"].removeprefix(ORIGIN) + f"/notebook/{theirs['notebooks'][0]['id']}"
        page = await front.web.get(address)
        assert (page.status_code, "Theirs" in page.text) == (404, False)


async def test_admins_make_and_revoke_keys_on_the_page_and_others_do_not(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        services = front.workspace.services
        front.member("ann", "admin")
        front.sign_in()
        page = await front.web.get("/access")
        made = await front.web.post("/access/keys", data=hidden(page.text) | {"name": "CI", "role": "viewer"})
        shown_key = re.search(r"dnw_[\w-]{43}", made.text)
        assert shown_key is not None
        assert (await front.rpc("ping", key=shown_key[0])).status_code == 200
        assert shown_key[0] not in (await front.web.get("/access")).text
        key = keys.find(services, "CI")
        bob = front.sign_in("bob", front.browser())
        theirs = hidden((await bob.get("/access")).text)
        assert (await bob.post(f"/access/keys/{key.id}/revoke", data=theirs)).status_code == 403
        assert (
            await bob.post("/access/keys", data=theirs | {"name": "X", "role": "admin"})
        ).status_code == 403
        await front.web.post(f"/access/keys/{key.id}/revoke", data=hidden(page.text))
        assert (await front.rpc("ping", key=shown_key[0])).status_code == 401


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
async def test_a_password_is_long_enough(tmp_path: Path, password: str) -> None:
    async with front_door(tmp_path) as front:
        with pytest.raises(SettingsWrong, match="characters"):
            members.add(front.workspace.services, "carol", password, Role.viewer)


async def test_the_stylesheet_is_served_and_nothing_else_of_the_package(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        style = await front.web.get("/assets/style.css")
        assert (style.status_code, style.headers["content-type"].split(";")[0]) == (200, "text/css")
        for name in ("..%2fsite.py", "../site.py", "nothing.css"):
            assert (await front.web.get(f"/assets/{name}")).status_code in {303, 404}
