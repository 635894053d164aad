"""How a form shows what a service refused."""

from django.forms import BaseForm

from qihang.foundation.core.errors import DomainError


def show_refusal(form: BaseForm, refusal: DomainError) -> None:
    """Put the refusal at the field it names, else above the form. The form must have been checked."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
