"""Expressions that several rules share."""

import datetime as dt

import polars as pl


def _day_number(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(pl.Int32) * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day().cast(pl.Int32)


def full_years(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Completed years from one day to another: a birthday counts on its day, 29 February's on 1 March."""
    return (_day_number(end) - _day_number(start)) // 10_000


def full_years_between(start: dt.date, end: dt.date) -> int:
    """`full_years` of two known days."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def holds_if(required: pl.Expr, condition: pl.Expr) -> pl.Expr:
    """Where the rule is in force the condition decides; where it is known not to be, every case passes.

    Whether it is in force must be known: a parameter that nobody has set leaves even a good case undecided.
    """
    return pl.when(required.is_not_null()).then(~required | condition)


def months_later(day: pl.Expr, months: pl.Expr) -> pl.Expr:
    """The same day so many months on, or the last day of that month where it has no such day."""
    return day.dt.offset_by(pl.concat_str(months.cast(pl.String), pl.lit("mo")))


def share_of(amount: pl.Expr, ratio: pl.Expr) -> pl.Expr:
    """Whole fen of an amount at a ratio in millionths, half a fen rounded up."""
    return (amount * ratio + 500_000) // 1_000_000
