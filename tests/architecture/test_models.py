"""What every table must have: its audit trigger, masks on personal fields, a scope, a handler for merged persons."""

import re

import pgtrigger
import pytest
from django.apps import apps
from django.db.models import Field, ForeignKey, Model
from tests.architecture.sources import hold_to

from qihang.foundation.core import masks
from qihang.foundation.core.audit import audit_triggers
from qihang.foundation.core.fields import BlindIndexField, EncryptedField
from qihang.registry.participants.merging import person_merges
from qihang.registry.participants.models import Person

OURS = [model for model in apps.get_models() if model.__module__.startswith("qihang.")]

# Tables of ours whose rows change without an actor.
UNAUDITED = {
    "indicators.FigureRun": "computed from audited tables, made anew at any time",
    "indicators.FigureSet": "computed from audited tables, made anew at any time",
    "core.AuditContext": "the audit itself, append-only",
    "core.AuditEntry": "the audit itself, append-only",
    "core.AuditSeal": "the audit itself, append-only",
    "core.TransitionLog": "a log: append-only, with its own actor",
    "core.RevealLog": "a log: append-only, with its own actor",
    "core.DataKey": "wrapped keys: a new one is made by whoever first needs it",
    "documents.FileKey": "wrapped keys: destroying one must leave no copy of it",
    "jobs.Job": "a record of the queue; who started it stands in it",
    "accounts.SignInLog": "a log, also of people who did not get in",
    "accounts.Throttle": "counts tries at the door, from nobody yet",
    "accounts.Device": "sessions: each request may touch its own",
    "accounts.OneTimeCode": "lives for minutes, sent to people not signed in",
    "accounts.SpentStep": "uses of a second factor stand in the sign-in log",
    "accounts.PasskeyUse": "uses of a second factor stand in the sign-in log",
    "imports.ImportReport": "what the reader found in a file, as the file's own record; decisions on it are audited",
    "appraisal.CertificateCounter": "the last number given; the certificates that carry them are audited",
    "imports.ImportReportPart": "part of its report",
    "training.FilingCounter": "the last number given; the filings that carry them are audited",
    "notifications.Message": "messages are copies of what happened elsewhere",
    "notifications.Delivery": "a log of what was sent",
    "notifications.Preference": "how somebody wants their own messages",
}

# Models with a public id that no page, export or command shows by itself.
WITHOUT_SCOPE = {
    "indicators.FigureRun": "figures are read by region through their sets",
    "accounts.User": "shown to its owner; administrators see people through memberships",
    "accounts.ResetLink": "found by its secret only",
    "accounts.EntryCode": "found by its secret only",
    "accounts.Totp": "its owner's alone, found through the account",
    "accounts.RecoveryCode": "its owner's alone, found through the account",
    "accounts.Passkey": "its owner's alone, found through the account",
    "core.CalendarYear": "public",
    "core.CalendarDay": "public",
    "documents.StoredFile": "each purpose says who may open its files (port file_access)",
    "imports.ImportReport": "part of its batch",
    "imports.ImportReportPart": "part of its batch",
    "imports.ImportDecision": "part of its batch",
    "imports.CellCorrection": "part of its batch",
    "notices.NoticeRow": "part of its notice",
    "policy.DecisionBasis": "part of its decisions",
    "reference.Region": "public",
    "reference.RegionPeriod": "public",
    "reference.Occupation": "public",
    "reference.OccupationSuccession": "public",
    "reference.CodeTable": "public",
    "reference.CodeItem": "public",
    "reference.DataRelease": "public",
}

# What a column of such a name is, and how it looks to who may not see it whole.
PERSONAL = {
    "identity": re.compile(r"(^|_)(identity(_no|_number)?|id_card|id_no)$"),
    "phone": re.compile(r"(^|_)(phone|mobile|telephone)$"),
    "account": re.compile(r"(^|_)(bank_account|account_no)$"),
    "address": re.compile(r"(^|_)(home_address|residence_address)$"),
}
# Columns whose mask or openness is another than their name says.
OTHERWISE = {
    "notices.NoticeRow.identity": "holds the text as it was published, masked already",
}


def fields_of(model: type[Model]) -> list[Field]:  # type: ignore[type-arg]
    return list(model._meta.concrete_fields)


# -- the audit --------------------------------------------------------------------------------------------------------


def is_audited(model: type[Model]) -> bool:
    names = {trigger.name for trigger in getattr(model._meta, "triggers", [])}
    return {trigger.name for trigger in audit_triggers()} <= names


def test_every_table_is_audited_or_says_why_not() -> None:
    unaudited = {model._meta.label for model in OURS if not is_audited(model)}
    hold_to(UNAUDITED, unaudited, "make it an AuditedModel, or give the reason in UNAUDITED")


@pytest.mark.django_db
def test_the_triggers_stand_in_the_database_and_are_on() -> None:
    wrong = [
        f"{model._meta.label}.{trigger.name}: {state}"
        for model, trigger in pgtrigger.registered()
        if (state := trigger.get_installation_status(model)) != (pgtrigger.core.INSTALLED, True)  # type: ignore[attr-defined]
    ]
    assert not wrong


# -- personal data ----------------------------------------------------------------------------------------------------


def test_every_encrypted_field_has_a_mask_that_exists() -> None:
    encrypted = [field for model in OURS for field in fields_of(model) if isinstance(field, EncryptedField)]
    assert encrypted
    assert {field.mask for field in encrypted} <= set(masks._MASKS)


def test_numbers_of_people_are_encrypted_under_their_own_mask() -> None:
    wrong = []
    for model in OURS:
        for field in fields_of(model):
            kind = next((kind for kind, name in PERSONAL.items() if name.search(field.name)), None)
            label = f"{model._meta.label}.{field.name}"
            if kind and label not in OTHERWISE and not (isinstance(field, EncryptedField) and field.mask == kind):
                wrong.append(f"{label} should be EncryptedField(mask={kind!r})")
    assert not wrong, "\n".join(wrong)


def test_every_blind_index_is_of_an_encrypted_field() -> None:
    for model in OURS:
        for field in fields_of(model):
            if isinstance(field, BlindIndexField):
                assert isinstance(model._meta.get_field(field.source), EncryptedField), (
                    f"{model._meta.label}.{field.name}"
                )


# -- scope ------------------------------------------------------------------------------------------------------------


def test_every_model_with_a_public_id_says_who_may_see_it() -> None:
    shown = [model for model in OURS if any(field.name == "public_id" for field in fields_of(model))]
    unscoped = {model._meta.label for model in shown if not hasattr(model._default_manager.all(), "visible_to")}
    hold_to(WITHOUT_SCOPE, unscoped, "give its queryset a visible_to(actor), or the reason in WITHOUT_SCOPE")


# -- merged persons ---------------------------------------------------------------------------------------------------


def test_every_relation_to_a_person_says_what_becomes_of_it_when_two_are_merged() -> None:
    relations = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in fields_of(model)
        if isinstance(field, ForeignKey) and field.related_model is Person
    }
    registered = {name for name, _ in person_merges.items()}
    hold_to(registered, relations, "register a handler with person_merges in the app's ready()")
