"""A roster of 100,000 people into one class: the product beside django-import-export and beside the limit, in one run.

All three take the same xlsx. The product reads, checks cell by cell against class and province, decides each person by
the rules, and stores persons, claims, decisions and places, encrypted and audited. django-import-export stores the same
persons through a ModelResource with the same model, encryption and audit, once with its defaults and once in bulk mode;
it does not check, decide or enrol. The limit is reading the file once and COPYing the very bytes that the product
stored into the same indexed and audited tables.

Run it with `./qihang bench roster [people]`. The ratios, not the seconds, are the result.
"""

import argparse
import datetime as dt
import gc
import io
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
import python_calamine
import xlsxwriter
from django.db import connection, models, transaction
from import_export import fields, resources

from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import approve_class, draft_class, review_class, submit_class
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import copy_rows
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports import services as imports
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.policy.models import Decision, DecisionBasis
from qihang.registry.reference.identity import resident_check

PEOPLE = 100_000
HEADER = ("序号", "姓名", "性别", "身份证号", "文化程度", "户籍所在地", "人员类别", "就业创业证号", "联系电话", "备注")
