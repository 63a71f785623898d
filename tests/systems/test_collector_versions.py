"""Versions sort as the package managers themselves sort them."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from duecare.systems.collector import apk_key, dpkg_key, rpm_key

PART = st.text("0123456789abzAZ.+~", min_size=0, max_size=8)
VERSION = st.builds(
    lambda epoch, upstream, revision: f"{epoch}0{upstream}{revision}",
    st.sampled_from(["", "0:", "1:", "12:"]),
    PART,
    st.one_of(st.just(""), PART.filter(bool).map(lambda part: f"-{part}")),
)


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="needs dpkg: apt-get install dpkg")
@settings(max_examples=300, deadline=None)
@given(VERSION, VERSION)
@example("1.0", "1.0-0")
@example("1.0", "1.0~rc1")
@example("1.0-1", "1.0-1+b1")
@example("0.1", "0.1.0")
@example("1:0.9", "1.0")
@example("2.6.2", "2.6.10")
@example("1.0a", "1.0+")
def test_debian_versions_compare_as_dpkg_compares_them(left: str, right: str) -> None:
    ours = (dpkg_key(left) > dpkg_key(right)) - (dpkg_key(left) < dpkg_key(right))
    word = {-1: "lt", 0: "eq", 1: "gt"}[ours]
    code = subprocess.run(["dpkg", "--compare-versions", left, word, right], check=False).returncode
    assert code == 0, f"dpkg does not find {left} {word} {right}"


# From rpm's own description of its order (rpm-version(7)): each is older than the next.
RPM_ORDER = [
    ["1.0~beta1", "1.0~rc1", "1.0", "1.0^20260101", "1.0.1", "1.1", "1.10", "2a", "2.0", "1:0.1"],
    ["8.7p1-44.el9", "8.7p1-45.el9", "8.7p1-45.el9_6.1", "8.8p1-1.el9"],
    ["5.14.0-570.58.1.el9_6", "5.14.0-570.62.1.el9_6", "5.14.0-611.el9"],
]


@pytest.mark.parametrize("order", RPM_ORDER)
def test_rpm_versions_sort_as_rpm_describes(order: list[str]) -> None:
    assert all(rpm_key(older) < rpm_key(newer) for older, newer in pairwise(order))


def test_rpm_versions_that_differ_only_in_form_are_equal() -> None:
    assert rpm_key("0:1.05-1") == rpm_key("1.5-1")
    assert rpm_key("1.0_1-1") == rpm_key("1.0.1-1")


# From apk's own tests of its order: each is older than the next.
APK_ORDER = [
    ["0.1.0_alpha", "0.1.0_alpha2", "0.1.0_beta", "0.1.0_pre2", "0.1.0_rc1", "0.1.0", "0.1.0_p1", "0.1.1"],
    ["1.2.3-r0", "1.2.3-r1", "1.2.3-r10", "1.2.3a", "1.2.3.1", "1.2.4_rc1", "1.2.4"],
    ["9.9_p2-r3", "10.0_p1-r9", "10.0_p1-r10"],
    ["1.05", "1.06", "1.1"],
]  # fmt: skip


@pytest.mark.parametrize("order", APK_ORDER)
def test_apk_versions_sort_as_apk_sorts_them(order: list[str]) -> None:
    assert all(apk_key(older) < apk_key(newer) for older, newer in pairwise(order))
