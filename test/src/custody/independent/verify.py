#!/usr/bin/env python3
"""Verifies the custody journal of a case without Vestige: Python's standard library, and openssl for Ed25519.

    verify.py CASE [CHECKPOINT]

CASE/custody/journal.jsonl is checked line by line as src/custody/FORMAT.md describes it; CHECKPOINT is a copy of a
checkpoint file kept outside the case. Prints `ok N entries, head HASH` and exits 0, or `bad entry N: why` and exits 1.
"""
import base64, hashlib, json, os, subprocess, sys, tempfile

class Bad(Exception):
    pass

def once(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise Bad("a key occurs twice")
    return dict(pairs)

def jcs(value):
    """RFC 8785 for values without fractions, which is all that signed documents other than entries hold."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(jcs(key) + ":" + jcs(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    if isinstance(value, float):
        raise Bad("a fraction where none belongs")
    return json.dumps(value, ensure_ascii=False)

def sha256(domain, text):
    return hashlib.sha256(domain.encode() + b"\0" + text).digest()

def signed(key64, digest, sig64):
    der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(key64, validate=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("k", der), ("d", digest), ("s", base64.b64decode(sig64, validate=True))):
            with open(os.path.join(folder, name), "wb") as out:
                out.write(content)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey k -rawin -in d -sigfile s".split()
        return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0

def add_key(keys, key):
    if hashlib.sha256(base64.b64decode(key["publicKey"])).hexdigest()[:16] != key["keyId"]:
        raise Bad("a key id is not that of its key")
    keys[key["keyId"]] = (key["officer"], key["publicKey"])

def login(state, delegation):
    body = delegation["body"]
    digest = sha256("vestige.delegation.1", jcs(body).encode())
    officer = state["keys"].get(body["officerKey"])
    if digest.hex() != delegation["hash"] or not officer or officer[0] != body["officer"]:
        raise Bad("delegation")
    if body["caseId"] != state["case"] or not signed(officer[1], digest, delegation["sig"]):
        raise Bad("delegation")
    state["sessions"][delegation["hash"][:32]] = body

def check_signature(state, body, digest, sig):
    if body["delegation"] is None:
        officer, public = state["keys"].get(body["key"], (None, None))
    else:
        session = state["sessions"].get(body["delegation"])
        if not session or session["sessionKey"] != body["key"] or not session["from"] <= body["utc"] <= session["until"]:
            raise Bad("session")
        officer, public = session["officer"], session["publicKey"]
    if officer != body["officer"] or not signed(public, digest, sig):
        raise Bad("signature or key")

def check_line(state, seq, line):
    entry = json.loads(line, object_pairs_hook=once)
    body = entry["body"]
    text = line[len(b'{"body":') : line.rindex(b',"hash":"')]
    digest = sha256("vestige.custody.1", text)
    if not line.startswith(b'{"body":') or sorted(entry) != ["body", "hash", "sig"] or digest.hex() != entry["hash"]:
        raise Bad("hash")
    if line != b'{"body":' + text + b',"hash":"' + entry["hash"].encode() + b'","sig":"' + entry["sig"].encode() + b'"}':
        raise Bad("spelling")
    if body["seq"] != seq or body["prev"] != state["prev"]:
        raise Bad("does not follow the entry before it")
    details, act = body["details"], body["act"]
    if seq == 0:
        state["case"] = details["caseId"]
        for key in details["keys"]:
            add_key(state["keys"], key)
    check_signature(state, body, digest, entry["sig"])
    if act == "key-added":
        add_key(state["keys"], details["key"])
    elif act == "key-revoked":
        del state["keys"][details["keyId"]]
    elif act == "login":
        login(state, details["delegation"])
    elif act == "logout":
        del state["sessions"][details["delegationId"]]
    state["prev"] = entry["hash"]

def main(case, checkpoint=None):
    pin = json.load(open(checkpoint))["body"] if checkpoint else None
    state, seq = {"prev": "0" * 64, "keys": {}, "sessions": {}}, 0
    for line in open(os.path.join(case, "custody", "journal.jsonl"), "rb"):
        try:
            if not line.endswith(b"\n"):
                raise Bad("torn")
            check_line(state, seq, line[:-1])
            if pin and pin["seq"] == seq and pin["headHash"] != state["prev"]:
                raise Bad("not the journal that the checkpoint covers")
        except (Bad, ValueError, KeyError, TypeError) as problem:
            return f"bad entry {seq}: {problem}"
        seq += 1
    if pin and pin["seq"] >= seq:
        return f"bad entry {seq}: removed since the checkpoint"
    return f"ok {seq} entries, head {state['prev']}"

print(verdict := main(*sys.argv[1:]))
sys.exit(0 if verdict.startswith("ok") else 1)
