from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "qihang.registry.organizations"
    label = "organizations"
    verbose_name = "单位"

    def ready(self) -> None:
        from qihang.foundation.imports.ports import import_actors
        from qihang.registry.organizations.services import actor_in_role

        import_actors.register("login", actor_in_role)
