"""Made-up people: numbers that check, ages and categories of those whom the programme is for."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from qihang.demo.names import full_name
from qihang.demo.places import Place
from qihang.registry.reference.identity import resident_check

# Category code, share of people, how likely work is afterwards (1: usual), years of birth before today.
_CATEGORIES = (
    ("02", 34, 1.00, (22, 50)),
    ("03", 30, 1.06, (20, 49)),
    ("04", 15, 0.84, (42, 54)),
    ("06", 7, 0.95, (22, 50)),
    ("09", 3, 1.10, (22, 45)),
    ("13", 3, 0.72, (22, 50)),
    ("14", 5, 0.93, (25, 50)),
    ("05", 1, 0.88, (25, 50)),
    ("08", 2, 0.97, (17, 19)),
)
_CATEGORY_SHARES = list(accumulate(share for _, share, _, _ in _CATEGORIES))
_COMES_BACK = 0.03  # of those on a first-level class
_EDUCATION = ("primary", "junior_high", "senior_high", "secondary_specialised", "college")
_EDUCATION_WEIGHTS = (12, 46, 22, 12, 8)
_PHONES = (
    *("130", "131", "133", "135", "136", "137", "138", "139"),
    *("150", "151", "158", "159", "177", "181", "186", "189"),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who asks to be trained. `work` says how likely work is for them; the number is nobody's."""

    identity: str
    name: str
    sex: str
    birth: dt.date
    phone: str
    region: str
    category: str
    education: str
    work: float


class Population:
    """People without end, each number once; some come back years later."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._numbers: set[str] = set()
        # By place: those trained before, and from when on they may apply again.
        self._trained: dict[str, list[tuple[Candidate, dt.date]]] = {}

    def draw(self, place: Place, *, applied: dt.date, on: dt.date, women: float, level: str) -> Candidate:
        """Somebody of the place for a class on that day; now and then a person trained before, at a higher level."""
        known = self._trained.get(place.code)
        if known and (level != "5" or self._random.random() < _COMES_BACK):
            who, free_from = self._random.choice(known)
            if free_from <= applied:
                return who
        return self.someone(place, on=on, women=women)

    def trained(self, place: Place, people: Iterable[Candidate], *, free_from: dt.date) -> None:
        """These were in a class of the place, and may come back once it is long over."""
        self._trained.setdefault(place.code, []).extend((who, free_from) for who in people)

    def someone(self, place: Place, *, on: dt.date, women: float, age: tuple[int, int] | None = None) -> Candidate:
        """A new person of an age that fits the category, or of the age given."""
        random = self._random
        male = random.random() >= women
        code, _, work, ages = random.choices(_CATEGORIES, cum_weights=_CATEGORY_SHARES)[0]
        low, high = age or ages
        birth = self._birth(on, low, high + (5 if male and age is None and code == "04" else 0))
        return Candidate(
            identity=self._number(place.code, birth, male),
            name=full_name(random, male=male, born=birth.year),
            sex="male" if male else "female",
            birth=birth,
            phone=random.choice(_PHONES) + f"{random.randint(0, 99_999_999):08d}",
            region=place.code,
            category=code,
            education=random.choices(_EDUCATION, weights=_EDUCATION_WEIGHTS)[0],
            work=work,
        )

    def _birth(self, on: dt.date, low: int, high: int) -> dt.date:
        return on - dt.timedelta(days=self._random.randint(low * 366, high * 365 + 364))

    def _number(self, region: str, birth: dt.date, male: bool) -> str:
        """A number that checks. Districts that are younger than the person had no numbers of their own then."""
        while True:
            order = self._random.randint(0, 499) * 2 + (1 if male else 0)
            body = f"{region}{birth.year}{birth.month:02}{birth.day:02}{order:03}"
            number = body + resident_check(body)
            if number not in self._numbers:
                self._numbers.add(number)
                return number
