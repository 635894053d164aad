"""A small kind of import, for tests of the engine alone."""

from dataclasses import replace

import polars as pl
from django.contrib.auth.models import Group

from qihang.foundation.core.errors import NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.imports.engine.fields import Field, day, digits, free_text, month, whole_number, words
from qihang.foundation.imports.engine.kinds import SAME, CommitOutcome, CommitRows, ImportKind, Storage, Target
from qihang.foundation.imports.engine.masking import Mask
from qihang.foundation.imports.engine.rules import Check, Rule, Severity, Stage, Surroundings

NO_NAME = Rule("T-01", Severity.ERROR, Stage.MISSING, "没填名称", "请补上")
NO_COUNT = Rule("T-02", Severity.CONFIRM, Stage.MISSING, "没填数量", "请补上", "确认后当作没有")
BAD_COUNT = Rule("T-03", Severity.ERROR, Stage.FORM, "“{value}”不是数", "请填整数")
TOO_MANY = Rule("T-04", Severity.ERROR, Stage.CHECK, "数量 {value} 太大", "请核对")
TWICE = Rule("T-05", Severity.CONFIRM, Stage.OTHER_CELLS, "和第 {note} 行重名", "请核对", "确认后算两个")
KNOWN = Rule("T-06", Severity.CONFIRM, Stage.PROVINCE, "别处已有：{note}", "请核对")
OVER_LIMIT = Rule("T-07", Severity.ERROR, Stage.OTHER_CELLS, "超过 {note} 件", "请核对", keeps_row=True)
BAD_DAY = Rule("T-08", Severity.ERROR, Stage.FORM, "“{value}”不是日期")
BAD_MONTH = Rule("T-09", Severity.ERROR, Stage.FORM, "“{value}”不是年月")
BAD_COLOUR = Rule("T-10", Severity.ERROR, Stage.FORM, "没有“{value}”这种颜色")
BAD_CODE = Rule("T-11", Severity.ERROR, Stage.FORM, "应为 16 位数字")
LOST_CODE = Rule("T-12", Severity.ERROR, Stage.FORM, "末位已经丢失")


def over_limit(rows: pl.DataFrame, around: Surroundings) -> pl.Expr | None:
    limit = around.parameters.get("toy.limit", around.on)
    return None if limit is None else pl.when(pl.col("count") > int(limit)).then(pl.lit(str(limit)))


def known_elsewhere(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    register: dict[str, str] = around.register["elsewhere"]  # type: ignore[index]
    return rows["name"].replace_strict(list(register), list(register.values()), default=None, return_dtype=pl.String)


FIELDS = (
    Field("serial", "序号", ()),
    Field("name", "名称", ("品名",), free_text, required=True, key=True, missing=NO_NAME, mask=Mask.NAME),
    Field("count", "数量", ("件数",), whole_number(BAD_COUNT, units=("件", "个")), missing=NO_COUNT),
    Field("colour", "颜色", (), words({"红": "red", "绯红": "red", "蓝": "blue"}, BAD_COLOUR)),
    Field("on", "日期", (), day(BAD_DAY, short=True)),
    Field("month", "月份", (), month(BAD_MONTH)),
    Field("code", "编号", (), digits(BAD_CODE, length=16, lost=LOST_CODE), mask=Mask.NUMBER),
    Field("notes", "备注", (), free_text),
)

TOY = ImportKind(
    key="toy",
    label="物品表",
    fields=FIELDS,
    checks=(
        Check(TOO_MANY, "count", pl.col("count") > 1000),
        Check(
            TWICE,
            "name",
            pl.when(pl.col("_row") > pl.col("_row").min().over("name")).then(
                pl.col("_row").min().over("name").cast(pl.String)
            ),
        ),
        Check(OVER_LIMIT, "count", over_limit),
        Check(KNOWN, "name", known_elsewhere),
    ),
    business_day_labels=("填表日期",),
)
# --- a toy that is kept: a group for each row, as plain a table as there is --------------------------------------------


def shelved() -> dict[str, str]:
    """Name -> count of what has gone in, in the order in which it went."""
    return dict(group.name.split("=") for group in Group.objects.order_by("pk"))


class Shelf:
    """The kind's view of where its rows go."""

    def __init__(self, target: Target) -> None:
        if target.target_id == "closed":
            raise NotAllowed("这个班不归您")
        self.elsewhere: dict[str, str] = {}

    def __getitem__(self, key: str) -> dict[str, str]:
        if key == "elsewhere":
            return self.elsewhere
        return shelved()


def compare(rows: pl.DataFrame, register: object) -> pl.Series:
    there: dict[str, str] = register["there"]  # type: ignore[index]
    found = rows["name"].replace_strict(list(there), list(there.values()), default=None, return_dtype=pl.String)
    return pl.Series(
        [
            None if kept is None else SAME if kept == str(count) else f"数量 {kept}"
            for kept, count in zip(found, rows["count"], strict=True)
        ],
        dtype=pl.String,
    )


def shelve(target: Target, part: CommitRows, register: object) -> CommitOutcome:
    """Each name is there once, with its count."""
    done = CommitOutcome(refused=part.refused.height)
    for name, count in part.rows.select("name", "count").iter_rows():
        kept = shelved().get(name)
        if kept is None:
            Group.objects.create(name=f"{name}={count}")
            done += CommitOutcome(written=1)
        elif kept == str(count):
            done += CommitOutcome(unchanged=1)
        else:
            Group.objects.filter(name=f"{name}={kept}").update(name=f"{name}={count}")
            done += CommitOutcome(changed=1)
    return done


STORED_TOY = replace(
    TOY,
    has_class=True,
    roles=(Role.PROVIDER_CLERK,),
    storage=Storage(open_register=Shelf, commit=shelve, compare=compare),
)
