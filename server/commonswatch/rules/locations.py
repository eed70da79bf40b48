"""Any link, or a text with one → the location it means, its secret split off. Rules: `sharing_hosts.json`."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from commonswatch.domain.keys import LocationKey
from commonswatch.rules.forms import filled, filled_url
from commonswatch.rules.patterns import Values
from commonswatch.rules.reading import LONGEST, trimmed
from commonswatch.rules.rulebook import Found, load

_rules = load("sharing_hosts.json")

_LONGEST_TEXT = 16_384  # characters of a post or page that are looked at
_MOST_LINKS = 50
_MOST_PUNCTUATION = 8
_NEARBY = 120  # characters after a link (and before it) in which its access code is looked for
_LINK_LETTERS = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # printable ASCII without quotes, brackets `<>{}`, `|`, `^`, `\`
_SCHEME = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://|[Mm][Aa][Gg][Nn][Ee][Tt]:\?|(?:hf|s3[an]?|gs|oss|cosn?|obs|bos)://")
_LAST = re.compile(
    "(?:[.,;。，；、\u200b-\u200d\u2060\ufeff]|%[Ee]2%80%8[B-Db-d]|%[Ee]2%81%[Aa]0|%[Ee][Ff]%[Bb][Bb]%[Bb][Ff])\\Z"
)
_LONGEST_LAST = 9  # characters: an invisible blank, escaped
_DEEPEST = 2  # links inside links; what has more is taken for a secret
_BLANK = re.compile(r"[ \t\r\n]")
_AROUND = "([*_'.,;:!?)]"
_PAIRS = {")": "(", "]": "["}


def location(text: str) -> LocationKey | None:
    """The location of a link, or of the best link in a text. Never raises, never asks the network.

    A known host wins over an unknown one, else the first link. ``access`` is what the link or the words around
    it tell.
    """
    plain = trimmed(text)
    is_one = len(plain) <= LONGEST and not _BLANK.search(plain)
    found = (_rules.find(_clean(plain)) or _rules.find(plain)) if is_one else None
    if found is not None:
        return _key(found, "")
    return _best_of(plain[:_LONGEST_TEXT]) or (None if is_one else _phrase(plain))


def page_location(text: str) -> LocationKey | None:
    """The location of a page somebody looked at: as ``location`` says, else the page itself.

    Not every page of a known host hands something out or has a rule (an article, a competition), but people may see
    and report a copy there. Its query is left out, and what may be a token: what a host's rules do not describe may
    be a secret.
    """
    found = location(text)
    if found is None:
        bare = _rules.find_page(trimmed(text))
        found = _key(bare, "") if bare is not None else None
    return found


def _best_of(text: str) -> LocationKey | None:
    first = None
    for link, start in islice(_links(text), _MOST_LINKS):
        found = _rules.find(link)
        if found is None or found.how == "guessed":
            continue
        if found.family:
            return _key(found, _code_near(found, text, start, start + len(link)))
        first = first or found
    return _key(first, "") if first else None


def _phrase(text: str) -> LocationKey | None:
    """What several words mean together: `gdown 1Example…`."""
    found = _rules.find(text)
    return _key(found, "") if found is not None and found.family else None


def _links(text: str) -> Iterator[tuple[str, int]]:
    """Each link in a text and where it starts."""
    for run in _LINK_LETTERS.finditer(text):
        scheme = _SCHEME.search(run[0])
        start = scheme.start() if scheme else len(run[0]) - len(run[0].lstrip(_AROUND))
        link = _unwrapped(run[0][start:])
        if scheme or ("/" in link and "." in link):
            yield link, run.start() + start


def _unwrapped(link: str) -> str:
    """Without the punctuation of the sentence or the Markdown around it; brackets that belong to it stay."""
    open_ones = {"(": 0, "[": 0}
    for place, letter in enumerate(link):
        if letter in open_ones:
            open_ones[letter] += 1
        elif letter in _PAIRS:
            open_ones[_PAIRS[letter]] -= 1
            if open_ones[_PAIRS[letter]] < 0:
                link = link[:place]
                break
    for _ in range(_MOST_PUNCTUATION):
        ends = link.endswith(tuple(_AROUND)) and not link.endswith(tuple(_PAIRS))
        link = link[:-1] if ends else link
    return _clean(link)


def _clean(link: str) -> str:
    """Without the full stop, comma or bracket behind it, or a blank nobody sees; letters of a key may be `_` or `-`."""
    while True:
        last = link[-1:]
        ends = _LAST.search(link, max(0, len(link) - _LONGEST_LAST))
        if last in _PAIRS and link.count(last) > link.count(_PAIRS[last]):
            link = link[:-1]
        elif ends:
            link = link[: ends.start()]
        else:
            return link


def _code_near(found: Found, text: str, start: int, end: int) -> str:
    after = _SCHEME.split(text[end : end + _NEARBY])[0]
    before = text[max(0, start - _NEARBY) : start]
    patterns = found.family.codes if found.family else []
    anywhere = [one for one in patterns if not one.expression.startswith("^")]  # the others: right behind the link
    for place, some in ((after, patterns), ("" if _SCHEME.search(before) else before, anywhere)):
        for pattern in some:
            values = pattern.seek(place)
            if values:
                return next(iter(values.values()))
    return ""


def _key(found: Found, code: str, depth: int = 0) -> LocationKey:
    form, values = found.form, found.values
    more = _concealed(found, depth) if _rules.openers else ""
    made = LocationKey(
        key=filled(form.key, values),
        kind=form.kind,
        url=filled_url(form.url, values),
        path=filled(form.inside, values).strip(": "),
        access=filled(form.access, values).strip() or code or more or None,
        how=found.how,
        hidden=form.hidden,
    )
    tidy = _clean(made.url)
    again = _rules.find(tidy) if tidy != made.url else None
    return replace(_key(again, "", depth), access=made.access, how=made.how) if again is not None else made


def _concealed(found: Found, depth: int) -> str:
    """Cut from the fields what may open something and no form describes. A form's own secret is not looked at."""
    openers, values = _rules.openers, found.values
    if openers is None:
        return ""

    def opens(text: str) -> bool:
        return _opens(text, depth + 1)

    if found.family is None:
        openers.cut(values, opens)
        _tidy(values)
        return ""
    rest = ""
    for name, value in values.items():
        end = (
            openers.shown_end(value, opens)
            if f"{{{name}}}" not in found.form.access and name != "search"
            else len(value)
        )
        values[name], rest = value[:end], rest or value[end:]
    return rest


def _tidy(values: Values) -> None:
    """Without punctuation at the end of what is left of an address, as a link to it would be read."""
    path, whole = values["path"], f"{values['path']}{values['query']}"
    clean = _clean(whole).rstrip("?&")
    while clean != whole:
        clean, whole = _clean(clean).rstrip("?&"), clean
    values["path"], values["query"] = clean[: len(path)], clean[len(path) :]


def _opens(text: str, depth: int) -> bool:
    """Whether a text has a link in it whose secret a location would have apart."""
    if depth > _DEEPEST:
        return True
    whole = _rules.find(text)
    inner = (_rules.find(link) for link, _ in islice(_links(text), _MOST_LINKS))
    keys = (_key(found, "", depth) for found in (whole, *inner) if found is not None)
    return any(key.access or key.hidden for key in keys)
