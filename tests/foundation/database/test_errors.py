from pathlib import Path

import pytest

from qihang.foundation.database.cluster import check_version
from qihang.foundation.database.errors import DatabaseUnavailable, explain


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ('initdb: error: could not create directory "x": No space left on device', "磁盘空间不足"),
        ("FATAL:  could not write lock file: Disk quota exceeded", "磁盘空间不足"),
        ('FATAL:  data directory "x" has invalid permissions: Permission denied', "没有写入数据目录的权限"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "内存不足"),
        ("FATAL:  could not create any Unix-domain sockets", "无法建立本地套接字"),
        ("initdb: error: could not look up effective user ID 12345: user does not exist", "没有登记"),
    ],
)
def test_known_causes_are_told_with_the_way_out(output: str, sentence: str) -> None:
    told = explain(output, Path("/data/database.log"))
    assert sentence in told
    assert "/data/database.log" in told
    assert "\n" not in told


def test_an_unknown_cause_quotes_the_last_fatal_line() -> None:
    told = explain("LOG:  starting\nFATAL:  first\nLOG:  on\nFATAL:  the moon is full\nLOG:  off", None)
    assert "the moon is full" in told
    assert "first" not in told
    assert "没有说明原因" in explain("", None)


def test_only_clusters_of_our_own_major_version_are_used() -> None:
    check_version("18")
    with pytest.raises(DatabaseUnavailable, match="pg_dump"):
        check_version("17")
