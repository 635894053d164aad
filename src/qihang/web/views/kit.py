"""The gallery: every component with made-up sample data, to look at, to copy from and to test."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from qihang.web import states
from qihang.web.navigation import actor_of
from qihang.web.parts import Progress, Tone
from qihang.web.views import kit_samples as samples
from qihang.web.views import kit_samples_office as office
from qihang.web.views.kit_forms import DecisionForm, ObjectionForm, SampleForm

states.register(
    states.StateTable(
        "kit_claim",
        {
            "reviewing": states.Wording("县里在审", "待初审", Tone.WAIT),
            "need_more": states.Wording("要您补材料", "退回补正", Tone.WARN, office_tone=Tone.WAIT),
            "notice": states.Wording("公示中", "公示中", Tone.WAIT),
            "held": states.Wording("先不发，在查", "暂缓，待核", Tone.HOLD),
            "paid": states.Wording("已到账", "已拨付", Tone.OK, icon="check-lg"),
            "returned": states.Wording("银行退回", "退票重打", Tone.WARN),
            "refused": states.Wording("不能发", "不予", Tone.ERR),
        },
    )
)


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    return page(request, "parts")


@login_not_required
def page(request: HttpRequest, page: str) -> HttpResponse:
    """One page of the gallery; 404 for readers whom it is not for."""
    if not _may_look(request) or page not in _PAGES:
        raise Http404
    return _PAGES[page](request)


def _may_look(request: HttpRequest) -> bool:
    return settings.DEBUG or actor_of(request).role in settings.KIT_ROLES


def _show(request: HttpRequest, name: str, **values: Any) -> HttpResponse:
    return render(request, f"kit/{name}.html", {**samples.common(request.path), **values})


def _parts(request: HttpRequest) -> HttpResponse:
    return _show(request, "parts", form=SampleForm(), **samples.parts())


def _mine(request: HttpRequest) -> HttpResponse:
    return _show(request, "mine", **samples.mine())


def _notice(request: HttpRequest) -> HttpResponse:
    """With a form sent back: the summary, the marked fields, the title that says so."""
    form = ObjectionForm(request.POST if request.method == "POST" else samples.OBJECTION)
    return _show(request, "notice", form=form, **samples.notice())


def _worklist(request: HttpRequest) -> HttpResponse:
    rows = office.work_rows()
    shown = Paginator(rows, 13).get_page(request.GET.get("page"))
    return _show(request, "worklist", page_rows=shown, **office.worklist())


def _case(request: HttpRequest) -> HttpResponse:
    return _show(request, "case", form=DecisionForm(initial={"decision": "part"}), **office.case())


def _roster(request: HttpRequest) -> HttpResponse:
    return _show(request, "roster", **office.roster())


def _results(request: HttpRequest) -> HttpResponse:
    return _show(request, "results", **office.results())


def _confirm(request: HttpRequest) -> HttpResponse:
    return _show(request, "confirm")


def _job(request: HttpRequest) -> HttpResponse:
    """What a page's progress bar asks for every two seconds."""
    done = min(20480, int(request.GET.get("done", "12700")) + 2600)
    job = Progress(
        title="正在比对 20,480 人的社保记录",
        done=done,
        total=20480,
        message=f"已比 {done:,} 人",
        finished=done == 20480,
    )
    return render(request, "kit/job.html", {"job": job})


_PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "parts": _parts,
    "mine": _mine,
    "notice": _notice,
    "worklist": _worklist,
    "case": _case,
    "roster": _roster,
    "results": _results,
    "confirm": _confirm,
    "job": _job,
}
PAGE_NAMES = tuple(name for name in _PAGES if name != "job")
