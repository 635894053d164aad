"""Who belongs to an organisation: asked in by a link, given a role, changed, let go."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qihang.foundation.accounts.services.sign_in import find_account
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.registry.organizations import invitations
from qihang.registry.organizations.enums import ROLES_OF_KIND, OrganizationKind
from qihang.registry.organizations.invitations import ALREADY_SENT, IssuedInvitation
from qihang.registry.organizations.models import Invitation, Membership, Organization
from qihang.registry.organizations.perms import PEOPLE_ROLES, invitable_roles, may_end
from qihang.registry.organizations.services import add_membership, end_membership
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal
from qihang.web.requests import show
from qihang.web.step_up import step_up
from qihang.web.views.manage.forms import ChangeRoleForm, GrantForm, InviteForm
from qihang.web.views.manage.organizations import PEOPLE, crumbs_to, find, page_for


@roles(*PEOPLE)
@never_cache
@step_up
def invite(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask somebody in. The link is on the answer to the form, and nowhere ever after."""
    organization = find(request, public_id)
    choices = invitable_roles(actor_of(request), organization.kind)
    if not choices:
        raise NotAllowed("请人进这个单位，不由您现在的岗位办")
    initial = {"role": request.GET.get("role", "")} if "role" in request.GET else None
    form = InviteForm(request.POST or None, roles=choices, organization=organization, initial=initial)
    if form.is_valid():
        try:
            issued = invitations.invite(
                actor=actor_of(request),
                organization=organization,
                role=form.cleaned_data["role"],
                name=form.cleaned_data["name"],
                region=form.chosen_region,
                public_id=form.cleaned_data["key"],
            )
        except DomainError as refusal:
            if refusal.code == ALREADY_SENT:
                return _sent_before(request, organization, refusal)
            show_refusal(form, refusal)
        else:
            return _show_link(request, issued)
    values = {"form": form, "organization": organization, "crumbs": crumbs_to(request, organization, "请人进来")}
    return show(request, "manage/invite.html", values)


def _sent_before(request: HttpRequest, organization: Organization, refusal: DomainError) -> HttpResponse:
    messages.info(request, f"{refusal.message}。没抄到链接的，在下面换一个新链接")
    return HttpResponseRedirect(page_for(actor_of(request), organization) + "#waiting")


def _show_link(request: HttpRequest, issued: IssuedInvitation) -> HttpResponse:
    """The only time this link is seen."""
    invitation = issued.invitation
    values = {
        "invitation": invitation,
        "link": request.build_absolute_uri(issued.path),
        "back": page_for(actor_of(request), invitation.organization),
        "crumbs": crumbs_to(request, invitation.organization, "邀请链接"),
    }
    return show(request, "manage/invitation_link.html", values)


@roles(*PEOPLE)
@never_cache
@require_POST
@step_up
def renew(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A new link in place of the old one."""
    invitation = _find_invitation(request, public_id)
    return _show_link(request, invitations.renew_invitation(actor=actor_of(request), invitation=invitation))


@roles(*PEOPLE)
@require_POST
def revoke(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Withdraw an invitation; a new one can always be sent."""
    invitation = _find_invitation(request, public_id)
    invitations.revoke_invitation(actor=actor_of(request), invitation=invitation)
    messages.success(request, "邀请撤回了，链接打不开了")
    return HttpResponseRedirect(page_for(actor_of(request), invitation.organization))


def _find_invitation(request: HttpRequest, public_id: uuid.UUID) -> Invitation:
    rows = Invitation.objects.visible_to(actor_of(request)).select_related("organization", "region")
    invitation: Invitation | None = rows.filter(public_id=public_id).first()
    if invitation is None:
        raise NotFound("没有这个邀请，或者不归您的单位")
    return invitation


@roles(Role.SECURITY_ADMIN)
@step_up
def grant(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a role to an account that exists."""
    organization = find(request, public_id)
    held = ROLES_OF_KIND[OrganizationKind(organization.kind)]
    choices = [role for role in Role if role in held]
    initial = {"login": request.GET.get("login", "")}
    form = GrantForm(request.POST or None, roles=choices, organization=organization, initial=initial)
    if form.is_valid():
        try:
            membership = _grant(request, organization, form)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{membership.user.name}从今天起是{membership.get_role_display()}")
            return HttpResponseRedirect(page_for(actor_of(request), organization))
    crumbs = crumbs_to(request, organization, "给已有账号岗位")
    return show(request, "manage/grant.html", {"form": form, "organization": organization, "crumbs": crumbs})


def _grant(request: HttpRequest, organization: Organization, form: GrantForm) -> Membership:
    user = find_account(form.cleaned_data["login"])
    if user is None:
        raise DomainError("没有这个登录名。没有账号的人，请用邀请", field="login")
    return add_membership(
        actor=actor_of(request),
        user=user,
        organization=organization,
        role=form.cleaned_data["role"],
        region=form.chosen_region,
    )


@roles(*(PEOPLE_ROLES - {Role.SYSTEM_ADMIN}))
@step_up
def end(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask, then take the role back."""
    membership = _find_membership(request, public_id)
    back = page_for(actor_of(request), membership.organization)
    if request.method == "POST":
        end_membership(actor=actor_of(request), membership=membership)
        messages.success(request, f"{membership.user.name}不再是{membership.get_role_display()}了")
        return HttpResponseRedirect(back)
    return show(request, "manage/membership_end.html", {"membership": membership, "back": back})


@roles(Role.SECURITY_ADMIN, Role.PROVIDER_MANAGER)  # the others give one role only
@never_cache
@step_up
def change(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Another role in the same place: the old one ends today, the new one begins once the person accepts it."""
    membership = _find_membership(request, public_id)
    organization = membership.organization
    choices = [role for role in invitable_roles(actor_of(request), organization.kind) if role != membership.role]
    if not choices:
        raise NotAllowed("换岗位分两步：安全管理员收回原来的岗位，系统管理员再发一份邀请")
    form = ChangeRoleForm(request.POST or None, roles=choices)
    if form.is_valid():
        try:
            issued = invitations.change_role(
                actor=actor_of(request),
                membership=membership,
                role=form.cleaned_data["role"],
                public_id=form.cleaned_data["key"],
            )
        except DomainError as refusal:
            if refusal.code == ALREADY_SENT:
                return _sent_before(request, organization, refusal)
            show_refusal(form, refusal)
        else:
            return _show_link(request, issued)
    crumbs = crumbs_to(request, organization, "换岗位")
    return show(request, "manage/membership_change.html", {"form": form, "membership": membership, "crumbs": crumbs})


def _find_membership(request: HttpRequest, public_id: uuid.UUID) -> Membership:
    rows = Membership.objects.visible_to(actor_of(request)).select_related("user", "organization", "region")
    membership: Membership | None = rows.filter(public_id=public_id).first()
    if membership is None:
        raise NotFound("没有这个岗位，或者不归您的单位")
    if not may_end(actor_of(request), membership.role):
        raise NotAllowed("收回岗位由安全管理员办")
    return membership
