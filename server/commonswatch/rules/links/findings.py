"""The contexts of a link → what they say about its dataset and its role, each with the word that says it.

Decides neither what follows from both nor whether the place hands anything out: that is decision.py.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from commonswatch.rules.catalogue import ancestors
from commonswatch.rules.links.blocks import Block
from commonswatch.rules.links.context import Context
from commonswatch.rules.links.vocabulary import RULES
from commonswatch.rules.links.words import Mark

_FILES = ("the file name", "the link text", "the file name beside it")
_SLIGHT = (*_FILES, "the address", "the row", "the column head")  # where slight words count
_ONE_FIGURE = 1  # decimal fractions in a row; more are results of a model
_FIGURE = re.compile(r"[ *_~]*[0-9]{1,3}\.[0-9]{1,4} ?%?[ *_~]*")


@dataclass(frozen=True)
class Finding:
    """What a context says: a role, or a dataset (empty: a set that is not in the catalogue)."""

    value: str
    place: str
    word: str
    near: bool

    @property
    def reason(self) -> str:
        """In plain words. Quotes words of the rules only, never the page."""
        return f"{self.place} says “{self.word}”" if self.word else self.place


def find_dataset(contexts: Sequence[Context], *, near_only: bool) -> Finding | None:
    """The dataset the nearest context with a name says. Far contexts must agree with themselves: one dataset."""
    for context in contexts:
        if context.place == "the section":
            continue  # names what stands beside the link too
        if near_only and not context.near:
            return None
        names = _most_special([mark for mark in RULES.words.read(context.text).marks if mark.names is not None])
        if not context.near:
            names = [mark for mark in names if RULES.counts_from_far(mark.names)] or names
            if len({mark.names for mark in names}) > 1:
                return None
        if names:
            mark = names[-1 if context.place == "the text before it" else 0]
            return Finding(mark.names or "", context.place, mark.word, context.near)
    return None


def _most_special(marks: list[Mark]) -> list[Mark]:
    """Without the datasets of which another one named beside them was made."""
    ids = {mark.names for mark in marks if mark.names}
    if len(ids) < 2:
        return marks
    above = {up.id for one in ids for up in ancestors(one)}
    return [mark for mark in marks if mark.names not in above]


def find_role(contexts: Sequence[Context], block: Block, names: Sequence[str]) -> Finding | None:
    """The role by the ending of the file's name, else by the nearest context with a role word."""
    for name in names:
        role = RULES.role_of_ending(name)
        if role:
            return Finding(role, "the file name", name.rsplit(".", 1)[-1].lower(), near=True)
    for context in contexts:
        found = _role_in(context)
        if found is not None:
            return found
        if context.place == "the row" and _holds_figures(block):
            return Finding("weights", "the row holds figures of a model", "", near=True)
        if context.place in _FILES and _is_archive_of_dataset(context.text):
            return Finding("data", f"{context.place} is an archive of it", "", near=True)
    return None


def _role_in(context: Context) -> Finding | None:
    """The first of the strongest role words; behind a link the first; in a table's head one of weights first."""
    text = context.text if context.own is None else context.own
    marks = list(RULES.words.read(text).marks)
    last = marks[-1] if marks else None
    marks = [mark for mark in marks if mark.role and (mark.strength or _counts(mark, context, is_last=mark is last))]
    if context.reach is not None:  # where a section has spoken of features, a heading that says data means those
        marks = [mark for mark in marks if mark.role == "features" and mark.strength > 1 and mark.place < context.reach]
    elif context.place == "the table's head":
        marks.sort(key=lambda mark: mark.role != "weights")
    elif not context.behind:
        marks.sort(key=lambda mark: -mark.strength)
    return Finding(marks[0].role, context.place, marks[0].word, context.near) if marks else None


def _counts(slight: Mark, context: Context, *, is_last: bool) -> bool:
    if slight.role == "other":
        return context.place in _FILES or (is_last and context.touching)
    return context.place in _SLIGHT or (slight.role == "data" and context.place == "the text before it")


def _is_archive_of_dataset(name: str) -> bool:
    return RULES.is_archive(name) and any(mark.names for mark in RULES.words.read(name).marks)


def _holds_figures(block: Block) -> bool:
    return sum(bool(_FIGURE.fullmatch(cell[:20])) for cell in block.beginnings[:40]) > _ONE_FIGURE
