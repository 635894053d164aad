"""Reference tables: divisions with their history, occupations by edition, code tables by name and edition.

Their content comes from the packaged files (`load.load_reference_data`), so that every installation has the same.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from qihang.foundation.core.models import AuditedModel
from qihang.registry.reference.enums import Mark, OccupationEdition, OccupationLevel, RegionLevel
from qihang.registry.reference.querysets import CodeItemQuerySet, OccupationQuerySet, RegionQuerySet


def _codes() -> ArrayField[list[str], list[str]]:
    return ArrayField(models.CharField(max_length=6), default=list, blank=True, verbose_name="后续代码")


class Region(AuditedModel):
    """A division code with what it means today, or meant last. Other tables point at `code`.

    `since` and `until` are the years of the lists in which the code first and no longer stands; `successors` are the
    codes to which its place went when it ended. What the code meant in between is in `RegionPeriod`.
    """

    code = models.CharField("代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=40)
    full_name = models.CharField("全称", max_length=60)
    province = models.CharField("所属省", max_length=20)
    level = models.CharField("级别", max_length=10, choices=RegionLevel)
    parent_code = models.CharField("上级代码", max_length=6, blank=True, db_index=True)
    since = models.PositiveSmallIntegerField("启用年份")
    until = models.PositiveSmallIntegerField("停用年份", null=True, blank=True)
    successors = _codes()
    official = models.BooleanField("国家标准代码", default=True)

    objects = RegionQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "行政区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="region_code_six_digits",
                condition=Q(code__regex=r"^[0-9]{6}$"),
                violation_error_message="区划代码应为6位数字。",
            ),
            models.CheckConstraint(
                name="region_years",
                condition=Q(until=None) | Q(until__gt=F("since")),
                violation_error_message="停用年份应晚于启用年份。",
            ),
            models.CheckConstraint(
                name="region_parent",
                condition=Q(level=RegionLevel.PROVINCE, parent_code="")
                | (~Q(level=RegionLevel.PROVINCE) & Q(parent_code__regex=r"^[0-9]{6}$")),
                violation_error_message="省级没有上级代码，其他级别必须有。",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name


class RegionPeriod(AuditedModel):
    """What a code meant over one run of years; a code may come back for another place."""

    region = models.ForeignKey(
        Region, models.CASCADE, to_field="code", related_name="periods", verbose_name="行政区划"
    )
    name = models.CharField("当时名称", max_length=40)
    full_name = models.CharField("当时全称", max_length=60)
    since = models.PositiveSmallIntegerField("启用年份")
    until = models.PositiveSmallIntegerField("停用年份", null=True, blank=True)
    successors = _codes()

    class Meta(AuditedModel.Meta):
        verbose_name = "区划沿革"
        ordering = ["region", "since"]
        constraints = [
            models.UniqueConstraint(
                name="region_period_once",
                fields=["region", "since"],
                violation_error_message="同一代码同一年只能启用一次。",
            ),
            models.CheckConstraint(
                name="region_period_years",
                condition=Q(until=None) | Q(until__gt=F("since")),
                violation_error_message="停用年份应晚于启用年份。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} {self.since}—{self.until or ''}"


class Occupation(AuditedModel):
    """An occupation, or a class of occupations, in one edition of the national classification."""

    edition = models.CharField("版次", max_length=4, choices=OccupationEdition)
    code = models.CharField("代码", max_length=10)
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("级别", choices=OccupationLevel)
    green = models.BooleanField("绿色职业", default=False)
    digital = models.BooleanField("数字职业", default=False)
    verified = models.CharField("核验", max_length=10, choices=Mark)

    objects = OccupationQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "职业"
        ordering = ["-edition", "code"]
        constraints = [
            models.UniqueConstraint(
                name="occupation_once",
                fields=["edition", "code"],
                violation_error_message="这一版次里已有这个职业代码。",
            ),
            models.CheckConstraint(
                name="occupation_code_form",
                condition=Q(code__regex=r"^[1-8]-[0-9]{2}-[0-9]{2}-[0-9]{2}$"),
                violation_error_message="职业代码的形式应为 4-10-01-06。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OccupationSuccession(AuditedModel):
    """What an occupation of an older edition is in a newer one. One may become several."""

    old = models.ForeignKey(Occupation, models.CASCADE, related_name="successions", verbose_name="旧版职业")
    new = models.ForeignKey(Occupation, models.CASCADE, related_name="predecessions", verbose_name="新版职业")
    verified = models.CharField("核验", max_length=10, choices=Mark)

    class Meta(AuditedModel.Meta):
        verbose_name = "职业新旧对照"
        ordering = ["old", "new"]
        constraints = [
            models.UniqueConstraint(
                name="occupation_succession_once", fields=["old", "new"], violation_error_message="这一对照已经存在。"
            ),
            models.CheckConstraint(
                name="occupation_succession_two",
                condition=~Q(old=F("new")),
                violation_error_message="新旧职业不能是同一个。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class CodeTable(AuditedModel):
    """A code table in one edition; one edition of each name is current."""

    name = models.SlugField("表名", max_length=40)
    edition = models.CharField("版次", max_length=30)
    title = models.CharField("中文名", max_length=40)
    current = models.BooleanField("现用")
    source = models.CharField("来源", max_length=120)
    verified = models.CharField("核验", max_length=10, choices=Mark)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = "代码表"
        ordering = ["name", "edition"]
        constraints = [
            models.UniqueConstraint(
                name="code_table_once", fields=["name", "edition"], violation_error_message="这个代码表已有这一版次。"
            ),
            models.UniqueConstraint(
                name="code_table_one_current",
                fields=["name"],
                condition=Q(current=True),
                violation_error_message="一个代码表只能有一个现用版次。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.edition}）"


class CodeItem(AuditedModel):
    """One code of a table. `identifier` is what programs and the events file use."""

    table = models.ForeignKey(CodeTable, models.CASCADE, related_name="items", verbose_name="代码表")
    position = models.PositiveSmallIntegerField("次序")
    code = models.CharField("代码", max_length=40)
    identifier = models.SlugField("标识", max_length=60)
    name = models.CharField("名称", max_length=60)
    aliases = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="别名")
    rank = models.SmallIntegerField("高低", null=True, blank=True)
    valid_from = models.DateField("生效日", null=True, blank=True)
    valid_to = models.DateField("失效日", null=True, blank=True)
    verified = models.CharField("核验", max_length=10, choices=Mark)
    attributes = models.JSONField("属性", default=dict, blank=True)

    objects = CodeItemQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "代码"
        ordering = ["table", "position"]
        constraints = [
            models.UniqueConstraint(
                name="code_item_once", fields=["table", "code"], violation_error_message="表中已有这个代码。"
            ),
            models.UniqueConstraint(
                name="code_item_identifier",
                fields=["table", "identifier"],
                violation_error_message="表中已有这个标识。",
            ),
            models.CheckConstraint(
                name="code_item_days",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日不能早于生效日。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DataRelease(AuditedModel):
    """A state of the packaged files that has been loaded; the newest says whether there is anything to do."""

    digest = models.CharField("摘要", max_length=64)
    loaded_at = models.DateTimeField("装入时间")
    changed = models.JSONField("变动行数")

    class Meta(AuditedModel.Meta):
        verbose_name = "基础数据装入"
        ordering = ["-id"]
        get_latest_by = "id"

    def __str__(self) -> str:
        return self.digest[:12]
