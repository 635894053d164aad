from dataclasses import replace

from django.apps import AppConfig


class EmploymentConfig(AppConfig):
    name = "qihang.delivery.employment"
    label = "employment"
    verbose_name = "就业"

    def ready(self) -> None:
        from qihang.delivery.employment.imports.contributions import CONTRIBUTIONS
        from qihang.delivery.employment.imports.vacancies import VACANCIES
        from qihang.delivery.employment.lists import CONTRIBUTIONS_STORAGE
        from qihang.delivery.employment.merging import MOVE_SPELLS
        from qihang.delivery.employment.services import follow_evidence, may_open_papers
        from qihang.foundation.documents.ports import evidence_decided, evidence_papers
        from qihang.foundation.imports.ports import import_kinds
        from qihang.registry.participants.merging import person_merges

        import_kinds.register(CONTRIBUTIONS.key, replace(CONTRIBUTIONS, storage=CONTRIBUTIONS_STORAGE))
        import_kinds.register(VACANCIES.key, VACANCIES)
        evidence_decided.register("employment.workspell", follow_evidence)
        evidence_papers.register("employment.workspell", may_open_papers)
        person_merges.register("employment.WorkSpell.person", MOVE_SPELLS)
