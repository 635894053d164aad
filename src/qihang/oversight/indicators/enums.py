"""The words that the definitions of the figures use."""

from django.db import models


class Programme(models.TextChoices):
    SKILLS = "skills", "技能再就业"
    STARTUP = "startup", "能力促创业"


class Module(models.TextChoices):
    """The courses of the ILO series "Start and Improve Your Business", in which a startup class may be held."""

    GYB = "GYB", "产生你的企业想法"
    SYB = "SYB", "创办你的企业"
    IYB = "IYB", "改善你的企业"
    EYB = "EYB", "扩大你的企业"


class Grouping(models.TextChoices):
    """By what a figure can be split. A firm stands in the groups of its owner's class."""

    REGION = "region", "地区"
    INSTITUTION = "institution", "培训机构"
    OCCUPATION = "occupation", "职业"
    CATEGORY = "category", "人员类别"
    SEX = "sex", "性别"
    COHORT = "cohort", "批次"
