from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    name = "qihang.registry.participants"
    label = "participants"
    verbose_name = "人员"

    def ready(self) -> None:
        from qihang.foundation.accounts.ports import PARTICIPANTS, person_desks
        from qihang.registry.participants.desk import DESK
        from qihang.registry.participants.services import move_aliases, move_categories, person_merges

        person_desks.register(PARTICIPANTS, DESK)
        person_merges.register("participants.Person.merged_into", move_aliases)
        person_merges.register("participants.PersonCategory.person", move_categories)
