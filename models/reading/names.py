"""What a column's name suggests about its role. Only a suggestion: the values decide."""

from __future__ import annotations

import re
from dataclasses import dataclass

SPELLINGS = {
    "nontarget": "nontarget nontargets nontgt nt nts lure lures distractor distractors dist distr foil foils",
    "target": "target targets tgt tar true memory studied",
    "error": "error errors err errs resperr deviation dev bias offset",
    "response": "response responses resp resps answer answered reported estimate estimated reproduction",
    "set_size": "setsize nitems nitem numitems nstim nstims numstim arraysize ss",
    "subject": "subject subjects subj subid subjid subjectid sub sid id participant participants ppt ppn observer pid",
    "condition": "condition conditions cond delay duration retention",
    "trial": "trial trials trialnr trialnum trialnumber",
    "probe": "probe probes pos position positions loc location locations cue place slot",
    "item": "report item items stim stims stimulus stimuli hue hues color colors colour colours ori oris orientation "
    "orientations angle angles feature features value values sample stimori stimcol stimang",
    "cued": "cued probed tested",
    "ignore": "rt time onset onsets date age gender sex order judgement freq spfreq spfreqs start score x y keypress "
    "confidence session run",
}
WORDS = {role: frozenset(words.split()) for role, words in SPELLINGS.items()}
ALONE = {"e": "error", "x": "response", "t": "target", "n": "set_size", "element": "subject"}


@dataclass(frozen=True)
class Hint:
    """The role a name suggests, its stem and its number in a numbered group (None without)."""

    role: str
    stem: str
    index: int | None


def hint(name: str) -> Hint:
    """The role a column's name suggests; ``"other"`` where it says nothing."""
    stem, index = _numbered(name)
    words = _words(stem)
    if not words:
        return Hint("other", stem, index)
    if len(words) == 1 and words[0] in ALONE and index is None:
        return Hint(ALONE[words[0]], stem, index)
    has = {role for role, known in WORDS.items() if known & set(words)}
    if "setsize" in "".join(words) or {"set", "size"} <= set(words) or "nitems" in "".join(words):
        has.add("set_size")
    return Hint(_role(has, index, set(words)), stem, index)


def _role(has: set[str], index: int | None, words: set[str]) -> str:
    if "ignore" in has:
        return "ignore"
    for role in ("set_size", "nontarget"):
        if role in has:
            break
    else:
        role = ""
    if role == "nontarget":
        return "nontarget_error" if "error" in has else "nontarget_probe" if "probe" in has else "nontarget"
    if role:
        return role
    if "error" in has:
        return "item_error" if index is not None or "item" in has else "error"
    if "response" in has or (index is None and words & {"report", "reported"}):
        return "response"  # numbered, "report" is the reported feature of an item
    if "cued" in has and not has & {"target", "probe"} and "item" not in has:
        return "cued"
    if "target" in has:
        return "target_probe" if "probe" in has else "target"
    if "probe" in has:
        return "item_probe" if index is not None else "target_probe"
    for role in ("trial", "subject", "condition", "item"):
        if role in has:
            return role
    return "other"


def _numbered(name: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(.*?)[\s_.\-(\[]*(\d+)[)\]]?", name.strip())
    if match and match.group(1):
        return match.group(1), int(match.group(2))
    return name.strip(), None


def _words(stem: str) -> list[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", stem)
    words = re.findall(r"[a-z]+", spaced.lower())
    # "non_target" and "set_size" are one word in two parts.
    joined: list[str] = []
    for word in words:
        if (joined and joined[-1] == "non") or (
            joined and joined[-1] in ("n", "num") and word in ("items", "item", "stim")
        ):
            joined[-1] += word
        else:
            joined.append(word)
    return joined
