"""What an app may know: no page, form or request, and nothing of a floor above (for imports, import-linter sees to it)."""

import ast
import re
import tomllib
from collections.abc import Iterator

from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model
from tests.architecture.sources import ROOT, Module, hold_to, modules, modules_of, walk

# How pages are made; apps know nothing of it.
_OF_PAGES = re.compile(
    r"django\.(http|forms|views|template|templatetags|shortcuts|urls|middleware)\b|django_htmx|django_cotton"
)
_FILES_OF_APPS = re.compile(r"^(views|forms|urls|middleware|admin|templatetags)$")
_WEB = re.compile(r"qihang\.web\b")

# Reads of a scoped model in a page that do not begin with `visible_to`, by module and model.
OWN_READS = {
    "web.views.results.board: FigureRun": "figures are read by region, and the region is held to the reader's own",
    "web.views.results.board: Region": "the public list of divisions",
    "web.views.results.places: Region": "the public list of divisions",
    "web.views.public.home: FigureRun": "figures that anybody may read; of too few people none is shown",
    "web.views.employment.work_known: WorkSpell": "of people whose places the reader sees: whether they work, no more",
    "web.views.results.cases: FigureRun": "figures are read by region, and the region is held to the reader's own",
    "web.views.manage.asking: User": "administrators see every organisation and person, and no case",
    "web.views.manage.history: Invitation": "administrators see every organisation and person, and no case",
    "web.views.manage.history: Membership": "administrators see every organisation and person, and no case",
    "web.views.manage.organizations: Membership": "administrators see every organisation and person, and no case",
    "web.views.manage.organizations: Organization": "administrators see every organisation and person, and no case",
    "web.views.manage.setup: CalendarYear": "administrators see every organisation and person, and no case",
    "web.views.manage.setup: Membership": "administrators see every organisation and person, and no case",
    "web.views.manage.setup: Organization": "administrators see every organisation and person, and no case",
    "web.views.manage.setup: Passkey": "administrators see every organisation and person, and no case",
    "web.views.manage.setup: Totp": "administrators see every organisation and person, and no case",
    "web.views.manage.users: Device": "administrators see every organisation and person, and no case",
    "web.views.manage.users: Membership": "administrators see every organisation and person, and no case",
    "web.views.manage.users: SignInLog": "administrators see every organisation and person, and no case",
    "web.views.manage.users: User": "administrators see every organisation and person, and no case",
    "web.views.manage.forms: Region": "the public list of divisions",
    "web.views.manage_policy.forms: LegalInstrument": "published law",
    "web.views.manage_policy.proposing: LegalInstrument": "published law",
    "web.sessions: User": "the account that owes its second step, named by the session",
    "web.views.account.counter: EntryCode": "the code whose digits were just typed, named by the session",
    "web.views.account.devices: SignInLog": "the owner's own",
    "web.views.account.password: Device": "the owner's own",
    "web.views.account.security: Totp": "the owner's own",
    "web.views.provider.forms: Occupation": "the public classification",
    "web.views.provider.forms: Region": "the public list of divisions",
    "web.views.files.views: StoredFile": "open_file asks the file's purpose who may",
    "web.views.office.cases: BenefitUse": "a cap counts a person's uses wherever they were; the person is in sight",
    "web.views.office.cases: TransitionLog": "of categories that are in sight",
    "web.views.office.opening: Region": "the divisions are public",
    "web.views.office.people: Region": "the divisions are public",
    "web.views.office.persons: TransitionLog": "of a record in sight and of its categories",
    "web.views.office.records: BenefitUse": "a cap counts a person's uses wherever they were; the person is in sight",
    "web.views.office.records: model": "how many rows a merge moves; of those out of sight only the number is shown",
    "web.views.office.worklist: Region": "the divisions are public",
}


def imports(module: Module) -> Iterator[tuple[str, ast.stmt]]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, node) for alias in names)
            case ast.ImportFrom(module=str(name), names=names):
                yield from ((f"{name}.{alias.name}", node) for alias in names)


def test_apps_hold_nothing_of_pages() -> None:
    wrong = [
        module.at(node)
        for module in modules()
        if module.is_of_an_app
        for name, node in imports(module)
        if _OF_PAGES.match(name) or _WEB.match(name)
    ]
    wrong += [
        module.name for module in modules() if module.is_of_an_app and _FILES_OF_APPS.match(module.name.split(".")[-1])
    ]
    wrong += [str(path) for path in ROOT.rglob("*.html") if ROOT / "web" not in path.parents]
    assert not wrong, "\n".join(wrong)


def test_pages_hold_no_model() -> None:
    assert not [model for model in apps.get_models() if model.__module__.startswith("qihang.web")]


def test_pages_read_through_the_scope() -> None:
    found = set()
    for module in modules_of("web"):
        for node, above in walk(module.tree):
            match node:
                case ast.Attribute(attr="objects" | "_default_manager", value=ast.Name(id=model)):
                    step = above[0].attr if above and isinstance(above[0], ast.Attribute) else ""
                    if step != "visible_to":
                        found.add(f"{module.name}: {model}")
    hold_to(OWN_READS, found, "begin with visible_to(actor), or give the reason in OWN_READS")


# -- floors, also in models and migrations -----------------------------------------------------------------------------


def order() -> dict[str, int]:
    """The apps by their floor, the lowest first, as pyproject.toml lists them."""
    with (ROOT.parents[1] / "pyproject.toml").open("rb") as file:
        layers = tomllib.load(file)["tool"]["importlinter"]["contracts"][0]["layers"]
    return {name: place for place, name in enumerate(reversed(layers))}


def ours() -> dict[str, int]:
    """The floor of each of our apps, by its label."""
    floors = order()
    return {config.label: floors[config.name] for config in apps.get_app_configs() if config.name in floors}


def test_every_app_has_a_floor() -> None:
    named = {config.name for config in apps.get_app_configs() if config.name.startswith("qihang.")}
    assert named <= set(order())


def test_no_model_points_upwards() -> None:
    floors = ours()
    relations = [
        (model, field)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in floors
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and isinstance(field.related_model, type)
    ]
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model, field in relations
        if issubclass(field.related_model, Model)
        and floors.get(field.related_model._meta.app_label, -1) > floors[model._meta.app_label]
    ]
    assert not wrong


def test_no_migration_depends_upwards() -> None:
    floors = ours()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    wrong = [
        f"{key} -> {dependency}"
        for key, migration in loader.disk_migrations.items()
        if key[0] in floors
        for dependency in [*migration.dependencies, *migration.run_before]
        if floors.get(dependency[0], -1) > floors[key[0]]
    ]
    assert not wrong
