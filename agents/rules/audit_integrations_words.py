"""The words of requests to audit: kinds of databases, what means all of them, what names a table, and what names nothing."""

import re

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
    r"|(?:audit|check|inspect|go\s+(?:through|over)|look\s+(?:at|over)|list|show)\s+(?:me\s+)?(?:the\s+(?:whole\s+|entire\s+)?(?:lot|setup)|the\s+(?:whole|entire)\s+thing|all\s+of\s+it|it\s+all)\b|(?:complete|full|whole|entire|big|overall)\s+picture\b|how\s+many\s+(?:sql\s+)?(?:blocks?|cells?|quer(?:y|ies)|statements?)\s+(?:are\s+there|exist|do\s+we\s+have|in\s+(?:total|all|the\s+workspace)|overall)\b|(?:usages?|blocks?|quer(?:y|ies))\s+(?:per|by|for\s+each|of\s+each|of\s+every)\s+note?books?\b|\b(?:which|what|list|show|name)\b[^.;!?]{0,30}\btables?\b[^.;!?]{0,50}\bnote?books?\s+(?:read|use|quer|touch|write|select)\w*|(?:each|every)\s+note?book\b[^.;!?]*\btables?\b|every(?:thing|\s+(?:single\s+)?(?:integration|connection|database|data\s*source|source|warehouse))|(?:all|each|any|other)\s+(?:(?:of\s+)?(?:the|our|my|its)\s+)?(?:\w+\s+)?(?:integrations?|connections?|databases?|data\s*sources?|warehouses?|sources?)|full\s+audit|complete\s+audit|whole\s+workspace|entire\s+workspace|(?:which|what|list|show|unused|our|my|the|audit|check|used)\s+(?:are\s+)?(?:the\s+|our\s+|my\s+|of\s+)*(?:\w+\s+)?(?:integrations|connections|data\s*sources|databases)|unused\s+\w*\s*(?:integrations?|connections?)|audit\s+(?:the\s+|our\s+|my\s+)?workspace|anything\s+unused|paste[ds]?\b.*\b(?:credentials?|passwords?|secrets?|keys?|tokens?)|(?:nobody|no\s+one|noone)\s+(?:still\s+)?(?:uses?|quer(?:y|ies))|(?:databases?|integrations?|connections?|warehouses?)\b.*\b(?:nobody|no\s+one|unused|not\s+used|never\s+used)|integration\s+(?:is|was|are)\s+(?:gone|removed|deleted|missing)|where\s+(?:is|are)\s+(?:our\s+|my\s+|the\s+)?(?:integrations|data\s+sources|databases)\b|(?:hard-?coded|pasted|leaked|plain\s*-?text)\s+(?:credentials?|passwords?|secrets?|keys?|tokens?)|(?:credentials?|passwords?|secrets?|api\s+keys?)\s+(?:\w+\s+){0,2}(?:pasted|hard-?coded|leaked|in\s+(?:the\s+|our\s+|any\s+)?(?:code|notebooks?|blocks?))|removed\s+integrations?|(?:broken|dangling|orphan\w*|stale|dead)\s+(?:\w+\s+){0,2}(?:references?|connections?|links?)|(?:integrations?|connections?)\s+(?:that|which)\s+(?:do(?:es)?\s*n[o']t|do(?:es)?\s+not|no\s+longer)\s+exist|(?:usage|database|integrations?|connections?)\s+overview|overview\s+of\s+(?:all\s+|the\s+|our\s+)*(?:\w+\s+)?(?:usages?|databases?|integrations?|connections?)|broken\s+integrations?|select\s+\*|how\s+many\s+(?:integrations|connections|databases|data\s*sources)|(?:per|by|each|every)\s+(?:integration|connection|database|data\s*source)|(?:note?books?|projects?)\b[^.;!?]{0,30}\b(?:uses?|quer(?:y|ies)|have|has|contains?|touch(?:es)?|needs?)\s+(?:no|nothing|none)\b|integrations?\s+(?:that|which)\s+(?:\w+\s+){0,2}(?:gone|removed|deleted|missing)|(?:integration|database|connection|one|which|what)\s+(?:\w+\s+){0,3}?used\s+(?:the\s+)?(?:most|least)|most\s+(?:\w+\s+)?(?:used|queried|queries|sql|blocks)|^\W*(?:full\s+|complete\s+|quick\s+)?audit(?:\s+(?:please|now|(?:the|our|all)\s+(?:data|sql|notebooks|queries|access)|(?:all|everything)))*\W*$)",
    re.IGNORECASE,
)
ALL_SQL = re.compile(
    r"\b(?:all|every|each|any)\s+(?:(?:of|the|our|my)\s+)*(?:sql\s+)?(?:blocks?|quer(?:y|ies)|statements?|cells?)\b|\ball\s+(?:(?:of|the|our|my)\s+)*sql\b",
    re.IGNORECASE,
)
TABLE_NAMED = re.compile(
    r"\b(?:tables?|views?|schemas?|databases?|columns?)\s+(?:called\s+|named\s+)?[`\"“«']?([A-Za-z_][\w.]*)|\b(?!(?:of|from|in|on|with|for|is|are|was|does|has|by|the|a|an|any|this|that|our|my|which|what|same|every|each|one|drop|rename|delete|remove|no|le|la|les|une?|der|die|das|den|dem|eine?r?|el|los|las|il|lo|da|do)\b)[`\"“«']?([A-Za-z_][\w.]*)[`\"”»']?\s+(?:table|view)\b|\b(?:reads?|quer(?:y|ies)|touch(?:es)?|uses?|writes?(?:\s+to)?|selects?\s+from|from|against|joins?)\s+[`\"“«']?([A-Za-z_]\w*[._]\w[\w.]*)",
    re.IGNORECASE,
)
_WRITE = r"(?:writ(?:e|es|ing|ten)|insert(?:s|ing)?|delet(?:e|es|ing)|overwrit(?:e|es|ing)|truncat(?:e|es|ing)|eras(?:e|es|ing))"
_ALTER = r"(?:chang(?:e|es|ing)|modif(?:y|ies|ying)|updat(?:e|es|ing)|alter(?:s|ing)?|remov(?:e|es|ing))"
ONLY_WRITES = re.compile(
    r"\b(?:writ(?:es?|ing)\s+(?:to|into)|modif(?:y|ies|ying)|insert(?:s|ing)?\s+(?:in)?to|delet(?:es?|ing)\s+from|chang(?:es?|ing)\s+(?:data|rows)|updat(?:es?|ing)\s+(?:data|rows|tables?)|escrib\w+\s+en|schreib\w*\s+(?:\w+\s+){0,3}(?:in|auf)|écri\w+\s+(?:\w+\s+){0,2}dans|scriv\w+\s+(?:in|su|nel\w*))"
    rf"|\b(?:blocks?|cells?|quer(?:y|ies)|sql|statements?|note?books?|projects?|what|who|anything|something|anybody|anyone|somebody|ones?)\s+(?:(?:that|which|can|could|may|might|will|would|do|does|ever|still|really|actually|also|even|in|it|there)\s+){{0,3}}(?:{_WRITE}\b(?!\s+(?:first|before)\b)|{_ALTER}\s+(?:(?:or|and)\s+\w+\s+)?(?:any\s+|our\s+|some\s+|the\s+)?(?:data|rows?|records?|tables?|contents?|something|anything)\b)"
    r"|\bwrite\s+(?:rights?|access|permissions?|privileges?|grants?)\b|\b(?:make|set|turn|switch|become|go(?:es)?)\b[^.;!?]{0,40}\bread[\s-]*only\b|\bnot\s+(?:only|just|merely)\s+read\w*",
    re.IGNORECASE,
)
READS_TOO = re.compile(
    rf"\b(?:reads?|reading|selects?|quer(?:y|ies))\b\s*(?:,|/|and|or|as\s+well\s+as)\s*(?:\w+\s+)?{_WRITE}|{_WRITE}\b[^.;!?]{{0,30}}?(?:,|/|\band|\bor|\bas\s+well\s+as)\s*(?:\w+\s+)?(?:reads?|reading|selects?)\b",
    re.IGNORECASE,
)
"""What reads is asked for as well."""
EXCEPT = re.compile(
    r"^\W*(?:besides|beside|apart\s+from|aside\s+from|other\s+than|except(?:\s+for)?|not\s+counting|in\s+addition\s+to)\b[^,;]*[,;]|\b(?:but|and|yet)\s+(?:do(?:es)?\s+)?(?:not|n['’]t|without)\b.*$|\bwithout\s+(?:the\s+|our\s+)?(?:database|integration|connection|source)\b.*$|\bexcept(?:\s+for)?\b.*$|\bexcluding\b.*$|\bother\s+than\b.*$|\bapart\s+from\b.*$|\bnot\s+counting\b.*$"
    r"|\b(?:(?:but|and|yet)\s+)?leav(?:e|ing)\s+(?:out\b|aside\b|[^.;!?]{1,50}?\s(?:out|aside)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
"""`… but not DuckDB`: what stands behind it is not what is meant."""
OF_PROJECT = re.compile(
    r"\b(?:in|inside|within|of|from)\s+(?:the|our|my)\s+[\"“”„«»'‘]?\w+(?:\s+\w+)?[\"”»'’]?\s+project\b(?!\s+integration)",
    re.IGNORECASE,
)
"""A project that narrows the audit; its name may be a word of an integration's name as well."""
AS_FILE = re.compile(
    r"\b(?:in|into|to|as|under)\s+(?:an?\s+|the\s+)?(?:file\s+)?(?:called\s+|named\s+)?[\"“'«]?[\w-]+\.(?:csv|json|markdown|md|html?|xlsx?|pdf|docx)\b[\"”'»]?|"
    r"(?:\s*,?\s*(?:and|then)\s+)*\b(?:save|store|write|export|put|dump|keep)\s+(?:it|them|that|this|all|everything|the\s+(?:result|results|answer|report|audit|whole\s+thing))?\s*(?:as|to|in|into|under)\s+(?:an?\s+|the\s+)?(?:file\s+)?(?:called\s+|named\s+)?[\"“'«]?[\w.-]+\.(?:csv|json|markdown|md|html?|xlsx?|pdf|docx)\b[\"”'»]?"
    r"|\b(?:need|want|like|get|give|make|send|create|produce|have)\s+(?:me\s+|us\s+)?an?\s+(?:csv|json|markdown|html|excel|xlsx|spreadsheet|pdf|word)(?:[\s-]+(?:file|sheet|table|document|report))?\b(?!\s+(?:integrations?|connections?|sources?|databases?))"
    r"|\b(?:as|in|to|into|for|als|en|como|in\s+form\s+of)\s+(?:an?\s+|eine?\s+|une?\s+)?(?:csv|json|markdown|md|html|excel|xlsx|spreadsheet|pdf|word)(?:[\s-]+(?:file|table|format|datei|sheet|document))?\b(?!\s+(?:integrations?|connections?|sources?|databases?))",
    re.IGNORECASE,
)
"""The form in which the answer is wanted, which is no kind of integration."""
_WEAK = """
    data database databases db warehouse integration integrations connection connections source sources
    notebook notebooks project projects block blocks query queries queried querying use uses used using
    usage usages read reads reading write writes writing touch touches depend depends depending audit list
    table tables which cells cell sql against connect connects connected connecting rely relies relying pull
    pulls pulling hit hits hitting run runs access accesses accessing anyone anybody someone everyone people
    team still currently actively workspace company dashboard dashboards production prod main who's what's
    whose affect affected affects impact impacted down offline outage maintenance migrate migrating
    migration moving monday tuesday wednesday thursday friday saturday sunday weekend week month tomorrow
    today tonight next last
"""
WEAK = frozenset(_WEAK.split())
"""Words that name no integration."""
_AUDITED = """
    ran executed executes started starts triggered triggers launched morning noon afternoon evening night
    yesterday wrote edited full text texts whole exact raw give count many much still currently type kind csv json markdown file export compare comparison per
    every each integration's select star queried quer queries query statement statements rows row delete
    deletes update insert where clause without own owned owns break breaks drop dropped rename retire remove
    safely safe warehouse column columns schema schemas table tables view views credential credentials
    password passwords secret secrets key keys token tokens api pasted paste hard coded code gone removed
    deleted missing unused used most least modify modifies change changes sql touch touches both neither but
    except name named names called anything anybody everything somebody nobody full complete which yes no does
    first rest other others else anywhere somewhere complain complains notice notices noticed turn turned turning switch switched off total tomorrow would
"""
AUDITED = frozenset(_AUDITED.split())
"""Words of audits that name no project and no notebook."""
