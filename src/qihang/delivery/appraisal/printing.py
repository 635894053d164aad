"""Certificates on paper: what is printed, and the code that leads to the public check."""

from collections.abc import Callable

from qihang.delivery.appraisal.enums import CertificateState
from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.appraisal.numbers import QUALIFICATION
from qihang.delivery.appraisal.services import get_certificate, get_sitting
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.documents import papers

# The address of the public check of a token.
VerifyUrl = Callable[[str], str]


def title_of(certificate: Certificate) -> str:
    """What a certificate is called, by the rule its number follows."""
    return "职业资格证书" if QUALIFICATION.fullmatch(certificate.number) else "职业技能等级证书"


def level_of(certificate: Certificate) -> str:
    """五级（初级工）."""
    rank, _, grade = certificate.get_level_display().partition("/")
    return f"{rank}（{grade}）" if grade else rank


def paper_of(certificate: Certificate, verify_url: VerifyUrl) -> papers.Certificate:
    """The certificate as its paper says it; the identity number is masked."""
    day = certificate.appraised_on
    occupation, level = certificate.occupation.name, level_of(certificate)
    return papers.Certificate(
        title=title_of(certificate),
        issuer=certificate.station.name,
        issued_on=certificate.issued_on,
        number=certificate.number,
        name=certificate.person.name.plain(),
        identity=str(certificate.person.identity_no),
        statement=f"经鉴定，理论和实操都合格，达到{occupation}{level}的水平，特发此证。",
        fields=[
            ("职业（工种）", occupation),
            ("等级", level),
            ("鉴定站", certificate.station.name),
            ("鉴定日期", f"{day.year} 年 {day.month} 月 {day.day} 日"),
        ],
        verify_url=verify_url(certificate.token),
    )


def certificate_pdf(*, actor: Actor, public_id: str, verify_url: VerifyUrl) -> tuple[str, bytes]:
    """(name, PDF) of one certificate, for its holder and those who may see it. DomainError for a revoked one."""
    certificate = get_certificate(actor=actor, public_id=public_id)
    if certificate.state == CertificateState.REVOKED:
        raise DomainError("这本证书已经撤销，不能再下载", code="revoked")
    return f"证书 {certificate.number}.pdf", paper_of(certificate, verify_url).render()


def sitting_pdf(*, actor: Actor, public_id: str, verify_url: VerifyUrl) -> tuple[str, bytes]:
    """(name, PDF) of all certificates in force of a sitting, in the order of their numbers. DomainError for none."""
    sitting = get_sitting(actor=actor, public_id=public_id)
    rows = _in_force(sitting, actor)
    if not rows:
        raise DomainError("这场鉴定还没有发证", code="empty")
    name = sitting.training_class.name
    book = papers.CertificateBook(
        title=f"{name}证书",
        issuer=sitting.station.name,
        issued_on=max(row.issued_on for row in rows),
        number=f"{len(rows)} 本",
        papers=[paper_of(row, verify_url) for row in rows],
    )
    return f"{name}证书（{len(rows)} 本）.pdf", book.render()


def _in_force(sitting: Sitting, actor: Actor) -> list[Certificate]:
    rows = Certificate.objects.visible_to(actor).issued().filter(sitting=sitting)
    return list(rows.select_related("person", "station", "occupation").order_by("number"))
