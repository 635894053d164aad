"""Made-up names, as common on the island as the real ones are."""

from random import Random

_SURNAMES = (
    "陈 " * 12 + "王 " * 11 + "林 " * 9 + "李 " * 9 + "符 " * 8 + "吴 " * 8 + "黄 " * 7 + "张 " * 6 + "周 " * 5
    + "郑 " * 4 + "邢 " * 4 + "梁 " * 4 + "羊 " * 2 + "韩 " * 2 + "苏 " * 2 + "刘 " * 4 + "谢 " * 2 + "何 " * 3
    + "蔡 " * 2 + "曾 " * 2 + "邓 " * 2 + "云 冯 许 朱 杨 董 莫 卓 麦 唐 蒙 高 潘 容 翁 欧 庄 叶 万"
).split()  # fmt: skip
# Given names by generation: those born before 1980, before 1995, and since.
_WOMEN = (
    "秀兰 桂英 玉梅 春花 美玲 丽珍 月娥 秀英 亚妹 彩霞 金莲 惠芳 淑珍 海英 玉兰 爱花 小燕 丽琼 秋菊 凤英 琼花 碧玉",
    "小丽 海燕 晓燕 丽娜 婷婷 艳红 春梅 娟 静 敏 丽萍 小芳 雪梅 海霞 秋月 燕妮 慧 琳 冬梅 亚娇 小妹 玲玲",
    "欣怡 雨桐 思琪 佳怡 梦婷 诗雅 雅婷 嘉欣 晓彤 紫萱 可欣 静怡 雨欣 文静 颖 悦 丹丹 莹莹",
)
_MEN = (
    "建国 国强 志明 海生 亚弟 德福 文忠 永昌 开明 大海 传芳 运兴 世雄 家富 振华 明光 昌盛 德海 光荣 福生",
    "海波 志强 伟 勇 小军 建华 文斌 海涛 振宇 国华 俊 明辉 亮 永强 海龙 世杰 家豪 天宝",
    "俊杰 浩然 子豪 宇航 家乐 伟杰 志鹏 嘉伟 文博 梓轩 海洋 皓 泽宇 俊辉 思远 子涵",
)
_GIVEN_TO_WOMEN, _GIVEN_TO_MEN = ([names.split() for names in group] for group in (_WOMEN, _MEN))


def full_name(random: Random, *, male: bool, born: int) -> str:
    """A name that somebody of that sex and year of birth might bear."""
    generation = 0 if born < 1980 else 1 if born < 1995 else 2
    return random.choice(_SURNAMES) + random.choice((_GIVEN_TO_MEN if male else _GIVEN_TO_WOMEN)[generation])


def staff_name(random: Random) -> str:
    """A name of somebody who works in an office or an institution."""
    return full_name(random, male=random.random() < 0.45, born=random.randint(1972, 1996))
