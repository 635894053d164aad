"""Column types of the product: encrypted values, their blind indexes, and states that only a workflow writes."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from django.db import models

from qihang.foundation.core.privacy import Secret, context_of, encrypt_many, index_many, store_many


class _SecretAttribute:
    """Lets code assign a plain text and read a Secret."""

    def __init__(self, field: "EncryptedField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        values = instance.__dict__
        if self.field.attname not in values:
            instance.refresh_from_db(fields=[self.field.attname])
        return values[self.field.attname]

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.secret_of(value, type(instance))


class EncryptedField(models.BinaryField[Any, Any]):
    """A text that is stored encrypted and read as a Secret. `mask` names how it looks unrevealed (see masks)."""

    empty_strings_allowed = False  # what was never set is None, not bytes that nothing can decrypt

    def __init__(self, *args: Any, mask: str = "text", **kwargs: Any) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)
        self.mask = mask

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "mask": self.mask}

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            setattr(cls, self.attname, _SecretAttribute(self))

    def secret_of(self, value: Any, owner: type[models.Model]) -> Secret | None:
        """A Secret of this column from a plain text, stored bytes, a Secret of another column, or None."""
        if value is None:
            return None
        context = context_of(owner._meta.concrete_model._meta.label_lower, self.name)  # type: ignore[union-attr]
        if isinstance(value, (bytes, memoryview)):
            return Secret(kind=self.mask, context=context, stored=bytes(value))
        text = value.plain() if isinstance(value, Secret) else str(value)
        return Secret(kind=self.mask, context=context, plain=text)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(value.stored() if isinstance(value, Secret) else value, connection, prepared)

    def prepare_many(self, objects: Sequence[models.Model]) -> list[bytes | None]:
        """The stored bytes of this column for many instances; plain texts are encrypted in one go."""
        secrets: list[Secret | None] = [getattr(item, self.attname) for item in objects]
        store_many([secret for secret in secrets if secret is not None])
        return [None if secret is None else secret.stored() for secret in secrets]

    def stored_series(self, rows: pl.DataFrame, owner: type[models.Model]) -> pl.Series:
        """`prepare_many` for a frame that holds plain texts by attribute name; absent is NULL."""
        if self.attname not in rows.columns:
            return pl.Series(self.attname, [None], pl.String).new_from_index(0, rows.height)
        label = context_of(owner._meta.concrete_model._meta.label_lower, self.name)  # type: ignore[union-attr]
        return _filled(rows[self.attname], lambda texts: encrypt_many(texts, label))

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("an encrypted field is never serialised")


class BlindIndexField(models.BinaryField[Any, Any]):
    """The keyed index of an EncryptedField `source`, filled on saving; `normalise` runs before indexing."""

    def __init__(
        self, *args: Any, source: str = "", normalise: Callable[[str], str] | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("null", True)
        super().__init__(*args, **kwargs)
        self.source = source
        self.normalise = normalise or str.strip

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        secret: Secret | None = getattr(model_instance, self.source)
        value = self.index_of(secret.plain(), type(model_instance)) if secret else None
        setattr(model_instance, self.attname, value)
        return value

    def prepare_many(self, objects: Sequence[models.Model]) -> list[bytes | None]:
        """`pre_save` for many instances of one model."""
        secrets: list[Secret | None] = [getattr(item, self.source) for item in objects]
        texts = [secret.plain() for secret in secrets if secret]
        made = iter(self.index_many(texts, type(objects[0])) if texts else [])
        values = [next(made) if secret else None for secret in secrets]
        for item, value in zip(objects, values, strict=True):
            setattr(item, self.attname, value)
        return values

    def stored_series(self, rows: pl.DataFrame, owner: type[models.Model]) -> pl.Series:
        """`prepare_many` for a frame that holds the source's plain texts: an empty one has no index."""
        given = rows[self.source] if self.source in rows.columns else pl.Series([None] * rows.height, dtype=pl.String)
        return _filled(given.set(given == "", None), lambda texts: self.index_many(texts, owner))

    def index_of(self, text: str, owner: type[models.Model]) -> bytes:
        """The index bytes of one text."""
        return self.index_many([text], owner)[0]

    def index_many(self, texts: list[str], owner: type[models.Model]) -> list[bytes]:
        """The index bytes of many texts, in order."""
        context = context_of(owner._meta.concrete_model._meta.label_lower, self.source)  # type: ignore[union-attr]
        return index_many([self.normalise(text) for text in texts], context)


def _filled(texts: pl.Series, make: Callable[[list[str]], list[bytes]]) -> pl.Series:
    """What `make` gives for the texts that are there, as PostgreSQL writes bytes."""
    made = pl.Series(make(texts.drop_nulls().to_list()), dtype=pl.Binary).bin.encode("hex")
    column = pl.Series([None], dtype=pl.String).new_from_index(0, texts.len())
    return column.scatter(texts.is_not_null().arg_true(), "\\x" + made)


class StateField(models.CharField[str, str]):
    """The state of a thing with a workflow. Only `core.workflow` writes it; a test holds all code to that."""

    stored_as_it_is = True  # see core.copying

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)
