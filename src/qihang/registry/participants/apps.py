from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    name = "qihang.registry.participants"
    label = "participants"
    verbose_name = "人员"

    def ready(self) -> None:
        from qihang.foundation.accounts.ports import PARTICIPANTS, person_desks
        from qihang.foundation.documents.ports import evidence_papers
        from qihang.registry.participants.desk import DESK
        from qihang.registry.participants.merging import KEEP_ROWS, MOVE_ALIASES, MOVE_CATEGORIES, person_merges
        from qihang.registry.participants.models import PersonCategory
        from qihang.registry.participants.proposals import NO_OTHER_PROPOSAL
        from qihang.registry.participants.services import may_open_papers

        person_desks.register(PARTICIPANTS, DESK)
        evidence_papers.register(PersonCategory._meta.label_lower, may_open_papers)
        person_merges.register("participants.Person.merged_into", MOVE_ALIASES)
        person_merges.register("participants.PersonCategory.person", MOVE_CATEGORIES)
        person_merges.register("participants.MergeProposal.keep", NO_OTHER_PROPOSAL)
        person_merges.register("participants.MergeProposal.drop", KEEP_ROWS)
