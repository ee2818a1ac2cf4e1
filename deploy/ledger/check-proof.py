#!/usr/bin/env python3
"""Checks a member's proof of its ledger without the mall; Python 3.8 and nothing else.

usage: check-proof.py PROOF [--key PUBLIC_KEY.pem] [--checkpoint KNOWN.json]

PROOF is what GET /v1/me/ledger/proof answered. --key names a public key that the programme has published: without it the signature is checked
with the key in the proof, whose id is shown. --checkpoint names a checkpoint that was kept, as an item of GET /v1/ledger/checkpoints: the proof
must lead to that one. It prints every fault and ends with 1, or prints what was proven and ends with 0. The encoding: docs/ledger.md."""

import base64
import hashlib
import json
import re
import sys
from datetime import datetime, timezone

NEVER = 2**63 - 1
faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


# The canonical encoding.


def text(value):
    encoded = value.encode("utf-8")
    return len(encoded).to_bytes(4, "big") + encoded


def int32(value):
    return value.to_bytes(4, "big", signed=True)


def int64(value):
    return value.to_bytes(8, "big", signed=True)


def uuid(value):
    return bytes.fromhex(value.replace("-", ""))


def instant(value):
    """Microseconds since 1970; the highest number for never."""
    if value is None:
        return int64(NEVER)
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z", value)
    if not match:
        raise ValueError(f"{value} is no instant in UTC with at most microseconds")
    seconds = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return int64((seconds.days * 86_400 + seconds.seconds) * 1_000_000 + int((match[2] or "").ljust(6, "0")))


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def genesis(member):
    return sha256(b"\x01", text("genesis"), uuid(member))


def entry_hash(member, entry):
    return sha256(
        b"\x01",
        text("entry"),
        uuid(member),
        int64(entry["sequence"]),
        text(entry["type"]),
        text(entry["account"]),
        int64(entry["points"]),
        text(entry["contra"]),
        int64(entry["balanceAfter"]),
        int32(len(entry["lots"])),
        *(int64(lot["number"]) + int64(lot["points"]) + instant(lot["expiresAt"]) for lot in entry["lots"]),
        text(entry["causeKind"]),
        uuid(entry["causeId"]),
        text(entry["actor"]),
        b"\x00" if entry["textHash"] is None else b"\x01" + bytes.fromhex(entry["textHash"]),
        instant(entry["occurredAt"]),
        bytes.fromhex(entry["previousHash"]),
    )


def statement(checkpoint):
    return b"".join(
        (
            b"\x01",
            text("checkpoint"),
            int64(checkpoint["number"]),
            bytes.fromhex(checkpoint["previousHash"]),
            bytes.fromhex(checkpoint["root"]),
            int64(checkpoint["members"]),
            instant(checkpoint["from"]),
            instant(checkpoint["to"]),
            int64(checkpoint["horizon"]),
        )
    )


# ECDSA on P-256 over SHA-256, checked with plain integers: only public numbers are involved.

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
# DER of SubjectPublicKeyInfo up to the point: an EC key on prime256v1, not compressed.
KEY_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(point, factor):
    total = None
    while factor:
        if factor & 1:
            total = add(total, point)
        point = add(point, point)
        factor >>= 1
    return total


def public_key(pem):
    der = base64.b64decode("".join(line for line in pem.split("\n") if not line.startswith("-----")))
    point = int.from_bytes(der[-64:-32], "big"), int.from_bytes(der[-32:], "big")
    if der[:-64] != KEY_PREFIX or (point[1] ** 2 - point[0] ** 3 + 3 * point[0] - B) % P:
        raise ValueError("not a public key on P-256")
    return point, hashlib.sha256(der).hexdigest()[:32]


def integers(der):
    """The two integers of a signature in DER: SEQUENCE { r INTEGER, s INTEGER }."""
    if len(der) < 2 or der[0] != 0x30 or der[1] != len(der) - 2:
        raise ValueError("not a signature in DER")
    found, rest = [], der[2:]
    while rest:
        if rest[0] != 2 or len(rest) < 2 + rest[1]:
            raise ValueError("not a signature in DER")
        found.append(int.from_bytes(rest[2 : 2 + rest[1]], "big"))
        rest = rest[2 + rest[1] :]
    r, s = found
    return r, s


def is_signed(point, message, signature):
    r, s = integers(signature)
    if not (0 < r < N and 0 < s < N):
        return False
    inverse = pow(s, -1, N)
    digest = int.from_bytes(sha256(message), "big")
    sum_of_both = add(multiply(G, digest * inverse % N), multiply(point, r * inverse % N))
    return sum_of_both is not None and sum_of_both[0] % N == r


# The checks.


def check_chain(member, entries):
    """Returns the hash of each entry by its number."""
    hashes, previous, expected, balance = {}, genesis(member), 1, 0
    for entry in entries:
        sequence = entry["sequence"]
        where = f"entry {sequence}"
        if sequence != expected:
            fault(where, f"follows entry {expected - 1}: entries are missing, repeated or out of order")
        if bytes.fromhex(entry["previousHash"]) != previous:
            fault(where, "is not chained to the hash of the entry before")
        if entry_hash(member, entry) != bytes.fromhex(entry["hash"]):
            fault(where, "does not have the hash of what it says")
        if "text" in entry:
            own = entry["text"]
            hashed = sha256(bytes.fromhex(own["salt"]), text(own["actorName"]), text(own["reason"]))
            if entry["textHash"] != hashed.hex():
                fault(where, "its reason is not the one that was hashed")
        # Available less debt, the columns that the balance is of.
        balance += entry["points"] * ((entry["account"] in ("available", "debt")) - (entry["contra"] in ("available", "debt")))
        if entry["balanceAfter"] != balance:
            fault(where, f"says the balance was {entry['balanceAfter']}, its entries come to {balance}")
            balance = entry["balanceAfter"]
        previous, expected = bytes.fromhex(entry["hash"]), sequence + 1
        hashes[sequence] = previous
    return hashes


def check_path(member, proof, hashes):
    where = f"checkpoint {proof['checkpoint']['number']}"
    sequence = proof["sequence"]
    if sequence not in hashes:
        fault(where, f"states entry {sequence}, which the ledger does not have")
        return
    leaf = sha256(b"\x00", uuid(member), int64(sequence), hashes[sequence])
    leaves, buckets, groups = ([bytes.fromhex(h) for h in proof[level]] for level in ("leaves", "buckets", "groups"))
    if leaf not in leaves:
        fault(where, f"states another entry {sequence} than the ledger has: it, or one before it, was rewritten")
    if len(buckets) != 256 or len(groups) != 256:
        fault(where, "its tree is not whole")
        return
    group, bucket = uuid(member)[14:]
    if sha256(b"\x01", *leaves) != buckets[bucket]:
        fault(where, "the heads do not have the hash of their bucket")
    if sha256(b"\x02", *buckets) != groups[group]:
        fault(where, "the buckets do not have the hash of their group")
    if sha256(b"\x03", *groups).hex() != proof["checkpoint"]["root"]:
        fault(where, "the groups do not have the hash of its root")


def check_signature(proof, key_file):
    checkpoint = proof["checkpoint"]
    where = f"checkpoint {checkpoint['number']}"
    message = statement(checkpoint)
    if sha256(message).hex() != checkpoint["hash"]:
        fault(where, "does not have the hash of what it says")
    if checkpoint["keyId"] is None:
        if key_file:
            fault(where, "is not signed")
        return "not signed"
    point, key_id = public_key(open(key_file).read() if key_file else proof["publicKey"])
    if key_id != checkpoint["keyId"]:
        fault(where, f"is signed by key {checkpoint['keyId']}, not by {key_id}")
    elif not is_signed(point, message, base64.b64decode(checkpoint["signature"])):
        fault(where, f"key {key_id} did not sign what it says")
    return f"signed by {key_id}" + ("" if key_file else ", which came with the proof: compare it with the key that the programme publishes")


def read(path):
    """The head, the entries and the checkpoint (or None) of a proof."""
    lines = [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]
    kinds = [line["kind"] for line in lines]
    if kinds[:1] != ["ledger"] or lines[0]["format"] != 1:
        raise ValueError("this is no proof of format 1")
    if kinds[-1] != "end" or len(lines) < 2:
        fault("proof", "was cut off: its last line is missing")
    entries = [line for line in lines if line["kind"] == "entry"]
    checkpoints = [line for line in lines if line["kind"] == "checkpoint"]
    return lines[0], entries, checkpoints[0] if checkpoints else None


def main(arguments):
    options = {"--key": None, "--checkpoint": None}
    paths = []
    while arguments:
        argument = arguments.pop(0)
        if argument in options and arguments:
            options[argument] = arguments.pop(0)
        else:
            paths.append(argument)
    if len(paths) != 1 or paths[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 64
    head, entries, proof = read(paths[0])
    member = head["memberId"]
    hashes = check_chain(member, entries)
    last = max(hashes, default=0)
    if head["entries"] != last or head["headHash"] != hashes.get(last, genesis(member)).hex():
        fault("ledger", f"its head is entry {head['entries']}, the last entry is {last}, or has another hash")
    signed = "in no checkpoint yet"
    if proof:
        check_path(member, proof, hashes)
        checkpoint = proof["checkpoint"]
        signed = f"its head of entry {proof['sequence']} is in checkpoint {checkpoint['number']} of {checkpoint['to']}, {check_signature(proof, options['--key'])}"
    if options["--checkpoint"]:
        known = json.load(open(options["--checkpoint"], encoding="utf-8"))
        if not proof or statement(known) != statement(proof["checkpoint"]):
            fault("proof", f"does not lead to checkpoint {known['number']} as it was kept")
    if faults:
        print("\n".join(faults))
        return 1
    print(f"{last} entries of member {member} hold; {signed}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        print(f"this proof can't be read: {type(error).__name__}: {error}")
        sys.exit(1)
