"""Reading what is to be audited, without a model: by name, by kind, by a table in it, or everything."""

import re

from agents.asks.audit_integrations import AuditWish, IntegrationCard, Level, WhatToAudit
from agents.rules import rule
from agents.rules.wording import FILLER, alike, folded, names_in, quoted, words_of

KINDS: dict[str, tuple[str, ...]] = {
    "snowflake": ("snowflake",), "postgres": ("pgsql", "alloydb", "cloud-sql"), "postgresql": ("pgsql", "alloydb", "cloud-sql"), "pg": ("pgsql",),
    "psql": ("pgsql",), "pgsql": ("pgsql",), "bigquery": ("big-query",), "mysql": ("mysql",), "mariadb": ("mariadb",), "redshift": ("redshift",), "duckdb": ("duckdb",),
    "clickhouse": ("clickhouse",), "databricks": ("databricks",), "athena": ("athena",), "trino": ("trino",), "spanner": ("spanner",),
    "mssql": ("sql-server",), "sqlserver": ("sql-server",), "mongodb": ("mongodb",), "mongo": ("mongodb",), "dremio": ("dremio",), "sqlite": ("sqlite",),
    "alloydb": ("alloydb",), "materialize": ("materialize",), "oracle": ("oracle",), "s3": ("s3",), "teradata": ("teradata",), "csv": ("csv", "files"),
}  # fmt: skip
TWO_WORDS = re.compile(
    r"\b(big\s+query|sql\s+server|click\s+house|data\s*bricks|maria\s+db|duck\s+db|red\s+shift|snow\s+flake|postgre\s+sql|mongo\s+db)\b",
    re.IGNORECASE,
)
PASTED = re.compile(r"\b(?:passwords?|credentials?|secrets?|(?:api\s+)?keys?|tokens?)\b", re.IGNORECASE)
EVERYTHING = re.compile(
    r"\b(?:(?:could|can|may|might|would|that|to)\s+(?:\w+\s+)?(?:destroy|overwrite|harm|damage|erase|wipe)\b|(?:every|all|each)\s+(?:the\s+)?note?books?\s+(?:with|and|by|per)\b[^.;!?]*\b(?:integrations?|connections?|databases?)|anything\s+(?:\w+\s+){0,2}(?:dangerous|risky|suspicious|unsafe|wrong|odd|bad|broken|stale|exposed)|(?:dangerous|risky|unsafe|destructive)\s+(?:sql|quer(?:y|ies)|statements?|blocks?|things?|code)|security\s+(?:check|audit|review|problems?|issues?)|(?:what|which|anything|something|integrations?|connections?|databases?)\b(?:(?!\btables?\b)[^.;!?]){0,40}\b(?:not|no\s+longer|never|n['’]t)\s+(?:\w+\s+){0,2}(?:used|needed|queried|in\s+use)\b"
    r"|select(?:s|ing)?\s+(?:all|every)\s+(?:the\s+)?columns?|(?:delet|overwrit|truncat|drop|destroy|eras|wip)\w*\s+(?:(?:or|and)\s+\w+\s+)?(?:our\s+|any\s+|the\s+)?(?:data|rows|records|tables)\b|(?:alle|sämtliche)\s+(?:integrationen|verbindungen|datenbanken)|toutes\s+les\s+(?:int[ée]grations|connexions|bases)|todas\s+las\s+(?:integraciones|conexiones|bases)|tutte\s+le\s+(?:integrazioni|connessioni)|v[šs]echny\s+integrace"
    r"|every(?:thing|\s+(?:single\s+)?(?:integration|connection|database|data\s*source|source|warehouse))|(?:all|each|any|other)\s+(?:(?:of\s+)?(?:the|our|my|its)\s+)?(?:\w+\s+)?(?:integrations?|connections?|databases?|data\s*sources?|warehouses?|sources?)|full\s+audit|complete\s+audit|whole\s+workspace|entire\s+workspace|(?:which|what|list|show|unused|our|my|the|audit|check|used)\s+(?:are\s+)?(?:the\s+|our\s+|my\s+|of\s+)*(?:\w+\s+)?(?:integrations|connections|data\s*sources|databases)|unused\s+\w*\s*(?:integrations?|connections?)|audit\s+(?:the\s+|our\s+|my\s+)?workspace|anything\s+unused|paste[ds]?\b.*\b(?:credentials?|passwords?|secrets?|keys?|tokens?)|(?:nobody|no\s+one|noone)\s+(?:still\s+)?(?:uses?|quer(?:y|ies))|(?:databases?|integrations?|connections?|warehouses?)\b.*\b(?:nobody|no\s+one|unused|not\s+used|never\s+used)|integration\s+(?:is|was|are)\s+(?:gone|removed|deleted|missing)|where\s+(?:is|are)\s+(?:our\s+|my\s+|the\s+)?(?:integrations|data\s+sources|databases)\b|(?:hard-?coded|pasted|leaked|plain\s*-?text)\s+(?:credentials?|passwords?|secrets?|keys?|tokens?)|(?:credentials?|passwords?|secrets?|api\s+keys?)\s+(?:\w+\s+){0,2}(?:pasted|hard-?coded|leaked|in\s+(?:the\s+|our\s+|any\s+)?(?:code|notebooks?|blocks?))|removed\s+integrations?|(?:broken|dangling|orphan\w*|stale|dead)\s+(?:\w+\s+){0,2}(?:references?|connections?|links?)|(?:integrations?|connections?)\s+(?:that|which)\s+(?:do(?:es)?\s*n[o']t|do(?:es)?\s+not|no\s+longer)\s+exist|(?:usage|database|integrations?|connections?)\s+overview|overview\s+of\s+(?:all\s+|the\s+|our\s+)*(?:\w+\s+)?(?:usages?|databases?|integrations?|connections?)|broken\s+integrations?|select\s+\*|how\s+many\s+(?:integrations|connections|databases|data\s*sources)|(?:per|by|each|every)\s+(?:integration|connection|database|data\s*source)|integration\s+that\s+(?:\w+\s+){0,2}(?:gone|removed|deleted|missing)|(?:integration|database|connection|one|which|what)\s+(?:\w+\s+){0,3}?used\s+(?:the\s+)?(?:most|least)|most\s+(?:\w+\s+)?(?:used|queried|queries|sql|blocks)|^\W*(?:full\s+|complete\s+|quick\s+)?audit(?:\s+(?:please|now|(?:the|our|all)\s+(?:data|sql|notebooks|queries|access)|(?:all|everything)))*\W*$)",
    re.IGNORECASE,
)
TABLE_NAMED = re.compile(
    r"\b(?:tables?|views?|schemas?|databases?|columns?)\s+(?:called\s+|named\s+)?[`\"“«']?([A-Za-z_][\w.]*)|\b(?!(?:the|a|an|any|this|that|our|my|which|what|same|every|each|one|drop|rename|delete|remove|no|le|la|les|une?|der|die|das|den|dem|eine?r?|el|los|las|il|lo|da|do)\b)[`\"“«']?([A-Za-z_][\w.]*)[`\"”»']?\s+(?:table|view)\b|\b(?:reads?|quer(?:y|ies)|touch(?:es)?|uses?|writes?(?:\s+to)?|selects?\s+from|from|against|joins?)\s+[`\"“«']?([A-Za-z_]\w*[._]\w[\w.]*)",
    re.IGNORECASE,
)
ONLY_WRITES = re.compile(
    r"\b(?:writ(?:es?|ing)\s+(?:to|into)|modif(?:y|ies|ying)|insert(?:s|ing)?\s+(?:in)?to|delet(?:es?|ing)\s+from|chang(?:es?|ing)\s+(?:data|rows)|updat(?:es?|ing)\s+(?:data|rows|tables?)|escrib\w+\s+en|schreib\w*\s+(?:\w+\s+){0,3}(?:in|auf)|écri\w+\s+(?:\w+\s+){0,2}dans|scriv\w+\s+(?:in|su|nel\w*))",
    re.IGNORECASE,
)
WEAK = frozenset(
    [
        "data",
        "database",
        "databases",
        "db",
        "warehouse",
        "integration",
        "integrations",
        "connection",
        "connections",
        "source",
        "sources",
        "notebook",
        "notebooks",
        "project",
        "projects",
        "block",
        "blocks",
        "query",
        "queries",
        "queried",
        "querying",
        "use",
        "uses",
        "used",
        "using",
        "usage",
        "usages",
        "read",
        "reads",
        "reading",
        "write",
        "writes",
        "writing",
        "touch",
        "touches",
        "depend",
        "depends",
        "depending",
        "audit",
        "list",
        "table",
        "tables",
        "which",
        "cells",
        "cell",
        "sql",
        "against",
        "connect",
        "connects",
        "connected",
        "connecting",
        "rely",
        "relies",
        "relying",
        "pull",
        "pulls",
        "pulling",
        "hit",
        "hits",
        "hitting",
        "run",
        "runs",
        "access",
        "accesses",
        "accessing",
        "anyone",
        "anybody",
        "someone",
        "everyone",
        "people",
        "team",
        "still",
        "currently",
        "actively",
        "workspace",
        "company",
        "dashboard",
        "dashboards",
        "production",
        "prod",
        "main",
        "who's",
        "what's",
        "whose",
        "affect",
        "affected",
        "affects",
        "impact",
        "impacted",
        "down",
        "offline",
        "outage",
        "maintenance",
        "migrate",
        "migrating",
        "migration",
        "moving",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "weekend",
        "week",
        "month",
        "tomorrow",
        "today",
        "tonight",
        "next",
        "last",
    ]
)


@rule(WhatToAudit)
def what_to_audit(question: WhatToAudit) -> AuditWish:
    """Names first, then kinds, then tables; all when the request says so; a question when two fit or none does."""
    request = _joined(AS_FILE.sub(" ", EXCEPT.sub(" ", question.request)))
    cards = question.integrations
    level = level_of(request)
    wish = _which(request, cards, level)
    return wish.model_copy(update={"only_writes": bool(ONLY_WRITES.search(request))})


EXCEPT = re.compile(
    r"\b(?:but|and|yet)\s+(?:do(?:es)?\s+)?(?:not|n['’]t|without)\b.*$|\bexcept(?:\s+for)?\b.*$|\bexcluding\b.*$",
    re.IGNORECASE | re.DOTALL,
)
"""`… but not DuckDB`: what stands behind it is not what is meant."""


AS_FILE = re.compile(
    r"\b(?:as|in|to|into|for|als|en|como|in\s+form\s+of)\s+(?:an?\s+|eine?\s+|une?\s+)?(?:csv|json|markdown|md|html|excel|xlsx|spreadsheet)(?:[\s-]+(?:file|table|format|datei))?\b(?!\s+(?:integrations?|connections?|sources?|databases?))",
    re.IGNORECASE,
)
"""The form in which the answer is wanted, which is no kind of integration."""


def _joined(request: str) -> str:
    return TWO_WORDS.sub(lambda match: re.sub(r"\s+", "", match.group(0)), request)


def chosen_in(text: str, cards: list[IntegrationCard]) -> list[IntegrationCard]:
    """Integrations that the text names, by name or by kind."""
    wish = _which(_joined(text), cards, "notebooks")
    return [card for card in cards if card.id in wish.integrations and not wish.unclear]


def _which(request: str, cards: list[IntegrationCard], level: Level) -> AuditWish:
    ids = [card for card in cards if card.id in request]
    if ids:
        return AuditWish(reason="by its id", integrations=[card.id for card in ids], level=level)
    found = names_in(request, [card.name for card in cards], generic=WEAK)
    if found:
        chosen = [cards[named.which] for named in sorted(found, key=lambda named: named.start)]
        twins = [
            card for card in chosen if any(other is not card and other.name == card.name for other in chosen)
        ]
        if twins and len(twins) == len(chosen):
            return _ask("Several integrations have this name. Which one?", twins, level)
        table = _explicit_table(request)
        return AuditWish(reason="named", integrations=[card.id for card in chosen], level=level, table=table)
    kinds = [kind for word in words_of(request) for kind in _kinds(word.text)]
    if kinds:
        of_kind = [card for card in cards if card.type in kinds or card.type.replace("-", "") in kinds]
        said = next(word.text for word in words_of(request) if _kinds(word.text))
        if of_kind:
            narrowed = [card for card in of_kind if _also_named(card, request)]
            chosen = narrowed if len(narrowed) == 1 else of_kind
            return AuditWish(
                reason=f"of the kind {said}", integrations=[card.id for card in chosen], level=level
            )
        if PASTED.search(request) and EVERYTHING.search(request):
            return AuditWish(reason="all of them, for what is pasted", everything=True, level="all")
        return AuditWish(
            reason="no such kind",
            kind=said,
            level=level,
            unclear=f"No integration of the kind {said} is visible to this key.",
            candidates=[card.id for card in cards[:12]],
        )
    by_table = _by_table(request, cards)
    if by_table is not None:
        return by_table.model_copy(update={"level": level})
    if EVERYTHING.search(request):
        return AuditWish(
            reason="all of them",
            everything=True,
            level="all"
            if level == "notebooks" and not re.search(r"\bnotebooks?\b", request, re.IGNORECASE)
            else level,
        )
    return _by_words(request, cards, level)


def level_of(request: str) -> Level:
    """What the request wants listed."""
    said = folded(request)
    blocks = re.search(
        r"\b(?:blocks?|cells?|quer(?:y|ies)|statements?|sql)\b(?!\s+(?:our|the|my|from|snowflake))", said
    )
    wanted = re.search(
        r"\b(?:which|what|list|show|count|how\s+many|find|name|give|every|all|any)\s+(?:me\s+)?(?:all\s+|the\s+|of\s+|our\s+)*(?:sql\s+)?(projects?|notebooks?|blocks?|cells?|queries|statements?)\b",
        said,
    )
    if wanted:
        word = wanted.group(1)
        return (
            "projects"
            if word.startswith("project")
            else "notebooks"
            if word.startswith("notebook")
            else "blocks"
        )
    if re.search(r"\beverywhere\b|\baudit\b|\busages?\b|\bused\b|\bwhere\b|\beverything\b", said):
        return "all"
    if re.search(r"\bprojects?\b", said) and not re.search(r"\bnotebooks?\b", said):
        return "projects"
    return "blocks" if blocks and not re.search(r"\bnotebooks?\b", said) else "notebooks"


def _kinds(word: str) -> tuple[str, ...]:
    if word in KINDS:
        return KINDS[word]
    return next(
        (kinds for name, kinds in KINDS.items() if len(name) >= 6 and len(word) >= 6 and alike(word, name)),
        (),
    )


def _also_named(card: IntegrationCard, request: str) -> bool:
    own = [word.text for word in words_of(card.name) if word.text not in WEAK and not _kinds(word.text)]
    return bool(own) and all(any(alike(word.text, each) for word in words_of(request)) for each in own)


def _by_table(request: str, cards: list[IntegrationCard]) -> AuditWish | None:
    asked = [next(group for group in match.groups() if group) for match in TABLE_NAMED.finditer(request)]
    asked += [phrase for phrase, _, _ in quoted(request) if re.fullmatch(r"[A-Za-z_][\w.]*", phrase)]
    asked += [
        match.group(0)
        for match in re.finditer(r"(?<![\w.])[A-Za-z]\w*_\w+\b(?!\.\w)", request)
        if not re.search(
            r"\b(?:columns?|fields?|variables?)\s+[`\"“«']?$", request[: match.start()], re.IGNORECASE
        )
        and not re.match(r"[`\"”»']?\s+(?:columns?|fields?)\b", request[match.end() :], re.IGNORECASE)
    ]
    known = {table: card for card in cards for table in card.tables}
    words = re.findall(r"[A-Za-z_][\w.]*\w", request)
    said = {
        part for word in words for part in (word, word.rpartition(".")[0], word.rpartition(".")[2]) if part
    }
    joins = re.search(r"\bjoin", request, re.IGNORECASE) is not None
    named = [
        table
        for table in known
        for part in (table, table.rsplit(".", 1)[-1])
        if folded(part) in {folded(each) for each in said}
        and (
            joins
            or "_" in part
            or part in asked
            or "." in part
            or any(folded(part) == folded(each) for each in asked)
        )
    ]
    if named:
        holders = list(dict.fromkeys(known[table].id for table in named))
        shown = named[0].rsplit(".", 1)[-1]
        return AuditWish(reason=f"the table {shown} is in it", integrations=holders, table=shown)
    wanted = [
        each
        for each in asked
        if each.lower() not in WEAK
        and each.lower() not in FILLER
        and (
            "_" in each
            or "." in each
            or re.search(
                rf"\b(?:tables?|views?)\s+(?:called\s+|named\s+)?\W?{each}\b|\b{each}\W?\s+(?:table|view)\b",
                request,
                re.IGNORECASE,
            )
        )
    ]
    near = [
        table
        for each in wanted
        for table in known
        if len(each) >= 6 and alike(folded(each), folded(table.rsplit(".", 1)[-1]))
    ]
    if near:
        shown = near[0].rsplit(".", 1)[-1]
        return AuditWish(
            reason=f"there is no table {wanted[0]}; the nearest is {shown}",
            integrations=[known[near[0]].id],
            table=shown,
        )
    if wanted:
        # A table no cached structure knows may still be queried: all blocks are read for it.
        return AuditWish(
            reason=f"the table {wanted[0]} is in no cached structure, so all are read",
            everything=True,
            table=wanted[0],
        )
    return None


def _explicit_table(request: str) -> str:
    """`the orders table` beside the name of an integration."""
    found = re.search(
        r"\b(?:tables?|views?)\s+(?:called\s+|named\s+)?[`\"“«']?([A-Za-z_][\w.]*\w)|[`\"“«']?\b(?!(?:le|la|les|une?|der|die|das|den|dem|el|los|las|il|lo)\b)([A-Za-z_][\w.]*)[`\"”»']?\s+(?:table|view)\b",
        request,
        re.IGNORECASE,
    )
    name = next((group for group in found.groups() if group), "") if found else ""
    return (
        ""
        if name.lower() in FILLER or name.lower() in WEAK or name.lower() in {"are", "exist", "do"}
        else name
    )


def _by_words(request: str, cards: list[IntegrationCard], level: Level) -> AuditWish:
    said = [word.text for word in words_of(request) if word.text not in FILLER and word.text not in WEAK]
    scores = []
    for card in cards:
        own = [
            word.text
            for word in words_of(f"{card.name} {' '.join(card.tables)}".replace("_", " ").replace(".", " "))
        ]
        hits = {word for word in said if any(alike(word, each) for each in own)}
        scores.append(len(hits))
    best = max(scores, default=0)
    top = [card for card, score in zip(cards, scores, strict=True) if score == best and best > 0]
    if len(top) == 1 and not _unmet(said, top[0]):
        return AuditWish(reason="the only one these words fit", integrations=[top[0].id], level=level)
    if len(top) > 1:
        return _ask("Several integrations fit. Which one?", top, level)
    warehouse = [card for card in cards if card.type in {"snowflake", "big-query", "redshift", "databricks"}]
    if not said and re.search(r"\bwarehouse\b", request, re.IGNORECASE) and len(warehouse) == 1:
        return AuditWish(reason="the only warehouse", integrations=[warehouse[0].id], level=level)
    what = (
        f"No integration is called “{' '.join(said)}”, or it is not visible to this key."
        if said
        else "Which integration do you mean?"
    )
    nearest = sorted(zip(cards, scores, strict=True), key=lambda pair: -pair[1])
    return _ask(what, [card for card, _ in nearest], level)


AUDITED = frozenset(
    [
        "give",
        "count",
        "many",
        "much",
        "still",
        "currently",
        "type",
        "kind",
        "csv",
        "json",
        "markdown",
        "file",
        "export",
        "compare",
        "comparison",
        "per",
        "every",
        "each",
        "integration's",
        "select",
        "star",
        "queried",
        "quer",
        "queries",
        "query",
        "statement",
        "statements",
        "rows",
        "row",
        "delete",
        "deletes",
        "update",
        "insert",
        "where",
        "clause",
        "without",
        "own",
        "owned",
        "owns",
        "break",
        "breaks",
        "drop",
        "dropped",
        "rename",
        "retire",
        "remove",
        "safely",
        "safe",
        "warehouse",
        "column",
        "columns",
        "schema",
        "schemas",
        "table",
        "tables",
        "view",
        "views",
        "credential",
        "credentials",
        "password",
        "passwords",
        "secret",
        "secrets",
        "key",
        "keys",
        "token",
        "tokens",
        "api",
        "pasted",
        "paste",
        "hard",
        "coded",
        "code",
        "gone",
        "removed",
        "deleted",
        "missing",
        "unused",
        "used",
        "most",
        "least",
        "modify",
        "modifies",
        "change",
        "changes",
        "sql",
        "touch",
        "touches",
        "both",
        "neither",
        "but",
        "except",
        "name",
        "named",
        "names",
        "called",
        "anything",
        "anybody",
        "everything",
        "somebody",
        "nobody",
        "full",
        "complete",
        "which",
    ]
)
"""Words of audits that name no project and no notebook."""


def words_left(request: str, meant: list[IntegrationCard], table: str) -> bool:
    """Whether the request holds words that may name a project or a notebook, or asks about notebooks without a usage."""
    text = request
    for card in meant:
        for named in names_in(text, [card.name]):
            text = text[: named.start] + " " * (named.end - named.start) + text[named.end :]
    own = {word.text for card in meant for word in words_of(card.name)} | {
        word.text for word in words_of(table.replace("_", " "))
    }
    left = [
        word
        for word in words_of(_joined(text))
        if word.text not in FILLER
        and word.text not in WEAK
        and word.text not in AUDITED
        and not _kinds(word.text)
        and not any(alike(word.text, each) for each in own)
    ]
    project = re.search(
        r"\bprojects?\s+[\"“«]?[A-Z]|\b(?!(?:Which|What|The|All|List|Show|Our|My|How|Are|Any|Every|Each|Give|Do|Does|Is|Find|Count|Name|Integration)\b)[A-Z]\w*[\"”»]?\s+projects?\b",
        request,
    )
    return (
        bool(left)
        or project is not None
        or bool(re.search(r"n['’]t\b|\bnot\b|\bwithout\b|\bnever\b", request, re.IGNORECASE))
    )


def _unmet(said: list[str], card: IntegrationCard) -> list[str]:
    own = [
        word.text
        for word in words_of(f"{card.name} {' '.join(card.tables)}".replace("_", " ").replace(".", " "))
    ]
    return [word for word in said if not any(alike(word, each) for each in own) and not _kinds(word)]


def _ask(question: str, cards: list[IntegrationCard], level: Level) -> AuditWish:
    return AuditWish(level=level, unclear=question, candidates=[card.id for card in cards[:12]])
