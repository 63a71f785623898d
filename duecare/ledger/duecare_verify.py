#!/usr/bin/env python3
"""Check an export of a Duecare ledger, trusting nobody: python3 duecare_verify.py FILE.zip --key VKEY

Standard library only; docs/ledger-format.md says what it checks. Get it, the key and your checkpoints from
elsewhere than the export. Exit: 0 all checked; 1 a fault; 2 cannot be read; 3 no fault but no key."""

from __future__ import annotations

import argparse
import base64
import contextlib
import functools
import itertools
import json
import multiprocessing
import re
import secrets
import sys
import unicodedata
import zipfile
from collections import Counter
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

WIDTH = 256  # leaves in a bundle, hashes in a tile
LIMITS = {"checkpoint": 1 << 20, "tile": 1 << 17, "openings": 1 << 24, "blobs": 1 << 28}  # bytes of a member
NOT_SHOWN = """Not shown: that a record is true or complete; that nothing was recorded late or left out; that
there is no second ledger; or a rewrite with the signing key, except against a checkpoint held before it."""
TIME = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z"
HEX = "[0-9a-f]{64}"
TEXT = r'"[^"\\\0-\x1f]*(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))[^"\\\0-\x1f]*)*"'  # in canonical JSON
LEAF = f'{{"at":"{TIME}","log":"([0-9a-f]{{32}})","meta":"({HEX})","payload":"({HEX})","v":1}}'
META = rf'"act":({TEXT}),"action":"(\w+)","actor":{TEXT},"kind":({TEXT}),"subject":{TEXT},"valid_at"'
META = rf'{{{META}:(?:null|"{TIME}")}}'
OPENING = rf"(\d+)\t(?:withheld\t[^\t]*|(disclosed|erased)\t({HEX})\t({META})\t(?:({HEX})\t)?([^\t]*))"
OPENING_RE, LEAF_RE = re.compile(OPENING, re.ASCII), re.compile(LEAF, re.ASCII)
LINE = r"[^\0-\x1f]+\n"
NOTE = re.compile(rf"(({LINE})(0|[1-9][0-9]{{0,18}})\n(\S+)\n(?:{LINE})*)\n((?:— [^\s+]+ \S+\n){{1,100}})")
MEMBERS = {action: ["blobs", "record", "schema"] for action in ("created", "changed", "deleted")}
MEMBERS.update(act=["count", "reason"], noted=["blobs", "note"])
INTEGERS = range(1 - 2**53, 2**53)
NUMBERS: Any = {"parse_int": functools.lru_cache(999)(lambda text: INTEGERS[INTEGERS.index(int(text))])}
DECODE = json.JSONDecoder(parse_float=int, parse_constant=int, **NUMBERS).raw_decode  # ValueError for others
ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
ESCAPE, NON_ASCII_KEY = re.compile(r"\\(?:u.{4}|.)"), re.compile('[^\0-\x7f][^"]*":')
DIGESTS = re.compile(f"{HEX}(?: {HEX})*")
MARK = secrets.token_hex(16)  # nobody could foresee it, so no payload holds it
DISAGREE, TILE = "its leaf and the hash in its tile disagree", "the hash in its tile was changed"
archive_of = functools.lru_cache(1)(zipfile.ZipFile)  # one for each process that reads bundles
# Ed25519: RFC 8032, 5.1.7, without the cofactor; the key must be canonical and not of small order.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point(data: bytes) -> tuple[int, ...]:
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x * pow(2, (P - 1) // 4, P) % P if (x * x - square) % P else x
    if len(data) != 32 or y >= P or (x * x - square) % P:
        raise ValueError("not an Ed25519 key")
    x = x if x % 2 == sign else P - x
    return x, y, 1, x * y % P


def add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    return (b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P


def times(number: int, p: tuple[int, ...]) -> tuple[int, ...]:
    half = times(number // 2, add(p, p)) if number else (0, 1, 1, 0)
    return add(half, p) if number % 2 else half


def signature_holds(key: bytes, text: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) over `text` was made by the owner of `key` (32 bytes)."""
    a, base = point(key), point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    s = int.from_bytes(signature[32:], "little")
    if times(8, a)[0] == 0 or len(signature) != 64 or s >= ORDER:
        return False
    k = int.from_bytes(sha512(signature[:32] + key + text).digest(), "little") % ORDER
    x, y, z, _ = add(times(s, base), times(k, (P - a[0], a[1], 1, P - a[3])))
    z = pow(z, P - 2, P)
    return (y * z % P | (x * z % P % 2) << 255).to_bytes(32, "little") == signature[:32]


def read_key(vkey: str) -> Any:
    """Name, key id and public key of a verifier key (C2SP signed-note)."""
    name, key_id, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    if key[:1] != b"\1" or sha256(f"{name}\n".encode() + key).hexdigest()[:8] != key_id or not point(key[1:]):
        raise ValueError("the key's id is wrong, or it is not of type 1 (Ed25519)")
    return name, bytes.fromhex(key_id), key[1:]


def read_checkpoint(note: bytes, key: Any) -> tuple[str, int, bytes, bool]:
    """Origin, size and root of a checkpoint (C2SP tlog-checkpoint), and whether `key` signed its own."""
    match = NOTE.fullmatch(note.decode())
    if not match:
        raise ValueError("the checkpoint is not a signed note with origin, size and root")
    text, origin, size, root, lines = match.groups()
    mine = []
    for name, encoded in re.findall(r"— (\S+) (\S+)\n", lines):
        signature = base64.b64decode(encoded, validate=True)
        if key and (name, signature[:4]) == key[:2]:
            mine.append(signature_holds(key[2], text.encode(), signature[4:]) and origin == name + "\n")
    return origin[:-1], int(size), base64.b64decode(root, validate=True), mine != [] and all(mine)


def root_of(hashes: list[bytes]) -> bytes:
    """The root (RFC 6962, 2.1) over hashes of equal subtrees, of which the last may be smaller."""
    while len(hashes) > 1:
        above = [sha256(b"\1" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes) - 1, 2)]
        hashes = above + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0] if hashes else sha256().digest()


def path(prefix: str, number: int, width: int = WIDTH) -> str:
    digits = f"{number:0{-(-len(str(number)) // 3) * 3}}"
    return prefix + re.sub(r"(\d{3})(?=\d)", r"x\1/", digits) + (f".p/{width}" if width < WIDTH else "")


def read(archive: zipfile.ZipFile, name: str, faults: list[Any], entry: int = -1) -> bytes:
    """The bytes of a member, but never more than its kind may have; nothing, and a fault, if it fails."""
    limit = LIMITS[name.split("/")[0]]
    try:
        data = archive.open(name).read(limit + 1)
        if len(data) > limit:
            raise ValueError(f"larger than {limit} bytes")
        return data
    except Exception as error:  # noqa: BLE001 - a damaged zip fails in many ways, and each is a fault
        faults.append((entry, f"{name} is missing or damaged ({error})"))
        return b""


def decode(texts: list[str]) -> list[Any]:
    """The values of JSON texts, {} for each that is not canonical. To read all at once is faster."""
    text = "[" + f',"{MARK}",'.join(texts) + "]"  # with the mark between them none reaches into the next
    with contextlib.suppress(ValueError, StopIteration, RecursionError):
        values = DECODE(text, 0)[0]
        if ENCODE(values) == text and values[1::2] == [MARK] * (len(texts) - 1):
            return list(values[::2])
    return [value for one in texts for value in decode([one])] if len(texts) > 1 else [{}]


def check_entry(index: int, leaf: bytes, match: Any, value: Any, log: str) -> Any:
    """State and act of an entry, the count if it heads the act (-1 if that is erased), and its blobs."""
    told = LEAF_RE.fullmatch(leaf.decode())
    if not told or told[1] != log:
        raise ValueError("its leaf is not canonical, of version 1 and of this ledger")
    number, state, meta_salt, meta, act, action, kind, salt, payload = match.groups() if match else [""] * 9
    if number != str(index) or (state == "disclosed") != (salt is not None):
        raise ValueError("its opening is malformed, or stands in another place")
    if state is None:
        return "withheld", None, None, []
    if sha256(b"duecare/v1/meta\0" + bytes.fromhex(meta_salt) + meta.encode()).hexdigest() != told[2]:
        raise ValueError("its meta or the salt of it is not what was recorded")
    sound = action in MEMBERS and (action == "act") == (kind == '"ledger.act"')
    if not match.string.isascii():
        plain = ESCAPE.sub("\0", match.string)
        sound = sound and not NON_ASCII_KEY.search(plain) and unicodedata.is_normalized("NFC", plain)
    count, blobs = -1 if action == "act" else None, []
    if sound and state == "disclosed":
        if sha256(b"duecare/v1/payload\0" + bytes.fromhex(salt) + payload.encode()).hexdigest() != told[3]:
            raise ValueError("its payload or the salt of it is not what was recorded")
        sound = [*value] == MEMBERS[action]
        count, blobs = value.get("count"), value.get("blobs", [])
        sound = sound and (count or 0) >= 0 and (value.get("record", 0) is None) == (action == "deleted")
        if blobs != [] and (blobs != sorted(set(blobs)) or not DIGESTS.fullmatch(" ".join(blobs))):
            sound = False
    if not sound or (len(match.string) > 15000 and len(meta.encode() + payload.encode()) > 60000):
        raise ValueError("its meta or payload is not canonical JSON of the form that it should have")
    return state, act, count, blobs


def check_bundle(job: Any) -> Any:
    """What one bundle of entries holds: leaf hashes and their root, faults, counts, runs of acts, blobs."""
    file, number, names, width, log = job
    found: Any = ([], [], {}, [])
    faults, runs, blobs, leaves = found
    first, counts, at = number * WIDTH, Counter(faulty=0), 0
    data, tile, openings = (read(archive_of(file), name, faults, first) for name in names)
    while at < len(data):
        start, at = at + 2, at + 2 + int.from_bytes(data[at : at + 2], "big")
        leaves.append(data[start:at])
    lines = openings.decode(errors="surrogateescape").split("\n")
    if not len(leaves) == len(lines) - 1 == width or at != len(data) or lines[-1]:
        faults.append((first, f"expected {width} entries, got {len(leaves)}, and {len(lines) - 1} openings"))
    matches = [OPENING_RE.fullmatch(line) for line in lines[:-1]]
    values = decode([match.group(9) if match and match.group(8) else "0" for match in matches])
    for index, (leaf, match, value) in enumerate(zip(leaves, matches, values), first):  # noqa: B905
        state, act, head, named = "faulty", None, None, []
        try:
            state, act, head, named = check_entry(index, leaf, match, value, log)
        except (ValueError, TypeError, AttributeError) as error:
            faults.append((index, str(error)))
        counts[state] += 1
        blobs.update(dict.fromkeys(named, index))
        if not runs or runs[-1][2] != act or head is not None:
            runs.append([index, index, act, head])
        runs[-1][1] = index + 1
    hashes = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    hashed = [tile[at : at + 32] for at in range(0, len(tile), 32)]
    for at, (mine, its) in enumerate(itertools.zip_longest(hashes, hashed), first):
        if mine != its:
            place = f": this is the leaf of entry {first + hashed.index(mine)}" if mine in hashed else ""
            faults.append((at, DISAGREE + place))
    return hashes, root_of(hashes), faults, counts, runs, blobs


def check_acts(runs: list[Any], faults: list[Any]) -> None:
    """Find acts that are not whole: a head, then as many entries of the act as it counts."""
    act, end, seen = None, None, 0  # the act under way, where it ends if known, how far entries were opened
    for begin, stop, name, head in runs:
        if head is not None and end and begin < end:
            faults.append((begin, f"act {act} should have reached to entry {end - 1}"))
        elif head is None and name != act and (begin == seen or (end and begin < end)):
            faults.append((begin, f"the head of act {name} does not stand before it"))
        if head is not None or name != act:
            act, end = name, None if head in (None, -1) else begin + 1 + head
        if end is not None and stop > end:
            faults.append((max(begin, end), f"act {act} has more entries than its head counts"))
        seen = stop


def verify(file: str, key: Any, held: list[str]) -> tuple[dict[str, Any], list[Any]]:
    """What an export holds, and its faults as (entry, text); entry -1 stands for the whole."""
    archive, jobs, known = zipfile.ZipFile(file), [], ["README.txt", "checkpoint", "blobs/absent"]
    faults: list[Any] = []
    note, counts = read(archive, "checkpoint", faults), Counter(disclosed=0, withheld=0, erased=0)
    origin, size, root, _ = read_checkpoint(note, None)
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > 100 * Path(file).stat().st_size + (1 << 26) or size > WIDTH * len(archive.namelist()):
        raise ValueError("it would unpack to over 100 times its size, or most of its entries are missing")
    for number in range(-(-size // WIDTH)):
        width = min(WIDTH, size - number * WIDTH)
        names = [path(prefix, number, width) for prefix in ("tile/entries/", "tile/0/")]
        names.append(path("openings/", number))
        jobs.append((file, number, names, width, origin[-32:]))
        known += names
    with multiprocessing.Pool() as pool:
        bundles = pool.map(check_bundle, jobs)
    roots, runs = [bundle[1] for bundle in bundles], [run for bundle in bundles for run in bundle[4]]
    for bundle in bundles:
        faults += bundle[2]
        counts.update(bundle[3])
    check_acts([run for run in runs if run[2] is not None] + [[size, size, "", 0]], faults)
    if root_of(roots) == root:  # then the leaves are right
        faults = [(entry, TILE if text.startswith(DISAGREE) else text) for entry, text in faults]
    level, above = 1, roots[: size // WIDTH]
    while above:
        groups = [above[at : at + WIDTH] for at in range(0, len(above), WIDTH)]
        for number, group in enumerate(groups):
            known.append(path(f"tile/{level}/", number, len(group)))
            if read(archive, known[-1], faults) != b"".join(group):
                faults.append((-1, f"{known[-1]} is not what the leaves give"))
        level, above = level + 1, [root_of(group) for group in groups if len(group) == WIDTH]
    for name, signed_note in [("checkpoint", note)] + [(name, Path(name).read_bytes()) for name in held]:
        its_origin, its_size, its_root, signed = read_checkpoint(signed_note, key)
        full, rest = divmod(its_size, WIDTH)
        edge = [root_of(bundle[0][:rest]) for bundle in bundles[full : full + (rest > 0)]]
        if its_origin != origin or its_size > size or root_of(roots[:full] + edge) != its_root:
            faults.append((-1, f"{name}: it covers {its_size} entries of {its_origin}, but not these"))
        if key and not signed:
            faults.append((-1, f"{name}: no valid signature, for its own log, by the key that you gave"))
    absent = read(archive, "blobs/absent", faults) if "blobs/absent" in archive.namelist() else b""
    blobs = {digest: entry for bundle in reversed(bundles) for digest, entry in bundle[5].items()}
    for digest in blobs.keys() - {line.split(b"\t")[0].decode() for line in absent.splitlines()}:
        known.append(f"blobs/{digest}")
        if sha256(read(archive, known[-1], faults, blobs[digest])).hexdigest() != digest:
            faults.append((blobs[digest], f"blob {digest} is not what was recorded"))
    faults += [(-1, f"{each} does not belong here") for each in Counter(archive.namelist()) - Counter(known)]
    return {"origin": origin, "size": size, "root": root.hex(), **counts, "blobs": len(blobs)}, sorted(faults)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an export of a Duecare ledger.", epilog=NOT_SHOWN)
    parser.add_argument("file", metavar="FILE.zip")
    parser.add_argument("--key", metavar="VKEY", help="who should have signed, from a source that you trust")
    parser.add_argument("--held", metavar="CHECKPOINT", nargs="+", default=[], help="files that you hold")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    try:
        report, faults = verify(options.file, options.key and read_key(options.key), options.held)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        parser.error(f"{options.file}, a checkpoint or the key cannot be read: {error}")
    report["signature"] = "valid, unless a fault is named" if options.key else "NOT CHECKED: no key given"
    lines = [f"{name:<12}{value}" for name, value in report.items()]
    lines += [f"FAULT: {f'entry {entry}: ' * (entry >= 0)}{text}" for entry, text in faults[:20]]
    whole = json.dumps({**report, "faults": faults, "not_shown": NOT_SHOWN})
    print(*[whole] if options.json else [*lines, f"{len(faults)} faults found.", NOT_SHOWN], sep="\n")
    return 1 if faults else 0 if options.key else 3


if __name__ == "__main__":
    sys.exit(main())
