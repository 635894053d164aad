"""The sittings of a station (of an institution, of a region), and one of them with its people."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from qihang.delivery.appraisal.enums import CertificateState, SittingState
from qihang.delivery.appraisal.imports import SCORES
from qihang.delivery.appraisal.models import Certificate, Score, Sitting
from qihang.delivery.appraisal.printing import sitting_pdf
from qihang.delivery.appraisal.querysets import STATION_ROLES
from qihang.delivery.appraisal.rules import may_be_held, may_judge
from qihang.delivery.appraisal.score_book import points_words
from qihang.delivery.appraisal.services import get_sitting
from qihang.delivery.appraisal.waiting import EXPECTED, is_expected, with_expected
from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.web.access import roles
from qihang.web.formats import NOTHING, chinese_date, short_moment
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, Event, Stage, Step, View
from qihang.web.views.certificates.paper import pdf_response, verify_url
from qihang.web.views.imports.destinations import Destination
from qihang.web.views.office.addresses import is_public_id
from qihang.web.views.station.access import READERS

_PAGE = 50


def _due(rows: QuerySet[Sitting]) -> QuerySet[Sitting]:
    return rows.filter(state=SittingState.PLANNED, on__lte=clock.today())


def waiting_scores(actor: Actor) -> int:
    """How many sittings of the station wait for their score book."""
    return _due(Sitting.objects.visible_to(actor)).count()


_LABELS = {"scores": "要录成绩", "ahead": "还没到日子", "held": "已录成绩", "all": "全部"}
_SOONEST_FIRST = {"scores", "ahead"}


@roles(*READERS)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The list, in views by what is to be done."""
    actor = actor_of(request)
    parts = _parts(actor)
    counts = {key: rows.count() for key, rows in parts.items()}
    wanted = request.GET.get("view", "")
    chosen = wanted if wanted in parts else next((key for key in parts if counts[key]), "all")
    rows = parts[chosen].select_related("station", "training_class__organization", "training_class__occupation")
    ordered = with_expected(rows).order_by("on" if chosen in _SOONEST_FIRST else "-on", "pk")
    page = Paginator(ordered, _PAGE).get_page(request.GET.get("page"))
    at_station = actor.role in STATION_ROLES
    values = {
        "title": list_title(actor),
        "at_station": at_station,
        "views": [View(_LABELS[key], f"?view={key}", counts[key], key == chosen) for key in parts],
        "page_rows": page,
        "rows": [(row, next_step(row)) for row in page],
    }
    return render(request, "station/list.html", values)


def _parts(actor: Actor) -> dict[str, QuerySet[Sitting]]:
    mine = Sitting.objects.visible_to(actor)
    return {
        "scores": _due(mine),
        "ahead": mine.filter(state=SittingState.PLANNED, on__gt=clock.today()),
        "held": mine.filter(state=SittingState.HELD),
        "all": mine,
    }


def list_title(actor: Actor) -> str:
    """What the list of sittings is called to whom."""
    return "我站的鉴定" if actor.role in STATION_ROLES else "鉴定和证书"


def next_step(sitting: Sitting) -> tuple[str, bool]:
    """What comes next, and whether it is due now."""
    item = sitting.training_class
    if sitting.state == SittingState.HELD:
        return "没有要办的", False
    if sitting.state == SittingState.CANCELLED:
        return "另外安排", False
    if clock.today() < sitting.on:
        return f"{chinese_date(sitting.on)}鉴定", False
    if item.state != ClassState.COMPLETED:
        return "等学校办结业", False
    return "传成绩册", True


def sitting_of_class(actor: Actor, target_id: str) -> Destination:
    """Where an imported score book is to be seen: the latest sitting of its class."""
    if not is_public_id(target_id):
        return Destination()
    rows = Sitting.objects.visible_to(actor).standing().filter(training_class__public_id=target_id)
    found = rows.select_related("training_class").order_by("-on").first()
    if found is None:
        return Destination()
    page = reverse("station_sitting", args=[found.public_id])
    return Destination(name=found.training_class.name, url=page, next_url=page, button="看成绩，发证书", day=found.on)


@dataclass(frozen=True, slots=True)
class Member:
    """A trainee in the sitting's list."""

    enrolment: Enrolment
    score: Score | None
    certificate: Certificate | None

    @property
    def completed(self) -> bool:
        return bool(self.enrolment.state == EnrolmentState.COMPLETED)

    @property
    def theory(self) -> str:
        return points_words(self.score.theory) if self.score else NOTHING

    @property
    def practice(self) -> str:
        return points_words(self.score.practice) if self.score else NOTHING


@roles(*READERS)
@require_GET
def sitting(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One sitting: where it stands, who is expected, what they scored, the certificates."""
    actor = actor_of(request)
    found = get_sitting(actor=actor, public_id=str(public_id))
    members = _members(found)
    certificates = [row.certificate for row in members if row.certificate]
    values = {
        "sitting": found,
        "item": found.training_class,
        "crumbs": [
            Crumb(list_title(actor), reverse("station")),
            Crumb(found.training_class.name),
        ],
        "steps": _steps(found, len(certificates)),
        "members": members,
        "sums": _sums(members),
        "in_force": sum(row.state == CertificateState.ISSUED for row in certificates),
        "events": _events(found),
        **_scoring(found, actor),
        "may": {step.name for step in SITTING_WORKFLOW.available(found, actor)},
        "corrections": _corrections(found),
    }
    return render(request, "station/sitting.html", values)


def _members(found: Sitting) -> list[Member]:
    """In the roster's order: those expected, and whoever has a score."""
    scores = {row.enrolment_id: row for row in found.scores.valid()}
    certificates = {row.enrolment_id: row for row in found.certificates.order_by("pk")}
    places = found.training_class.enrolments.select_related("person")
    rows = places.filter(is_expected(found) | Q(pk__in=list(scores)))
    return [Member(row, scores.get(row.pk), certificates.get(row.pk)) for row in rows]


def _sums(members: list[Member]) -> list[tuple[str, str]]:
    scored = [row for row in members if row.score]
    passed = [row for row in scored if row.score and row.score.passed]
    return [
        ("应考", str(sum(row.enrolment.state in EXPECTED for row in members))),
        ("有成绩", str(len(scored))),
        ("合格", str(len(passed))),
        ("发证", str(sum(1 for row in members if row.certificate))),
    ]


def _steps(found: Sitting, certificates: int) -> list[Step]:
    """Planned, class completed, day of the sitting, scores and certificates."""
    done = [
        True,
        found.training_class.state == ClassState.COMPLETED,
        clock.today() > found.on or found.state == SittingState.HELD,
        found.state == SittingState.HELD,
    ]
    completed_on = found.training_class.completed_on or found.training_class.end
    texts = [
        ("安排鉴定", short_moment(found.created_at)),
        ("学校办结业", chinese_date(completed_on)),
        ("鉴定", chinese_date(found.on)),
        ("录成绩、发证", f"发了 {certificates} 本" if found.state == SittingState.HELD else "考完就传成绩册"),
    ]
    first = done.index(False) if False in done else len(done)
    stages = [Stage.DONE if at < first else Stage.NOW if at == first else Stage.NEXT for at in range(len(done))]
    return [Step(label, note, stage) for (label, note), stage in zip(texts, stages, strict=True)]


def _scoring(found: Sitting, actor: Actor) -> dict[str, Any]:
    """The way to upload the score book, or why not yet."""
    if actor.role not in STATION_ROLES or found.state == SittingState.CANCELLED:
        return {"upload": "", "not_yet": ""}
    reason = may_judge(found, actor) or may_be_held(found, actor)
    link = "" if reason else reverse("import_start", args=[SCORES.key, str(found.training_class.public_id)])
    return {"upload": link, "not_yet": reason or ""}


def _events(found: Sitting) -> list[Event]:
    log = SITTING_WORKFLOW.history(found).order_by("pk")
    seals = {step.name: step.seal for step in SITTING_WORKFLOW.transitions}
    return [
        Event(
            title=line.label,
            when=short_moment(line.at),
            who="，".join(filter(None, (line.organization_label, line.user_label))),
            why=line.comment,
            seal=seals.get(line.transition, ""),
        )
        for line in log
    ]


def _corrections(found: Sitting) -> list[Score]:
    rows = found.scores.filter(voided_on__isnull=False).select_related("enrolment__person")
    return list(rows.order_by("voided_on", "pk"))


@roles(*READERS)
@require_GET
def certificates(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """All certificates of the sitting as one file to print."""
    return pdf_response(
        *sitting_pdf(actor=actor_of(request), public_id=str(public_id), verify_url=verify_url(request))
    )
