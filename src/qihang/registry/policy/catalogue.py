"""Every parameter key there is: its type, unit and meaning. Values live in the table, never here."""

from qihang.registry.policy.engine.parameters import By, KeySpec
from qihang.registry.policy.engine.values import ValueType

_LEVELS: tuple[By, ...] = tuple((("level", level),) for level in ("5", "4", "3", "2", "1"))
_EACH_STEP: tuple[By, ...] = ((("step", "each"),),)

_SPECS = (
    KeySpec("training.rate", ValueType.AMOUNT, "yuan", "职业培训补贴标准", ("level",), _LEVELS),
    KeySpec("training.special_rate_per_hour", ValueType.AMOUNT, "yuan/lesson_hour", "专项职业能力培训补贴每课时标准"),
    KeySpec("training.special_rate_per_hour.cap", ValueType.AMOUNT, "yuan", "专项职业能力培训补贴封顶"),
    KeySpec("training.tranche.certified", ValueType.RATIO, "ratio", "取证后给付的比例"),
    KeySpec("training.tranche.employed", ValueType.RATIO, "ratio", "就业后给付的比例"),
    KeySpec("training.lifetime_cap", ValueType.COUNT, "times", "培训补贴累计次数上限", cap=True),
    KeySpec("training.yearly_cap", ValueType.COUNT, "times/calendar_year", "培训补贴每年次数上限", cap=True),
    KeySpec("training.same_occupation_level_once", ValueType.FLAG, "flag", "同一职业同一等级只补一次"),
    KeySpec("training.age_min", ValueType.AGE, "years", "培训补贴最低年龄"),
    KeySpec("training.age_max.male", ValueType.AGE, "years_exclusive", "培训补贴年龄上限（男，不含）"),
    KeySpec("training.age_max.female", ValueType.AGE, "years_exclusive", "培训补贴年龄上限（女，不含）"),
    KeySpec("training.categories", ValueType.CODES, "codes", "可享受培训补贴的人员类别"),
    KeySpec("subsidy.no_double_dip", ValueType.FLAG, "flag", "同一项目不得再领失业保险补贴"),
    KeySpec("subsidy.public_post_excluded", ValueType.FLAG, "flag", "机关事业单位在编人员不得领取"),
    KeySpec("assess.rate", ValueType.AMOUNT, "yuan", "鉴定（评价）补贴标准", ("level",), _LEVELS),
    KeySpec("assess.lifetime_cap", ValueType.COUNT, "times", "鉴定补贴累计次数上限", cap=True),
    KeySpec("assess.same_occupation_once", ValueType.FLAG, "flag", "同一职业（工种）鉴定补贴只补一次"),
    KeySpec("assess.first_time_only", ValueType.FLAG, "flag", "鉴定补贴限初次鉴定并取证"),
    KeySpec("assess.categories", ValueType.CODES, "codes", "可享受鉴定补贴的人员类别"),
    KeySpec("assess.hardship_required", ValueType.FLAG, "flag", "鉴定补贴限生活确有困难"),
    KeySpec("assess.access_occupation_required", ValueType.FLAG, "flag", "鉴定补贴限就业准入工种"),
    KeySpec("attendance.person_min", ValueType.RATIO, "ratio", "个人出勤率下限"),
    KeySpec("attendance.class_day_min", ValueType.RATIO, "ratio", "班级当日出勤率下限"),
    KeySpec("class.size_max", ValueType.COUNT, "people", "每班人数上限"),
    KeySpec("class.lead_days", ValueType.DAYS, "working_days", "开班申请提前期"),
    KeySpec("class.hours_per_day_max", ValueType.COUNT, "lesson_hours", "每天课时上限"),
    KeySpec("class.practice_share_min", ValueType.RATIO, "ratio", "实训课时占比下限"),
    KeySpec("appraisal.pass_score", ValueType.COUNT, "points_each_part", "鉴定合格分数（每项）"),
    KeySpec("appraisal.due_days", ValueType.DAYS, "days_after_class_end", "结课到鉴定的最长天数"),
    KeySpec("certificate.number_rule", ValueType.COUNT, "digits", "证书编号位数（16 位职业资格，22 位技能等级）"),
    KeySpec("employment.window_months", ValueType.COUNT, "months", "就业认定窗口"),
    KeySpec("employment.contribution_months_min", ValueType.COUNT, "months", "就业认定最少参保月数"),
    KeySpec("wage.month_min", ValueType.AMOUNT, "yuan", "月最低工资标准"),
    KeySpec("notice.days", ValueType.DAYS, "working_days", "公示期"),
    KeySpec("review.days", ValueType.DAYS, "working_days", "每一步审核期限", ("step",), _EACH_STEP),
    KeySpec("figures.small_n", ValueType.COUNT, "people", "人数太少不公布比率的界限"),
    KeySpec("privacy.mask", ValueType.MAPPING, "characters", "脱敏位数"),
    KeySpec("reemp.target.trainees_per_year", ValueType.COUNT, "people/year", "技能再就业：每年培训人数"),
    KeySpec("reemp.target.pass_rate", ValueType.RATIO, "ratio", "技能再就业：培训合格率目标"),
    KeySpec("reemp.target.reemployment_rate", ValueType.RATIO, "ratio", "技能再就业：再就业率目标"),
    KeySpec("startup.target.trainees_total", ValueType.COUNT, "people", "能力促创业：五年培训人数"),
    KeySpec("startup.target.open_rate_3m", ValueType.RATIO, "ratio", "能力促创业：三个月开业率目标"),
    KeySpec("startup.target.open_rate_6m", ValueType.RATIO, "ratio", "能力促创业：半年开业率目标"),
    KeySpec("startup.target.survival_rate_12m", ValueType.RATIO, "ratio", "能力促创业：一年稳定经营率目标"),
    KeySpec("startup.target.jobs_per_founder", ValueType.COUNT, "people", "能力促创业：一人带动就业人数目标"),
)

CATALOGUE: dict[str, KeySpec] = {spec.key: spec for spec in _SPECS}

# What keys are about, by their first part, in the order that pages list them.
SUBJECTS = {
    "training": "职业培训补贴",
    "assess": "鉴定（评价）补贴",
    "subsidy": "各项补贴共用",
    "class": "开班",
    "attendance": "出勤",
    "appraisal": "鉴定",
    "certificate": "证书",
    "employment": "就业认定",
    "wage": "工资",
    "notice": "公示",
    "review": "审核期限",
    "reemp": "技能再就业的目标",
    "startup": "能力促创业的目标",
    "figures": "数字公布",
    "privacy": "隐私",
}


def subject_of(key: str) -> str:
    """The Chinese name of what a key is about."""
    return SUBJECTS[key.split(".", 1)[0]]
