"""The administrators' pages, and the people pages of whoever is in charge of an organisation."""

from django.urls import path

from qihang.web.views.manage import audit, home, looks, organizations, people, users

urlpatterns = [
    path("", home.overview, name="manage_home"),
    path("people/", organizations.own, name="own_people"),
    path("organizations/", organizations.listing, name="manage_organizations"),
    path("organizations/new/", organizations.new, name="manage_organization_new"),
    path("organizations/credit-code/", organizations.credit_code, name="manage_credit_code"),
    path("organizations/<uuid:public_id>/", organizations.detail, name="manage_organization"),
    path("organizations/<uuid:public_id>/edit/", organizations.edit, name="manage_organization_edit"),
    path("organizations/<uuid:public_id>/state/<slug:step>/", organizations.step, name="manage_organization_step"),
    path("organizations/<uuid:public_id>/invite/", people.invite, name="manage_invite"),
    path("organizations/<uuid:public_id>/grant/", people.grant, name="manage_grant"),
    path("invitations/<uuid:public_id>/renew/", people.renew, name="manage_invitation_renew"),
    path("invitations/<uuid:public_id>/revoke/", people.revoke, name="manage_invitation_revoke"),
    path("memberships/<uuid:public_id>/end/", people.end, name="manage_membership_end"),
    path("memberships/<uuid:public_id>/change/", people.change, name="manage_membership_change"),
    path("users/", users.search, name="manage_users"),
    path("users/<uuid:public_id>/", users.detail, name="manage_user"),
    path("users/<uuid:public_id>/<slug:act>/", users.act, name="manage_user_act"),
    path("audit/", audit.listing, name="manage_audit"),
    path("looks/", looks.listing, name="manage_looks"),
]
