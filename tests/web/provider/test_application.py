"""An application is filled in on two pages, kept, saved once, mended and handed in."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.services import draft_class, send_back_class, submit_class
from qihang.foundation.core.errors import DomainError
from qihang.registry.policy.models import Parameter
from tests.delivery.builders import Cast, approved_class, class_fields
from tests.factories import make_region
from tests.web.provider.pages import browser_of, details, messages_of, reload, what

pytestmark = pytest.mark.django_db


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return {name: list(words) for name, words in answer.context["form"].errors.items()}


def first_page(client: Any, **changes: Any) -> Any:
    return client.post(reverse("class_new"), what(**changes))


class TestFirstPage:
    def test_an_official_name_needs_no_choice(self, cast: Cast) -> None:
        answer = first_page(browser_of(cast.clerk), occupation="")
        assert answer.url.startswith(reverse("class_new_details"))

    def test_a_spoken_title_asks_which_is_meant(self, cast: Cast) -> None:
        answer = first_page(browser_of(cast.clerk), title="家政阿姨", occupation="")
        assert errors_of(answer) == {"occupation": ["请选“是哪一个职业”"]}
        assert "家政服务员（4-10-01-06）" in answer.content.decode()

    def test_a_title_nobody_knows_says_so(self, cast: Cast) -> None:
        answer = first_page(browser_of(cast.clerk), title="qqqq", occupation="")
        assert list(errors_of(answer)) == ["title"]

    def test_the_search_button_only_searches(self, cast: Cast) -> None:
        answer = first_page(browser_of(cast.clerk), title="家政阿姨", occupation="", name="", find="1")
        assert not answer.context["form"].is_bound
        assert "家政服务员（4-10-01-06）" in answer.content.decode()

    def test_suggestions_come_as_a_part_of_the_page(self, cast: Cast) -> None:
        page = browser_of(cast.clerk).get(reverse("class_occupations"), {"title": "家政阿姨"}).content.decode()
        assert page.startswith('<div id="occupations"') and "家政服务员" in page

    def test_an_order_class_names_its_employer_and_others_none(self, cast: Cast) -> None:
        client = browser_of(cast.clerk)
        assert list(errors_of(first_page(client, kind="order"))) == ["order_employer"]
        first_page(client, kind="general", order_employer="海口某酒店")
        client.post(reverse("class_new_details"), details())
        assert TrainingClass.objects.get().order_employer == ""

    def test_it_is_kept_until_the_second_is_filled_in(self, cast: Cast) -> None:
        client = browser_of(cast.clerk)
        first_page(client, name="留着的班")
        assert "填了一半" in client.get(reverse("provider_home")).content.decode()
        assert 'value="留着的班"' in client.get(reverse("class_new")).content.decode()

    def test_only_levels_that_end_in_a_certificate_are_offered(self, cast: Cast) -> None:
        client = browser_of(cast.clerk)
        page = client.get(reverse("class_new")).content.decode()
        assert "五级/初级工" in page and "一级/高级技师" in page
        assert "专项职业能力" not in page and "不分等级" not in page
        assert list(errors_of(first_page(client, level="special"))) == ["level"]


class TestSecondPage:
    def test_it_saves_a_draft_of_ones_own(self, cast: Cast) -> None:
        client = browser_of(cast.clerk)
        first_page(client)
        answer = client.post(reverse("class_new_details"), details(), follow=True)
        made = TrainingClass.objects.get()
        assert answer.redirect_chain[-1][0] == reverse("class_page", args=[made.public_id])
        assert (made.state, made.organization_id) == (ClassState.DRAFT, cast.clerk.organization_id)
        assert (made.start, made.hours, made.contact_phone.plain()) == (dt.date(2026, 4, 13), 80, "13800001111")

    def test_sent_twice_it_is_one_draft(self, cast: Cast) -> None:
        client, again = browser_of(cast.clerk), browser_of(cast.clerk)
        first_page(client)
        again.cookies = client.cookies
        kept = client.session["class_applications"]
        client.post(reverse("class_new_details"), details())
        session = client.session
        session["class_applications"] = kept  # the second request was on its way when the first was answered
        session.save()
        again.post(reverse("class_new_details"), details())
        assert TrainingClass.objects.count() == 1

    def test_two_filled_in_side_by_side_stay_two(self, cast: Cast) -> None:
        """Two tabs: what is saved is what its own first page says, whichever was sent first."""
        client = browser_of(cast.clerk)
        tabs = [client.get(reverse("class_new")).context["here"] for _ in range(2)]
        assert tabs[0] != tabs[1]
        seconds = [
            client.post(reverse("class_new") + tab, what(name=name)).url
            for tab, name in zip(tabs, ("甲班", "乙班"), strict=True)
        ]
        assert "甲班" in client.get(seconds[0]).content.decode()
        client.post(seconds[0], details(hours="40"))
        client.post(seconds[1], details(hours="60"))
        assert set(TrainingClass.objects.values_list("name", "hours")) == {("甲班", 40), ("乙班", 60)}
        assert "已经存好" in messages_of(client.post(seconds[0], details(), follow=True))

    def test_later_again_it_leads_to_the_drafts(self, cast: Cast) -> None:
        client = browser_of(cast.clerk)
        first_page(client)
        client.post(reverse("class_new_details"), details())
        answer = client.post(reverse("class_new_details"), details(), follow=True)
        assert "已经存好" in messages_of(answer)
        assert TrainingClass.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"start": "四月"}, "start", "日期没看懂"),
            ({"end": "2026-04-01"}, "end", "结班日不能早于开班日"),
            ({"appraisal_on": "2026-04-01"}, "appraisal_on", "鉴定日不能早于开班日"),
            ({"hours": "0"}, "hours", "1"),
            ({"planned_heads": "多"}, "planned_heads", "请填一个数"),
            ({"contact_phone": "123"}, "contact_phone", "11 位手机号"),
            ({"place": ""}, "place", "请填"),
            ({"region_id": "110101"}, "region_id", "没有这一项"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(
        self, cast: Cast, changes: dict[str, str], field: str, words: str
    ) -> None:
        client = browser_of(cast.clerk)
        first_page(client)
        answer = client.post(reverse("class_new_details"), details(**changes))
        assert words in " ".join(errors_of(answer)[field])
        assert "有错：" in answer.content.decode()
        assert not TrainingClass.objects.exists()

    def test_todays_rules_stand_beside_it_with_their_source(self, cast: Cast) -> None:
        client = browser_of(cast.clerk)
        first_page(client)
        limits = {limit.label: limit for limit in client.get(reverse("class_new_details")).context["limits"]}
        assert limits["每班人数"].value == "最多\u00a050\u00a0人"
        assert "示范值" in limits["每班人数"].source
        assert limits["最早开班"].value == "4\u00a0月\u00a06\u00a0日，周一"

    def test_a_rule_nobody_has_set_is_said_to_be_missing(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(Parameter.objects.all()), "book", _empty_book)
        client = browser_of(cast.clerk)
        first_page(client)
        limits = client.get(reverse("class_new_details")).context["limits"]
        assert {limit.value for limit in limits} == {"还没有设定"}


def _empty_book(self: Any, keys: Any = None) -> Any:
    from qihang.registry.policy.engine.parameters import ParameterBook

    return ParameterBook([])


class TestChanging:
    def test_both_pages_change_a_draft(self, cast: Cast) -> None:
        make_region()
        item = draft_class(actor=cast.clerk, fields=class_fields())
        client = browser_of(cast.clerk)
        answer = client.post(reverse("class_edit", args=[item.public_id]), what(name="改过的名"))
        assert answer.url == reverse("class_edit_details", args=[item.public_id])
        shown = client.get(answer.url).content.decode()
        assert 'value="13800001111"' in shown
        client.post(answer.url, details(hours="96"))
        assert (reload(item).name, reload(item).hours) == ("改过的名", 96)

    def test_one_page_alone_can_be_saved(self, cast: Cast) -> None:
        item = draft_class(actor=cast.clerk, fields=class_fields())
        answer = browser_of(cast.clerk).post(reverse("class_edit", args=[item.public_id]), what(stay="1"))
        assert answer.url == reverse("class_page", args=[item.public_id])

    def test_contradictions_stand_at_their_field(self, cast: Cast) -> None:
        item = draft_class(actor=cast.clerk, fields=class_fields())
        address = reverse("class_edit_details", args=[item.public_id])
        answer = browser_of(cast.clerk).post(address, details(end="2026-04-01"))
        assert errors_of(answer) == {"end": ["结班日不能早于开班日"]}

    def test_why_it_came_back_stands_above_the_form(self, cast: Cast) -> None:
        item = draft_class(actor=cast.clerk, fields=class_fields(start=dt.date(2026, 4, 20), end=dt.date(2026, 5, 8)))
        submit_class(actor=cast.manager, item=item)
        send_back_class(actor=cast.intake, item=item, comment="地点没写教室")
        client = browser_of(cast.clerk)
        for name in ("class_edit", "class_edit_details", "class_page"):
            assert "地点没写教室" in client.get(reverse(name, args=[item.public_id])).content.decode()

    @pytest.mark.parametrize("name", ["class_edit", "class_edit_details"])
    def test_with_the_officers_it_stays_as_it_is(self, cast: Cast, name: str) -> None:
        item = approved_class(cast)
        answer = browser_of(cast.clerk).post(reverse(name, args=[item.public_id]), what(name="偷改"), follow=True)
        assert "已经交上去了" in messages_of(answer)
        assert reload(item).name == item.name


class TestService:
    """What the form would not let through, for those who come another way."""

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"hours": None}, "hours"),
            ({"format": "sideways"}, "format"),
            ({"kind": "order"}, "order_employer"),
            ({"occupation": None}, "occupation"),
            ({"hours": 0}, "hours"),
        ],
    )
    def test_an_unsound_draft_is_refused_at_its_field(self, cast: Cast, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(DomainError) as refused:
            draft_class(actor=cast.clerk, fields=class_fields(**changes))
        assert refused.value.field == field
        assert not TrainingClass.objects.exists()
