"""Writes the requests of the corpus documents as fuzzer inputs: seeds.py DOCUMENTS TARGET"""
import hashlib, pathlib, re, sys


def unescape(text):
    text = re.sub(r"\\\{(.*?)\*(\d+)\}", lambda m: m[1] * min(int(m[2]), 40), text)
    return re.sub(
        rb"\\(x..|.)",
        lambda m: {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0"}.get(m[1])
        or (bytes([int(m[1][1:], 16)]) if m[1][:1] == b"x" else b"\\"),
        text.encode())


target = pathlib.Path(sys.argv[2])
for document in pathlib.Path(sys.argv[1]).glob("*.md"):
    for block in re.findall(r"```http[^\n]*\n(.*?)\n```", document.read_text(), re.S):
        seed = b"\x07\x05" + unescape(block.replace("\n", ""))
        (target / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
