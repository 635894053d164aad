from django.db.models import TextChoices


class Programme(TextChoices):
    SKILLS = "skills", "技能再就业"
    STARTUP = "startup", "能力促创业"


class Module(TextChoices):
    GYB = "GYB", "产生企业想法（GYB）"
    SYB = "SYB", "创办企业（SYB）"
    IYB = "IYB", "改善企业（IYB）"
    EYB = "EYB", "扩大企业（EYB）"


class ClassFormat(TextChoices):
    DAY = "day", "日班"
    NIGHT = "night", "夜班"
    SHORT = "short", "短班"
    LONG = "long", "长班"
    REMOTE = "remote", "远程班"


class ClassKind(TextChoices):
    GENERAL = "general", "普通班"
    ORDER = "order", "订单班"
    TARGETED = "targeted", "定向班"


class ClassLevel(TextChoices):
    FIVE = "5", "五级/初级工"
    FOUR = "4", "四级/中级工"
    THREE = "3", "三级/高级工"
    TWO = "2", "二级/技师"
    ONE = "1", "一级/高级技师"
    SPECIAL = "special", "专项职业能力"
    NONE = "none", "不分等级"  # startup modules


# Levels whose certificates have a rule of numbers; a class of another one could never end in a certificate.
APPRAISED_LEVELS = (ClassLevel.FIVE, ClassLevel.FOUR, ClassLevel.THREE, ClassLevel.TWO, ClassLevel.ONE)


class ClassState(TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "等初审"
    REVIEWED = "reviewed", "等审批"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "已批准"
    COMPLETED = "completed", "已结业"
    CANCELLED = "cancelled", "已取消"


# A class that may still have trainees at work in it.
OPEN_CLASSES = (ClassState.APPROVED,)


class EnrolmentState(TextChoices):
    APPLIED = "applied", "等核实"
    REFUSED = "refused", "没通过"
    ENROLLED = "enrolled", "在读"
    WITHDRAWN = "withdrawn", "已退班"
    COMPLETED = "completed", "学完"
    NOT_COMPLETED = "not_completed", "没学完"


# A place that is not settled: an officer, or a later roster, can still bring other facts.
UNSETTLED = (EnrolmentState.APPLIED, EnrolmentState.REFUSED)
# Who sits in class: also those whose category an officer has not confirmed yet.
IN_CLASS = (EnrolmentState.APPLIED, EnrolmentState.ENROLLED)
# Who was ever a trainee of the class, for the figures.
EVER_ENROLLED = (
    EnrolmentState.ENROLLED,
    EnrolmentState.WITHDRAWN,
    EnrolmentState.COMPLETED,
    EnrolmentState.NOT_COMPLETED,
)


class Half(TextChoices):
    WHOLE = "", "全天"
    MORNING = "am", "上午"
    AFTERNOON = "pm", "下午"
    EVENING = "eve", "晚上"


class AttendanceMark(TextChoices):
    PRESENT = "present", "到课"
    LATE = "late", "迟到"
    LEFT_EARLY = "left_early", "早退"
    ABSENT = "absent", "缺课"
    LEAVE = "leave", "请假"


# The marks that count as having been there (samples: √ and 迟 are present, × and 假 absent).
ATTENDED_MARKS = (AttendanceMark.PRESENT, AttendanceMark.LATE, AttendanceMark.LEFT_EARLY)
