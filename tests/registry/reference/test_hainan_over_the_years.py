"""Hainan's divisions, days off and trades over the years, as people's papers and old lists carry them.

The tables are written from the lists of the years themselves (facts, section 9), not read back from the data.
"""

import datetime as dt
from collections import Counter

import pytest

from qihang.registry.reference.codes import code_book, codes, find_code
from qihang.registry.reference.holidays import holiday_rows
from qihang.registry.reference.occupations import match_titles, read_edition, read_successions
from qihang.registry.reference.regions import jurisdiction_table, region_table
from qihang.registry.reference.scope import ancestors, region_within, scope_codes, today_codes

TABLE = region_table()

# The counties and cities of 2006 and the code under which each is today.
OF_2006 = {
    "460105": ("秀英区", "460105"),
    "460106": ("龙华区", "460106"),
    "460107": ("琼山区", "460107"),
    "460108": ("美兰区", "460108"),
    "460200": ("三亚市", "460200"),
    "469001": ("五指山市", "469001"),
    "469002": ("琼海市", "469002"),
    "469003": ("儋州市", "460400"),
    "469005": ("文昌市", "469005"),
    "469006": ("万宁市", "469006"),
    "469007": ("东方市", "469007"),
}
# The counties that the civil list of 2006 has under other codes than the statistical one.
COUNTIES = {
    "469021": "定安县",
    "469022": "屯昌县",
    "469023": "澄迈县",
    "469024": "临高县",
    "469025": "白沙黎族自治县",
    "469026": "昌江黎族自治县",
    "469027": "乐东黎族自治县",
    "469028": "陵水黎族自治县",
    "469029": "保亭黎族苗族自治县",
    "469030": "琼中黎族苗族自治县",
}


class TestDivisions:
    @pytest.mark.parametrize("code", sorted(OF_2006))
    def test_what_was_filed_in_2006_is_found_today(self, code: str) -> None:
        name, today = OF_2006[code]
        assert any(period.name == name and period.covers(2006) for period in TABLE.periods(code))
        assert TABLE.today(code) == (today,)
        assert region_within(code, today) and region_within(code, "460000")

    def test_the_counties_carry_the_codes_of_the_civil_list(self) -> None:
        for code, name in COUNTIES.items():
            latest = TABLE.latest(code)
            assert latest is not None and latest.name == name
            assert ancestors(code) == (code, "460000"), "no prefecture stands above them"

    def test_no_county_sees_the_files_of_another(self) -> None:
        places = [*COUNTIES, "460400", "460200", "469001", "469002", "469005", "469006", "469007"]
        for place in places:
            others = [other for other in places if other != place and region_within(other, place)]
            assert others == [], place

    def test_every_code_of_hainan_ever_in_force_is_within_the_province_once(self) -> None:
        own = {code for code in jurisdiction_table().codes() if code.startswith("46")}
        assert own <= scope_codes("460000")
        in_force = [code for code in own if jurisdiction_table().in_force(code) and code != "460000"]
        counties = [
            code for code in in_force if not any(region_within(other, code) and other != code for other in in_force)
        ]
        assert len(counties) == len(set(counties))
        assert {"460108", "460400", "469099", "469030"} <= set(counties)

    def test_the_three_sands_took_over_what_the_islands_office_had(self) -> None:
        for code in ("469031", "469032", "469033"):
            assert today_codes(code) == ("460300",)
            assert region_within(code, "460300")

    @pytest.mark.parametrize(
        ("code", "year", "there"),
        [
            ("460400", 2014, False),
            ("460400", 2015, True),
            ("469003", 2014, True),
            ("469003", 2015, False),
            ("460300", 2011, False),
            ("460300", 2012, True),
            ("460108", 2001, False),
            ("460108", 2002, True),
            ("460202", 2013, False),
            ("460202", 2014, True),
        ],
    )
    def test_a_code_counts_from_the_list_in_which_it_first_stands(self, code: str, year: int, there: bool) -> None:
        assert any(period.covers(year) for period in TABLE.periods(code)) is there

    def test_numbers_given_out_by_guangdong_are_those_of_people_here(self) -> None:
        """Whoever was born before 1988 carries a code of Guangdong; the place is in Hainan all the same."""
        old = [code for code in TABLE.codes() if code.startswith(("4421", "4422"))]
        heirs = {heir for code in old for heir in TABLE.today(code)}
        assert old and heirs and all(heir.startswith("46") for heir in heirs)
        assert all(region_within(code, "460000") for code in old if TABLE.today(code))


class TestDaysOff:
    """What the law of national holidays says each year's arrangement must hold."""

    ROWS = holiday_rows()
    OFF = {row.day for row in ROWS if row.kind == "holiday"}
    WORKED = {row.day for row in ROWS if row.kind == "workday"}

    @pytest.mark.parametrize("year", range(2006, 2027))
    def test_new_year_may_day_and_the_three_days_of_october_are_off(self, year: int) -> None:
        days = [(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)]
        missing = [day for month, date in days if (day := dt.date(year, month, date)) not in self.OFF]
        assert [day for day in missing if day.weekday() < 5] == []

    @pytest.mark.parametrize("year", range(2006, 2027))
    def test_a_weekend_day_worked_makes_up_for_a_day_of_the_week_off(self, year: int) -> None:
        """Days off beyond the law's own are made up: so many working days a year there are, and no more are lost."""
        worked = [day for day in self.WORKED if day.year == year]
        assert all(day.weekday() >= 5 for day in worked)
        assert not set(worked) & self.OFF
        weekdays_off = [day for day in self.OFF if day.year == year and day.weekday() < 5]
        legal = 10 if year < 2008 else 11 if year < 2025 else 13
        # In 2007 two were made up in December before; in 2020 the epidemic lengthened the Spring Festival.
        more = {2007: 2, 2020: 2}.get(year, 1)
        assert 0 <= len(weekdays_off) - len(worked) <= legal + more

    @pytest.mark.parametrize("year", range(2006, 2027))
    def test_the_festivals_that_there_are(self, year: int) -> None:
        names = {row.name.removesuffix("调休") for row in self.ROWS if row.day.year == year and row.kind == "holiday"}
        joined = "、".join(sorted(names))
        for festival in ("元旦", "春节", "国庆"):
            assert festival in joined, (year, joined)
        for festival in ("清明", "端午"):
            assert (festival in joined) is (year >= 2008), "days off since 2008"

    def test_a_spring_festival_is_a_week(self) -> None:
        for year in range(2008, 2027):
            spring = sorted(
                row.day for row in self.ROWS if row.day.year == year and "春节" in row.name and row.kind == "holiday"
            )
            assert len(spring) >= 7, year
            assert (spring[-1] - spring[0]).days == len(spring) - 1, "without a gap"

    def test_no_day_is_both(self) -> None:
        assert [day for day, count in Counter(row.day for row in self.ROWS).items() if count > 1] == []


class TestTrades:
    """Codes of the classification of 1999, on certificates of those years, and what the trade is called today."""

    @pytest.mark.parametrize(
        ("old", "name", "new"),
        [
            ("4-07-12-02", "家政服务员", "4-10-01-06"),
            ("4-07-12-03", "养老护理员", "4-10-01-05"),
            ("4-03-01-01", "中式烹调师", "4-03-02-01"),
            ("4-03-01-02", "中式面点师", "4-03-02-02"),
            ("4-03-02-01", "西式烹调师", "4-03-02-03"),
            ("4-03-05-01", "餐厅服务员", "4-03-02-05"),
            ("4-04-01-02", "客房服务员", "4-03-01-02"),
            ("4-07-04-01", "美容师", "4-10-03-01"),
            ("4-07-04-02", "美发师", "4-10-03-02"),
            ("4-99-00-01", "电子商务师", "4-01-06-01"),
            ("6-04-01-01", "车工", "6-18-01-01"),
        ],
    )
    def test_an_old_code_leads_to_the_trade_and_not_to_the_same_digits(self, old: str, name: str, new: str) -> None:
        names = {edition: {row["code"]: row["name"] for row in read_edition(edition)} for edition in ("1999", "2022")}
        assert names["1999"][old] == name
        heirs = [row["new_code"] for row in read_successions() if row["old_code"] == old]
        assert heirs == [new]
        assert names["2022"].get(old) != name or old == new, "the same digits are another trade today"

    def test_an_official_name_wins_over_what_is_only_like_it(self) -> None:
        for title in ("家政服务员", "养老护理员", "保育师", "电工", "焊工", "中式面点师"):
            assert match_titles([title], top=1)[0][0].name == title

    def test_the_same_title_in_a_list_is_read_the_same_wherever_it_stands(self) -> None:
        titles = ["月嫂", "电工", "", "月嫂", "护工", "电工"]
        found = match_titles(titles)
        assert found[0] == found[3] and found[1] == found[5]
        assert found[2] == []
        assert [match_titles([title])[0] for title in titles] == found


class TestWords:
    @pytest.mark.parametrize("edition", ["GB/T 4754-2002", "GB/T 4754-2017"])
    def test_a_letter_of_industry_belongs_to_its_edition(self, edition: str) -> None:
        """F was transport and is trade now: a list of 2006 read by today's table puts every driver behind a counter."""
        by_letter = {one.code: one.identifier for one in codes("industry", edition)}
        trade = {"GB/T 4754-2002": "H", "GB/T 4754-2017": "F"}[edition]
        assert by_letter[trade] == "trade"

    @pytest.mark.parametrize(
        ("word", "code"),
        [
            ("下岗失业人员", "01"),
            ("失业人员", "02"),
            (" 进城务工人员 ", "03"),
            ("4050", "04"),
            ("就业援助对象", "04"),
            ("零就业家庭", "05"),
        ],
    )
    def test_the_groups_by_the_words_of_each_time(self, word: str, code: str) -> None:
        found = find_code("person_category", word)
        assert found is not None and found.code == code

    def test_the_preferential_certificate_cannot_be_given_after_it_was_replaced(self) -> None:
        holder = code_book().find("person_category", "再就业优惠证")
        assert holder is not None
        assert [holder.valid_on(day) for day in (dt.date(2006, 1, 1), dt.date(2010, 12, 31), dt.date(2011, 1, 1))] == [
            True,
            True,
            False,
        ]
