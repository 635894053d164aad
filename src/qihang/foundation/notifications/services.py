"""Telling people: a message in the product, and a text to phone or mailbox that is tried again when it fails."""

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Sequence

from django.conf import settings
from django.db import models, transaction

from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.ports import Letter
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.notifications.enums import CHOOSABLE, EXTRA_CHANNELS, Channel, Kind, Status
from qihang.foundation.notifications.models import Delivery, Message, Preference
from qihang.foundation.notifications.ports import GatewayError, gateways, pages
from qihang.foundation.notifications.texts import sms_text

logger = logging.getLogger(__name__)

# Minutes after each failure; after the last one nobody tries again.
_RETRY_AFTER = (1, 5, 30, 120, 720)
_BATCH = 500
_ERROR_LENGTH = 200
_REFERENCE_LENGTH = 120


def notify(
    *,
    actor: Actor,
    user: User,
    title: str,
    body: str = "",
    url: str = "",
    about: models.Model | None = None,
    kind: Kind = Kind.CASE,
    channel: str | Collection[str] = Channel.IN_APP,
    sms: str = "",
) -> Message:
    """Leave a message for `user`, and send it on by further channels if they want that.

    It leads to `url`, or to the page of the thing it is `about`, where the pages have registered one.
    `sms` is the text for the phone (without sign and name; default: title and body); TooLong beyond 70 characters. A
    phone is used only once it is proved. Delivery starts after the transaction commits.
    """
    return notify_many(
        actor=actor, users=[user], title=title, body=body, url=url, about=about, kind=kind, channel=channel, sms=sms
    )[0]


def notify_many(
    *,
    actor: Actor,
    users: Sequence[User],
    title: str,
    body: str = "",
    url: str = "",
    about: models.Model | None = None,
    kind: Kind = Kind.CASE,
    channel: str | Collection[str] = Channel.IN_APP,
    sms: str = "",
) -> list[Message]:
    """`notify` for many people, in a few statements."""
    leads_to = url or _page_of(about)
    sender = actor.organization_label or actor.user_label
    channels = {channel} if isinstance(channel, str) else set(channel)
    with transaction.atomic():
        messages = Message.objects.bulk_create(
            Message(user=user, kind=kind, title=title, body=body, url=leads_to, sender=sender) for user in users
        )
        declined = _declined(users, kind)
        made = [
            delivery
            for message in messages
            for delivery in _deliveries(message, channels - declined.get(message.user_id, set()), sms)
        ]
        _start(made)
    return messages


def _page_of(thing: models.Model | None) -> str:
    label = thing._meta.label_lower if thing else ""
    return pages.get(label)(thing) if label in pages else ""


def _declined(users: Sequence[User], kind: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = Preference.objects.filter(user__in=users, kind=kind).values_list("user_id", "channel")
    for user_id, channel in rows:
        found.setdefault(user_id, set()).add(channel)
    return found


def _deliveries(message: Message, channels: set[str], sms: str) -> Iterable[Delivery]:
    user = message.user
    if Channel.SMS in channels and user.phone_proved_at:
        words = sms or "。".join(part for part in (message.title, message.body) if part)
        yield _delivery(user, Channel.SMS, user.phone.plain(), message.title, sms_text(words, user.name), message)
    if Channel.EMAIL in channels and user.email:
        lines = [f"{user.name}：", message.body or message.title]
        if message.url:
            lines.append(f"{settings.PUBLIC_URL}{message.url}")
        yield _delivery(user, Channel.EMAIL, user.email, message.title, "\n\n".join(lines), message)


def _delivery(
    user: User, channel: Channel, target: str, subject: str, text: str, message: Message | None = None
) -> Delivery:
    return Delivery(user=user, message=message, channel=channel, target=target, subject=subject, text=text)


def send_letter(*, user: User, letter: Letter) -> None:
    """Deliver what the accounts app has to say (its courier)."""
    phone = letter.phone or (user.phone.plain() if user.phone_proved_at else "")
    made = []
    with transaction.atomic():
        if letter.notice:
            Message.objects.create(user=user, kind=Kind.SECURITY, title=letter.title, body=letter.notice)
        if letter.sms and phone:
            made.append(_delivery(user, Channel.SMS, phone, letter.title, sms_text(letter.sms)))
        if letter.email and user.email:
            made.append(_delivery(user, Channel.EMAIL, user.email, letter.title, letter.email))
        _start(made)


# -- delivery --------------------------------------------------------------------------------------------------------


def _start(deliveries: list[Delivery]) -> None:
    Delivery.objects.bulk_create(deliveries)
    ids = [item.pk for item in deliveries]
    if ids:
        transaction.on_commit(lambda: deliver(ids), robust=True)


def deliver(ids: Sequence[int]) -> int:
    """Try the named deliveries once, those that are due; returns how many got out."""
    return sum(_try(pk) for pk in ids)


def retry_due() -> int:
    """Try all that is due: failed ones whose time has come, and fresh ones that a stopped process left behind."""
    due = Delivery.objects.due(clock.now()).order_by("id").values_list("pk", flat=True)
    return deliver(list(due[:_BATCH]))


def _try(pk: int) -> bool:
    """One try, with the row locked: two workers never send one text twice."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True).due(clock.now())
        delivery = rows.filter(pk=pk).first()
        if delivery is None:
            return False
        delivery.attempts += 1
        try:
            delivery.reference = _hand_over(delivery)[:_REFERENCE_LENGTH]
        except GatewayError as error:
            _failed(delivery, str(error))
        except Exception as error:
            # A gateway's own fault, an address that no mail can have, a key that was destroyed: the next in the
            # row must get out all the same.
            logger.exception("the gateway of %s broke over delivery %s", delivery.channel, delivery.pk)
            _failed(delivery, f"发送时出错：{type(error).__name__}")
        else:
            delivery.status = Status.SENT
            delivery.sent_at = clock.now()
            delivery.next_try_at = None
            delivery.error = ""
        delivery.save()
    return delivery.status == Status.SENT


def _hand_over(delivery: Delivery) -> str:
    gateway = gateways.get(settings.NOTIFICATION_GATEWAYS[delivery.channel])
    return gateway.send(
        channel=delivery.channel,
        target=delivery.target.plain(),
        subject=delivery.subject,
        text=delivery.text.plain(),
    )


def _failed(delivery: Delivery, reason: str) -> None:
    logger.warning("delivery %s by %s failed, try %s", delivery.pk, delivery.channel, delivery.attempts)
    delivery.error = reason[:_ERROR_LENGTH]
    if delivery.attempts > len(_RETRY_AFTER):
        delivery.status, delivery.next_try_at = Status.GIVEN_UP, None
        return
    delivery.status = Status.FAILED
    delivery.next_try_at = clock.now() + dt.timedelta(minutes=_RETRY_AFTER[delivery.attempts - 1])


def send_again(*, actor: Actor, delivery: Delivery) -> bool:
    """A system administrator asks for another try now; whether it got out. NotFound outside their sight."""
    row = Delivery.objects.visible_to(actor).filter(pk=delivery.pk).first()
    if row is None:
        raise NotFound("没有这一条外发记录")
    # The row itself is asked, which waits for whoever is sending it just now.
    unsent = Delivery.objects.filter(pk=row.pk).exclude(status=Status.SENT)
    if not unsent.update(status=Status.WAITING, next_try_at=None):
        raise DomainError("这一条已经发出去了，不用再发")
    return _try(row.pk)


# -- reading ---------------------------------------------------------------------------------------------------------


def unread_count(actor: Actor) -> int:
    """How many messages wait, for the number at the bell."""
    return Message.objects.visible_to(actor).unread().count()


def mark_read(*, actor: Actor, ids: Collection[int] | None = None) -> int:
    """Mark one's own messages as read, all of them without `ids`; returns how many were not."""
    rows = Message.objects.visible_to(actor).unread()
    return (rows if ids is None else rows.filter(pk__in=ids)).update(read_at=clock.now())


# -- preferences -----------------------------------------------------------------------------------------------------


def wanted_channels(user: User) -> dict[tuple[Kind, Channel], bool]:
    """For each kind that can be chosen and each extra channel: does the person want it?"""
    declined = set(Preference.objects.filter(user=user).values_list("kind", "channel"))
    return {(kind, channel): (kind, channel) not in declined for kind in CHOOSABLE for channel in EXTRA_CHANNELS}


def choose_channels(*, user: User, wanted: Collection[tuple[Kind, Channel]]) -> None:
    """Replace what the person wants; kinds that cannot be chosen are left out."""
    declined = [pair for pair in wanted_channels(user) if pair not in wanted]
    with transaction.atomic():
        Preference.objects.filter(user=user).delete()
        Preference.objects.bulk_create(Preference(user=user, kind=kind, channel=channel) for kind, channel in declined)
