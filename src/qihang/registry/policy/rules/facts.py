"""Facts that several benefits ask about, and their lists of values."""

from qihang.registry.policy.engine.facts import Choice, Fact, FactType

# Codes of the table "person_category". NONE is a person known to belong to none: refused, where unknown would wait.
NO_CATEGORY = "00"

CATEGORIES = (
    Choice(NO_CATEGORY, "不属于任何一类", ("none", "无")),
    Choice("01", "持《再就业优惠证》人员", ("reemployment_certificate_holder", "1")),
    Choice("02", "登记失业人员", ("registered_unemployed", "2", "城镇登记失业人员", "登记失业")),
    Choice("03", "农村转移就业劳动者", ("rural_transfer", "3", "进城务工", "农民工")),
    Choice("04", "就业困难人员", ("hard_to_employ", "4", "4050人员")),
    Choice("05", "零就业家庭成员", ("zero_employment_household", "5")),
    Choice("06", "防止返贫监测对象", ("poverty_monitored", "6", "脱贫户")),
    Choice("07", "毕业年度高校毕业生", ("college_graduate", "7", "高校毕业生")),
    Choice("08", "未继续升学应届初高中毕业生", ("school_leaver", "8")),
    Choice("09", "退役军人", ("veteran", "9")),
    Choice("10", "企业职工", ("enterprise_worker",)),
    Choice("11", "灵活就业人员", ("flexible_worker",)),
    Choice("12", "随军家属", ("military_dependant",)),
    Choice("13", "残疾人", ("person_with_disability",)),
    Choice("14", "被征地农民", ("land_lost_farmer",)),
    Choice("15", "青年学生", ("young_student",)),
)

SPECIAL = "special"
LEVELS = (
    Choice("5", "五级/初级工", ("五级", "初级工", "初级")),
    Choice("4", "四级/中级工", ("四级", "中级工", "中级")),
    Choice("3", "三级/高级工", ("三级", "高级工", "高级")),
    Choice("2", "二级/技师", ("二级", "技师")),
    Choice("1", "一级/高级技师", ("一级", "高级技师")),
    Choice(SPECIAL, "专项职业能力", ("专项", "专项能力")),
)

SEX = Fact(
    "sex",
    FactType.CHOICE,
    "性别",
    "性别，以身份证号为准",
    choices=(Choice("male", "男", ("1",)), Choice("female", "女", ("2",))),
)
BIRTH_DATE = Fact("birth_date", FactType.DATE, "出生日期", "出生日期，以身份证号为准", "day")
CATEGORY = Fact(
    "category",
    FactType.CHOICE,
    "人员类别",
    "人员类别代码；查明不属于任何一类填 00，还不知道就空着",
    choices=CATEGORIES,
)
CATEGORY_CONFIRMED = Fact(
    "category_confirmed",
    FactType.FLAG,
    "类别已核实",
    "经办是否已凭证明确认适用日当天属于这一类；名册自己写的不算，还没核就空着；核了不属实填 false",
)
LEVEL = Fact("level", FactType.CHOICE, "技能等级", "5 到 1 为五级到一级，special 为专项职业能力", choices=LEVELS)
PUBLIC_POST = Fact(
    "public_post",
    FactType.FLAG,
    "在编人员",
    "是否机关事业单位在编人员；经办核实人员类别时一并核对",
)
# The types of core.evidence with their ranks; a test holds the two lists to each other.
WORK_EVIDENCE = Fact(
    "work_evidence",
    FactType.CHOICE,
    "就业凭据",
    "那份工作的凭据类型",
    choices=(
        Choice("insurance", "社会保险缴费（甲）"),
        Choice("tax", "纳税申报（甲）"),
        Choice("registry", "市场主体登记（乙）"),
        Choice("business", "本人营业执照（乙）"),
        Choice("employment_registration", "就业登记（乙）"),
        Choice("contract", "劳动合同（乙）"),
        Choice("visit", "实地走访记录（丙）"),
        Choice("phone", "电话回访记录（丁）"),
        Choice("self_report", "本人自述（戊）"),
    ),
)
