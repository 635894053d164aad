"""The class: asked for, sent back, approved, its people brought in and judged, its days, its end."""

import re

from tests.web.browser import PHONE
from tests.web.journey import papers
from tests.web.journey.stage import PASSWORD, Person, Stage

CLASS = "家政服务员五级 2026 年第 1 期"


def open_class(stage: Stage) -> None:
    """By three hands, once round because something was not clear."""
    manager, intake, approver = (stage.people[login] for login in ("caiminghui", "wanglijuan", "hanjianguo"))
    _ask(manager)
    intake.menu("我的待办")
    intake.press(CLASS)
    intake.sees("每班最多 40 人", "海人社发〔2026〕3号")
    _decide(intake, "send_back", "请写清教室在几楼")
    manager.menu("班级")
    manager.sees("请写清教室在几楼")
    manager.press("改申请")
    manager.press("存下，看时间和地点")
    manager.fill(place="美兰区海府路 10 号 3 楼 302 教室")
    manager.press("存下，回到这个班")
    _hand_in(manager)
    intake.menu("我的待办")
    intake.press(CLASS)
    _decide(intake, "review", "")
    approver.menu("我的待办")
    approver.press(CLASS)
    _decide(approver, "approve", "")
    approver.sees("批准了，备案号 460108202600001")


def _ask(manager: Person) -> None:
    manager.press("申请开班")
    manager.fill(title="家政服务员", level="5", name=CLASS, format="day", kind="general")
    manager.press("接着填时间和地点")
    manager.fill(hours="60", start="2026-03-16", end="2026-03-01", planned_heads="80", place="海府路 10 号")
    manager.fill(contact_name="蔡明辉", contact_phone="13876543210", appraisal_on="2026-03-30")
    manager.press("存成草稿")
    manager.sees("没填好")
    manager.fill(end="2026-03-27")
    manager.press("存成草稿")
    manager.sees("每班最多 40 人")
    manager.press("改申请")
    manager.press("存下，看时间和地点")
    manager.fill(planned_heads="10")
    manager.press("存下，回到这个班")
    _hand_in(manager)


def _hand_in(manager: Person) -> None:
    manager.press(re.compile("^(交|提交)开班申请"))
    manager.press("交开班申请")
    manager.sees("申请交上去了，等县里初审")


def _decide(officer: Person, decision: str, comment: str) -> None:
    officer.fill(decision=decision, comment=comment)
    officer.press("再看一遍，然后办")
    officer.press(re.compile("^(退回修改|初审通过|批准开班)"))


def bring_the_roster(stage: Stage) -> None:
    """Found wrong cell by cell; what is right goes in, and what was refused stays with its reason."""
    manager = stage.people["caiminghui"]
    manager.menu("班级")
    manager.press("导入花名册")
    assert manager.page.locator("[name=on]").input_value() == papers.STARTS.isoformat()
    _upload(manager, papers.roster())
    manager.sees("按 2026 年 3 月 16 日", "开班那天 66 岁", "号码前后不相符", "和第 5 行是同一个人", "先导入 4 行")
    manager.press("先导入 4 行")
    stage.work_off()
    manager.page.reload()
    manager.sees("新写入", "没通过，留作报名")
    manager.press("看学员名单")
    manager.press(papers.TOO_OLD)
    manager.sees("不够", "开班那天 66 周岁")


def _upload(person: Person, file: object) -> None:
    person.fill(file=file)  # type: ignore[arg-type]
    person.press("上传，看检查结果")


def judge_the_people(stage: Stage) -> None:
    """Those whose papers were seen together; the doubtful one alone, whose papers say something else."""
    intake = stage.people["wanglijuan"]
    intake.menu("我的待办")
    intake.press("类别核实")
    for name in (papers.WANG, papers.LI, papers.LIN):
        intake.row(name).get_by_role("checkbox").check(force=True)
    intake.press("核实勾选的人")
    intake.fill(comment="看了就业创业证原件", no_public_post="on")
    intake.press("都看过证明，核实")
    intake.press("接着核实（还有 1 人）")
    intake.press(papers.CHEN)
    intake.sees("只有名册上写了，还等经办核实")
    intake.press("按证明改类别")
    intake.fill(category="04", public_post="no", comment="看了就业困难认定原件")
    intake.press("改成这一类，重算")
    intake.sees("录取了，各占用一次培训补贴")


def give_a_code(stage: Stage) -> Person:
    """The trainee stands at the counter with her card, and comes in on her own phone."""
    intake = stage.people["wanglijuan"]
    intake.menu("查人")
    intake.fill(name=papers.WANG)
    intake.press("按姓名查")
    intake.press("给本人一个代办码")
    intake.fill(seen="on")
    intake.press("给一个代办码")
    code = intake.page.locator("main .q-money.is-big").inner_text()
    trainee = stage.people["wangxiulan"] = Person(stage.visit("/", viewport=PHONE), papers.WANG, "wangxiulan")
    trainee.press(re.compile("代办码"))
    trainee.fill(code=code)
    trainee.press("核对代办码")
    trainee.fill(login="wangxiulan", password=PASSWORD)
    trainee.press("存好，登录")
    trainee.press("以后再说")
    trainee.sees("王秀兰，您好", "3 月 16 日开班", "条件都够，可以补 1,500 元")
    return trainee


def finish_class(stage: Stage) -> None:
    """Attendance, then the end: who came to enough days has completed."""
    manager = stage.comes("caiminghui")
    manager.sees("把考勤表导进来")
    manager.press("导入考勤表")
    _upload(manager, papers.attendance())
    manager.press("导入 4 行")
    stage.work_off()
    manager.page.reload()
    manager.menu("班级")
    manager.press("去办结业")
    manager.sees("3 人学完，1 人没学完", "上课 10 天，到了 2 天")
    manager.press("办结业")
    manager.sees("结业办好了：3 人学完，1 人没学完")
