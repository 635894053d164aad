from django.apps import AppConfig


class EmploymentConfig(AppConfig):
    name = "qihang.delivery.employment"
    label = "employment"
    verbose_name = "就业"

    def ready(self) -> None:
        from qihang.delivery.employment.imports.contributions import CONTRIBUTIONS
        from qihang.delivery.employment.imports.vacancies import VACANCIES
        from qihang.foundation.imports.ports import import_kinds

        import_kinds.register(CONTRIBUTIONS.key, CONTRIBUTIONS)
        import_kinds.register(VACANCIES.key, VACANCIES)
