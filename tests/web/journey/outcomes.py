"""What comes of the class: a sitting, certificates, work with its proof, what was earned, and the figure made of it."""

import re

from playwright.sync_api import expect

from tests.web.browser import PHONE
from tests.web.journey import papers
from tests.web.journey.house import STATION
from tests.web.journey.lessons import CLASS
from tests.web.journey.stage import Person, Stage


def plan_sitting(stage: Stage) -> None:
    """The class waits on the officer's list until it has its station and day."""
    intake = stage.comes("wanglijuan")
    intake.press(CLASS)
    intake.fill(on="2026-03-01", place="1 号考场")
    intake.page.locator("main [name=station]").select_option(index=1)
    intake.press("安排这场鉴定")
    intake.sees("鉴定日已经过了")
    intake.fill(on=papers.SITS.isoformat())
    intake.press("安排这场鉴定")
    intake.sees("安排好了：3 月 30 日", STATION)


def bring_scores(stage: Stage) -> str:
    """The station's own clerk; one cell is mended. Gives the number of the trainee's certificate."""
    clerk = stage.comes("hexiuying")
    clerk.press(CLASS)
    clerk.press("传成绩册")
    clerk.fill(file=papers.scores())
    clerk.press("上传，看检查结果")
    clerk.sees("108 分不在 0 到 100 之间")
    clerk.fill(text="90")
    clerk.press("改好这一格")
    clerk.press("导入 3 行")
    stage.work_off()
    clerk.page.reload()
    clerk.press("看成绩，发证书")
    expect(clerk.row(papers.CHEN)).to_contain_text("不合格")
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("link", name="下载 2 本证书").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    return clerk.row(papers.WANG).get_by_role("link").last.inner_text()


def anybody_checks(stage: Stage, number: str) -> None:
    """Without an account, by what the paper says."""
    visitor = Person(stage.visit("/", viewport=PHONE), "路人")
    visitor.page.locator("summary", has_text="菜单").click()
    visitor.page.get_by_role("link", name="查证书", exact=True).first.click()
    visitor.fill(number=number, name=papers.LI)
    visitor.press("查这本证书")
    visitor.sees_not("证书是真的")
    visitor.fill(number=number, name=papers.WANG)
    visitor.press("查这本证书")
    visitor.sees("证书是真的，有效", STATION)


def match_work(stage: Stage) -> None:
    """One is found on the list; for another the school hands in a contract, which the officer accepts."""
    intake = stage.comes("wanglijuan")
    intake.menu("导入的表")
    intake.press("导入社保缴费比对名单")
    intake.fill(file=papers.contributions())
    intake.press("上传，看检查结果")
    intake.sees("请给出名单日期")
    intake.fill(on=papers.LISTED.isoformat(), file=papers.contributions())
    intake.press("上传，看检查结果")
    intake.sees("没有这个身份证号的学员")
    intake.press("先导入 1 行")
    stage.work_off()
    manager = stage.comes("caiminghui")
    manager.menu("学员就业")
    expect(manager.row(papers.WANG)).to_contain_text(papers.EMPLOYER)
    manager.row(papers.LI).get_by_role("link", name=re.compile("交就业材料")).click()
    manager.fill(employer_name="海口安心家政有限公司", start="2026-05-06", kind="contract", file=papers.contract())
    manager.press("交材料，等县里核实")
    intake.menu("我的待办")
    intake.press("就业材料")
    intake.fill(decision="accept")
    intake.press("记下决定")
    intake.sees("认可了，从今天起算作就业凭据")
    stage.work_off()


def read_what_was_earned(stage: Stage) -> None:
    """Two certificates and one proof by contributions: two first parts and one second."""
    manager = stage.people["caiminghui"]
    manager.menu("班级")
    manager.press(re.compile("^已结业"))
    manager.press(CLASS)
    manager.press("补贴")
    manager.sees("2,250.00")
    expect(manager.row(papers.WANG)).to_contain_text("1,500.00")
    expect(manager.row(papers.CHEN)).to_contain_text("取得证书，证书有效")
    manager.press(papers.WANG)
    manager.sees("学完后 6 个月内开始工作")


def read_the_figures(stage: Stage) -> None:
    """The leader has them counted again; the officer opens a number to its people and their proof."""
    leader = stage.comes("chenliming")
    leader.press("重新算一遍")
    stage.work_off()
    intake = stage.people["wanglijuan"]
    intake.menu("成效总览")
    intake.sees("人太少，不显示")
    intake.press(re.compile("看名单和凭据.*再就业率"))
    expect(intake.row(papers.WANG)).to_contain_text("社会保险缴费")
    expect(intake.row(papers.LI)).to_contain_text("劳动合同")
    expect(intake.row(papers.CHEN)).to_contain_text("没达到")
    intake.press(papers.WANG)
    intake.sees("看了就业创业证原件")


def trainee_looks_back(stage: Stage, number: str) -> None:
    """On her phone: what is to do now, the days, the decision, the certificate, the work that was found."""
    trainee = stage.comes("wangxiulan", PHONE)
    trainee.sees("拿到证书，也有工作了", "上课 10 天，到了 10 天")
    trainee.press("一条一条看")
    trainee.sees("满 16 周岁", "3 月 16 日")
    trainee.page.get_by_role("link", name="我的事").last.click()
    trainee.press("看我的证书")
    trainee.sees(number)
    trainee.page.get_by_role("link", name="我的事").last.click()
    trainee.press("看我的工作")
    trainee.sees(papers.EMPLOYER)
