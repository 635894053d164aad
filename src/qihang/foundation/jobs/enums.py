"""The life of a job, and how often chores run."""

from django.db import models


class JobState(models.TextChoices):
    """Where a job is. No workflow: no person decides these steps, the runner takes them under a fence of its own."""

    QUEUED = "queued", "排队"
    RUNNING = "running", "正在做"
    DONE = "done", "做完"
    FAILED = "failed", "没做完"
    CANCELLED = "cancelled", "已停止"


FINAL = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Cadence(models.TextChoices):
    """How often a chore runs."""

    MINUTE = "minute", "每分钟"
    HOUR = "hour", "每小时"
    DAY = "day", "每天"
