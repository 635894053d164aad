"""The way of a file: uploaded, checked, going in, in. Which role may bring in which kind is said by the kind."""

from qihang.foundation.core.roles import OFFICERS, Role
from qihang.foundation.core.workflow import Transition, Workflow
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.models import ImportBatch

IMPORTERS = (
    Role.PROVIDER_CLERK,
    Role.PROVIDER_MANAGER,
    Role.TRAINER,
    Role.STATION_CLERK,
    Role.APPRAISER,
    Role.EMPLOYER_USER,
    Role.LENDER_CLERK,
    *sorted(OFFICERS),
)

BATCH_WORKFLOW = Workflow(
    model=ImportBatch,
    initial=BatchState.UPLOADED,
    enter_label="上传文件",
    enter_roles=IMPORTERS,
    transitions=(
        Transition(
            name="check",
            label="检查",
            sources=(BatchState.UPLOADED,),
            target=BatchState.CHECKED,
            roles=IMPORTERS,
            needs=("business_day",),
        ),
        Transition(
            name="start",
            label="开始导入",
            sources=(BatchState.CHECKED,),
            target=BatchState.COMMITTING,
            roles=IMPORTERS,
        ),
        Transition(
            name="reopen",
            label="没导成，回到检查结果",
            sources=(BatchState.COMMITTING,),
            target=BatchState.CHECKED,
            roles=IMPORTERS,
        ),
        Transition(
            name="finish",
            label="导入",
            sources=(BatchState.COMMITTING,),
            target=BatchState.COMMITTED,
            roles=IMPORTERS,
            needs=("result",),
        ),
        Transition(
            name="discard",
            label="放弃",
            sources=(BatchState.UPLOADED, BatchState.CHECKED),
            target=BatchState.DISCARDED,
            roles=IMPORTERS,
        ),
    ),
)
