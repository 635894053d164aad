"""A roster of 100,000 people into one class: the product beside django-import-export and beside the limit, in one run.

All take the same xlsx into a copy of the same database. The product reads it, checks it cell by cell and against class
and province, decides each person by the rules, and stores persons, claims, decisions, benefits and places, encrypted
and audited. django-import-export stores the same persons and places through resources of the same models, encrypted
and audited by the same database, once with its defaults and once in bulk mode; it checks and decides nothing. The limit
is reading the file once and COPYing the very bytes that the product stored into the same indexed and audited tables.

Run it with `./qihang bench roster [people]`. The ratios, not the seconds, are the result.
"""

import datetime as dt
import gc
import sys
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import python_calamine
import xlsxwriter
from django.db import connection
from import_export import fields, resources, widgets
from import_export.formats.base_formats import XLSX
from tests.delivery.builders import FILED, Cast, approved_class, ground, make_cast
from tests.factories import HAINAN, SYSTEM, make_actor
from tests.identities import resident

from benchmarks.databases import copied, prepared
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.opening import SIZE
from qihang.foundation.core import clock
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports import services as imports
from qihang.registry.participants.models import Person
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import confirm_parameter, propose_parameter
from qihang.registry.reference.load import load_reference_data

PEOPLE = 100_000
HEADER = ("序号", "姓名", "性别", "身份证号", "文化程度", "户籍所在地", "人员类别", "就业创业证号", "联系电话", "备注")
_BIRTH_PLACES = ("460105", "460106", "460107", "460108", "460203", "469002", "469005", "469006")
_FIRST_YEAR, _YEARS, _ORDERS = 1972, 33, 490


def make_file(people: int) -> bytes:
    """A roster without a fault, as a spreadsheet program would save it."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"constant_memory": True})
    sheet = book.add_worksheet("花名册")
    sheet.write_row(0, 0, HEADER)
    for at in range(people):
        sheet.write_row(at + 1, 0, _row(at))
    book.close()
    return content.getvalue()


def _row(at: int) -> list[object]:
    male = at % 3 == 0
    born = dt.date(_FIRST_YEAR, 1, 1) + dt.timedelta(days=at * 7 % (_YEARS * 365))
    order = at // (_YEARS * 365) % _ORDERS
    number = resident(born.isoformat(), male=male, region=_BIRTH_PLACES[at % len(_BIRTH_PLACES)], order=order)
    name = "符王陈林李"[at % 5] + chr(0x4E00 + at % 8000) + chr(0x4E00 + at * 31 % 7919)
    schooling = ("小学", "初中", "高中")[at % 3]
    household = ("海口市美兰区", "海口市龙华区", "文昌市")[at % 3]
    category = ("登记失业", "农民工", "就业困难人员")[at % 3]
    return [at + 1, name, "男" if male else "女", number, schooling, household, category, "", f"13{at:09}", ""]


def make_class(people: int) -> tuple[Cast, TrainingClass]:
    """An approved class that may take so many: its size parameter is raised."""
    load_reference_data()
    ground()
    _raise_size(people)
    cast = make_cast()
    return cast, approved_class(cast, planned_heads=people)


def _raise_size(people: int) -> None:
    officer, checker = (make_actor(role, region=HAINAN) for role in ("policy_officer", "policy_checker"))
    value = propose_parameter(
        actor=officer, key=SIZE, region=HAINAN, valid_from=FILED, value=people, verified="demo", source="测量"
    )
    confirm_parameter(actor=checker, parameter=value)


def with_product(content: bytes, cast: Cast, item: TrainingClass) -> None:
    """As a clerk does it: preview, then commit."""
    batch, _ = imports.preview(
        actor=cast.clerk, kind="roster", name="花名册.xlsx", content=content, target_id=str(item.public_id)
    )
    imports.commit(actor=cast.clerk, batch=batch, wait=True)


# --- django-import-export ---------------------------------------------------------------------------------------------


class _Index(widgets.Widget):
    """The blind index of an identity number."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bytes:
        column: Any = Person._meta.get_field("identity_index")
        return column.index_of(value, Person)  # type: ignore[no-any-return]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return bytes(value).hex() if value else ""


# Only these are in the unique index on identity numbers: without the condition each lookup would read the whole table.
LIVING = Person.objects.filter(merged_into__isnull=True)


class _Person(_Index):
    """The person of an identity number."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return LIVING.get(identity_index=super().clean(value))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or "")


class PersonResource(resources.ModelResource):
    """Persons, known by the blind index of their number."""

    index = fields.Field("identity_index", "身份证号", _Index())
    name = fields.Field("name", "姓名")
    identity_no = fields.Field("identity_no", "身份证号")
    sex = fields.Field("sex", "sex")
    birth_date = fields.Field("birth_date", "birth_date", widgets.DateWidget())
    phone = fields.Field("phone", "联系电话")
    education = fields.Field("education", "文化程度")

    class Meta:
        model = Person
        import_id_fields = ("index",)
        fields = ("index", "name", "identity_no", "sex", "birth_date", "phone", "education")

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        number = row["身份证号"]
        row["sex"] = "male" if row["性别"] == "男" else "female"
        row["birth_date"] = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"

    def get_queryset(self) -> Any:
        return LIVING.all()


class PlaceResource(resources.ModelResource):
    """Places in the class."""

    person = fields.Field("person", "身份证号", _Person())
    roster_no = fields.Field("roster_no", "序号", widgets.IntegerWidget())

    class Meta:
        model = Enrolment
        import_id_fields = ("person",)
        fields = ("person", "roster_no")

    def __init__(self, item: TrainingClass) -> None:
        super().__init__()
        self.item = item

    def get_queryset(self) -> Any:
        return Enrolment.objects.filter(training_class=self.item)

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        instance.training_class, instance.category, instance.state = self.item, "02", EnrolmentState.APPLIED


class BulkPersonResource(PersonResource):
    class Meta(PersonResource.Meta):
        use_bulk = True
        skip_diff = True


class BulkPlaceResource(PlaceResource):
    class Meta(PlaceResource.Meta):
        use_bulk = True
        skip_diff = True


def with_import_export(
    content: bytes, item: TrainingClass, persons: type[PersonResource], places: type[PlaceResource]
) -> None:
    """Its own reader, then persons, then places, all or nothing."""
    dataset = XLSX().create_dataset(content)
    with unit_of_work(SYSTEM):
        persons().import_data(dataset, raise_errors=True)
        places(item).import_data(dataset, raise_errors=True)


# --- the limit --------------------------------------------------------------------------------------------------------


Stored = list[tuple[str, str, bytes]]


def newest_ids() -> dict[str, int]:
    """The highest id of every table but the audit's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id'"
            " AND data_type = 'bigint' AND table_name NOT IN ('core_auditentry', 'core_auditcontext')"
        )
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
        return found


def stored_since(before: dict[str, int]) -> Stored:
    """(table, columns, bytes) of all rows that are newer; the audit's entries are left to the triggers."""
    found = []
    for table, newest in newest_ids().items():
        if newest > before[table]:
            columns = _columns(table)
            rows = f'SELECT {columns} FROM "{table}" WHERE id > {before[table]} ORDER BY id'
            with connection.cursor() as cursor, cursor.copy(f"COPY ({rows}) TO STDOUT WITH (FORMAT binary)") as copy:
                found.append((table, columns, b"".join(bytes(part) for part in copy)))
    return found


def _columns(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        return str(cursor.fetchone()[0])


def with_copy(content: bytes, stored: Stored) -> None:
    """Read the file, and let the stored bytes in; triggers, constraints and indexes do what they do for the product."""
    python_calamine.CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    with unit_of_work(SYSTEM), connection.cursor() as cursor:
        for table, columns, rows in stored:
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN WITH (FORMAT binary)') as copy:
                copy.write(rows)


# --- the run ----------------------------------------------------------------------------------------------------------


def run(people: int = PEOPLE) -> dict[str, Any]:
    """Time all four on the same file; seconds and ratios."""
    content = make_file(people)
    seconds: dict[str, float] = {}
    with clock.travel_to(FILED), prepared(lambda: make_class(people)) as (cast, item):
        with copied():
            before = newest_ids()
            seconds["product"] = _timed("product", lambda: with_product(content, cast, item))
            _require_all(people, decided=True)
            stored = stored_since(before)
        with copied():
            seconds["limit"] = _timed("limit", lambda: with_copy(content, stored))
            _require_all(people, decided=True)
        with copied():
            seconds["bulk"] = _timed(
                "bulk", lambda: with_import_export(content, item, BulkPersonResource, BulkPlaceResource)
            )
            _require_all(people)
        with copied():
            seconds["default"] = _timed(
                "default", lambda: with_import_export(content, item, PersonResource, PlaceResource)
            )
            _require_all(people)
    return {
        "name": "roster",
        "people": people,
        "seconds": {name: round(taken, 2) for name, taken in seconds.items()},
        "ratio_to_default": round(seconds["default"] / seconds["product"], 2),
        "ratio_to_bulk": round(seconds["bulk"] / seconds["product"], 2),
        "share_of_limit": round(seconds["limit"] / seconds["product"], 3),
    }


def _timed(name: str, work: Callable[[], None]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    taken = time.perf_counter() - start
    print(f"· {name}: {taken:.1f} s", file=sys.stderr, flush=True)
    return taken


def _require_all(people: int, *, decided: bool = False) -> None:
    """What is timed must have been done."""
    counts = [Person.objects.count(), Enrolment.objects.count(), *([Decision.objects.count()] if decided else [])]
    if set(counts) != {people}:
        raise AssertionError(f"{people} rows were given, stored are {counts}")


def table(result: dict[str, Any]) -> str:
    """The result for a person to read."""
    lines = [f"a roster of {result['people']:,} people into one class"]
    for name, seconds in result["seconds"].items():
        lines.append(f"  {name:<8}{seconds:>9.2f} s{result['people'] / seconds:>12,.0f} rows/s")
    lines.append(
        f"  the product is {result['ratio_to_default']} x django-import-export's default,"
        f" {result['ratio_to_bulk']} x its bulk mode, and reaches {result['share_of_limit']:.0%} of the limit"
    )
    return "\n".join(lines)
