"""Made-up people: numbers that check, ages and categories of those whom the programme is for."""

import datetime as dt
from dataclasses import dataclass
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
_EDUCATION = ("primary", "junior_high", "senior_high", "secondary_specialised", "college")
_EDUCATION_WEIGHTS = (12, 46, 22, 12, 8)
_PHONES = (
    "130",
    "131",
    "133",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "158",
    "159",
    "177",
    "181",
    "186",
    "189",
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
        self._trained: dict[str, list[Candidate]] = {}

    def draw(self, place: Place, *, on: dt.date, women: float, level: str) -> Candidate:
        """Somebody of the place for a class on that day; now and then a person trained before, at a higher level."""
        known = self._trained.setdefault(place.code, [])
        if known and (level != "5" or self._random.random() < 0.03):
            return self._random.choice(known)
        fresh = self.someone(place, on=on, women=women)
        known.append(fresh)
        return fresh

    def someone(self, place: Place, *, on: dt.date, women: float, age: tuple[int, int] | None = None) -> Candidate:
        """A new person of an age that fits the category, or of the age given."""
        random = self._random
        male = random.random() >= women
        (chosen,) = random.choices(_CATEGORIES, weights=[share for _, share, _, _ in _CATEGORIES])
        code, _, work, ages = chosen
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
            body = f"{region}{birth:%Y%m%d}{order:03d}"
            number = body + resident_check(body)
            if number not in self._numbers:
                self._numbers.add(number)
                return number
