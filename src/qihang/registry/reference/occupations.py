"""From a job title as people write it to the occupations of the 2022 classification. Pure: no Django, no database.

A title is taken apart (brackets, "A兼B", pay and shift words) and each part is looked up three ways: as a whole, by
the known titles that it contains, and by the weight of the characters and words it shares with official names and
spoken titles (TF-IDF). The order is the same for the same titles, always. The spoken titles are the project's own
table, `data/occupation-aliases.csv`.
"""

import csv
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import rjieba

from qihang.registry.reference.regions import DATA

Scores = npt.NDArray[np.float32]

_OCCUPATION: Final = 4  # the level of occupations; above are classes
# How much each kind of evidence counts. Found by trying the tests' titles; the result changes little around them.
_WHOLE: Final = 1.0
_SAME_STEM: Final = 0.96
_SECOND_BEST: Final = 0.84  # a spoken title of rank 2
_BRACKET: Final = 0.92
_LATER_PART: Final = 0.95
_VAGUE: Final = 0.8
_INSIDE, _COVER, _AT_END = 0.25, 0.5, 0.2  # a known title inside: at all, by its share of the whole, at the end
_IMPURE: Final = 0.5
_SUPPORT: Final = 0.3  # of a second known title for the same occupation
_KNOWN: Final = np.float32(0.9)
_ALIKE: Final = np.float32(0.75)
_COMMON: Final = 150  # a character or pair in more titles than this tells nothing
_LEAST: Final = 0.12  # matches below say nothing

_BRACKETS: Final = re.compile(r"[(\[{<【〔《「]([^)\]}>】〕》」]*)[)\]}>】〕》」]?")
_SPLIT: Final = re.compile(r"[/\\、,，;；|+&·]|兼(?!职)|(?<=[^\W\d]{2})(?:和|及|或|与)(?=[^\W\d]{2})")
_NOISE: Final = re.compile(
    r"诚聘|急聘|急招|高薪|直招|招募|招收|长期|短期|包吃住|包吃|包住|管吃住|五险一金|五险|双休|单休|日结|周结|月结"
    r"|若干|\d+(?:名|人|位|个)|长?[白夜晚早中]班|[两二三]班倒|倒班|全职|兼职|临时|暑假|寒假|实习生?|试用"
    r"|初级|中级|高级|资深|熟练|熟手|生手|大龄|年轻|持证|无经验|有经验|[一二三四五]级(?:以上)?|男女不限|不限|[男女]"
    r"|外贸厂|大厂|合资|国企|\d+(?:\.\d+)?(?:k|元|万|千)(?:以上|左右|起|每?[天月时])?|\d{3,}"
)
_SAME_WORD: Final = {
    "驾驶员": "司机",
    "操作手": "司机",
    "机手": "机司机",
    "车手": "车司机",
    "修理": "维修",
    "维保": "维修",
    "维护": "维修",
    "检修": "维修",
    "运维": "维修",
    "老师": "教师",
    "医生": "医师",
    "清洁": "保洁",
    "清扫": "保洁",
    "烹饪": "烹调",
    "照护": "护理",
    "看护": "护理",
    "服务生": "服务员",
    "推销": "销售",
}
_SYNONYMS: Final = re.compile("|".join(sorted(_SAME_WORD, key=len, reverse=True)))
_EDGE: Final = re.compile(r"^[\W_]+|[\W_]+$")
_SUFFIXES: Final = ("工作人员", "从业人员", "师傅", "人员", "小工", "学徒", "阿姨", "员工", "工人", "员", "工", "师")

# Titles that say how someone is employed, not what they do; a more telling part of the title goes before them.
_VAGUE_TITLES: Final = re.compile(
    "普工|操作工|工人|杂工|小工|技工|学徒工|临时工|零工|店员|员工|服务员|司机|教师|助理|经理|主管|总监|阿姨|师傅"
)


@dataclass(frozen=True, slots=True)
class OccupationMatch:
    """One occupation that a title may mean. `score` runs from 0 to 1 and is for ranking, not a probability."""

    code: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class _Posting:
    entries: npt.NDArray[np.int32]
    weights: Scores


def read_edition(edition: str) -> list[dict[str, Any]]:
    """All rows of an edition as columns of the Occupation table, classes included, in the order of codes."""
    with (DATA / f"occupations-{edition}.csv").open(encoding="utf-8", newline="") as file:
        return [
            {
                "edition": edition,
                "code": row["code"],
                "name": row["name"],
                "level": int(row["level"]),
                "green": row.get("green") == "1",
                "digital": row.get("digital") == "1",
                "verified": row.get("verified", "read"),
            }
            for row in csv.DictReader(file)
        ]


def read_successions() -> list[dict[str, str]]:
    """What occupations of older editions became: old_edition, old_code, new_edition, new_code, verified."""
    with (DATA / "occupation-successions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_occupations() -> list[tuple[str, str]]:
    """Code and name of each occupation (细类) of the 2022 edition, in the order of codes."""
    return [(row["code"], row["name"]) for row in read_edition("2022") if row["level"] == _OCCUPATION]


def read_aliases() -> list[tuple[str, str, int]]:
    """Code, spoken title and rank (1 the usual reading, 2 a possible one)."""
    with (DATA / "occupation-aliases.csv").open(encoding="utf-8", newline="") as file:
        return [(row["code"], row["alias"], int(row["rank"])) for row in csv.DictReader(file)]


def normalise_title(title: str) -> str:
    """Half-width, lower case, without white space and invisible marks, one word for the same doing (维保 -> 维修)."""
    text = unicodedata.normalize("NFKC", title).lower()
    text = "".join(char for char in text if not char.isspace() and unicodedata.category(char) != "Cf")
    return _SYNONYMS.sub(lambda found: _SAME_WORD[found[0]], text)


def stem(title: str) -> str:
    """The title without endings that only say "one who does it": 电焊工师傅 -> 电焊. Two characters stay at least."""
    changed = True
    while changed:
        changed = False
        for suffix in _SUFFIXES:
            if title.endswith(suffix) and len(title) - len(suffix) >= 2:
                title, changed = title[: -len(suffix)], True
                break
    return title


def title_parts(title: str) -> list[tuple[str, float]]:
    """The parts of a title that may each name a job, with their weight, the most telling first."""
    text = normalise_title(title)
    inner = [part for found in _BRACKETS.findall(text) for part in _split(found)]
    outer = _split(_BRACKETS.sub("", text)) or inner
    parts: dict[str, float] = {}
    for main in outer[:1]:
        for extra in inner:  # 服务员(客房) may well be 客房服务员
            parts[extra + main] = _WHOLE
    for index, part in enumerate(outer):
        parts.setdefault(part, (_LATER_PART if index else _WHOLE) * (_VAGUE if _VAGUE_TITLES.fullmatch(part) else 1))
    for part in inner:
        parts.setdefault(part, _BRACKET)
    return list(parts.items())


def _split(text: str) -> list[str]:
    cleaned = [_without_noise(part) for part in _SPLIT.split(text)]
    return [part for part in cleaned if part]


def _without_noise(part: str) -> str:
    bare = _EDGE.sub("", _NOISE.sub("", part))
    return bare if len(bare) >= 2 else _EDGE.sub("", part)


def _features(text: str) -> Iterator[tuple[str, float]]:
    """What two titles may share, and how telling it is: characters, pairs, triples, and words of the dictionary."""
    for char in text:
        yield char, 0.4
    for size, weight in ((2, 1.0), (3, 1.2)):
        for start in range(len(text) - size + 1):
            yield text[start : start + size], weight
    for word in rjieba.cut(text):
        if len(word) > 1:
            yield f"={word}", 1.0


class OccupationIndex:
    """Names and spoken titles of one edition, ready for look-ups. Build once; see `occupation_index`."""

    def __init__(self, occupations: Sequence[tuple[str, str]], aliases: Iterable[tuple[str, str, int]]) -> None:
        self.codes = [code for code, _ in occupations]
        self.names = [name for _, name in occupations]
        place = {code: index for index, code in enumerate(self.codes)}
        entries = [(place[code], normalise_title(name), 1) for code, name in occupations]
        entries += [(place[code], normalise_title(alias), rank) for code, alias, rank in aliases]
        entries.sort()
        self._exact: dict[str, dict[int, float]] = defaultdict(dict)
        self._stems: dict[str, dict[int, float]] = defaultdict(dict)
        for owner, text, rank in entries:
            weight = _WHOLE if rank == 1 else _SECOND_BEST
            _keep_best(self._exact[text], owner, weight)
            _keep_best(self._stems[stem(text)], owner, weight * _SAME_STEM)
        self._inside = _substrings(entries)
        self._longest = max(map(len, self._exact))
        self._starts = np.searchsorted([owner for owner, _, _ in entries], np.arange(len(self.codes)))
        self._rank_weights = np.array([1 if rank == 1 else _SECOND_BEST for *_, rank in entries], dtype=np.float32)
        self._index([text for _, text, _ in entries])

    def _index(self, texts: Sequence[str]) -> None:
        bags = [_bag(text) for text in texts]
        frequency = Counter(feature for bag in bags for feature in bag)
        self._idf = {feature: math.log(1 + len(texts) / count) for feature, count in frequency.items()}
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for entry, bag in enumerate(bags):
            vector = {feature: weight * self._idf[feature] for feature, weight in bag.items()}
            length = math.sqrt(sum(weight * weight for weight in vector.values()))
            for feature, weight in vector.items():
                found[feature].append((entry, weight / length))
        self._postings = {feature: _posting(rows) for feature, rows in found.items() if len(rows) <= _COMMON}
        self._count = len(texts)

    def match(self, title: str, top: int) -> list[OccupationMatch]:
        """The `top` best occupations of a title, best first; fewer when little is shared, none for an empty title."""
        best = np.zeros(len(self.codes), dtype=np.float32)
        whole = normalise_title(title)
        for part, weight in [(whole, _WHOLE)] if whole in self._exact else title_parts(title):
            np.maximum(best, self._score(part) * np.float32(weight), out=best)
        scores = np.round(best, 4)
        order = np.lexsort((np.arange(len(scores)), -scores))[:top]
        return [
            OccupationMatch(self.codes[index], self.names[index], round(float(scores[index]), 4))
            for index in order.tolist()
            if scores[index] >= _LEAST
        ]

    def _score(self, part: str) -> Scores:
        """How far each occupation answers one part: what is known outright counts most, likeness settles the rest."""
        alike = self._likeness(part)
        known = np.zeros(len(self.codes), dtype=np.float32)
        for owner, weight in self._known(part).items():
            known[owner] = weight
        result: Scores = np.maximum(_KNOWN * known + (1 - _KNOWN) * alike, _ALIKE * alike)
        return result

    def _known(self, part: str) -> dict[int, float]:
        found: dict[int, float] = {}
        for owner, weight in self._exact.get(part, {}).items():
            _keep_best(found, owner, weight)
        bare = stem(part)
        for owner, weight in self._stems.get(bare, {}).items():
            _keep_best(found, owner, weight)
        inside = [self._known_inside(text) for text in dict.fromkeys((part, bare))]
        for owner, values in ((owner, values) for table in inside for owner, values in table.items()):
            first, *others = sorted(values, reverse=True)
            support = _SUPPORT * others[0] if others else 0
            _keep_best(found, owner, 1 - (1 - first) * (1 - support))
        return found

    def _known_inside(self, text: str) -> dict[int, list[float]]:
        """Known titles within the text: the longer the better, best at its end, where Chinese has its head word."""
        found: dict[int, list[float]] = defaultdict(list)
        for start, stop in self._spans(text):
            inside = text[start:stop]
            value = _INSIDE + _COVER * (stop - start) / len(text) + (_AT_END if stop == len(text) else 0)
            value *= _VAGUE if _VAGUE_TITLES.fullmatch(inside) else 1
            here: dict[int, float] = {}
            for table in (self._exact, self._stems):
                for owner, weight in table.get(inside, {}).items():
                    _keep_best(here, owner, value * weight * self._pure(inside, owner))
            for owner, weight in here.items():
                found[owner].append(weight)
        return found

    def _pure(self, inside: str, owner: int) -> float:
        """How surely words that hold `inside` mean this owner: 司机 stands in the titles of many occupations."""
        owners = self._inside[inside]
        return _IMPURE + (1 - _IMPURE) * owners[owner] / owners.total()

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the text holds a known title that no longer known title covers."""
        reach = 0
        for start in range(len(text) - 1):
            for stop in range(min(len(text), start + self._longest), max(start + 1, reach), -1):
                inside = text[start:stop]
                if stop - start >= 2 and (inside in self._exact or inside in self._stems):
                    reach = stop
                    yield start, stop
                    break

    def _likeness(self, part: str) -> Scores:
        bag = {feature: weight for feature, weight in _bag(part).items() if feature in self._idf}
        total = np.zeros(self._count, dtype=np.float32)
        length = 0.0
        for feature, weight in bag.items():
            value = weight * self._idf[feature]
            length += value * value
            if posting := self._postings.get(feature):
                total[posting.entries] += np.float32(value) * posting.weights
        if not length:
            return np.zeros(len(self.codes), dtype=np.float32)
        total *= self._rank_weights / np.float32(math.sqrt(length))
        best: Scores = np.maximum.reduceat(total, self._starts)
        return best


def _substrings(entries: Iterable[tuple[int, str, int]]) -> dict[str, Counter[int]]:
    """For each run of two or more characters in names and spoken titles, how often each owner uses it."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for owner, text, _ in entries:
        for run in {text[start:stop] for start in range(len(text)) for stop in range(start + 2, len(text) + 1)}:
            found[run][owner] += 1
    return found


def _bag(text: str) -> dict[str, float]:
    bag: dict[str, float] = defaultdict(float)
    for feature, weight in _features(text):
        bag[feature] += weight
    return bag


def _posting(rows: list[tuple[int, float]]) -> _Posting:
    entries, weights = zip(*rows, strict=True)
    return _Posting(np.array(entries, dtype=np.int32), np.array(weights, dtype=np.float32))


def _keep_best(found: dict[int, float], owner: int, weight: float) -> None:
    if weight > found.get(owner, 0):
        found[owner] = weight


@cache
def occupation_index() -> OccupationIndex:
    """The index of the 2022 edition, built on first use (a quarter of a second) and kept."""
    return OccupationIndex(read_occupations(), read_aliases())


def match_titles(titles: Sequence[str], top: int = 5) -> list[list[OccupationMatch]]:
    """The `top` best occupations of each title, in order. The same title is worked out once."""
    index = occupation_index()
    found = {title: index.match(title, top) for title in dict.fromkeys(titles)}
    return [found[title] for title in titles]
