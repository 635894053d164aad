from django.db import models


class BatchState(models.TextChoices):
    """Where a file is on its way in."""

    UPLOADED = "uploaded", "已上传"
    CHECKED = "checked", "已检查"
    COMMITTING = "committing", "正在导入"
    COMMITTED = "committed", "已导入"
    DISCARDED = "discarded", "已放弃"


class Answer(models.TextChoices):
    """What a person decided about a cell or a row. A later answer takes the place of an earlier one."""

    YES = "yes", "没错，照样导入"
    TAKEN_BACK = "taken_back", "收回确认"
    LEAVE_OUT = "leave_out", "先不导入这一行"
    TAKE_IN = "take_in", "这一行照样导入"
