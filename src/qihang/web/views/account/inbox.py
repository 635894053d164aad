"""My messages, and what else than the page I want for them."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from qihang.foundation.notifications.models import Message
from qihang.foundation.notifications.services import choose_channels, mark_read, wanted_channels
from qihang.web.navigation import actor_of
from qihang.web.requests import account_of, show
from qihang.web.views.account.forms import NoticesForm

_PAGE = 20


def overview(request: HttpRequest) -> HttpResponse:
    """All messages, the newest first."""
    rows = Message.objects.visible_to(actor_of(request))
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    return show(request, "account/messages.html", {"page": page, "unread": rows.unread().count()})


def message(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One message; opening it marks it as read."""
    actor = actor_of(request)
    found = get_object_or_404(Message.objects.visible_to(actor), public_id=public_id)
    mark_read(actor=actor, ids=[found.pk])
    return show(request, "account/message.html", {"message": found})


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    mark_read(actor=actor_of(request))
    return HttpResponseRedirect(reverse("account_messages"))


def preferences(request: HttpRequest) -> HttpResponse:
    """By which further channels."""
    user = account_of(request)
    form = NoticesForm(request.POST if request.method == "POST" else None, wanted=wanted_channels(user))
    if form.is_valid():
        choose_channels(user=user, wanted=form.chosen())
        messages.success(request, "存好了")
        return HttpResponseRedirect(reverse("account_notices"))
    return show(request, "account/notices.html", {"form": form, "account": user})
