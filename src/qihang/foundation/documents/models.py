import io
from typing import BinaryIO, cast

from django.db import models
from django.db.models import Q

from qihang.foundation.core import ciphers
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.evidence import EvidenceRank, EvidenceType
from qihang.foundation.core.fields import EncryptedField, StateField
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.models import AuditedModel, DataKey
from qihang.foundation.documents import storage
from qihang.foundation.documents.enums import EvidenceState, FileKind, Retention, ScanStatus
from qihang.foundation.documents.querysets import EvidenceQuerySet
from qihang.foundation.documents.sealing import DamagedFile, SealedReader

# What a person may say or an officer may write down without a paper; everything else needs one.
WITHOUT_FILE = (EvidenceType.PHONE, EvidenceType.SELF_REPORT)


class FileErased(DomainError):
    """The file's key was destroyed on purpose: its content is gone."""

    def __init__(self) -> None:
        super().__init__("这个文件已经按规定销毁，内容不能再打开", code="file_erased")


class StoredFile(AuditedModel):
    """A file whose content lies encrypted on the disk under a key of its own. Its rows say what it is, not what is in
    it; `name` is encrypted, for people put names into file names."""

    name = EncryptedField("文件名")
    kind = models.CharField("类型", max_length=4, choices=FileKind)
    content_type = models.CharField("内容类型", max_length=80)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    purpose = models.CharField("用途", max_length=60)
    retention = models.CharField("保存类别", max_length=10, choices=Retention)
    uploaded_by = models.JSONField("谁传的")
    user_id = models.BigIntegerField("用户", null=True, db_index=True)
    scan_status = models.CharField("查毒", max_length=12, choices=ScanStatus, default=ScanStatus.NOT_SCANNED)
    scan_engine = models.CharField("查毒软件", max_length=80, blank=True)
    erased_at = models.DateTimeField("销毁时间", null=True)
    erased_reason = models.CharField("销毁原因", max_length=200, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = "文件"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, erased_reason="")
                | (Q(erased_at__isnull=False) & ~Q(erased_reason="")),
                name="erasing_a_file_has_a_reason",
                violation_error_message="销毁文件要写明原因",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.public_id}"

    def open(self) -> BinaryIO:
        """The plain content as a seekable stream, for the product's own use; people go through `services.open_file`.

        FileErased when it was destroyed, DamagedFile when the bytes on the disk are missing or changed.
        """
        key = self._key()
        try:
            stored = storage.path_of(self.public_id).open("rb")
        except FileNotFoundError as fault:
            raise DamagedFile from fault
        reader = SealedReader(stored, file_id=self.public_id, key=key, size=self.size)
        return cast(BinaryIO, io.BufferedReader(reader))

    def _key(self) -> bytes:
        envelope = FileKey.objects.filter(file=self).first()
        if envelope is None:
            raise FileErased
        return envelope.unwrap()


class FileKey(models.Model):
    """The file's own key, wrapped under the data key of files. Without this row the content is noise.

    Not audited, so that erasing leaves no copy of it in the history; what was done is on the StoredFile.
    """

    file = models.OneToOneField(StoredFile, models.CASCADE, primary_key=True, related_name="key")
    data_key = models.ForeignKey(DataKey, models.RESTRICT, related_name="+", verbose_name="数据密钥")
    wrapped = models.BinaryField("密文密钥")

    class Meta:
        verbose_name = "文件密钥"

    @classmethod
    def wrap(cls, file: StoredFile, key: bytes, *, algorithm: int) -> "FileKey":
        """An unsaved envelope of `key` under the data key now in use."""
        key_id, data_key = keyring.active(DataKey.Purpose.FILE)
        (wrapped,) = ciphers.encrypt(
            [key], algorithm=algorithm, key_id=key_id, key=data_key, context=_envelope_context(file)
        )
        return cls(file=file, data_key_id=key_id, wrapped=wrapped)

    def unwrap(self) -> bytes:
        """The file's key. KeyDestroyed when the data key was destroyed."""
        wrapped = bytes(self.wrapped)
        return ciphers.decrypt(wrapped, key=keyring.key(self.data_key_id), context=_envelope_context(self.file))


def _envelope_context(file: StoredFile) -> bytes:
    return b"documents.filekey|" + file.public_id.hex.encode()


class Evidence(AuditedModel):
    """A proof of a fact about the world: of which type, about what, from whom, of which day. It counts once accepted.

    What it is about is kept as a label and an id, as in the transition log: the thing lies on a higher floor.
    """

    kind = models.CharField("凭据类型", max_length=30, choices=EvidenceType)
    subject = models.CharField("对象", max_length=80)
    subject_id = models.BigIntegerField("对象编号")
    region = models.CharField("辖区", max_length=9)
    organization_id = models.BigIntegerField("提交单位", null=True)
    user_id = models.BigIntegerField("提交人", null=True)
    issued_on = models.DateField("凭据日期")
    issuer = models.CharField("出具单位", max_length=120)
    file = models.ForeignKey(StoredFile, models.RESTRICT, null=True, related_name="evidence", verbose_name="文件")
    note = EncryptedField("说明", null=True)
    state = StateField("状态", choices=EvidenceState)
    accepted_on = models.DateField("认可日期", null=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "凭据"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="evidence_of_subject"),
            models.Index(fields=["region", "state"], name="evidence_by_region"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=False) | Q(kind__in=WITHOUT_FILE, note__isnull=False),
                name="evidence_has_paper_or_words",
                violation_error_message="这类凭据要附文件；电话和自述要写下说了什么",
            ),
            models.CheckConstraint(
                condition=~Q(state=EvidenceState.ACCEPTED) | Q(accepted_on__isnull=False),
                name="accepted_evidence_has_its_day",
                violation_error_message="认可的凭据要有认可日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.issued_on:%Y-%m-%d}"

    @property
    def rank(self) -> EvidenceRank:
        return EvidenceType(self.kind).rank
