"""No amount, ratio, age or number of days stands in the code of the apps: they are dated parameters (registry.policy).

What may stand there is arithmetic (0, 1, 2, tens and hundreds, the twelve months), sizes of columns, places in a text,
and constants that are named in the table below with the reason why no office ever changes them.
"""

import ast

import pytest
from tests.architecture.sources import DOMAIN, Module, hold_to, modules_of, walk

_PLAIN = {0, 1, 2}
# In sums and products: tens, per cent and fen, months of a year.
_ARITHMETIC = {10, 100, 12}
_SIZES = {"max_length", "max_digits", "decimal_places", "width", "length", "places"}
_SIZED = {"round", "token_hex", "zfill"}

# Modules that read or write a fixed format: their numbers are its digits, weights and limits.
FORMATS = {
    "registry.reference.identity": "GB 11643 and GB 32100: places, weights, check digits",
    "registry.reference.identity_columns": "the same, over columns",
    "registry.reference.occupations": "weights of a text matcher, which no rule rests on",
    "registry.reference.enums": "levels of the classification of occupations",
    "registry.policy.engine.values": "column encodings of typed values",
    "registry.policy.engine.expressions": "days as eight digits",
    "registry.policy.services.storing": "the form of a UUID and of an amount in a COPY",
    "delivery.appraisal.numbers": "the form of certificate numbers",
    "oversight.indicators.catalogue": "figures by their definitions: the months are part of their names",
}

# Named constants that are not policy.
NAMED = {
    "delivery.subsidies.chores._TOGETHER": "classes a transaction",
    "oversight.indicators.snapshots._KEPT_DAYS": "how many places of earlier days a process remembers",
    "oversight.indicators.snapshots._KEPT_RUNS": "how many computations are kept",
    "oversight.indicators.snapshots._HEAD_BYTES": "layout of a kept file",
    "registry.reference.calendar._MONTHS": "the calendar",
    "registry.reference.holiday_notice._LONGEST": "how long a notice may be",
    "registry.reference.holiday_notice._SATURDAY": "the calendar",
    "delivery.employment.models.LONGEST_NAME": "what the column holds",
    "delivery.appraisal.enums.HIGHEST": "marks run from 0 to 100; the pass mark is a parameter",
    "delivery.appraisal.models._LETTER_COUNT": "letters of an opaque token",
    "delivery.employment.imports.pay._SCALES": "what 百, 千, 万 mean",
    "delivery.training.imports.attendance._LAST_DAY": "the calendar",
    "delivery.training.imports.attendance._LEAP_YEAR": "the calendar",
    "delivery.training.imports.attendance._ROUNDING": "sums of halves and thirds of days",
    "delivery.training.imports.attendance._LONGEST_BREAK": "reading headings as days; asks, decides nothing",
    "delivery.training.imports.roster._AGES_OF_4050": "the word 4050 itself",
    "oversight.indicators.counting.SURVIVAL_DAYS": "part of a figure's definition",
    "oversight.indicators.firms.SURVIVAL_MONTHS": "part of a figure's definition",
    "oversight.indicators.known.DAYS_TO_THINK_IT_OVER": "part of a figure's definition",
    "oversight.indicators.reading.MOST_PEOPLE": "beyond it a number in a file is a slip of the keyboard",
    "oversight.indicators.reading._SURROGATES": "Unicode",
    "oversight.indicators.work.WINDOW_MONTHS": "part of a figure's definition",
    "oversight.indicators.work.LONGEST_GAP_DAYS": "part of a figure's definition",
    "registry.participants.finding.MOST": "rows that an officer can tell apart on a page",
    "registry.participants.imports._LONG": "digits of an identity number",
    "registry.participants.imports.SHARED_BY": "reading a list: from so many on a shared phone is asked about",
    "registry.policy.engine.reading._MOST_SHOWN": "lines of a message",
    "registry.policy.engine.rules._MOST_CHOICES": "bits of a column",
    "registry.policy.services.replay._CHUNK": "rows held in memory at once",
    "registry.reference.places._LONGEST": "characters of the longest place name",
    "registry.reference.scope._DIGITS": "digits of a division code by level",
}


def numbers(module: Module) -> list[tuple[str, str]]:
    """Every number that needs a reason: the constant it is named by ("" for none), and where it stands."""
    return [
        (_name(above), module.at(node))
        for node, above in walk(module.tree)
        if isinstance(node, ast.Constant) and _counts(node.value, above) and not _is_harmless(node, above)
    ]


def _counts(value: object, above: tuple[ast.AST, ...]) -> bool:
    if isinstance(value, str) and above and ast.unparse(above[0]).startswith("Decimal("):
        value = float(value)
    return isinstance(value, int | float) and not isinstance(value, bool) and value not in _PLAIN


def _is_harmless(node: ast.Constant, above: tuple[ast.AST, ...]) -> bool:
    nearest = above[0]
    if any(isinstance(item, ast.Subscript | ast.FormattedValue) and _within(node, item) for item in above):
        return True
    match nearest:
        case ast.keyword(arg=name):
            return name in _SIZES
        case ast.arguments():
            return ast.unparse(nearest).rpartition("=")[0].rstrip().endswith(tuple(f"{size}: int" for size in _SIZES))
        case ast.BinOp():
            return node.value in _ARITHMETIC
        case ast.Compare():
            return _is_of_a_form(nearest)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="pl"), attr="Decimal")):
            return True
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in _SIZED or node.value in _ARITHMETIC
    return False


def _within(node: ast.Constant, item: ast.Subscript | ast.FormattedValue) -> bool:
    """Inside the brackets of a subscript or slice, or the format of a text."""
    part = item.slice if isinstance(item, ast.Subscript) else item.format_spec
    return part is not None and any(inner is node for inner in ast.walk(part))


def _is_of_a_form(comparison: ast.Compare) -> bool:
    """`len(text) == 6`, `month <= 12`."""
    text = ast.unparse(comparison)
    return text.startswith("len(") or "month" in text


def _name(above: tuple[ast.AST, ...]) -> str:
    """The constant of a module, in whose value the number stands."""
    if len(above) < 2 or not isinstance(above[-1], ast.Module):
        return ""
    match above[-2]:
        case (
            ast.Assign(targets=[ast.Tuple(elts=[*_, ast.Name(id=name)]) | ast.Name(id=name)])
            | ast.AnnAssign(target=ast.Name(id=name))
        ):
            return name if name.isupper() else ""
    return ""


def test_no_number_of_policy_stands_in_code() -> None:
    found = {
        f"{module.name}.{name}" if name else where
        for module in modules_of(*DOMAIN)
        if module.name not in FORMATS and ".commands" not in module.name
        for name, where in numbers(module)
    }
    hold_to(NAMED, found, "make it a parameter, or a constant with its reason in NAMED")


@pytest.mark.parametrize(
    "code",
    [
        "amount = hours * 15",
        "if age < 60: pass",
        "deadline = day + timedelta(days=5)",
        "YEARLY_CAP = 3",
        "rate = Decimal('0.6')",
        "AMOUNT = Decimal(1500)",
        "share >= 0.8",
        "if times > 10: pass",
        "def f(days=20): pass",
    ],
)
def test_the_scan_sees_policy(code: str) -> None:
    assert numbers(Module("tried", modules_of("registry")[0].path, ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "code[:4]",
        "f'{number:08d}'",
        "fen // 100",
        "len(code) == 6",
        "CharField(max_length=40)",
        "months * 12",
        "rows[3]",
    ],
)
def test_arithmetic_and_forms_are_let_alone(code: str) -> None:
    assert not numbers(Module("tried", modules_of("registry")[0].path, ast.parse(code)))
