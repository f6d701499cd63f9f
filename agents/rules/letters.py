"""What surrounds a wish in a mail or a chat: headers, greeting, quoted lines, signature. It asks for nothing."""

import re

HEADER = re.compile(
    r"(?:from|to|cc|bcc|subject|date|sent|re|fwd?|betreff|von|an|objet|asunto)\s*:\s.*", re.IGNORECASE
)
GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening|day)|hallo|guten\s+(?:tag|morgen)|liebe[rs]?|bonjour|salut|hola|buenos\s+d[ií]as|ciao|dobr[ýy]\s+den|ahoj|ol[áa])\b[^.!?;:]{0,40}[,!.]?",
    re.IGNORECASE,
)
FAREWELL = re.compile(
    r"(?:(?:best|kind|warm|many)\s*)?(?:regards|wishes)\b.*|(?:thanks|thank\s+you|thx|cheers|best|sincerely|yours|br|ta)(?:\s+(?:a\s+lot|so\s+much|very\s+much|in\s+advance|again|all|everyone))?\s*[,!.]*(?:\s+[A-Z]\w+)?"
    r"|(?:viele|liebe|beste|sch[öo]ne)\s+gr[üu](?:ß|ss)e.*|mit\s+freundlichen.*|mfg|lg|danke.{0,12}|cordialement.*|merci.{0,12}|saludos.*|gracias.{0,12}|un\s+saludo.*|s\s+pozdravem.*|d[ěe]kuji.{0,10}|sent\s+from\s+my\s.*|--+\s*",
    re.IGNORECASE,
)
BULLET = re.compile(r"\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+(?=\S)")


def said_in(text: str) -> str:
    """What a letter says, in one line; a text of one line is returned as it is, and so is a letter that says nothing else."""
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) < 2:
        return text
    kept: list[str] = []
    for line in lines:
        if not line or line.startswith(">") or HEADER.fullmatch(line):
            continue
        if not kept and GREETING.fullmatch(line):
            continue
        if kept and FAREWELL.fullmatch(line):
            break
        item = BULLET.match(line)
        kept.append(f"; {line[item.end() :]}" if item and kept else line[item.end() :] if item else line)
    said = " ".join(kept)
    said = re.sub(r"\s*[:,;]?\s+;\s*", "; ", said)
    return said or " ".join(text.split())


__all__ = ["said_in"]
