"""Forms as the guide wants them: one column, label above, hint, error, field; humane messages; errors only on sending.

`FORM_RENDERER` points to PageRenderer, so that any Django form, also one of a package, looks right by itself.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import ChoiceWidget, Input

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.HiddenInput, ""),
    (forms.CheckboxInput, ""),
    (forms.Select, "form-select"),
    (forms.Textarea, "form-control"),
    (Input, "form-control"),
)


class PageBoundField(BoundField):
    """Gives each control its class, whatever widget the form chose."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        ours = next((name for kind, name in _CLASSES if isinstance(widget, kind)), "")
        names = " ".join(filter(None, (widget.attrs.get("class", ""), ours)))
        return {**built, "class": names} if names else built

    @property
    def is_single_choice_box(self) -> bool:
        """A lone check box, whose label stands beside it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def target_id(self) -> str:
        """What a link of the error summary leads to: the control, or the first one of a group."""
        if self.use_fieldset and self.auto_id:
            first = self.field.widget.id_for_label(self.auto_id, 0) if self._has_options else f"{self.auto_id}_0"
            return str(first)
        return str(self.id_for_label)

    @property
    def _has_options(self) -> bool:
        return isinstance(self.field.widget, ChoiceWidget)


class PageRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = PageBoundField


class HumaneForm(forms.BaseForm):
    """Says what to do in place of what is wrong, and leaves checking to the server (no half-typed complaints)."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            _speak(name, field)

    def put_field(self, name: str, field: forms.Field) -> None:
        """Add a field, or put it in another's place, once it is known which the form needs."""
        _speak(name, field)
        self.fields[name] = field


class PageForm(HumaneForm, forms.Form):
    """The base of the product's forms."""


class PageModelForm(HumaneForm, forms.ModelForm):  # type: ignore[type-arg]  # the model is the subclass's
    """The base of forms that only carry a model's columns to a service; they never save by themselves."""


def _speak(name: str, field: forms.Field) -> None:
    field.error_messages.update(_messages(field, str(field.label or name)))


def _messages(field: forms.Field, label: str) -> dict[str, str]:
    """What a field of this kind says; messages given to the field itself stay."""
    chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
    verb = "选" if chosen else ("附上" if isinstance(field, forms.FileField) else "填")
    wanted = {"required": f"请{verb}“{label}”"}
    if isinstance(field, forms.BooleanField):
        wanted["required"] = f"请先勾上“{label}”"
    if isinstance(field, forms.IntegerField):
        wanted["invalid"] = f"“{label}”请填一个数，比如 35"
        _speak_of_limits(label, field)
    if isinstance(field, forms.CharField):
        wanted["max_length"] = f"“{label}”最多 %(limit_value)d 个字，现在有 %(show_value)d 个，请写短些"
    if chosen:
        wanted["invalid_choice"] = f"“{label}”里没有这一项，请从列出的里面选"
    defaults = {code: text for kind in reversed(type(field).__mro__) for code, text in _defaults(kind).items()}
    return {code: text for code, text in wanted.items() if field.error_messages.get(code) == defaults.get(code)}


def _speak_of_limits(label: str, field: forms.IntegerField) -> None:
    for check in field.validators:
        if isinstance(check, MinValueValidator):
            check.message = f"“{label}”至少是 {check.limit_value}"
        elif isinstance(check, MaxValueValidator):
            check.message = f"“{label}”最多是 {check.limit_value}"


def _defaults(kind: type) -> Mapping[str, str]:
    return getattr(kind, "default_error_messages", {})


class DayField(forms.DateField):
    """A day typed as text, in any form people write it; no calendar to leaf through for a birthday."""

    widget = forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"})
    default_error_messages = {"invalid": "日期没看懂，请写成 2026-12-04 这样"}
    _formats = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y年%m月%d")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=self._formats, **kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        return super().to_python("".join(value.split()) if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, dt.date) else value


class IdentityInput(forms.TextInput):
    """The identity number: one box, read back while typing. The server cleans and checks it."""

    template_name = "forms/identity.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        usual = {"inputmode": "text", "autocomplete": "off", "spellcheck": "false", "data-identity": True}
        super().__init__({**usual, **(attrs or {})})


class CardSelect(forms.RadioSelect):
    """A choice of at most five, each on a card with a note beneath (and a figure to its right)."""

    template_name = "forms/cards.html"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        notes: Mapping[str, str] | None = None,
        figures: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(attrs)
        self.notes = dict(notes or {})
        self.figures = dict(figures or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "note": self.notes.get(str(value), ""), "figure": self.figures.get(str(value), "")}


class UploadInput(forms.FileInput):
    """A file or a photograph. `limit` is ready to read (`10 MB`); a picture is shown before it is sent.

    `photo` invites to take one; not where a table is wanted.
    """

    template_name = "forms/upload.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, limit: str, kinds: str, photo: bool = True) -> None:
        super().__init__({"data-upload": True, **(attrs or {})})
        self.photo = photo
        self.limit = limit
        self.kinds = kinds

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {
            **super().get_context(name, value, attrs),
            "limit": self.limit,
            "kinds": self.kinds,
            "photo": self.photo,
        }
