"""The first day: three administrators come by their links, and make a house in which a class can be opened."""

import itertools

from qihang.registry.organizations.setup import first_admin_links
from tests.identities import credit_code, resident
from tests.web.journey.stage import Person, Stage

PROVINCE, COUNTY = "海南省人力资源和社会保障厅", "海口市美兰区人力资源和社会保障局"
SCHOOL, STATION = "海南椰风职业培训学校", "海口市职业技能鉴定站"
_order = itertools.count(100)


def found_house(stage: Stage) -> None:
    """From nothing to a place where everybody is who is needed."""
    logins = ("sysadmin", "secadmin", "audadmin")
    admin, *_ = [
        stage.comes_by(link.path, link.role, login) for link, login in zip(first_admin_links(), logins, strict=True)
    ]
    admin.menu("接下来")
    admin.sees("给自己的登录加上第二步", "办好了：系统、安全、审计各有其人")
    _register(admin, "登记人社部门", PROVINCE, "460000")
    admin.menu("接下来")
    _register(admin, "登记人社部门", COUNTY, "460108")
    admin.menu("接下来")
    _register(admin, "登记培训机构", SCHOOL, "460108", uscc=credit_code())
    admin.menu("接下来")
    _register(admin, "登记鉴定站", STATION, "460108", station_code="460001", address="美兰区人民大道 58 号")
    _people_come(stage, admin)
    admin.menu("接下来")
    admin.sees(
        "办好了：一个人受理，另一个人审批", "办好了：有了负责人，其余的人由他请", "办好了：规则要用的今天都有值"
    )


def _register(admin: Person, step: str, name: str, region: str, **more: str) -> None:
    admin.press(step)
    admin.press("登记这个单位")
    admin.sees("请填“单位名称”")
    admin.fill(name=name, region=region, **more)
    admin.press("登记这个单位")
    admin.sees("登记好了。接着请人进来")


def _people_come(stage: Stage, admin: Person) -> None:
    """Each is invited on the page of their organisation, and comes by the link that it shows once."""
    wanted = [
        (PROVINCE, "policy_officer", "吴淑贞", "wushuzhen"),
        (PROVINCE, "policy_checker", "黄海波", "huanghaibo"),
        (PROVINCE, "leader", "陈立明", "chenliming"),
        (COUNTY, "intake_officer", "王丽娟", "wanglijuan"),
        (COUNTY, "approver", "韩建国", "hanjianguo"),
        (SCHOOL, "provider_manager", "蔡明辉", "caiminghui"),
        (STATION, "station_clerk", "何秀英", "hexiuying"),
    ]
    for organization, role, name, login in wanted:
        admin.menu("单位和人员")
        admin.press(organization, exact=True)
        admin.press("请人进来")
        admin.fill(name=name, role=role)
        admin.press("生成邀请链接")
        link = admin.page.locator("main input[readonly]").last.input_value()
        identity = "" if role == "leader" else resident("1985-05-05", order=next(_order))
        stage.comes_by(link, name, login, identity=identity)


def set_a_value(stage: Stage) -> None:
    """The county gets a smaller class: one proposes, another sends it back and then confirms it."""
    officer, checker = stage.people["wushuzhen"], stage.people["huanghaibo"]
    officer.menu("还缺什么")
    officer.sees("规则要用的参数今天都有值")
    officer.menu("参数")
    officer.press("每班人数上限")
    officer.press("提出新值")
    officer.fill(region="460108", value="40", valid_from="2026年1月1日", source="口头", verified="unverified")
    officer.press("看看改成什么样")
    officer.press("提出，交复核")
    checker.menu("待复核参数")
    checker.press("每班人数上限")
    checker.fill(decision="send_back", comment="写上文号")
    checker.press("就这样定")
    officer.menu("交上去的草案")
    officer.press("每班人数上限")
    officer.sees("写上文号")
    officer.press("照这个改，重新提")
    officer.fill(source="海人社发〔2026〕3号")
    officer.press("看看改成什么样")
    officer.press("提出，交复核")
    checker.menu("待复核参数")
    checker.press("每班人数上限")
    checker.fill(decision="confirm")
    checker.press("就这样定")
    checker.sees("新值生效了：40 人")
