import datetime as dt

from django.db import models
from django.db.models import F, Q

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.models import BaseModel
from qihang.foundation.jobs.enums import FINAL, JobState
from qihang.foundation.jobs.querysets import JobQuerySet


class Job(BaseModel):
    """A piece of background work that a person started and may watch, stop and take up again.

    Not audited: it is the queue's own record; what the job changes is audited in the name of `actor`.
    """

    kind = models.CharField("种类", max_length=60)
    label = models.CharField("名称", max_length=120)
    actor = models.JSONField("谁发起的")
    user_id = models.BigIntegerField("用户", null=True)
    payload = models.JSONField("要做的", default=dict)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    total = models.PositiveBigIntegerField("总数", null=True)
    done = models.PositiveBigIntegerField("已做", default=0)
    message = models.CharField("进度", max_length=200, blank=True)
    checkpoint = models.JSONField("做到哪里", default=dict)
    result = models.JSONField("结果", null=True)
    error = models.TextField("没做完的原因", blank=True)
    log_reference = models.CharField("报修编号", max_length=8, blank=True)
    cancel_requested = models.BooleanField("要求停止", default=False)
    # The fence: a runner writes only while this is still the number it was given on taking the job.
    attempts = models.PositiveIntegerField("第几次", default=0)
    idle_attempts = models.PositiveIntegerField("没有进展的次数", default=0)
    queue_id = models.BigIntegerField("队列编号", null=True)
    started_at = models.DateTimeField("开始", null=True)
    # Where the present attempt began, in time and in `done`: the pace is taken from it alone.
    resumed_at = models.DateTimeField("本次开始", null=True)
    resumed_from = models.PositiveBigIntegerField("本次从哪里开始", default=0)
    finished_at = models.DateTimeField("结束", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台任务"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user_id", "-id"], name="jobs_of_user"),
            models.Index(fields=["id"], name="jobs_unfinished", condition=~Q(state__in=FINAL)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=FINAL, finished_at__isnull=False)
                | (~Q(state__in=FINAL) & Q(finished_at__isnull=True)),
                name="job_ends_once",
                violation_error_message="结束的任务要有结束时间，没结束的不能有",
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(done__lte=F("total")),
                name="job_done_within_total",
                violation_error_message="已做的不能多于总数",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def started_by(self) -> Actor:
        return Actor.from_json(self.actor)

    @property
    def is_finished(self) -> bool:
        return self.state in FINAL

    @property
    def can_resume(self) -> bool:
        """Whether a person may have it go on from its checkpoint."""
        return self.state in (JobState.FAILED, JobState.CANCELLED)

    @property
    def percent(self) -> int | None:
        """Whole percent done, never 100 before the end; None while the total is not known."""
        if self.state == JobState.DONE:
            return 100
        if not self.total:
            return None
        return min(99, self.done * 100 // self.total)

    @property
    def elapsed(self) -> dt.timedelta:
        """How long it has been worked on, from its first start to its end or to now."""
        if self.started_at is None:
            return dt.timedelta()
        return (self.finished_at or clock.now()) - self.started_at

    @property
    def remaining(self) -> dt.timedelta | None:
        """An estimate by the pace of the present attempt; None when there is nothing to go by."""
        if self.state != JobState.RUNNING or not self.total or self.resumed_at is None:
            return None
        made = self.done - self.resumed_from
        if made <= 0:
            return None
        return (clock.now() - self.resumed_at) * (self.total - self.done) / made
