"""The files that the offices of this journey send, each with what offices get wrong."""

import datetime as dt

from playwright.sync_api import FilePayload

from tests.identities import resident
from tests.workbooks import sheet, text

STARTS, ENDS = dt.date(2026, 3, 16), dt.date(2026, 3, 27)
SITS, LISTED = dt.date(2026, 3, 30), dt.date(2026, 10, 31)

WANG, LI, CHEN, LIN, TOO_OLD = "王秀兰", "李桂香", "陈国强", "林美珍", "吴阿婆"
NUMBERS = {
    WANG: resident("1978-10-12", region="460108", order=21),
    LI: resident("1982-03-05", region="460108", order=22),
    CHEN: resident("1975-06-18", male=True, region="460108", order=23),
    LIN: resident("1980-07-07", region="460108", order=24),
    TOO_OLD: resident("1960-01-02", region="460108", order=25),
}
EMPLOYER = "海南椰家家政服务有限公司"
_MISTYPED = NUMBERS[WANG][:-1] + ("1" if NUMBERS[WANG][-1] != "1" else "2")
_DAYS = [STARTS + dt.timedelta(days=days) for days in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]


def roster() -> FilePayload:
    """Four who can come, one too old, one with a wrong digit, one who stands there twice. No day is written."""
    lines = [
        [WANG, NUMBERS[WANG], "登记失业人员"],
        [LI, f" {NUMBERS[LI][:6]} {NUMBERS[LI][6:]}", "农村转移就业劳动者"],
        [CHEN, NUMBERS[CHEN], "登记失业人员"],
        [LIN, NUMBERS[LIN], "登记失业人员"],
        [TOO_OLD, NUMBERS[TOO_OLD], "登记失业人员"],
        ["冯阿妹", _MISTYPED, "登记失业人员"],
        [LIN, NUMBERS[LIN], "登记失业人员"],
    ]
    return _workbook("花名册.xlsx", [["姓名", "身份证号", "人员类别"], *lines])


def attendance() -> FilePayload:
    """Everybody there every day, but for one who came on two of them."""
    marks = {name: ["√"] * len(_DAYS) for name in (WANG, LI, CHEN)}
    marks[LIN] = ["√", "√", *["×"] * (len(_DAYS) - 2)]
    head = ["姓名", *(f"{day.month}月{day.day}日" for day in _DAYS)]
    return _workbook("考勤表.xlsx", [head, *([name, *row] for name, row in marks.items())])


def scores() -> FilePayload:
    """Two pass, one does not, and one number that no examiner can have given."""
    lines = [[WANG, 82, 108], [LI, 75, 88], [CHEN, 55, 70]]
    return _workbook(
        "成绩册.xlsx", [["姓名", "身份证号", "理论", "实操"], *([n, NUMBERS[n], *rest] for n, *rest in lines)]
    )


def contributions() -> FilePayload:
    """A social insurance list as its office exports it: GBK, a tab behind each number, somebody whom nobody trained."""
    lines = [
        [f"{NUMBERS[WANG]}\t", WANG, EMPLOYER, "202605", "202610"],
        [f"{resident('1970-01-01', order=77)}\t", "查无此人", EMPLOYER, "202605", "202610"],
    ]
    head = ["证件号码", "姓名", "单位名称", "缴费起始年月", "缴费截止年月"]
    return FilePayload(name="社保名单.csv", mimeType="text/csv", buffer=text([head, *lines], encoding="gbk"))


def contract() -> FilePayload:
    """A photograph, as small as one can be."""
    pixel = (
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
    )
    return FilePayload(name="合同.png", mimeType="image/png", buffer=bytes.fromhex(pixel))


def _workbook(name: str, rows: list[list[object]]) -> FilePayload:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FilePayload(name=name, mimeType=kind, buffer=sheet(rows))
