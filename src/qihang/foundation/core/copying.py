"""Many rows at once, through COPY: the same columns, checks and audit as single saves, without the loop."""

import os
import uuid
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import polars as pl
from django.db import connection, models

NULL = r"\N"
# Fields whose Python values psycopg takes as they are, and that do nothing on saving.
_AS_THEY_ARE = frozenset(
    {
        models.BigAutoField,
        models.BigIntegerField,
        models.BooleanField,
        models.CharField,
        models.DateField,
        models.DateTimeField,
        models.ForeignKey,
        models.IntegerField,
        models.PositiveIntegerField,
        models.PositiveSmallIntegerField,
        models.SmallIntegerField,
        models.TextField,
        models.UUIDField,
    }
)


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY ready values into the named columns (database names) of `model`'s table; returns the number of rows.

    Values are what psycopg adapts: dates, Decimals, bytes, Jsonb. Audited tables need an open unit of work.
    """
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({names}) FROM STDIN"
    count = 0
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_frame(model: type[models.Model], rows: pl.DataFrame) -> int:
    """COPY a frame whose columns bear the database names; returns the number of rows.

    The fastest way, for what is columnar already. Bytes and JSON come as PostgreSQL writes them, as text.
    """
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in rows.columns)
    statement = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN WITH (FORMAT csv, NULL '{NULL}')"
    content = csv_of(rows)
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(content)
    return rows.height


def csv_of(rows: pl.DataFrame) -> str:
    """Rows for COPY. Texts stand in quotes, so that one that somebody wrote as \\N is not taken for NULL."""
    return rows.write_csv(include_header=False, null_value=NULL, quote_style="non_numeric")


def insert_frame(model: type[models.Model], rows: pl.DataFrame) -> pl.Series:
    """COPY new rows of one model from columns bearing its attribute names; returns their ids in order.

    What saving would fill in is filled in: ids, defaults, and of personal values given as plain text the encrypted
    bytes and the blind indexes.
    """
    key: Any = model._meta.pk
    ids = pl.Series(key.attname, reserve_ids(model, rows.height), pl.Int64)
    given = rows.with_columns(ids)
    if rows.height:
        copy_frame(model, stored_frame(model, given))
    return ids


def stored_frame(model: type[models.Model], rows: pl.DataFrame) -> pl.DataFrame:
    """The columns of new rows as the database takes them, from those given by attribute name; see `insert_frame`."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = [_stored_column(field, model, rows) for field in fields]
    return pl.DataFrame([column for column in columns if column is not None])


def _stored_column(field: Any, model: type[models.Model], rows: pl.DataFrame) -> pl.Series | None:
    """A column as the database takes it in text; None where its own NULL is meant."""
    encode = getattr(field, "stored_series", None)
    if encode is not None:
        column: pl.Series = encode(rows, model)
        return column.alias(field.column)
    if field.attname in rows.columns:
        return _as_text(rows[field.attname]).alias(field.column)
    if field.default is uuid.uuid4:
        return random_uuids(rows.height).alias(field.column)
    value = field.get_default()
    return None if value is None else _as_text(pl.Series(field.column, [value])).new_from_index(0, rows.height)


def _as_text(column: pl.Series) -> pl.Series:
    """Lists as PostgreSQL writes arrays; all else as it is."""
    if not isinstance(column.dtype, pl.List):
        return column
    quoted = pl.element().cast(pl.String).str.replace_all(r'(["\\])', r"\$1")
    inner = pl.col(column.name).cast(pl.List(pl.String)).list.eval(pl.concat_str(pl.lit('"'), quoted, pl.lit('"')))
    joined = pl.concat_str(pl.lit("{"), inner.list.join(","), pl.lit("}"))
    return column.to_frame().select(joined.alias(column.name)).to_series()


def random_uuids(count: int) -> pl.Series:
    """As many `uuid.uuid4()` as text, made at once."""
    digits = pl.Series("digits", [os.urandom(16 * count)]).bin.encode("hex").item()
    texts = pl.DataFrame({"digits": [digits[at : at + 32] for at in range(0, 32 * count, 32)]}, {"digits": pl.String})
    part = pl.col("digits").str.slice
    # The version is 4; the variant's two bits are 10, so that the digit is one of 8, 9, a and b.
    variant = part(16, 1).replace_strict(list("0123456789abcdef"), list("89ab" * 4), return_dtype=pl.String)
    joined = pl.concat_str(
        part(0, 8),
        part(8, 4),
        pl.concat_str(pl.lit("4"), part(13, 3)),
        pl.concat_str(variant, part(17, 3)),
        part(20, 12),
        separator="-",
    )
    return texts.select(joined.alias("public_id")).to_series()


def copy_objects(objects: Sequence[models.Model]) -> int:
    """COPY unsaved instances of one model, giving each its primary key first; returns the number of rows."""
    if not objects:
        return 0
    model = type(objects[0])
    fresh = [item for item in objects if item.pk is None]
    for item, key in zip(fresh, reserve_ids(model, len(fresh)), strict=True):
        item.pk = key
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.generated]
    # Made before the COPY begins: encrypting may have to read a key over this very connection.
    columns = [_column(field, objects) for field in fields]
    count = copy_rows(model, [field.column for field in fields], zip(*columns, strict=True))
    for item in objects:
        item._state.adding = False
        item._state.db = "default"
    return count


def _column(field: Any, objects: Sequence[models.Model]) -> list[Any]:
    """The values of a column as psycopg takes them: all at once where the field can, or has nothing to do."""
    together = getattr(field, "prepare_many", None)
    if together is not None:
        return list(together(objects))
    if _is_plain(field):
        return list(map(attrgetter(field.attname), objects))
    prepare, before = field.get_db_prep_save, field.pre_save
    return [prepare(before(item, add=True), connection) for item in objects]


def _is_plain(field: Any) -> bool:
    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return (type(field) in _AS_THEY_ARE or getattr(field, "stored_as_it_is", False)) and not stamped


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Take `count` primary keys from the table's own sequence, in order."""
    if not count:
        return []
    key: Any = model._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(
            # The sequence is named once, not once a row: that alone would take ten times as long.
            "WITH s AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name)"
            " SELECT array_agg(nextval(s.name)) FROM s, generate_series(1, %s)",
            [connection.ops.quote_name(model._meta.db_table), key.column, count],
        )
        return list(cursor.fetchone()[0])


def update_objects(objects: Sequence[models.Model], names: Sequence[str]) -> int:
    """Write the named fields of many saved instances of one model in one statement; returns the number of rows."""
    if not objects:
        return 0
    model = type(objects[0])
    key: Any = model._meta.pk
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns = [
        [field.get_db_prep_save(getattr(item, field.attname), connection) for item in objects] for field in fields
    ]
    quote = connection.ops.quote_name
    kinds = [
        str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection)) for field in fields
    ]
    statement = (  # names come from the model, values go as parameters
        f"UPDATE {quote(model._meta.db_table)} AS t SET "  # noqa: S608
        + ", ".join(f"{quote(field.column)} = v.c{at}" for at, field in enumerate(fields))
        + f" FROM unnest(%s::bigint[]{''.join(f', %s::{kind}[]' for kind in kinds)}) AS v(id"
        + "".join(f", c{at}" for at in range(len(fields)))
        + f") WHERE t.{quote(key.column)} = v.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [[item.pk for item in objects], *columns])
        return int(cursor.rowcount)
