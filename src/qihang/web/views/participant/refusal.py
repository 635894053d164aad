"""A refusal in its five parts (guide, section 6): what, by which rule, how it is with you, what it means, how to appeal
and until when, and whom to call.
"""

from qihang.web.formats import chinese_date, full_stop
from qihang.web.site import current_site
from qihang.web.views.participant.way import Way
from qihang.web.views.participant.words import counter_of, failed_of, said_lines


def refusal_of(way: Way) -> list[tuple[str, str]]:
    """The parts by name, in the order in which they are read."""
    failed = failed_of(way.place.decision)
    return [
        ("结论", "这次的补贴不能发。"),
        *(
            ("没够上的", full_stop(f"{rule.condition}{f'（{rule.article}）' if rule.article else ''}"))
            for rule in failed
        ),
        *(("您的情况", full_stop(rule.actual)) for rule in failed),
        *(("县里的话", said) for _, said in said_lines(way.said)),
        ("往后怎样", _meaning(way)),
        ("怎么申诉", _appeal(way)),
        ("打给谁", _whom(way)),
    ]


def _meaning(way: Way) -> str:
    free = "这次不占用您的补贴次数，以后报别的班重新核实。"
    return free if way.closed or way.over else f"课可以自费上，跟{way.item.contact_name}说。{free}"


def _appeal(way: Way) -> str:
    counter = counter_of(way.item)
    higher = "对结果还不服，可以申请行政复议，就是请上一级机关再审一次；找谁、哪天以前，窗口会写给您。"
    if way.closed:
        return f"这个班结束了，名单不再改。有意见，带身份证到{counter}说。{higher}"
    until = "请在学校办结业以前，尽快" if way.over else f"{chinese_date(way.item.end)}前，"
    return f"{until}带身份证和证明到{counter}，请他们重新核实。{higher}"


def _whom(way: Way) -> str:
    return f"政策和申诉，打 {current_site().hotline}；班里的事，问{way.item.contact_name}（电话在“找学校”里）。"
