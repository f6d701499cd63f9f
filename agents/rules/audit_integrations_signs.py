"""What in a request to audit shows what is looked for: statements, columns, tables held, SQL itself, what no tool tells."""

import re

VERBS = ("delete", "update", "insert", "drop", "truncate", "merge", "create", "alter")
STATEMENTS = re.compile(
    rf"\b(delete|truncate|drop|update)s?\s+(?:or\s+\w+\s+)?(?:our\s+|any\s+)?(?:data|rows|records|tables)\b|\b({'|'.join(VERBS)})e?s?\s+(?:statements?|queries|query|rows?|records?|commands?)\b|\ban?\s+({'|'.join(VERBS)})\b(?!\s+\w+\s+(?:of|for)\b)|\b(delete|insert|truncate|update)s\s+(?:rows?|data|records?|into|from)\b|\b(delet|insert|truncat|updat)ing\s+(?:rows?|data|records?|into|from)\b",
    re.IGNORECASE,
)
USE = r"(?:use|using|query|querying|queries|touch|touching|read|reading|depend|reference|connect|access|hit|rely|need|work)\w*"
NEGATED = re.compile(
    r"\b(?:note?books?|projects?|ones?)\b.{0,30}?\b(?:uses?|quer(?:y|ies)|have|has|contains?|touch(?:es)?|needs?)\s+(?:no|nothing|none)\b|"
    rf"\b(?:note?books?|projects?|ones?)\b.{{0,40}}?(?:\bdo(?:es)?\s*n[o']t|n['’]t|\bdo(?:es)?\s+not|\bnever|\bnot)\s+(?:\w+\s+){{0,2}}?{USE}\b|\b(?:note?books?|projects?)\s+without\s+(?:any\s+)?(?!a\s+where)\b|\b(?:notebooks?|projets?)\b.{{0,40}}\bn['’e]\s*\w+\s+pas\b|\bnotebooks?\b.{{0,60}}\bnicht\b",
    re.IGNORECASE,
)
BUT_NOT = re.compile(
    r"\b(?:but|and|yet)\s+(?:do(?:es)?\s+)?(?:not|n['’]t|without)\b|\bwithout\s+(?:the\s+|our\s+)?(?:database|integration|connection|source)\b|\bexcept(?:\s+for)?\b|\bexcluding\b",
    re.IGNORECASE,
)
BOTH = re.compile(r"\bboth\b|\btogether\b|\bat\s+the\s+same\s+time\b|\bas\s+well\s+as\b", re.IGNORECASE)
STAR = re.compile(
    r"\bselect\s*\*|\bselect\s+star\b|\b(?:select|read|fetch|take|pull)(?:s|ing)?\s+(?:all|every)\s+(?:the\s+)?columns?\b|\b(?:read|fetch|take|pull|load)(?:s|ing)?\s+more\s+(?:\w+\s+)?than\s+(?:(?:it|they)\s+)?(?:need|use|is\b|are\b|necessary|required)",
    re.IGNORECASE,
)
UNTOLD = re.compile(
    r"\bwho\s+(?:(?:has|have|had)\s+)?last\s+(?:used|queried|read|touched)\b|\bwho\b[^.;!?]*\b(?:used|queried|read|touched)\b[^.;!?]*\b(?:last|lately|recently)\b|\bwho\s+(?:has\s+|have\s+|had\s+|is\s+|was\s+)?(?:created|made|added|set\s+up|configured|owns?|connected|ran|runs?|running|executed|executes?|started|triggered|launched|wrote|edited)\b|\bwhen\s+(?:was|were|did)\b[^.;!?]*\b(?:queried|used|run)\b|\bhow\s+often\b|\bhow\s+much\b[^.;!?]*\bcosts?\b|\b(?:what|how\s+much)\s+do(?:es)?\b[^.;!?]*\bcost\b|\blast\s+(?:used|queried)\b|\b(?:used|queried|queries|querying|ran|read)\b[^.;!?]*\b(?:last|this|past)\s+(?:\w+\s+)?(?:days?|weeks?|months?|quarter|years?)\b",
    re.IGNORECASE,
)
WRITES_TOO = re.compile(
    r"\b(?:and|or|plus|also|,)\s+(?:\w+\s+){0,3}?(?:writ(?:es?|ing)|inserts?|deletes?|updates?|changes?\s+data)\b|\bwrit(?:es?|ing)\b[^.;!?]*\b(?:and|or|plus)\s+(?:\w+\s+){0,3}?select\b",
    re.IGNORECASE,
)
NAME = r"[`\"“«'‘]?([A-Za-z_]\w*)[`\"”»'’]?"
NO_NAME = r"(?:the|a|an|which|what|any|every|all|each|this|that|our|my|another|other|new|different|drop|rename|delete|remove|change|alter|one|same|no)\b"
SCHEMA = re.compile(
    rf"\bschemas?\s+(?:called\s+|named\s+)?{NAME}|\b(?!{NO_NAME}){NAME}\s+schema\b",
    re.IGNORECASE,
)
COLUMN = re.compile(
    rf"\b(?:columns?|fields?)\s+(?:called\s+|named\s+)?{NAME}|\b(?!{NO_NAME}){NAME}\s+(?:column|field)\b",
    re.IGNORECASE,
)
DOTTED = re.compile(r"(?<![\w.])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?![\w.])")
CHANGES = re.compile(
    r"(?:^|[.;:!?,]\s+(?:then\s+|and\s+)*|\b(?:and\s+)?then\s+)\W*(?:please\s+|pls\s+|can\s+you\s+|could\s+you\s+|would\s+you\s+|kindly\s+)*(?:(?:take|put|throw)\s+[^.,;!?]{1,40}?\s(?:away|out|down)\b|get\s+rid\s+of|shut\s+down|disable|deactivate|cancel|delete|remove|drop|disconnect|rename|grant|give(?!\s+(?:me|us)\b)|revoke|add|connect|share(?!\s+with\s+(?:me|us)\b)|rotate|unlink|detach|uninstall)\b(?!\s+(?:or|and|from|into|rows?|data)\b)",
    re.IGNORECASE,
)
_WRITE = r"(?:writ(?:e|es|ing|ers?)|insert\w*|delet\w*|updat\w*|chang\w*|modif\w*)"
WRITING = re.compile(rf"\b{_WRITE}\b", re.IGNORECASE)
WRITES_FIRST = re.compile(
    rf"\b{_WRITE}\b[^.;!?]{{0,40}}\b(?:first|at\s+the\s+top|on\s+top)\b|\b(?:first|start\w*\s+with|begin\w*\s+with)\b[^.;!?]{{0,25}}\b{_WRITE}\b[^;!?]*\b(?:then|rest|others?|everything\s+else|after\w*|followed)\b|\b{_WRITE}\b[^;!?]*[.;!?]\s*(?:and\s+)?(?:put|list|show|place|sort)\s+(?:that|it|them|those|these)\s+(?:first|at\s+the\s+top|on\s+top)\b",
    re.IGNORECASE,
)
"""What writes is to stand before the rest, and the rest is wanted too."""


TABLES_OF = re.compile(
    r"\b(?:what|which|list|show|name|how\s+many)\s+(?:me\s+)?(?:are\s+)?(?:all\s+|the\s+|of\s+)*tables?\s+(?:(?:are|exist|live|is|do\s+we\s+have|do\s+you\s+see|there|we\s+have|stored|available)\s+)*(?:in|inside|of|from|does|do|has|within)\b|\b(?:what|which)\s+(?:tables|columns)\s+(?:does|do)\b.{0,60}\b(?:have|hold|contain|offer)\b|\b(?:welche|liste)\s+(?:der\s+|die\s+)?tabellen\b.{0,40}\b(?:in|hat|gibt|von)\b|\b(?:quelles|liste\s+(?:les|des))\s+tables\b.{0,30}\b(?:dans|de)\b|\bqu[eé]\s+tablas\s+(?:hay|tiene)\b",
    re.IGNORECASE,
)
UNREAD = re.compile(
    r"\bwhat(?:['’]?s|\s+is)?\s+(?:not|no\s+longer|never)\s+(?:\w+\s+){0,2}(?:used|needed|queried|read)\b|\btables?\b.{0,50}\b(?:nobody|no\s+one|noone|never|unused|not\s+(?:read|used|queried)|n['’]t\s+(?:read|used|queried)|without\s+(?:a\s+)?(?:reader|usage))\b|\bunused\s+tables?\b",
    re.IGNORECASE,
)
COLUMNS_USED = re.compile(r"\b(?:wh?ich|what|list|show)\s+(?:me\s+)?(?:all\s+|the\s+|of\s+)*(?:columns?|fields?)\b", re.IGNORECASE)  # fmt: skip
SECRET = re.compile(
    r"\bwho\b[^.;!?]{0,20}\b(?:reads?|sees?|knows?|has|have|gets?)\b[^.;!?]{0,40}\b(?:passwords?|credentials?|connection\s+strings?|secrets?)\b|\b(?:what(?:['’]?s|\s+is|\s+are)|show|tell|give|reveal|print|send)\s+(?:me\s+|us\s+)?(?:the\s+|our\s+|its\s+)?(?:\w+\s+)?(?:passwords?|credentials?|connection\s+strings?|secrets?|(?:api\s+)?keys?|tokens?)\s+(?:of|for|to|from)\b",
    re.IGNORECASE,
)


FRAMES = re.compile(
    r"\b(?:data\s*frames?|in[\s-]memory|pandas)\b[^.;!?]*\b(?:sql|quer\w*|select\w*|blocks?|cells?)\b|\b(?:sql|quer\w*|select\w*|blocks?|cells?|notebooks?)\b[^.;!?]*\b(?:data\s*frames?|in[\s-]memory|pandas)\b",
    re.IGNORECASE,
)
TEXTS = re.compile(
    r"\b(?:show|give|list|print|display|see|quote|copy|send|get|with|include|including|want|need)\b[^.;!?]{0,60}?(?:\b(?:the|their|its|full|whole|complete|exact|actual|raw|each)\s+(?:\w+\s+)?(?:sql(?!\s+(?:blocks?|cells?))|quer(?:y|ies)\s+(?:text|code)s?|(?:text|code|wording)s?\s+of)\b|\bsql\s+(?:text|code|statements?)s?\b)|\bhow\s+do(?:es)?\s+(?:the|their|its)\s+(?:sql|quer(?:y|ies))\s+look\b|\bwhat\s+(?:is|are|['’]?s)\s+the\s+(?:exact\s+|full\s+)?sql\b",
    re.IGNORECASE,
)
BY_NOTEBOOK = re.compile(
    r"\btables?\b[^.;!?]*\b(?:by|per|for|of|in)\s+(?:each\s+|every\s+|the\s+|our\s+)?note?books?\b|\b(?:which|what|list|show|name)\b[^.;!?]{0,30}\btables?\b[^.;!?]{0,50}\bnote?books?\s+(?:read|use|quer|touch|write|select)\w*|\btables?\b[^.;!?]{0,30}\beach\s+note?book\b|\b(?:each|every)\s+note?book\b[^.;!?]*\btables?\b",
    re.IGNORECASE,
)


ONLY = re.compile(
    rf"\b(?:only|exclusively|solely|nothing\s+(?:but|except|other\s+than))\b(?:\s+(?:ever|really))?\s+(?:(?:talks?|speaks?|goes|go|connects?)\s+to|{USE})\b|\b(?:talks?|speaks?)\s+(?:only\s+)?to\s+(?:nothing\s+but|only)\b|\b{USE}\s+(?:from\s+|to\s+|on\s+)?(?:only|nothing\s+(?:but|except)|exclusively)\b",
    re.IGNORECASE,
)
ELSE = re.compile(
    r"\b(anything|something|any\s+\w+|some\s+\w+|others?|more)(?:\s+else)?\s+(?:but|besides?|beyond|(?<=else\s)than|(?:other|more)\s+than|apart\s+from|except(?:\s+for)?|in\s+addition\s+to)\s+",
    re.IGNORECASE,
)
"""Asks whether there is another integration beside those named."""
ALIKE = re.compile(
    r"\b(?:duplicat\w*|redundan\w*|identical|overlapping|copies|copied|repeated|twice)\b|\b(?:nearly|almost|practically|basically|exactly|largely|pretty\s+much|more\s+or\s+less)\s+the\s+same\b|\b(?:the\s+)?same\s+(?:sql|quer(?:y|ies)|data|thing|statements?|select|columns?|tables?)\b|\bsimilar\s+(?:sql|quer\w+|blocks?|statements?)|\b(?:quer\w+|sql|blocks?|statements?)\b[^.;!?]{0,30}\b(?:alike|similar|the\s+same|in\s+common)\b",
    re.IGNORECASE,
)
RIGHTS = re.compile(
    r"\b(?:write|read|access|admin|user|login)?\s*(?:rights?(?!\s*[?.!]*\s*$)|permissions?|privileges?|grants)\b|\bread[\s-]*only\b",
    re.IGNORECASE,
)
ADDED = re.compile(
    r"\b(?:when|since\s+when|how\s+long\s+ago|on\s+which\s+day)\b[^.;!?]*\b(?:created|added|set\s+up|connected|introduced)\b|\b(?:oldest|newest|youngest|latest)\s+(?:integration|connection|database)",
    re.IGNORECASE,
)
LAST_CHANGE = re.compile(
    r"\bwhen\b[^.;!?]*\b(?:changed|edited|modified|updated|touched|altered)\b|\b(?:last|latest|most\s+recent)\s+(?:changed?|edit(?:ed)?|modif\w+|updated?|touched)\b|\bhow\s+old\s+(?:is|are)\b",
    re.IGNORECASE,
)


SEVERAL = re.compile(
    r"\b(?:more\s+than\s+one|several|multiple|two\s+or\s+more|at\s+least\s+two|many|different|various)\s+(?:\w+\s+)?(?:integrations|integration|databases?|data\s*sources?|sources?|connections?|warehouses?)\b",
    re.IGNORECASE,
)
PARAMETERS = re.compile(
    r"\b(?:quer\w*|sql|blocks?|cells?|statements?)\b[^.;!?]{0,30}\b(?:with|tak\w+|us\w+|hav\w+|has|depend\w*\s+on|contain\w*|fed\s+by|filled\s+by)\s+(?:an?\s+|any\s+|some\s+)?(?:\w+\s+)?(?:inputs?|parameters?|variables?|placeholders?)\b|\bparametri[sz]ed\b",
    re.IGNORECASE,
)
UNLOOKED = re.compile(
    r"\b(?:without|lack\w*|missing|with\s+no|ha(?:s|ve)\s+no)\s+(?:an?\s+|any\s+|the\s+)?(?:\w+\s+){0,2}?(?:ind(?:ex|ices|exes)|comments?|alias(?:es)?|partitions?)\b",
    re.IGNORECASE,
)
"""What no reading of an audit tells of a query."""
