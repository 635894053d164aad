"""Work on the pages: the person reports it, the school looks it up, the officer decides."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qihang.delivery.employment.imports.contributions import CONTRIBUTIONS
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import accept_claim, reject_claim
from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotFound
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.documents.services import open_file
from qihang.registry.organizations.models import Organization
from qihang.registry.participants.models import Person
from qihang.web.views.imports.destinations import destination
from tests.delivery.builders import make_person
from tests.factories import LONGHUA, SANYA, SYSTEM, make_actor, make_user
from tests.foundation.documents.conftest import picture
from tests.web.employment.people import Scene, reviewer

pytestmark = pytest.mark.django_db


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def names(page: str) -> list[str]:
    """Those who stand in the list."""
    return re.findall(r'<th scope="row" class="at-top">([^<]+)</th>', page)


def first_step(page: str) -> tuple[str, str]:
    """The next step's heading and its button."""
    found = re.search(r'<h2 id="next-t">(.*?)</h2>.*?<a class="btn btn-primary"[^>]*>(.*?)</a>', page, re.DOTALL)
    assert found
    return found[1], found[2]


def reviewer_actor() -> Actor:
    return make_actor("second_reviewer")


def answers(**changes: Any) -> dict[str, Any]:
    return {
        "employer_name": "海南椰家家政服务有限公司",
        "start": "2026年5月6日",
        "kind": "contract",
        "file": SimpleUploadedFile("合同.jpg", picture(), "image/jpeg"),
        **changes,
    }


class TestMine:
    def test_who_opened_the_papers_is_told_to_the_person_and_not_their_own_looks(self, scene: Scene) -> None:
        paper = scene.claim().evidence.file
        trainee = as_user(scene.trainee)
        open_file(actor=scene.own_actor, file=paper).close()
        assert "还没有人看过" in text(trainee.get(reverse("my_looks")))
        officer = reviewer_actor()
        open_file(actor=officer, file=paper, reason="核对合同").close()
        page = text(trainee.get(reverse("my_looks")))
        for said in (officer.user_label, "看了您的材料", "核对合同"):
            assert said in page

    def test_first_comes_what_to_do(self, scene: Scene) -> None:
        page = text(as_user(scene.trainee).get(reverse("work_mine")))
        assert "我找到工作了" in page and "现在没有您的工作记录" in page

    def test_reporting_work_with_a_photograph(self, scene: Scene) -> None:
        client = as_user(scene.trainee)
        response = client.post(reverse("work_claim"), answers(), follow=True)
        assert response.redirect_chain[-1][0] == reverse("work_mine")
        page = text(response)
        assert "收到了" in page and "县里在看" in page and "海南椰家家政服务有限公司" in page
        spell = WorkSpell.objects.get()
        assert (str(spell.start), spell.person, spell.evidence.user_id) == (
            "2026-05-06",
            scene.person,
            scene.trainee.pk,
        )

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"start": "2999-01-01"}, "上班的日子还没到"),
            ({"start": "五月"}, "日期没看懂"),
            ({"file": ""}, "请附上“给材料拍张照”"),
            ({"kind": ""}, "请选“您有哪一样材料”"),
            ({"file": SimpleUploadedFile("a.jpg", b"no picture")}, "a.jpg"),
        ],
    )
    def test_what_is_missing_is_said_and_the_rest_stays(
        self, scene: Scene, changes: dict[str, Any], words: str
    ) -> None:
        response = as_user(scene.trainee).post(reverse("work_claim"), answers(**changes))
        page = text(response)
        assert response.status_code == 200 and "有错：" in page
        if words != "a.jpg":
            assert words in page
        assert "海南椰家家政服务有限公司" in page
        assert not WorkSpell.objects.exists()

    def test_a_refusal_is_shown_with_its_reason(self, scene: Scene) -> None:
        reject_claim(actor=scene.cast.intake, spell=scene.claim(), comment="章看不清，再拍一张")
        page = text(as_user(scene.trainee).get(reverse("work_mine")))
        assert "没通过" in page and "章看不清，再拍一张" in page
        assert first_step(page) == ("工作的材料没通过，请再交一次", "重新交材料")
        scene.claim()
        again = text(as_user(scene.trainee).get(reverse("work_mine")))
        assert first_step(again) == ("您报的工作，县里在看", "还有别的工作，再报一份")

    def test_who_has_work_is_not_asked_whether_they_found_any(self, scene: Scene) -> None:
        accept_claim(actor=scene.cast.intake, spell=scene.claim())
        page = text(as_user(scene.trainee).get(reverse("work_mine")))
        assert first_step(page) == ("记着您现在有工作", "我换单位了")

    def test_taking_a_paper_away_again(self, scene: Scene) -> None:
        spell = scene.claim()
        client = as_user(scene.trainee)
        address = reverse("work_withdraw", args=[spell.public_id])
        assert "再报要重新拍照" in text(client.get(address))
        assert "您撤回了" in text(client.post(address, follow=True))

    def test_an_account_that_is_nobodys_in_the_register_has_no_such_page(self, scene: Scene) -> None:
        response = as_user(make_user()).get(reverse("work_claim"))
        assert response.status_code == 403

    def test_another_trainees_work_is_not_there(self, scene: Scene) -> None:
        spell = scene.claim()
        other = make_person()
        user = make_user()
        with unit_of_work(SYSTEM):
            Person.objects.filter(pk=other.pk).update(user=user)
        stranger = as_user(user)
        assert stranger.get(reverse("work_withdraw", args=[spell.public_id])).status_code == 404
        assert "海南椰家" not in text(stranger.get(reverse("work_mine")))


class TestSchool:
    def test_it_sees_its_trainees_and_by_what_their_work_is_known(self, scene: Scene) -> None:
        client = as_user(scene.user("clerk"))
        page = text(client.get(reverse("work_trainees")))
        assert "还没查到工作" in page
        scene.claim()
        page = text(client.get(reverse("work_trainees"), {"class": str(scene.place.training_class.public_id)}))
        assert "海南椰家家政服务有限公司" in page and "等核实" in page and "劳动合同" in page

    def test_it_hands_in_for_a_trainee(self, scene: Scene) -> None:
        client = as_user(scene.user("clerk"))
        address = reverse("work_trainee_claim", args=[scene.place.public_id])
        assert "单位名称" in text(client.get(address))
        response = client.post(address, answers(employer_uscc="12"))
        assert "统一社会信用代码应为18位" in text(response)
        response = client.post(address, answers(), follow=True)
        assert "交上去了" in text(response) and "撤回这份材料" in text(response)

    def test_it_does_not_see_the_photograph_that_the_trainee_sent(self, scene: Scene) -> None:
        page = text(as_user(scene.user("clerk")).get(reverse("work_spell", args=[scene.claim().public_id])))
        assert "学员自己交的，只给县里看" in page and "撤回这份材料" not in page and "您的决定" not in page

    def test_another_school_finds_nothing(self, scene: Scene) -> None:
        spell = scene.claim()
        other = as_user(User.objects.get(pk=make_actor("provider_manager").user_id))
        assert other.get(reverse("work_spell", args=[spell.public_id])).status_code == 404
        assert other.get(reverse("work_trainee_claim", args=[scene.place.public_id])).status_code == 404
        assert "还没有学完的学员" in text(other.get(reverse("work_trainees")))


class TestWhoFoundWork:
    """The list of those who completed, for schools and offices: where the matches of a contribution list show."""

    def page(self, scene: Scene, who: str = "intake", **query: str) -> str:
        return text(as_user(scene.user(who)).get(reverse("work_trainees"), query))

    def accepted(self, scene: Scene) -> None:
        accept_claim(actor=reviewer_actor(), spell=scene.claim(), comment="")

    def test_it_is_counted_once_it_is_accepted(self, scene: Scene) -> None:
        scene.claim()
        assert names(self.page(scene, view="found")) == []
        assert str(scene.person.name) in self.page(scene, view="open")

    def test_who_found_work_leaves_the_open_ones(self, scene: Scene) -> None:
        self.accepted(scene)
        found = self.page(scene, view="found")
        assert "海南椰家家政服务有限公司" in found and "已核实" in found
        assert "学完的人都查到了工作" in self.page(scene, view="open")

    def test_an_office_narrows_by_class_and_school(self, scene: Scene) -> None:
        school = scene.place.training_class.organization.name
        assert school in self.page(scene, q=school[:4])
        assert "没有人" in self.page(scene, q="别的学校") or "还没有学完" in self.page(scene, q="别的学校")

    def test_an_address_that_names_no_class_names_all(self, scene: Scene) -> None:
        assert str(scene.person.name) in self.page(scene, **{"class": "nonsense"})

    def test_only_who_may_hand_in_is_led_there(self, scene: Scene) -> None:
        link = reverse("work_trainee_claim", args=[scene.place.public_id])
        assert link in self.page(scene)
        assert link not in text(as_user(reviewer()).get(reverse("work_trainees")))
        self.accepted(scene)
        assert link not in self.page(scene)

    def test_another_county_finds_nobody(self, scene: Scene) -> None:
        other = as_user(User.objects.get(pk=make_actor("intake_officer", region=SANYA).user_id))
        assert "还没有学完的学员" in text(other.get(reverse("work_trainees")))

    def test_a_contribution_list_leads_here(self, scene: Scene) -> None:
        into = destination(scene.cast.intake, CONTRIBUTIONS, "")
        assert (into.next_url, into.button) == (f"{reverse('work_trainees')}?view=found", "看谁查到了工作")
        assert destination(make_actor("station_clerk"), CONTRIBUTIONS, "").next_url == ""


class TestOfficer:
    def test_the_queue_holds_what_waits_here_and_the_menu_counts_it(self, scene: Scene) -> None:
        scene.claim()
        page = text(as_user(scene.user("intake")).get(reverse("work_documents")))
        assert "海南椰家家政服务有限公司" in page and "美兰区" in page
        for region in (LONGHUA, SANYA):
            other = User.objects.get(pk=make_actor("intake_officer", region=region).user_id)
            assert "没有等您核实的材料" in text(as_user(other).get(reverse("work_documents")))

    def test_accepting_after_a_look_at_the_paper(self, scene: Scene) -> None:
        spell = scene.claim()
        client = as_user(scene.user("intake"))
        address = reverse("work_spell", args=[spell.public_id])
        page = text(client.get(address))
        file = reverse("files:download", args=[spell.evidence.file.public_id])
        assert f"{file}?show" in page and "2026年3月27日 学完" in page.replace("\xa0", "")
        assert "从今天起算作就业凭据" in text(client.post(address, {"decision": "accept"}, follow=True))
        spell.refresh_from_db()
        assert spell.state == "accepted"

    def test_a_refusal_needs_words(self, scene: Scene) -> None:
        spell = scene.claim()
        client = as_user(scene.user("intake"))
        address = reverse("work_spell", args=[spell.public_id])
        assert "要写明原因" in text(client.post(address, {"decision": "reject"}))
        assert "不认可" in text(client.post(address, {"decision": "reject", "comment": "没有公章"}, follow=True))
        assert "没有公章" in text(client.get(address))

    def test_who_handed_in_is_not_asked_to_decide(self, scene: Scene) -> None:
        spell = scene.claim(scene.cast.intake)
        page = text(as_user(scene.user("intake")).get(reverse("work_spell", args=[spell.public_id])))
        assert "您的决定" not in page and "撤回这份材料" in page

    def test_another_hand_takes_an_acceptance_back(self, scene: Scene) -> None:
        spell = accept_claim(actor=scene.cast.intake, spell=scene.claim())
        client = as_user(reviewer())
        address = reverse("work_spell", args=[spell.public_id])
        assert "为什么撤销" in text(client.get(address))
        assert "自动冲回" in text(client.post(address, {"comment": "单位不认"}, follow=True))
        assert "撤销认可" in text(client.get(address))


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("work_mine", {"participant"}),
        ("work_claim", {"participant"}),
        ("work_trainees", {"provider_clerk", "provider_manager", "intake_officer", "second_reviewer", "inspector"}),
        ("work_documents", {"intake_officer", "second_reviewer", "inspector"}),
    ],
)
@pytest.mark.parametrize(
    "role",
    [
        "participant",
        "provider_clerk",
        "provider_manager",
        "station_clerk",
        "intake_officer",
        "second_reviewer",
        "inspector",
        "leader",
        "system_admin",
    ],
)
def test_whose_page_it_is(scene: Scene, role: str, name: str, allowed: set[str]) -> None:
    user = scene.trainee if role == "participant" else User.objects.get(pk=make_actor(role).user_id)
    assert as_user(user).get(reverse(name)).status_code == (200 if role in allowed else 403)


@pytest.mark.parametrize("role", ["intake_officer", "second_reviewer", "inspector", "approver"])
def test_who_works_on_the_case_opens_its_papers(scene: Scene, role: str) -> None:
    open_file(actor=make_actor(role), file=scene.claim().evidence.file).close()


@pytest.mark.parametrize("role", ["leader", "finance_officer", "system_admin"])
def test_nobody_else_opens_them(scene: Scene, role: str) -> None:
    with pytest.raises(NotFound):
        open_file(actor=make_actor(role), file=scene.claim().evidence.file)


def test_of_the_institution_that_handed_them_in_no_trainer_does(scene: Scene) -> None:
    file = scene.claim(actor=scene.cast.clerk).evidence.file
    school = Organization.objects.get(pk=scene.cast.clerk.organization_id)
    open_file(actor=make_actor("provider_manager", organization=school), file=file).close()
    with pytest.raises(NotFound):
        open_file(actor=make_actor("trainer", organization=school), file=file)


@pytest.mark.parametrize("role", ["intake_officer", "second_reviewer", "inspector", "approver"])
def test_whoever_reads_a_spell_finds_the_way_back(scene: Scene, role: str) -> None:
    spell = scene.claim()
    client = as_user(User.objects.get(pk=make_actor(role).user_id))
    page = client.get(reverse("work_spell", args=[spell.public_id]))
    assert client.get(page.context["crumbs"][0].url).status_code == 200


class TestWorkList:
    """Documents stand among the officer's other work."""

    def test_a_document_waits_on_the_list_of_its_county(self, scene: Scene) -> None:
        spell = scene.claim()
        page = text(as_user(scene.user("intake")).get(reverse("office_home")))
        assert spell.employer_name in page
        assert reverse("work_spell", args=[spell.public_id]) in page

    def test_words_narrow_it(self, scene: Scene) -> None:
        spell = scene.claim()
        client = as_user(scene.user("intake"))
        assert spell.employer_name in text(client.get(reverse("office_home"), {"q": "椰家"}))
        assert spell.employer_name not in text(client.get(reverse("office_home"), {"q": "别的单位"}))

    def test_one_decided_on_is_off_it(self, scene: Scene) -> None:
        spell = scene.claim()
        accept_claim(actor=scene.cast.intake, spell=spell)
        assert spell.employer_name not in text(as_user(scene.user("intake")).get(reverse("office_home")))

    def test_elsewhere_it_is_not_seen(self, scene: Scene) -> None:
        spell = scene.claim()
        far = User.objects.get(pk=make_actor("intake_officer", region=SANYA).user_id)
        assert spell.employer_name not in text(as_user(far).get(reverse("office_home")))
