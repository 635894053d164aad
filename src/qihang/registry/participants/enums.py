from django.db.models import TextChoices


class Sex(TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class PersonState(TextChoices):
    ACTIVE = "active", "在册"
    MERGED = "merged", "已并入另一条"


class MergeState(TextChoices):
    PROPOSED = "proposed", "等另一个人确认"
    DONE = "done", "合并了"
    REFUSED = "refused", "没有合并"
    WITHDRAWN = "withdrawn", "撤回了"


class CategoryState(TextChoices):
    CLAIMED = "claimed", "待核"
    CONFIRMED = "confirmed", "已核实"
    REJECTED = "rejected", "不属于"


class CategorySource(TextChoices):
    ROSTER = "roster", "花名册"
    PERSON = "person", "本人"
    OFFICE = "office", "窗口"
    PARTNER = "partner", "部门名单"
