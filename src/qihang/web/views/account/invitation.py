"""Accepting a role: with a new account, or with the one that is signed in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.errors import Expired
from qihang.foundation.accounts.models import User
from qihang.foundation.core.errors import DomainError
from qihang.registry.organizations.invitations import (
    NewAccount,
    accept_with_account,
    accept_with_new_account,
    find_invitation,
)
from qihang.registry.organizations.models import Invitation, Membership
from qihang.registry.organizations.perms import IDENTITY_ROLES
from qihang.registry.organizations.services import actor_for
from qihang.web import sessions
from qihang.web.landing import home_of
from qihang.web.middleware import without_second_factor
from qihang.web.refusals import show_refusal
from qihang.web.requests import show, visitor_account
from qihang.web.views.account.forms import AcceptForm, InvitationForm


@login_not_required
@never_cache
@without_second_factor
@sensitive_post_parameters("password")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """What the link offers, and the form to take it. Looking at it uses nothing up."""
    try:
        invitation = find_invitation(token)
    except Expired as refusal:
        return show(request, "account/link_gone.html", {"reason": refusal.message}, status=410)
    user = visitor_account(request)
    form = _form(request, invitation, user)
    if form.is_valid():
        try:
            membership = _accept(token, user, form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return _begin(request, membership, signed_in=user is not None)
    return show(request, "account/invitation.html", {"form": form, "invitation": invitation, "account": user})


def _form(request: HttpRequest, invitation: Invitation, user: User | None) -> InvitationForm | AcceptForm:
    data = request.POST if request.method == "POST" else None
    wanted = invitation.role in IDENTITY_ROLES
    if user:
        return AcceptForm(data, with_identity=wanted and not user.identity_no)
    return InvitationForm(data, with_identity=wanted, initial={"name": invitation.name})


def _accept(token: str, user: User | None, answers: dict[str, str]) -> Membership:
    if user:
        return accept_with_account(token=token, user=user, identity_no=answers.get("identity_no", ""))
    return accept_with_new_account(token=token, account=NewAccount(**answers))


def _begin(request: HttpRequest, membership: Membership, *, signed_in: bool) -> HttpResponse:
    if not signed_in:
        sessions.finish(request, membership.user, Method.LINK)
    request.session[sessions.MEMBERSHIP] = str(membership.public_id)
    messages.success(request, f"您现在是{membership.organization.label}的{membership.get_role_display()}了")
    return HttpResponseRedirect(home_of(actor_for(membership), request))
