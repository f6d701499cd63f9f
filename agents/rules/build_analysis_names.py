"""Names that a request gives to what is to be made: quoted, `called X`, `named X:`, or none."""

import re
from typing import NamedTuple

_QUOTES = {'"': '"', "“": "”", "„": "“", "”": "”", "«": "»", "»": "«", "‹": "›", "‘": "’", "‚": "‘", "「": "」", "『": "』", "'": "'", "`": "`", "＂": "＂"}  # fmt: skip
OPEN = "".join(re.escape(mark) for mark in _QUOTES)
_SHUT = "".join(re.escape(mark) for mark in _QUOTES.values())
_QUOTED = "|".join(
    rf"{re.escape(start)}(?P<q{place}>[^{re.escape(end)}\n]{{1,160}}){re.escape(end)}(?!\w)"
    for place, (start, end) in enumerate(_QUOTES.items())
)
CALLED = (
    r"(?:called|named|titled|entitled|labell?ed|with (?:the )?(?:name|title)(?: of)?|(?:by|of|under) the name(?: of)?|name(?:d)?:|title:|nommé|nommée|appelé|"
    r"appelée|intitulé|namens|genannt|mit dem namen|llamado|llamada|titulado|chiamato|denominado)"
)
_PROJECT = r"(?:project|workspace project|analysis|projekt|projet|proyecto|progetto|report|study)"
_NOTEBOOK = r"(?:notebook|notizbuch|carnet)"
_STOP = re.compile(
    r"[,;\n，、；。]|[:：](?:\s|$)|(?<!\bvs)(?<!\bv)\.(?:\s|$)|\s[-–—]\s|\?|!(?:\s|$)|\s(?:explor(?!ers?\b)|analy[sz](?!ers?\b|ts?\b|is\b)|compar(?:ing|e the)|look(?:ing|s)?\b|show(?:ing|s)?\b|cover(?:ing|s)?\b|"
    r"examin|investigat|study|studying|with\b|that\b|which\b|about\b|using\b|to (?:explore|analy|compare|look|show|study|examine|see|track|"
    r"understand|find)|and (?:explore|analy|compare|look|show|run|add|plot|chart|include|tell|put|make|use|build|create|set up|replace|start)|based on|from the\b|featuring|where\b|"
    r"in which|on the topic|for the (?:past|last|period|years)|over the (?:past|last)|der die|das die|qui\b|que\b|pour\b|mit\b|sobre\b|und (?:zeige?|untersuche|berechne|vergleiche?|stelle?)\b|a (?:spočítej|spočti|ukaž|zobraz|vytvoř|porovnej|přidej|vykresli|najdi)\b|et (?:montre|compare|calcule|affiche|trace)\w*\b|y (?:muestra|compara|calcula|traza)\w*\b|please\b|bitte\b|(?:i|we) (?:need|want|would|also)\b|(?:add|create|build) (?:me )?(?:an?|another|the|some)\b|(?:an?|another|the|two|three|some) (?:new )?(?:\w+ )?(?:charts?|plots?|graphs?|tables?|blocks?|lines?|bars?|sections?|columns?|heat ?maps?|histograms?|summary|moving average)\b|and (?:don|do not|leave|send|mail|then|compute|calculate|list|give|highlight|find)|but\b|, )",
    re.I,
)


_SOFT = re.compile(
    r"\s(?:on (?!the (?:edge|road|rise|move)\b)|about |since |between |during |until |till |from (?=\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|last|the past)|over (?:the )?(?=past|last|\d)|comparing |for (?=the\b|past\b|last\b|\d|our\b|my\b)|seit |depuis |desde |od roku |über )",
    re.I,
)
"""Where a bare name usually ends, unless what follows a comma says the subject anyway."""
_SAYS = re.compile(
    r"^[\s,;:，.–—-]*(?:and |please |then |which |that |i |we |it |to )*(?:want |would |should |like |to )*(?:explor|analy|compar|show|look|with\b|about|examin|cover|stud|on\b|for\b|using|based|see\b|how|what|investigat|track|plot|monthly|weekly|daily|yearly)", re.I
)  # fmt: skip
_GREETING = re.compile(r"^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen)|liebe[rs]?|sehr geehrte\w*|bonjour|salut|hola|buenos días|ahoj|dobrý den|ciao)\b[^,.!:\n–—]{0,40}[,.!:\n–—-]+\s*", re.I)  # fmt: skip
_CLOSING = re.compile(
    r"(?:[.,;!?\n–—]|\s-)\s*(?:(?:many |kind |best |warm |with |vielen |beste |mit |muchas |mille |viele |freundlichen )*(?:thanks(?: a lot| so much| in advance)?|thank you(?: so much| very much)?|thx|regards|wishes|cheers|best|danke|grüße[n]?|gruß|merci(?: d'avance)?|cordialement|gracias|saludos|díky|děkuji|s pozdravem|sincerely)\b)[\s,.!–—-]*(?:[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,2})?[\s.!)]*$",
    re.I,
)  # fmt: skip


def without_courtesy(request: str) -> str:
    """The request without greeting, thanks and signature."""
    shorter = _CLOSING.sub(".", _GREETING.sub("", request, count=1), count=1)
    return shorter if re.search(r"\w{3}", shorter) else request


class Names(NamedTuple):
    project: str
    notebook: str
    rest: str
    """The request without the names."""
    existing: bool = False
    """True when the project is named as one that is there: `to the Labour market project`."""
    into: bool = False
    """True when the notebook is named as one that is there: `to the notebook Jobs by sector`."""


_INTO = re.compile(
    rf"\b(?:in|to|into|inside|within|under|(?<=notebook )for|(?<=analysis )for)\s+(?:the|my|our|that)\s+(?:existing\s+)?(?:[{OPEN}](?P<quoted>[^\n\"“”„«»]{{1,80}}?)[{_SHUT}]|(?P<name>[^\W\d_][^\s,.;:!?]*(?:\s(?!project\b)[^\s,.;:!?]+){{0,4}}?))\s+projects?\b(?!\s+(?:called|named))",
    re.I,
)
"""`to the Labour market project`: a name before the noun is one of a project that is there."""
_AMONG = re.compile(
    r"(?:,? (?:and )?(?:please )?|\b)(?:keep|put|file|save|store|place|leave|add) (?P<what>it|this|that|everything|the (?:result|notebook|analysis)|an? [^.;?!\n]{3,70}?)? ?\b(?:with|among|next to|beside|alongside|to) (?:our|my|the|your) "
    r"(?:other |rest of (?:our |my |the )?|existing |usual )?(?:stuff|things|notebooks|work|analyses|ones|material|files|reports) (?:in|under|of|from) (?:the )?(?:project )?(?-i:(?P<name>[A-Z][\w&-]*(?: [\w&-]+){0,3}?))(?: project\b)?(?=\s*(?:[.,;:!?]|$|and\b|please\b))",
    re.I,
)
"""`keep it with our other stuff in Markets`: what is there already stands in a project that is there."""
_NO_PROJECT = re.compile(
    r"(?:existing|same|whole|entire|right|current)$|(?:new|next|other|separate)\b|.*\b(?:an?|in|into|to|create|make|new|this)\b|.*\b(?:of|the|my|our|and|for|as|one|that)$",
    re.I,
)


_WITHIN = r"\b(?:in|to|into|inside|within|onto|extend|continue|(?:end|bottom|foot) of)\s+"
_INTO_NOTEBOOK = re.compile(
    rf"{_WITHIN}(?:the|my|our|that)\s+(?:existing\s+)?(?:[{OPEN}](?P<quoted>[^\n\"“”„«»]{{1,80}}?)[{_SHUT}]|(?P<name>[^\W\d_][^\s,.;:!?]*(?:\s(?!notebook\b|projects?\b)[^\s,.;:!?]+){{0,5}}?))\s+notebook\b(?!\s+(?:called|named))",
    re.I,
)
_NOTEBOOK_INTO = re.compile(rf"{_WITHIN}(?:(?:the|my|our|that)\s+)?(?:existing\s+)?notebook\s+(?:(?:called|named)\s+)?(?=[{OPEN}]|(?-i:[A-Z]))", re.I)  # fmt: skip
"""`to the notebook Jobs by sector`: a notebook that is there; one that is to be made is `a notebook`."""


def _existing_notebook(request: str) -> tuple[str, str]:
    """The notebook that the request names as one that is there, and the request without it."""
    there = _INTO_NOTEBOOK.search(request)
    if there is not None and (there["quoted"] or not _NO_PROJECT.match(there["name"])):
        return _clean(
            there["quoted"] or there["name"]
        ), f"{request[: there.start()]} {request[there.end() :]}"
    before = _NOTEBOOK_INTO.search(request)
    if before is None:
        return "", request
    name, rest = _take(request, before.start(), before.end())
    return _clean(name), rest


_P = r"(?-i:[A-Z0-9])[^\s,.;:!?]*(?:\s(?!projects?\b)[^\s,.;:!?]+){0,4}?"
_PLACED = re.compile(
    rf"\b(?P<kind>{_NOTEBOOK})\b(?P<what>[^.;?!\n]{{0,80}}?)[\s,]+(?:in|into|under|within|inside|to) (?:the |my |our )?(?:existing )?"
    rf"(?:[{OPEN}](?P<a>[^\n\"“”„«»]{{1,80}}?)[{_SHUT}] project|project [{OPEN}](?P<b>[^\n\"“”„«»]{{1,80}}?)[{_SHUT}]|project (?P<c>{_P})|(?P<d>{_P}) project)"
    rf"\s*,?\s*(?:and )?(?:{CALLED}|(?:call|name|title) it)\s*[:：]?\s*",
    re.I,
)
"""`a notebook in the project Sales called Returns`: the place stands between the notebook and its name."""


def _placed(request: str) -> Names | None:
    """The names of a notebook whose place is said before its own name."""
    found = _PLACED.search(request)
    if found is None or _named(found["what"], _NOTEBOOK)[0]:
        return None
    name, rest = _take(request, found.start(), found.end())
    at = found.start()
    project = next(one for one in (found["a"], found["b"], found["c"], found["d"]) if one)
    kept = f"{rest[:at]} {found['kind']} {found['what']} {rest[at:]}"
    return Names(_clean(project), _clean(name), kept, existing=True) if _clean(name) else None


_SAME_NAME = re.compile(
    r"[\s,]*\b(?:of|with|by|under|having) (?:the|that) same name\b|[\s,]*\bcalled the same\b", re.I
)
_NAMED_BEFORE = re.compile(r"\bproject (?P<name>[A-Z][\w&-]*(?: [A-Z0-9][\w&-]*)*)|\b(?:the|my|our) (?P<name2>[A-Z][\w&-]*(?: [\w&-]+)?) project\b")  # fmt: skip


def find_names(request: str) -> Names:
    """The names of project and notebook, and what the request says besides."""
    same = _SAME_NAME.search(request)
    before = _NAMED_BEFORE.search(request[: same.start()]) if same else None
    if same and before:  # `delete the project X and make a better one of the same name`
        outside = f"{request[: before.start()]} the project {request[before.end() : same.start()]} {request[same.end() :]}"
        return Names(_clean(before["name"] or before["name2"]), "", " ".join(outside.split()))
    if (placed := _placed(request)) is not None:
        return placed
    there_is, without = _existing_notebook(request)
    if there_is:
        found = find_names(without)
        return Names(found.project, there_is, found.rest, found.existing, into=True)
    there = _INTO.search(request)
    if there is not None and (there["quoted"] or not _NO_PROJECT.match(there["name"])):
        notebook, rest = _notebook_in(f"{request[: there.start()]} {request[there.end() :]}")
        return Names(_clean(there["quoted"] or there["name"]), _clean(notebook), rest, existing=True)
    kept = _AMONG.search(request)
    if kept is not None:
        notebook, rest = _notebook_in(
            f"{request[: kept.start()]} {kept['what'] or ''} {request[kept.end() :]}"
        )
        return Names(_clean(kept["name"]), _clean(notebook), rest, existing=True)
    notebook, rest = _named(request, _NOTEBOOK)
    project, rest = _named(rest, _PROJECT)
    if project and not notebook and _CALL_IT.search(rest):
        notebook, rest = _called_it(rest)
    for loose in (_called_it, _only_quoted):
        if not project and not notebook:
            name, without = loose(rest)
            mine = _is_of_notebook(rest, without)
            project, notebook, rest = ("", name, without) if mine else (name, "", without)
    return Names(_clean(project), _clean(notebook), rest)


def _is_of_notebook(text: str, without: str) -> bool:
    """Whether the name that was taken from a text is that of a notebook, the noun that stands last before it."""
    same = next((at for at, (one, other) in enumerate(zip(text, without, strict=False)) if one != other), 0)
    before = text[:same]
    said = re.findall(rf"\b(?:(?P<it>{_NOTEBOOK})|{_PROJECT})\b", before, re.I)
    return bool(said) and bool(said[-1])


def _clean(name: str) -> str:
    said = re.sub(
        r"[\s,]+(?:please|pls|plz|thanks|thx|bitte|for now)\W*$", "", " ".join(name.split()), flags=re.I
    )
    return said.strip(" \t,;:.…-–—")


def _quoted_at(text: str, at: int) -> tuple[str, int] | None:
    found = re.compile(_QUOTED).match(text, at)
    if found is None:
        return None
    inside = next(value for value in found.groups() if value is not None)
    return inside, found.end()


def _bare_at(text: str, at: int) -> tuple[str, int]:
    stop = _STOP.search(text, at)
    end = stop.start() if stop else len(text)
    soft = _SOFT.search(text, at + 1, end)
    if soft is not None and not _SAYS.match(text[end:]):
        end = soft.start()
    closing = re.match(
        r"[^()]*(?:\([^()]*\)[^()]*)*(?=\))", text[at:end]
    )  # `(project Euro crisis)` ends at its bracket
    end = at + closing.end() if closing else end
    return text[at:end], end


def _take(text: str, start: int, at: int) -> tuple[str, str]:
    name, end = _quoted_at(text, at) or _bare_at(text, at)
    return name, f"{text[:start]} {text[end:]}"


_COURTEOUS = r"(?: pls| plz| please| bitte)?"


def _named(text: str, kind: str) -> tuple[str, str]:
    for pattern in (
        rf"\b{kind}\s*(?:,\s*)?{CALLED}\s*[:：]?\s*",
        rf"\b{kind}\s*[:：=]?\s*(?!['’]s\b)(?=[{OPEN}])",
        rf"\b{kind}(?:['’]s)?{_COURTEOUS},? (?:name|title)(?: is| should be| shall be|\s*[:：=]|(?= (?-i:[A-Z])))\s*",
        rf"\b(?:name|title|call) (?:the |this |my |a )?(?:new )?{kind}\s*[:：]?\s*",
    ):
        found = re.search(pattern, text, re.I)
        if found:
            name, rest = _take(text, found.start(), found.end())
            if name.strip():
                return name, rest
    found = _slot(text, kind)
    if found:
        return found["name"], f"{text[: found.start()]} {text[found.end() :]}"
    # `project Falcon: …` and `project Falcon, …`: capitalised words right after the noun, up to a stop
    found = re.search(rf"\b{kind} (?=[A-Z0-9])(?!(?:I|We)\b)", text)
    if found and not _GONE.search(text[: found.start()]):
        name, end = _bare_at(text, found.end())
        if name and len(name.split()) <= 8:
            return name, f"{text[: found.start()]} {text[end:]}"
    return "", text


_GONE = re.compile(
    r"\b(?:delet\w+|remov\w+|drop\w*|eras\w+|archiv\w+|get rid of|throw away|like|as in|from) (?:the |my |our |that )?(?:old )?$",
    re.I,
)
"""What is to be deleted, or only pointed to, is no name for what is made."""
_NAMED_SO = r"(?P<name>(?:[^\W_][\w&'’/-]*\.?)(?: [\w&'’/-]+){0,5})"
_DOING = re.compile(
    r"(?:show|compare|plot|draw|chart|list|give|find|which|what|how|the|an?|all|explore|analy[sz]e|rank|tell|monthly|weekly|daily|yearly|quarterly|annual|forecast|calculate|compute)\b",
    re.I,
)
"""How wishes begin, and names in small letters do not."""


def _slot(text: str, kind: str) -> re.Match[str] | None:
    """A stretch of its own that only says the name: `…. New project: Public sector.`, `… Project Slices`, `Project Crisis 2008: …`.

    Small letters name something only behind a colon and at the end of the request, where the wish has been said before.
    """
    kind = kind.replace("|analysis", "").replace(
        "|report|study", ""
    )  # `Analysis: NASDAQ in 2017. With a chart.` names nothing
    lead = rf"(?:^|[.;?!,(\n–—]|\s-|->)\s*(?:and |in |into |to |as |save (?:it )?(?:as|under|in) )*(?:an? |the |my )?(?:new |own |separate )?{kind}{_COURTEOUS}"
    for found in re.finditer(
        rf"(?:{lead}|\b(?:new|own|separate|an?) {kind})\s*(?P<mark>[:：=]|[–—-]\s|,\s|\s)\s*{_NAMED_SO}\s*(?P<stop>[.;:,!)\n]|$)",
        text,
        re.I,
    ):
        name, outside = found["name"], f"{text[: found.start()]} {text[found.end() :]}"
        if len(re.findall(r"\w+", outside)) <= 2 or _DOING.match(name):
            continue
        if not (name[0].isupper() or name[0].isdigit()):
            if found["mark"] not in ":：=" or text[found.end() :].strip(" .!)"):
                continue
        elif not found["mark"].strip() and re.search(
            r"\b(?:next|ahead|coming|about|on|with|for the)\b", name
        ):
            continue  # a verb, or a bare name that ends before these words
        elif found["mark"].strip() == "," and len(name.split()) > 4:
            continue
        return found
    return None


_CALL_IT = re.compile(r"\b(?:call|name|title) (?:it|this|that)\s*[:：]?\s*", re.I)


def _notebook_in(text: str) -> tuple[str, str]:
    """The name of the notebook in a request whose project is named already: `name it X` speaks of the notebook."""
    notebook, rest = _named(text, _NOTEBOOK)
    return (notebook, rest) if notebook else _called_it(rest)


def _called_it(text: str) -> tuple[str, str]:
    found = re.search(rf"{_CALL_IT.pattern}|\b{CALLED}\s*[:：]?\s*", text, re.I)
    if not found:
        return "", text
    return _take(text, found.start(), found.end())


def _only_quoted(text: str) -> tuple[str, str]:
    for found in re.finditer(rf"(?<!\w)[{OPEN}]", text):
        quoted = _quoted_at(text, found.start())
        if quoted and _says_what_kind(text[: found.start()], text[quoted[1] :]):
            continue
        if quoted and len(quoted[0].strip()) > 1:
            return quoted[0], f"{text[: found.start()]} {text[quoted[1] :]}"
    return "", text


def _says_what_kind(before: str, after: str) -> bool:
    """Whether quoted words say of what kind the next noun is, as in `a 'sell in May' effect`."""
    return (
        re.search(r"\b(?:an?|the|any|this|that|of)\s+$", before, re.I) is not None
        and re.match(r"\s+(?!(?:project|notebook|analysis|report|study)\b)[a-z]{3,}", after) is not None
    )


_NEW_NOTEBOOK = re.compile(
    rf"\b(?:an?|another|one more|new|separate|second|fresh|extra) (?:[\w-]+ ){{0,2}}?{_NOTEBOOK}\b|\b(?:make|create|build|set up|start|open|erstelle|crée[rz]?|crea) (?:me |us )?{_NOTEBOOK}\b"
    r"|\b(?:ein(?:en)?|neues|un|nouveau|nuevo) (?:[\w-]+ )?(?:notebook|notizbuch|carnet)\b",
    re.I,
)


def makes_a_notebook(request: str) -> bool:
    """Whether the notebook that a request names is one to be made, so that none that is there may be meant."""
    return _NEW_NOTEBOOK.search(request) is not None and not _existing_notebook(request)[0]


def named(text: str, kind: str) -> tuple[str, str]:
    """The name that a text gives to a `project` or a `notebook`, and the text without it."""
    name, rest = _named(text, _NOTEBOOK if kind == "notebook" else _PROJECT)
    return _clean(name), rest


def name_at(text: str, at: int) -> str:
    """The name that begins at a place of the text."""
    return _clean(_take(text, at, at)[0])


__all__ = [
    "CALLED",
    "OPEN",
    "Names",
    "find_names",
    "makes_a_notebook",
    "name_at",
    "named",
    "without_courtesy",
]
