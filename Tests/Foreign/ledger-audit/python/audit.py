"""Audits a log that Cordon wrote with the aics-tlog package, which shares nothing with it.

audit.py log FOLDER VKEY     checkpoint, every tile and bundle, proofs from the tiles; status 0 only if everything holds
audit.py proofs FILE         decides proofs as the Go auditor does (see its main.go)
audit.py cosign FOLDER NAME  prints a witness's key, then the checkpoint with its cosignature of 1700000000
"""

import base64
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import aics_tlog as tlog


def audit_log(folder: str, vkey: str) -> None:
    root = Path(folder)
    note = tlog.parse_note((root / "checkpoint").read_bytes())
    key = tlog.parse_vkey(vkey)
    verified = tlog.verify_checkpoint(note, key)
    if not verified.ok:
        raise SystemExit(f"checkpoint: {verified.error}")
    reader = tlog.FileSystemTileReader(root)
    report = tlog.audit_tiles(reader, verified.size, verified.root)
    for index in range(0, verified.size, verified.size // 40 + 1):
        leaf = tlog.leaf_hash(tlog.read_entry(reader, index, verified.size))
        proof = tlog.inclusion_proof_from_tiles(reader, index, verified.size)
        if not tlog.verify_inclusion(leaf, index, verified.size, proof, verified.root):
            raise SystemExit(f"entry {index} is not in the tree")
        old = tlog.tree_root_from_tiles(reader, index + 1, verified.size)
        proof = tlog.consistency_proof_from_tiles(reader, index + 1, verified.size)
        if not tlog.verify_consistency(index + 1, verified.size, old, verified.root, proof):
            raise SystemExit(f"size {index + 1} is not continued")
    print(f"size {report.size} tiles {report.tiles}")


def decide_proofs(name: str) -> None:
    for line in Path(name).read_text().splitlines():
        kind, size, root, number, hash, *proof = line.split()
        root, hash, *proof = (base64.b64decode(word) for word in (root, hash, *proof))
        size, number = int(size), int(number)
        if kind == "record":
            holds = tlog.verify_inclusion(hash, number, size, proof, root)
        else:
            holds = tlog.verify_consistency(number, size, hash, root, proof)
        print("true" if holds else "false")


def cosign(folder: str, name: str) -> None:
    note = tlog.parse_note((Path(folder) / "checkpoint").read_bytes())
    checkpoint = tlog.parse_checkpoint(note.text)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    print(tlog.format_vkey(tlog.cosignature_vkey(name, key.public_key())))
    _, line = tlog.sign_cosignature(key, name, 1700000000, checkpoint.origin, checkpoint.size, checkpoint.root)
    cosigned = tlog.Note(text=note.text, signatures=(*note.signatures, line))
    sys.stdout.write(cosigned.serialise())


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"log": audit_log, "proofs": decide_proofs, "cosign": cosign}[command](*arguments)
