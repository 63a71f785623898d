"""The section `firewall`: which one is set up, and what the packet filter does with incoming packets."""

from __future__ import annotations

import errno
import json
import re
from typing import Any, NamedTuple

from ..look import Look
from ..running import enabled, running
from ..text import key_values


def firewall_facts(look: Look) -> dict[str, Any]:
    ufw = key_values(look.text("/etc/ufw/ufw.conf") or "").get("ENABLED", "no").lower() == "yes"
    firewalld_runs = running(look, "firewalld") if look.exists("/usr/sbin/firewalld") else False
    firewalld = bool(firewalld_runs) or enabled(look, "firewalld.service", "firewalld")
    units = {
        "nftables": ("nftables.service", "nftables"),
        "iptables": ("netfilter-persistent.service", "iptables.service", "iptables"),
        "ufw": ("ufw.service", "ufw"),
        "firewalld": ("firewalld.service", "firewalld"),
    }
    seen = _live_rules(look)
    if ufw:
        kind = "ufw"
    elif firewalld:
        kind = "firewalld"
    elif (seen and seen.kind == "nftables" and seen.rules) or enabled(look, *units["nftables"]):
        kind = "nftables"
    elif (seen and seen.rules) or enabled(look, *units["iptables"]):
        kind = "iptables"
    else:
        kind = "none"
    tools = look.any_exists(*(f"{d}/{n}" for d in ("/usr/sbin", "/sbin") for n in ("nft", "iptables")))
    if kind == "none":
        if look.machine.live and not tools:
            look.problems.clear()
            look.absent = True
            look.source("no firewall's programs are installed")
            return {
                "kind": "none",
                "active": False,
                "enabled_at_boot": False,
                "input_policy": None,
                "rules": 0,
            }
        if seen is None:
            look.problem("the rules in force", _why_no_rules(look))
            return {
                "kind": None,
                "active": None,
                "enabled_at_boot": False,
                "input_policy": None,
                "rules": None,
            }
        return {
            "kind": "none",
            "active": False,
            "enabled_at_boot": False,
            "input_policy": "accept",
            "rules": seen.rules,
        }
    boot = enabled(look, *units[kind])
    # firewalld refuses at the end of its chain; a default zone that accepts lets no packet get there.
    open_zone = kind == "firewalld" and _configured_policy(look, kind) == "accept"
    if seen is None:
        look.problem("the rules in force", _why_no_rules(look))
        policy = _configured_policy(look, kind)
        return {"kind": kind, "active": None, "enabled_at_boot": boot, "input_policy": policy, "rules": None}
    return {
        "kind": kind,
        "active": seen.filters and firewalld_runs is not False if kind == "firewalld" else seen.filters,
        "enabled_at_boot": boot,
        "input_policy": "drop" if seen.drops and not open_zone else "accept",
        "rules": seen.rules,
    }


def _why_no_rules(look: Look) -> str | Exception:
    if not look.machine.live:
        return "a mounted tree has none"
    if not look.machine.as_root:
        return PermissionError(errno.EACCES, "only root may list them")
    return "neither nft nor iptables-save could list them"


class Rules(NamedTuple):
    """The packet filter as it runs."""

    kind: str
    rules: int
    filters: bool
    """Whether anything stands in the way of incoming packets."""
    drops: bool
    """Whether what no rule allows is refused, over IPv4 and over IPv6 where that is on."""


def _live_rules(look: Look) -> Rules | None:
    ipv6 = any(not line.endswith(" lo") for line in (look.text("/proc/net/if_inet6") or "").splitlines())
    listed = _nft_rules(look, ipv6)
    if listed is not None and listed.filters:
        return listed
    older = _iptables_rules(look, ipv6)
    return older if older is not None and (older.filters or listed is None) else listed


def _nft_rules(look: Look, ipv6: bool) -> Rules | None:
    text = look.printed("nft", "-j", "list", "ruleset")
    if text is None:
        return None
    look.source("nft -j list ruleset")
    try:
        entries = json.loads(text)["nftables"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        look.problem("nft -j list ruleset", f"not understood: {error}")
        return None
    rules = [entry["rule"] for entry in entries if "rule" in entry]
    last = {(r.get("family"), r.get("table"), r.get("chain")): r.get("expr", []) for r in rules}
    chains = [
        e["chain"]
        for e in entries
        if e.get("chain", {}).get("hook") == "input" and e["chain"].get("type") == "filter"
    ]
    dropping = set()
    for chain in chains:
        final = last.get((chain.get("family"), chain.get("table"), chain.get("name")), [])
        words = {key for expression in final for key in expression} - {"counter", "log", "comment"}
        if chain.get("policy") == "drop" or (words and words <= {"drop", "reject"}):
            dropping |= {"ip", "ip6"} if chain["family"] == "inet" else {chain["family"]}
    return Rules("nftables", len(rules), bool(chains), dropping >= ({"ip", "ip6"} if ipv6 else {"ip"}))


def _iptables_rules(look: Look, ipv6: bool) -> Rules | None:
    texts = [look.printed("iptables-save"), look.printed("ip6tables-save") if ipv6 else ""]
    if texts[0] is None:
        return None
    look.source("iptables-save")
    policies = [_iptables_policy(text or "") for text in texts[: 2 if ipv6 else 1]]
    count = sum(len(re.findall(r"^-A ", text or "", re.MULTILINE)) for text in texts)
    filters = any(p == "drop" for p in policies) or bool(re.search(r"^-A INPUT ", texts[0], re.MULTILINE))
    return Rules("iptables", count, filters, all(policy == "drop" for policy in policies))


def _iptables_policy(text: str) -> str:
    tables = re.split(r"^\*", text, flags=re.MULTILINE)
    rules = next((table for table in tables if table.startswith("filter")), "")
    last = re.findall(r"^-A INPUT .*$", rules, re.MULTILINE)[-1:]
    refused = re.search(r"^:INPUT DROP", rules, re.MULTILINE) or any(
        re.match(r"-A INPUT -j (DROP|REJECT)", r) for r in last
    )
    return "drop" if refused else "accept"


def _configured_policy(look: Look, kind: str) -> str | None:
    """What the firewall's own files say of packets that no rule allows."""
    if kind == "ufw":
        look.source("/etc/default/ufw")
        policy = key_values(look.text("/etc/default/ufw") or "").get("DEFAULT_INPUT_POLICY", "DROP")
        return "drop" if policy.upper() in ("DROP", "REJECT") else "accept"
    if kind == "firewalld":
        look.source("/etc/firewalld/firewalld.conf")
        zone = key_values(look.text("/etc/firewalld/firewalld.conf") or "").get("DefaultZone", "public")
        zones = (
            look.text(f"{folder}/zones/{zone}.xml") for folder in ("/etc/firewalld", "/usr/lib/firewalld")
        )
        text = next((text for text in zones if text is not None), None)
        return None if text is None else "accept" if 'target="ACCEPT"' in text else "drop"
    if kind == "nftables":
        paths = ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf", "/etc/nftables.nft")
        texts = [look.text(path) for path in paths]
        hooks = [h for text in texts for h in re.findall(r"hook input[^;]*;\s*(?:policy (\w+))?", text or "")]
        return None if not any(texts) else "drop" if "drop" in hooks else "accept"
    paths = ("/etc/iptables/rules.v4", "/etc/sysconfig/iptables", "/etc/iptables/rules-save")
    saved = [text for text in map(look.text, paths) if text]
    return _iptables_policy(saved[0]) if saved else None
