"""What people call values that tables name otherwise: `hotels and restaurants` for leisure and hospitality, `the tech index` for the NASDAQ.

A name counts only where exactly one value of a column answers to it, and the sketch says how it was read.
"""

import re
from collections.abc import Iterable

from agents.rules.build_analysis_words import words

_JOIN = r"(?:,? (?:and|or|&) |, )"


def _several(*nouns: str) -> str:
    one = rf"(?:{'|'.join(nouns)})"
    return rf"\b{one}(?:{_JOIN}(?:the )?{one})*\b"


_ABROAD: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (rf"\b(?:{said})(?:(?:,| und| et| a| i| y|,? v[e]?)+ (?:der |die |das |dem |la |le |l['’]|el |v |ve )?(?:{said}))*(?!\w)", named)
    for said, named in (
        (r"gastgewerbe\w*|hotellerie|hotel\w+|gastronomie|h[oô]tellerie|restauration|tourismus|tourisme|pohostinstv\w+|ubytov[aá]n[ií]\w*|cestovn\w+ ruch\w*|hosteler[ií]a", ("leisure", "hospitality")),
        (r"gesundheitswesen\w*|bildung\w*|sant[eé]|enseignement|[eé]ducation nationale|[sš]kolstv\w+|zdravotnictv\w+|sanidad|educaci[oó]n", ("education", "health")),
        (r"finanz\w*|banken|versicherung\w*|banques?|assurances?|finan[cč]n\w+|bankovnictv\w+|poji[sš][tť]ovnictv\w+", ("financial", "activity")),
        (r"einzelhandel\w*|commerce de d[eé]tail|maloobchod\w*|comercio minorista", ("retail", "trade")),
        (r"gro[sß]+handel\w*|commerce de gros|velkoobchod\w*|comercio mayorista", ("wholesale", "trade")),
        (r"industrie(?: manufacturi[eè]re)?|verarbeitend\w+ gewerbe\w*|zpracovatelsk\w+(?: pr[uů]mysl\w*)?|v[yý]rob\w+|manufacturi[eè]re|industria manufacturera", ("manufacturing",)),
        (r"bau(?:gewerbe|wirtschaft|branche|wesen)\w*|stavebnictv\w+|b[aâ]timent|btp", ("construction",)),
        (r"bergbau\w*|t[eě][zž]b\w+|exploitation mini[eè]re|miner[ií]a", ("mining", "logging")),
        (r"[oö]ffentlich\w+ (?:dienst|sektor|hand)\w*|ve[rř]ejn\w+ (?:sektor|spr[aá]v|slu[zž]b)\w*|fonction publique|secteur public|sector p[uú]blico", ("government",)),
        (r"unternehmensdienst\w*|services aux entreprises|profesn\w+ slu[zž]b\w*", ("professional", "business")),
        (r"verkehr\w*|doprav\w+|transports?|logisti\w+", ("transportation", "warehousing")),
        (r"energieversorgung|versorgungs\w+|energetik\w+", ("utility",)),
        (r"information und kommunikation|informa[cč]n\w+", ("information",)),
    )
)  # fmt: skip
"""The same in German, French, Czech and Spanish."""
_ALIASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_several("hotels?", "restaurants?", "hospitality", "tourism", "gastronomy", "catering", "hotellerie", "entertainment", "cafes?", "bars and restaurants"), ("leisure", "hospitality")),
    (_several("hospitals?", "schools?", "health ?care", "universities", "nurses", "teachers", "doctors", "clinics", "colleges"), ("education", "health")),
    (_several("banks", "banking", "insurance", "insurers?", "financial (?:sector|industry|services)", "finance (?:sector|industry|jobs)"), ("financial", "activity")),
    (_several("shops", "shopkeepers", "supermarkets?", "stores", "retailers?", "retailing"), ("retail", "trade")),
    (_several("wholesalers?", "wholesaling"), ("wholesale", "trade")),
    (_several("factory", "factories", "manufacturers?", "factory (?:jobs|work|workers)", "industrial (?:jobs|workers)"), ("manufacturing",)),
    (_several("builders?", "building (?:trade|industry|sector|workers|jobs)", "construction (?:sites?|workers|industry)", "home ?builders?"), ("construction",)),
    (_several("miners?", "mines", "loggers", "oil and gas"), ("mining", "logging")),
    (_several("public (?:sector|jobs|service|servants?|employees|employment|administration|payrolls?)", "civil (?:service|servants?)", "state (?:jobs|employees)", "government (?:jobs|workers|employees)"), ("government",)),
    (_several("media", "telecoms?", "publishing", "publishers?", "information (?:sector|industry|jobs)"), ("information",)),
    (_several("consultants?", "consulting", "consultancy", "white[- ]collar (?:jobs|services)"), ("professional", "business")),
    (_several("truckers?", "trucking", "logistics", "transport", "hauliers?"), ("transportation", "warehousing")),
    (_several(r"private[- ](?:sector )?services?(?:[- ](?:sectors?|jobs|providers|employment|industry|industries|workers|providing))?", "services? in the private sector"), ("private", "service", "providing")),
    (_several(r"(?:making|producing|production of|manufacture of) goods", r"(?<!durable )(?<!nondurable )goods(?:[- ](?:makers|making|production|producers|sector|jobs|industries))?"), ("good", "producing")),
    (_several(r"(?<!private )(?<!business )(?<!health )(?<!other )(?<!financial )(?<!sector )(?<!public )(?<!civil )(?<!in the )(?<!social )(?:services|services?[- ](?:sectors?|jobs|providers|economy|industry|industries|workers))"), ("service", "providing")),
    *_ABROAD,
    (_several("(?:the )?tech(?:nology)?[- ](?:index|heavy index)"), ("nasdaq",)),
)  # fmt: skip


def aliased(text: str, values: Iterable[str]) -> dict[str, str]:
    """Values that the text means by other names: the value, and the words that say it."""
    own = {value: set(words(value)) for value in values}
    found: dict[str, str] = {}
    for pattern, named in _ALIASES:
        said = re.search(pattern, text, re.I)
        if said is None:
            continue
        owners = [value for value, held in own.items() if set(named) <= held]
        exact = [value for value in owners if own[value] == set(named)]
        owners = exact if len(exact) == 1 else owners
        if len(owners) == 1 and not own[owners[0]] <= set(words(text)):
            found[owners[0]] = said[0]
    return found


def alias_notes(text: str, values: Iterable[str]) -> list[str]:
    """How names were read that no table holds."""
    return [f"“{said}” is taken as {value}" for value, said in aliased(text, values).items()]


__all__ = ["alias_notes", "aliased"]
