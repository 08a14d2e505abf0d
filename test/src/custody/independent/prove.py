#!/usr/bin/env python3
"""Checks a proof of `vestige prove` without Vestige (src/custody/FORMAT.md, "Proofs"): prove.py PROOF [DATA]

DATA is the file, or the whole blocks that hold the range. Prints `ok WHAT` and exits 0, or `bad WHY` and exits 1.
"""
import base64, hashlib, json, os, subprocess, sys, tempfile

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def signed(key64, digest, sig64):
    der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(key64)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("k", der), ("d", digest), ("s", base64.b64decode(sig64))):
            with open(os.path.join(folder, name), "wb") as out:
                out.write(content)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey k -rawin -in d -sigfile s".split()
        return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0

def body_hash(text, after, field, domain):
    """The file is canonical, so the bytes of a body can be hashed as they stand behind its name."""
    start = text.index(f'"{field}":', text.index(after)) + len(field) + 3
    end = json.JSONDecoder().raw_decode(text, start)[1]
    return sha256(domain.encode(), b"\0", text[start:end].encode())

def root_of(leaves, first, start, end, path):
    if first <= start and end <= first + len(leaves) and end - start == 1:
        return leaves[start - first]
    middle = start + (1 << (end - start - 1).bit_length() - 1)
    sides = [(start, middle), (middle, end)]
    known = [first < to and at < first + len(leaves) for at, to in sides]
    found = [root_of(leaves, first, at, to, path) if has else None for (at, to), has in zip(sides, known)]
    return sha256(b"\1", *[side or path.pop(0) for side in found])

def main(file, data=None):
    text = open(file, encoding="utf-8").read()
    proof = json.loads(text)
    document, body, delegation = proof["document"], proof["document"]["manifest"], proof["document"]["delegation"]
    keys = {sha256(base64.b64decode(k["publicKey"])).hex()[:16]: k["publicKey"] for k in proof["keys"]}
    if delegation:
        digest = body_hash(text, '"delegation":{', "body", "vestige.delegation.1")
        if not signed(keys[delegation["key"]], digest, delegation["sig"]) or delegation["body"]["caseId"] != body["caseId"]:
            return "bad delegation"
    key = delegation["body"]["publicKey"] if delegation else keys[document["key"]]
    if not signed(key, body_hash(text, '"document":{', "manifest", "vestige.manifest.1"), document["sig"]):
        return "bad signature"
    leaf, given = lambda part: sha256(b"\0", part), open(data, "rb").read() if data else None
    path, first, tree = [bytes.fromhex(each) for each in proof["path"]], proof["first"], body.get("blocks") or body["files"]
    if proof["kind"] == "file":
        leaves, count = [leaf(proof["line"].encode())], tree["lines"]
        same = given is None or hashlib.sha256(given).hexdigest() == json.loads(proof["line"])["sha256"]
    else:
        size, count, leaves = tree["blockBytes"], tree["count"], [bytes.fromhex(each) for each in proof["leaves"]]
        same = first == proof["from"] // size and first + len(leaves) == -(-(proof["from"] + proof["length"]) // size)
        parts = [base64.b64decode(each) for each in proof["data"] or []]
        for blocks in [parts] * bool(parts) + [[given[at : at + size] for at in range(0, len(given or b""), size)]] * bool(given):
            same = same and list(map(leaf, blocks)) == leaves
    holds = root_of(leaves, first, 0, count, path).hex() == tree["root"] and not path
    return "bad path" if not holds else f"ok {body['exhibit']}" if same else "bad data"

try:
    verdict = main(*sys.argv[1:])
except (ValueError, KeyError, IndexError, TypeError) as problem:
    verdict = f"bad {problem!r}"
print(verdict)
sys.exit(not verdict.startswith("ok"))
