"""The format of the codes on pages (docs/ma_qr.md) a second time, sharing nothing with the program: what a code says, by
the Ed25519 of the `cryptography` package.

    python code_format.py keys.json data.json [revocations.json] < text-of-the-code

prints what the code says and whether data and list belong to it, as JSON; a reason and exit 1 where it does not hold."""

import base64
import hashlib
import json
import sys
import unicodedata

WIDTHS = {3: 1, 5: 2, 8: 3, 10: 4, 13: 5, 15: 6, 17: 7}


def payload(text):
    digits = text.strip().rsplit("#", 1)[-1]
    groups = [digits[at:at + 17] for at in range(0, len(digits), 17)]
    return b"".join(int(group).to_bytes(WIDTHS[len(group)], "big") for group in groups)


def parse(raw):
    """What is said, the message and its signature."""
    said, signature = raw[:-64], raw[-64:]
    texts, at = [], 45
    while at < len(said):
        texts.append(said[at + 1:at + 1 + said[at]].decode("utf-8"))
        at += 1 + said[at]
    if said[0] != 1 or len(texts) != 5 or at != len(said):
        raise ValueError("not a payload")
    date = int.from_bytes(said[9:13], "big")
    names = ("kind", "number", "symbol", "issuer", "recipient")
    return {"key": said[1:9].hex(), "date": f"{date // 10000:04}-{date // 100 % 100:02}-{date % 100:02}",
            "data": said[13:45].hex(), **dict(zip(names, texts))}, b"vinhdanh-qr\0" + said, signature


def public(keys, name):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    key = next((key for key in keys["keys"] if key["id"] == name), None)
    if key is None or "revoked" in key:
        raise ValueError("no such key, or revoked")
    raw = base64.b64decode(key["public_key"])
    if hashlib.sha256(raw).digest()[:8].hex() != name:
        raise ValueError("the id is not that of the key")
    return key, Ed25519PublicKey.from_public_bytes(raw)


def sound(value):
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFC", value).split())
    if isinstance(value, list):
        return [sound(one) for one in value]
    if isinstance(value, dict):
        return {key: sound(one) for key, one in value.items()}
    return value


def data_hash(data):
    """RFC 8785 for what samples hold: text, whole numbers and keys of the Latin alphabet."""
    text = json.dumps(sound(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def judge(text, keys, data, revocations=None):
    raw = payload(text)
    said, message, signature = parse(raw)
    key, verifier = public(keys, said["key"])
    verifier.verify(signature, message)
    if not key["not_before"] <= said["date"] <= key["not_after"]:
        raise ValueError("outside the key's days")
    said["same_data"] = said["data"] == data_hash(data)
    if revocations:
        _, verifier = public(keys, revocations["key"])
        verifier.verify(base64.b64decode(revocations["signature"]), b"vinhdanh-revocations\0" + revocations["signed"].encode("utf-8"))
        listed = json.loads(revocations["signed"])["revoked"]
        document = {name: said[name] for name in ("issuer", "number", "symbol", "date")}
        said["revoked"] = any(one.get("code") == hashlib.sha256(raw).hexdigest() or one.get("document") == document for one in listed)
    return said


def main():
    files = [json.load(open(path, encoding="utf-8")) for path in sys.argv[1:]]
    try:
        print(json.dumps(judge(sys.stdin.read(), *files), ensure_ascii=False))
    except Exception as fault:  # whatever speaks against it
        print(json.dumps({"fault": repr(fault)}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
