from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "qihang.registry.policy"
    label = "policy"
    verbose_name = "政策"

    def ready(self) -> None:
        from qihang.foundation.core.workflow import deadline_days
        from qihang.foundation.imports.ports import import_values
        from qihang.registry.participants.merging import KEEP_ROWS, person_merges
        from qihang.registry.policy import workflows  # noqa: F401  # registers itself
        from qihang.registry.policy.imports import values_at
        from qihang.registry.policy.lookup import working_days

        deadline_days.register("working_days", working_days)
        person_merges.register("policy.Decision.person", KEEP_ROWS)
        import_values.register("values", values_at)
