"""Choices of the reference tables."""

from django.db.models import IntegerChoices, TextChoices


class RegionLevel(TextChoices):
    """Levels of a division; a business jurisdiction counts as a county."""

    PROVINCE = "province", "省级"
    PREFECTURE = "prefecture", "地级"
    COUNTY = "county", "县级"


class OccupationEdition(TextChoices):
    """Editions of the national classification of occupations. A code means nothing without its edition."""

    E1999 = "1999", "1999年版大典"
    E2015 = "2015", "2015年版大典"
    E2022 = "2022", "2022年版大典"


class OccupationLevel(IntegerChoices):
    """Levels of the classification; certificates and courses name an occupation."""

    MAJOR = 1, "大类"
    MIDDLE = 2, "中类"
    MINOR = 3, "小类"
    OCCUPATION = 4, "职业（细类）"


class Mark(TextChoices):
    """How far a fact was checked against its source."""

    READ = "read", "读到原文"
    SECONDARY = "secondary", "二手来源"
    SAME_NAME = "same_name", "两版同名"
    UNVERIFIED = "unverified", "未核验"
    OWN = "own", "本系统自定"
