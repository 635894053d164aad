"""What an officer does to one person's place: each on a page of its own that asks for words first."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from qihang.delivery.training.enrolling import correct_category, get_place, reconsider, reject_category
from qihang.foundation.core.roles import Role
from qihang.registry.reference.codes import codes
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.views.office.acts import Act, act_page
from qihang.web.views.office.cases import head_of
from qihang.web.views.office.categories import settled
from qihang.web.views.office.decision_forms import CorrectForm, ReasonForm
from qihang.web.views.office.people_rows import category_label


def _categories() -> list[tuple[str, str]]:
    return [(code.code, code.name) for code in codes("person_category")]


_REJECT = Act(
    title="认定{name}不属于“{category}”吗？",
    after=("按不属于这一类马上重算，多半不能领补贴", "您写的话会给本人和学校看", "本人可以申诉，您或同事可以重新核实"),
    undo="不能撤回；有新的证明，再办“重新核实”。",
    submit="认定不属于",
    form=ReasonForm,
    do=lambda actor, place, given: reject_category(actor=actor, enrolment=place, reason=given["comment"]),
    danger=True,
)
_CORRECT = Act(
    title="按证明改{name}的类别",
    after=("按您选的类别记为已核实，马上重算", "名册上写的留在记录里"),
    undo="不能撤回；改错了要重新核实。",
    submit="改成这一类，重算",
    form=lambda data: CorrectForm(data, categories=_categories()),
    do=lambda actor, place, given: correct_category(
        actor=actor,
        enrolment=place,
        category=given["category"],
        public_post=given["public_post"],
        comment=given["comment"],
    ),
)
_RECONSIDER = Act(
    title="重新核实{name}吗？",
    after=("按现在知道的事实重算一次，以前的判定留着", "够条件就录取，不够会再写明差在哪里"),
    undo="不能撤回，只能再核实一次。",
    submit="重新核实",
    form=ReasonForm,
    do=lambda actor, place, given: reconsider(actor=actor, enrolment=place, comment=given["comment"]),
)


@roles(Role.INTAKE_OFFICER)
def reject(request: HttpRequest, public_id: str) -> HttpResponse:
    return _act_page(request, public_id, _REJECT)


@roles(Role.INTAKE_OFFICER)
def correct(request: HttpRequest, public_id: str) -> HttpResponse:
    return _act_page(request, public_id, _CORRECT)


@roles(Role.INTAKE_OFFICER)
def take_up_again(request: HttpRequest, public_id: str) -> HttpResponse:
    return _act_page(request, public_id, _RECONSIDER)


def _act_page(request: HttpRequest, public_id: str, act: Act) -> HttpResponse:
    place = get_place(actor=actor_of(request), public_id=public_id)
    return act_page(
        request,
        act,
        place,
        words={"name": str(place.person.name), "category": category_label(place.category)},
        head=head_of(place),
        back=reverse("office_case", args=[place.public_id]),
        then=lambda: settled(request, place.training_class, [str(place.public_id)]),
    )
