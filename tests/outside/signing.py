#!/usr/bin/env python3
"""Signatures judged from outside: fields, signatures and their faults, before pyHanko, pdfsig, mutool, qpdf, veraPDF and
`vinhdanh verify`.

    tests/outside/signing.py                       every check
    tests/outside/signing.py --only expired        one of them
    tests/outside/signing.py --selftest            only: does each judge notice what it should? needs no program

VINHDANH names the program (default target/debug/vinhdanh). Standard library only, pyHanko apart; Linux."""

import sys

sys.dont_write_bytecode = True

import argparse
import base64
import contextlib
import datetime
import json
import os
import re
import shutil
import struct
import subprocess
import time
import zlib
from pathlib import Path

import crippled
import judges
import opinions
import pkcs11
import pki
from opinions import differ

ROOT = Path(__file__).resolve().parents[2]
SIGNER, SEAL = "NguoiKy", "CoQuan"
NEEDED = ("pyHanko", "pdfsig", "mutool", "certutil", "qpdf", "openssl", "softhsm2-util", "pkcs11-tool", "pdftotext",
          "pdftoppm", "zbarimg")
VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
VALID, TRUSTED = "valid", "valid, trusted"


# --- what every check stands on ----------------------------------------------------------------------------------

class Ground:
    """The program, the people, the judges; and the veraPDF verdicts still to be asked for, all at once at the end."""

    def __init__(self, binary, folder, tools, tally, authorities, judges_):
        self.binary, self.folder, self.tools, self.tally = binary, folder, tools, tally
        self.authorities, self.pki, self.judges = authorities, authorities.pki, judges_
        self.archive, self.sentences = [], []
        self.later = (self.pki.now + 1460 * pki.DAY).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        self.password = folder / "password"
        self.password.write_text(pki.PASSWORD, encoding="utf-8")
        self.password.chmod(0o600)

    def place(self, what):
        folder = self.folder / what
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    # The judges

    def judge(self, name, path, *, pyhanko=None, checked=None, ades=None, later=None, pdfsig=None, mutool=None,
              covers=None, profiles=(), broken=None, qpdf=True):
        """Asks each judge that something is expected of. `checked`: pyHanko with revocation looked up; `ades`: its AdES
        verdict; `later`: the same four years on and without a network. `profiles`: veraPDF's, `broken` the rule it must
        name instead of being satisfied."""
        ask = {
            "pyHanko": (pyhanko, lambda: self.judges.pyhanko(path)),
            "pyHanko, revocation": (checked, lambda: self.judges.pyhanko(path, revocation=True)),
            "pyHanko AdES": (ades, lambda: self.judges.pyhanko(path, ades=True)),
            "pyHanko AdES, years later": (later, lambda: self.years_later(path)),
            "pdfsig": (pdfsig, lambda: self.judges.pdfsig(path)),
            "mutool": (mutool, lambda: self.judges.mutool(path)),
            "pdfsig's ranges": (covers, lambda: self.judges.covers(path)),
        }
        for judge, (wanted, look) in ask.items():
            if wanted is not None:
                self.tally(f"{name}/{judge}", differ(judge, look(), wanted))
        if qpdf:
            self.tally(f"{name}/qpdf", judges.qpdf(path))
        for profile in profiles:
            self.archive.append((name, profile, str(path), broken))

    def years_later(self, path):
        """Every certificate of a signer has ended, no server answers any more."""
        with self.authorities.silent():
            return self.judges.pyhanko(path, ades=True, at=self.later)

    def sound(self, name, path, signed, *, unsigned=(), profiles=("2a", "ua1"), **more):
        """A file with these fields signed in this order, all as it should be."""
        said = {field: VALID for field in signed}
        expected = {
            "pyhanko": said, "checked": said, "ades": said,
            "pdfsig": {**{field: TRUSTED for field in signed}, **{field: "unsigned" for field in unsigned}},
            "profiles": profiles, **more,
        }
        self.judge(name, path, **expected)

    def ask_verapdf(self):
        if not self.tools.has("veraPDF") or not self.archive:
            return
        said = judges.verapdf(self.tools.java, sorted({(profile, path) for _, profile, path, _ in self.archive}))
        for name, profile, path, broken in self.archive:
            complaints = said[profile, path]
            if broken:
                complaints = [] if any(broken in one for one in complaints) else \
                    [f"should have named {broken} but said: {' | '.join(complaints) or 'nothing'}"]
            self.tally(f"{name}/veraPDF {profile}", complaints)
        self.archive.clear()

    # Others who sign

    def hanko(self, *arguments):
        status, out, err = self.judges.hanko(*arguments)
        if status:
            raise RuntimeError(f"pyhanko {arguments[0]} {arguments[1]}: {err.strip()[-300:]}")
        return out

    def others_sign(self, source, field, who, target, *options):
        """pyHanko signs: an existing field by its name, or a new one `1/left,bottom,right,top/Name`."""
        self.hanko("sign", "addsig", "--field", field, "--use-pades", *options, "pkcs12", "--passfile", self.password,
                   source, target, self.pki[f"{who}.p12"])
        return target

    def edited(self, kind, source, target):
        self.hanko("edit", kind, source, target)
        return target


# --- what may happen to a signed file ----------------------------------------------------------------------------

def flip(data, at):
    """One bit of one byte."""
    data = bytearray(data)
    data[at] ^= 1
    return bytes(data)


def flip_digit(data, at):
    """One bit in the byte a hexadecimal digit stands for."""
    data = bytearray(data)
    data[at] = ord(f"{int(chr(data[at]), 16) ^ 1:x}")
    return bytes(data)


def holes(data):
    """[(begin, end)] of the digits of every /Contents that is a signature, in the order of the file."""
    return [match.span(1) for match in re.finditer(rb"/Contents\s*<([0-9A-Fa-f]{1000,})>", data)]


def value_of(data, hole):
    """A digit in the signature value of a CMS without a time stamp: its last bytes are that value."""
    length = int(data[hole[0] + 4:hole[0] + 8], 16)  # 30 82 and two bytes
    return hole[0] + 2 * (4 + length) - 20


def inside(data):
    """A byte in the middle of a page's compressed content: the first stream of the file is as good as any."""
    return data.index(b"stream") + 30


# What is done to a file signed by NguoiKy, then by CoQuan → what the judges make of it. Where pdfsig is content with what
# it should not be, that is known of it (poppler 22.12) and why it is never asked alone.
BAD = {SIGNER: "invalid", SEAL: "invalid"}
CHANGED = {"pyhanko": BAD, "pdfsig": {SIGNER: TRUSTED, SEAL: TRUSTED}, "covers": {SIGNER: False, SEAL: False},
           "mutool": ["edited", "edited"]}
# mutool 1.21 takes every RSA-PSS signature for a broken one, pyHanko's too.
MUTOOL_PSS = "broken"
AFTERWARDS = {"a line over the page": ("page", CHANGED), "a note on the page": ("note", CHANGED),
              "another picture of the signature": ("look", CHANGED)}
FLIPPED = {"pyhanko": BAD, "pdfsig": {SIGNER: "mismatch", SEAL: "mismatch"}, "mutool": ["broken", "broken"]}


# --- does every judge judge? -------------------------------------------------------------------------------------

def selftest(ground):
    """A file signed by pyHanko pleases every judge; each fault displeases those that should see it."""
    folder = ground.place("selftest")
    plain, fields, one, both = (folder / f"{name}.pdf" for name in ("plain", "fields", "one", "both"))
    plain.write_bytes(crippled.pdf(crippled.Font(ROOT / "fonts" / "Tinos" / "Tinos-Regular.ttf")))
    ground.hanko("sign", "addfields", "--field", f"1/60,50,200,100/{SIGNER}", "--field", f"1/250,50,400,100/{SEAL}",
                 plain, fields)
    name = lambda what: f"signing/selftest/{what}"
    tally = ground.tally
    tally(name("unsigned/pyHanko"), differ("pyHanko", ground.judges.fields(fields), {SIGNER: "EMPTY", SEAL: "EMPTY"}))
    ground.judge(name("unsigned"), fields, pyhanko={}, pdfsig={SIGNER: "unsigned", SEAL: "unsigned"},
                 mutool=["unsigned", "unsigned"])
    ground.others_sign(fields, SIGNER, "signer", one, "--timestamp-url", ground.authorities.url + "/tsa")
    ground.sound(name("one signature"), one, [SIGNER], unsigned=[SEAL], mutool=["unchanged", "unsigned"], profiles=())
    ground.others_sign(one, SEAL, "seal", both)
    ground.sound(name("two signatures"), both, [SIGNER, SEAL], mutool=["edited", "unchanged"], profiles=(),
                 covers={SIGNER: False, SEAL: True})
    # Four years on and without revocation data kept in the file, nothing is left of either.
    ground.judge(name("years later"), both, later=BAD)

    for what, (kind, verdict) in AFTERWARDS.items():
        ground.judge(name(what), ground.edited(kind, both, folder / f"{kind}.pdf"), **verdict)
    data = both.read_bytes()

    def broken(what, data, **verdict):
        path = folder / (re.sub(r"\W+", "-", what) + ".pdf")
        path.write_bytes(data)
        ground.judge(name(what), path, qpdf=False, **verdict)

    broken("a byte flipped", flip(data, inside(data)), **FLIPPED)
    broken("a byte flipped in the last signature", flip_digit(data, value_of(data, holes(data)[-1])), pyhanko={SIGNER: VALID, SEAL: "invalid"})
    prefixed = folder / "prefixed.pdf"
    prefixed.write_bytes(b"%a line before\n" + data)
    ground.judge(name("something before it"), prefixed, qpdf=False, pdfsig=FLIPPED["pdfsig"], mutool=FLIPPED["mutool"])
    said = ground.judges.pyhanko(prefixed)
    tally(name("something before it/pyHanko"), [] if "Illegal PDF header" in said.get("pyHanko", "") else [f"says {said}"])

    for who, pyhanko, checked, pdfsig in (("expired", "invalid", "invalid", "valid, expired"),
                                          ("revoked", VALID, "invalid", "valid, revoked"),
                                          ("stranger", "invalid", "invalid", "valid, stranger"),
                                          ("server", "invalid", "invalid", None)):
        path = folder / f"{who}.pdf"
        if who == "server":
            ground.hanko("sign", "addsig", "--field", SIGNER, "--use-pades", "pemder", "--no-pass", "--key", ground.pki["server.key"],
                         "--cert", ground.pki["server.pem"], "--chain", ground.pki["issuing.pem"], fields, path)
        else:
            ground.others_sign(fields, SIGNER, who, path)
        ground.judge(name(who), path, pyhanko={SIGNER: pyhanko}, checked={SIGNER: checked}, ades={SIGNER: checked},
                     pdfsig=pdfsig and {SIGNER: pdfsig, SEAL: "unsigned"}, mutool=["unchanged", "unsigned"])
    path = ground.others_sign(fields, SIGNER, "signer", folder / "pss.pdf", "--prefer-pss")
    ground.judge(name("RSA-PSS"), path, pyhanko={SIGNER: VALID}, pdfsig={SIGNER: TRUSTED, SEAL: "unsigned"}, mutool=[MUTOOL_PSS, "unsigned"])
    # The key of one, the certificate of another.
    path = folder / "wrong-key.pdf"
    ground.hanko("sign", "addsig", "--field", SIGNER, "--use-pades", "pemder", "--no-pass", "--key", ground.pki["revoked.key"],
                 "--cert", ground.pki["signer.pem"], "--chain", ground.pki["issuing.pem"], fields, path)
    ground.judge(name("wrong key"), path, pyhanko={SIGNER: "invalid"}, pdfsig={SIGNER: "invalid", SEAL: "unsigned"},
                 mutool=["broken", "unsigned"])
    # A stamp drawn by another's program, in a font that is not in the file: PDF/A is gone, the signature is not.
    stamped = ground.others_sign(plain, "1/60,50,200,100/Khac", "signer", folder / "stamp.pdf")
    ground.judge(name("a stranger's stamp"), stamped, pyhanko={"Khac": VALID}, profiles=("2a",), broken="6.2.11.4.1-1")
    ground.judge(name("sound for veraPDF"), plain, profiles=("2a", "ua1"))

    token_ = pkcs11.Token(folder / "token")
    token_.hold(ground.pki["signer.key"], "01")
    message = b"attributes"
    raw = token_.sign("01", message, "SHA256-RSA-PKCS")
    (folder / "message").write_bytes(message)
    (folder / "raw").write_bytes(raw)
    public = folder / "public.pem"
    public.write_bytes(pki.openssl("x509", "-in", ground.pki["signer.pem"], "-pubkey", "-noout"))
    pki.openssl("dgst", "-sha256", "-verify", public, "-signature", folder / "raw", folder / "message")
    (folder / "message").write_bytes(message + b"!")
    with contextlib.suppress(RuntimeError):
        pki.openssl("dgst", "-sha256", "-verify", public, "-signature", folder / "raw", folder / "message")
        tally(name("token"), ["a signature of the token fits another message"])


# --- the program's own command line ------------------------------------------------------------------------------

def run(ground, *arguments, fails=None):
    """Runs the program. `fails` names the code it must refuse with; without, it must not refuse.
    Returns what it prints."""
    command = [ground.binary, *map(str, arguments), "--format", "json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    out, said = (stream.decode("utf-8", "replace").strip() for stream in (done.stdout, done.stderr))
    words = f"vinhdanh {' '.join(map(str, arguments))[:120]}: exit {done.returncode}: {said[-600:]}"
    if fails is None:
        if done.returncode:
            raise RuntimeError(words)
        return out or said
    if not done.returncode:
        raise RuntimeError(f"{words}: should have refused with `{fails}`")
    try:
        code = json.loads(said.splitlines()[-1])["code"]
    except (ValueError, KeyError, IndexError, TypeError):
        raise RuntimeError(f"{words}: should have refused with `{fails}`") from None
    if code != fails:
        raise RuntimeError(f"{words}: `{code}`, not `{fails}`")
    return said


def render(ground, template, target, *options, sample="plain", standard="a-2a", fields="true"):
    """Makes a document; the report about it."""
    data = target.with_suffix(".json")
    data.write_text(run(ground, "sample", template, "--name", sample), encoding="utf-8")
    fields = ["--fields", fields] if fields else []
    return json.loads(run(ground, "render", template, data, "-o", target, "--standard", standard, "--force", *fields, *options))


def fresh(ground, folder, template="giay_khen", **more):
    """A document with its empty fields."""
    target = folder / f"{template}.pdf"
    return target, render(ground, template, target, **more)


def sign(ground, source, field, who, target, *options, fails=None, key=None):
    key = key or ["--pkcs12", ground.pki[f"{who}.p12"], "--password-file", ground.password]
    run(ground, "sign", source, "--field", field, *key, "-o", target, *options, fails=fails)
    return target


def both(ground, folder, source, first=(), second=()):
    """Signed by the person, then sealed."""
    one = sign(ground, source, SIGNER, "signer", folder / "signed.pdf", *first)
    return one, sign(ground, one, SEAL, "seal", folder / "sealed.pdf", *second)


def camel(box):
    return "".join(word.capitalize() for word in box.split("_"))


def picture(path, width, height, colour, inside_):
    """A PNG, opaque in this colour where `inside_(x, y)` (0 to 1) says so, transparent elsewhere."""
    rows = b"".join(b"\0" + b"".join(bytes((*colour, 255)) if inside_(x / width, y / height) else b"\0\0\0\0"
                                     for x in range(width)) for y in range(height))
    chunk = lambda kind, data: struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 6, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


def pictures(folder):
    """A hand's stroke in blue, a ring in red."""
    stroke = picture(folder / "signature.png", 420, 240, (0, 40, 200), lambda x, y: abs(y - 0.5 - 0.35 * (x - 0.5)) < 0.08)
    ring = picture(folder / "seal.png", 400, 400, (220, 0, 0), lambda x, y: 0.42 ** 2 < (x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.48 ** 2)
    return stroke, ring


def raster(path, page, dpi=72):
    """(width, height, RGB bytes) of a page."""
    done = subprocess.run(["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile", str(path)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    kind, size, _, pixels = done.stdout.split(b"\n", 3)
    if kind != b"P6":
        raise RuntimeError(f"pdftoppm {path}: {done.stderr.decode('utf-8', 'replace')}")
    width, height = map(int, size.split())
    return width, height, pixels


def marks(before, after, places):
    """What changed on the page: {name of a place: pixels}, and "outside". A place: (left, top, right, bottom) in points."""
    (width, _, old), (_, _, new) = before, after
    found = {"outside": 0}
    for at in range(0, min(len(old), len(new)), 3):
        if old[at:at + 3] != new[at:at + 3]:
            x, y = at // 3 % width, at // 3 // width
            where = [name for name, (left, top, right, bottom) in places.items()
                     if left - 1 <= x <= right + 1 and top - 1 <= y <= bottom + 1]
            for name in where or ["outside"]:
                found[name] = found.get(name, 0) + 1
    return found


# --- what the program says of a file -----------------------------------------------------------------------------

def lists(ground):
    """The lists an operator has at hand."""
    return ["--crl", ground.pki["issuing.crl"], "--crl", ground.pki["root.crl"]]


def ours(ground, name, path, options):
    """(exit, report, {field: verdict}); tells what a reader is told."""
    status, report, said = ground.judges.vinhdanh(path, *options)
    if report is None or not report.get("sentence"):
        return status, None, {"vinhdanh": f"exit {status}: {said}"}
    ground.sentences.append((name, report["sentence"]))
    return status, report, {one["field"]: one["verdict"] for one in report["signatures"] if one["kind"] == "signature"}


def ours_sound(ground, name, path, signed, *, level="B-B", options=None, verdict="signed_valid", pdfa=None):
    """`vinhdanh verify` is content, and finds the level the last signature was made at; `pdfa`: what became of PDF/A."""
    status, report, said = ours(ground, name, path, lists(ground) if options is None else options)
    faults = differ("vinhdanh", said, dict.fromkeys(signed, "valid" if verdict == "signed_valid" else "valid_with_warnings"))
    if report:
        if status or report["verdict"] != verdict:
            faults.append(f"exit {status}, {report['verdict']}: {report['sentence']}")
        if pdfa and (report["standards"] or {}).get("pdfa") != pdfa:
            faults.append(f"PDF/A: {report['standards']}")
        levels = {one["field"]: one["level"] for one in report["signatures"] if one["kind"] == "signature"}
        if levels.get(signed[-1]) != level:
            faults.append(f"level {levels}, not {level}")
    if faults and report:
        faults += [f"{one['field']}: {finding['code']}: {finding['text']}" for one in report["signatures"] for finding in one["findings"]]
    ground.tally(f"{name}/vinhdanh", faults)


def ours_bad(ground, name, path, wanted, options=None, unread=None):
    """`vinhdanh verify` is not content: its exit, its word for the file, its word for each of these fields (any bad one
    where `wanted` names none). `unread`: the code it may refuse with, unread."""
    status, report, said = ours(ground, name, path, lists(ground) if options is None else options)
    faults = [] if status else ["exit 0"]
    if report:
        if report["verdict"] in ("signed_valid", "signed_with_warnings", "not_signed"):
            faults.append(f"{report['verdict']}: {report['sentence']}")
        # A file cut where a signature ends may show no such signature any more; its verdict is a bad one all the same.
        faults += [f"says {field}: {said.get(field)}, not {word or 'bad'}" for field, word in wanted.items()
                   if (field in said or word) and (said.get(field, "").startswith("valid") or word and said.get(field) != word)]
    elif not unread or f'"{unread}"' not in said["vinhdanh"]:
        faults.append(said["vinhdanh"])
    ground.tally(f"{name}/vinhdanh", faults)


# --- the checks: fields ------------------------------------------------------------------------------------------

# Which field a box becomes where it is not its own name.
TEMPLATES = {"giay_khen": {}, "quyet_dinh": {}, "bien_ban": {"nguoi_ky": "ChuTri"}}
CHAIR = "ChuTri"
# A hand's signature, where its field is wider than one; points.
HAND = 50 / 25.4 * 72


def field_boxes(template, report):
    """{field: its box}"""
    return {TEMPLATES[template].get(box["name"], camel(box["name"])): box for box in report["boxes"]}


def fields(ground):
    """Empty fields where the boxes are, nothing else changed, every judge content, PDF/A and PDF/UA kept."""
    folder = ground.place("fields")
    for template in TEMPLATES:
        for standard, profile in (("a-2a", "2a"), ("a-3a", "3a")):
            name = f"signing/fields/{template}/{standard}"
            path, bare = folder / f"{template}.{standard}.pdf", folder / f"{template}.{standard}.bare.pdf"
            boxes = field_boxes(template, render(ground, template, path, standard=standard))
            render(ground, template, bare, standard=standard, fields="false")
            if {TEMPLATES[template].get("nguoi_ky", SIGNER), SEAL} - set(boxes):
                ground.tally(f"{name}/boxes", [f"the boxes are {sorted(boxes)}"])
                continue
            ground.tally(f"{name}/pyHanko's list", differ("pyHanko", ground.judges.fields(path), dict.fromkeys(boxes, "EMPTY")))
            ground.judge(name, path, pyhanko={}, pdfsig=dict.fromkeys(boxes, "unsigned"),
                         mutool=["unsigned"] * len(boxes), profiles=(profile, "ua1"))
            ground.tally(f"{name}/prefix", [] if path.read_bytes().startswith(bare.read_bytes())
                         else ["the file without fields is not its beginning"])
            ground.tally(f"{name}/text", [] if judges.text_of(path) == judges.text_of(bare) else ["it reads otherwise than without"])
            ground.tally(f"{name}/places", misplaced(run(ground, "sign", "fields", path), boxes))
            print(f"signing: {template} {standard}: fields add {path.stat().st_size - bare.stat().st_size} bytes", flush=True)
    for template in ("giay_khen", "quyet_dinh"):
        path = folder / f"{template}.default.pdf"
        render(ground, template, path, fields=None)
        ground.tally(f"signing/fields/{template}/by default",
                     [] if path.read_bytes() == (folder / f"{template}.a-2a.pdf").read_bytes() else ["not with fields by default"])


def misplaced(listed, boxes):
    """Fields that are not where their box is, or a seal that is not over one third of its signature (Nghị định 30)."""
    faults, listed = [], {field["name"]: field for field in json.loads(listed)["fields"]}
    for name, box in boxes.items():
        field = listed.get(name, {})
        if field.get("page") != box["page"] or any(abs(a - box[side]) > 0.02 for a, side in zip(field["place"], "xywh")):
            faults.append(f"{name} is at {field}, not {box}")
        if field.get("signed") is not False:
            faults.append(f"{name} is said to be signed")
    signature, seal = boxes.get(SIGNER) or boxes[CHAIR], boxes[SEAL]
    hand = min(signature["w"], HAND) if signature["w"] > 1.2 * HAND else signature["w"]
    third = signature["x"] + signature["w"] / 2 - hand / 2 + hand / 3
    if abs(seal["x"] + seal["w"] - third) > 0.02:
        faults.append(f"the seal {seal} does not end at one third of the signature {signature}")
    if abs(seal["y"] + seal["h"] / 2 - signature["y"] - signature["h"] / 2) > 0.02:
        faults.append(f"the seal {seal} is not at the height of the signature {signature}")
    return faults


# --- the checks: signatures --------------------------------------------------------------------------------------

def added(path, base):
    return path.stat().st_size - base.stat().st_size


def extends(ground, name, path, base):
    ground.tally(f"{name}/prefix", [] if path.read_bytes().startswith(base.read_bytes()) else ["what was there is not its beginning"])


def signer_then_seal(ground):
    """RSA-2048 by the person, P-256 by the agency; certificates, decisions, both standards."""
    for template, standard, profile in (("giay_khen", "a-2a", "2a"), ("quyet_dinh", "a-2a", "2a"), ("giay_khen", "a-3a", "3a")):
        folder = ground.place(f"signer-then-seal-{template}-{standard}")
        base, _ = fresh(ground, folder, template, standard=standard)
        one, two = both(ground, folder, base)
        name = f"signing/signer-then-seal/{template}/{standard}"
        ground.sound(f"{name}/signed", one, [SIGNER], unsigned=[SEAL], mutool=["unchanged", "unsigned"],
                     covers={SIGNER: True}, profiles=(profile, "ua1"))
        ground.sound(f"{name}/sealed", two, [SIGNER, SEAL], mutool=["edited", "unchanged"],
                     covers={SIGNER: False, SEAL: True}, profiles=(profile, "ua1"))
        extends(ground, f"{name}/signed", one, base)
        extends(ground, f"{name}/sealed", two, one)
        ours_sound(ground, f"{name}/signed", one, [SIGNER])
        ours_sound(ground, f"{name}/sealed", two, [SIGNER, SEAL], pdfa="kept")
        print(f"signing: {template} {standard}: B-B by RSA-2048 adds {added(one, base)} bytes, by P-256 {added(two, one)}", flush=True)


def minutes(ground):
    """Minutes: the secretary, the chair, the seal."""
    folder = ground.place("minutes")
    base, report = fresh(ground, folder, "bien_ban")
    order = list(field_boxes("bien_ban", report))
    people = {"ThuKy": "secretary", CHAIR: "signer", SEAL: "seal"}
    path, done = base, []
    for field in people:
        path = sign(ground, path, field, people[field], folder / f"{field}.pdf")
        done.append(field)
    ground.sound("signing/minutes", path, done, unsigned=set(order) - set(done),
                 mutool=["unchanged" if field == SEAL else "edited" for field in order])
    ours_sound(ground, "signing/minutes", path, done)


def algorithms(ground):
    """RSA-PSS as circular 15/2025 asks, P-256 for a person too: each named by pyHanko as it is."""
    folder = ground.place("algorithms")
    base, _ = fresh(ground, folder)
    for word, who, named, mutool in (("rsa-pkcs1-sha256", "signer", "'sha256_rsa'", "unchanged"),
                                     ("rsa-pss-sha256", "signer", "'rsassa_pss'", MUTOOL_PSS),
                                     ("ecdsa-p256-sha256", "secretary", "'sha256_ecdsa'", "unchanged")):
        path = sign(ground, base, SIGNER, who, folder / f"{word}.pdf", "--algorithm", word)
        name = f"signing/algorithms/{word}"
        ground.sound(name, path, [SIGNER], unsigned=[SEAL], mutool=[mutool, "unsigned"])
        out = ground.hanko("sign", "validate", "--pretty-print", "--trust-replace", "--trust", ground.pki["root.pem"],
                           "--no-revocation-check", path)
        ground.tally(f"{name}/named", [] if named in out else [line for line in out.splitlines() if "mechanism" in line] or ["no mechanism"])
        sealed = sign(ground, path, SEAL, "seal", folder / f"{word}.sealed.pdf")
        ground.sound(f"{name}/sealed", sealed, [SIGNER, SEAL], mutool=["edited" if mutool == "unchanged" else mutool, "unchanged"])
        ours_sound(ground, f"{name}/sealed", sealed, [SIGNER, SEAL])
    sign(ground, base, SIGNER, "seal", folder / "never.pdf", "--algorithm", "rsa-pss-sha256", fails="certificate_unfit")


def appearances(ground):
    """Pictures in their fields and nowhere else, PDF/A kept; the line on an attachment as words of the same type."""
    folder = ground.place("appearances")
    stroke, ring = pictures(folder)
    base, report = fresh(ground, folder)
    one, two = both(ground, folder, base, ["--image", stroke], ["--image", ring])
    ground.sound("signing/appearances/pictures", two, [SIGNER, SEAL], mutool=["edited", "unchanged"])
    ours_sound(ground, "signing/appearances/pictures", two, [SIGNER, SEAL])
    boxes = {camel(box["name"]): box for box in report["boxes"]}
    place = {name: (box["x"], box["y"], box["x"] + box["w"], box["y"] + box["h"]) for name, box in boxes.items()}
    page = boxes[SIGNER]["page"]
    before, signed, sealed = (raster(path, page) for path in (base, one, two))
    for what, old, new, field, colour in (("signature", before, signed, SIGNER, 2), ("seal", signed, sealed, SEAL, 0)):
        found = marks(old, new, {field: place[field]})
        faults = [f"{found['outside']} pixels outside its field"] if found["outside"] else []
        if found.get(field, 0) < 300:
            faults.append(f"only {found.get(field, 0)} pixels in its field")
        width, _, pixels = new
        middle = [pixels[at:at + 3] for at in range(0, len(pixels), 3)
                  if inside_of(place[field], at // 3 % width, at // 3 // width) and pixels[at:at + 3] != old[2][at:at + 3]]
        if middle and sorted(middle[len(middle) // 2])[2] != middle[len(middle) // 2][colour]:
            faults.append(f"a colour it was not given: {tuple(middle[len(middle) // 2])}")
        ground.tally(f"signing/appearances/{what}", faults)
    print(f"signing: a signature of {stroke.stat().st_size} bytes PNG adds {added(one, base)}, a seal of "
          f"{ring.stat().st_size} adds {added(two, one)}", flush=True)
    # The line of an annex in a file of its own (Nghị định 30, Phụ lục I, II.8.b).
    text = sign(ground, base, SIGNER, "signer", folder / "text.pdf", "--attachment", "925/BC-UBND",
                "--at", ground.pki.now.astimezone(VIETNAM).isoformat())
    ground.judge("signing/appearances/text", text, pyhanko={SIGNER: VALID}, profiles=("2a", "ua1"))
    ground.tally("signing/appearances/text/pdffonts", judges.pdffonts(text))
    # poppler leaves signature fields out of text; a picture of them it draws.
    found = marks(raster(base, page), raster(text, page), {SIGNER: place[SIGNER]})
    ground.tally("signing/appearances/text/drawn", [] if found.get(SIGNER, 0) > 100 and not found["outside"] else [str(found)])


def inside_of(place, x, y):
    left, top, right, bottom = place
    return left <= x <= right and top <= y <= bottom


def stamped(ground):
    """B-T: a time stamp in the signature; an authority that answers wrongly signs nothing."""
    folder, url = ground.place("stamped"), ground.authorities.url
    base, _ = fresh(ground, folder)
    level = ["--level", "B-T", "--tsa", f"{url}/tsa"]
    one, two = both(ground, folder, base, level, level)
    # Years on, without revocation data in the file, nobody can tell.
    ground.sound("signing/stamped", two, [SIGNER, SEAL], mutool=["edited", "unchanged"], later=BAD)
    ours_sound(ground, "signing/stamped", two, [SIGNER, SEAL], level="B-T")
    # The stamps prove that both signed in time; whether either was revoked, the lists of today do not say of that day.
    ours_sound(ground, "signing/stamped/without lists", two, [SIGNER, SEAL], level="B-T", options=[], verdict="signed_with_warnings")
    out = ground.hanko("sign", "validate", "--pretty-print", "--trust-replace", "--trust", ground.pki["root.pem"],
                       "--no-revocation-check", two)
    ground.tally("signing/stamped/tokens", [] if out.count("The TSA certificate is trusted") == 2
                 else ["pyHanko does not find two trusted time stamps", *[line for line in out.splitlines() if "TSA" in line]])
    print(f"signing: B-T by RSA-2048 adds {added(one, base)} bytes, by P-256 {added(two, one)}", flush=True)
    for lie in ("other", "refuses", "broken"):
        never = folder / "never.pdf"
        sign(ground, base, SIGNER, "signer", never, "--level", "B-T", "--tsa", f"{url}/tsa-{lie}", fails="provider_unavailable")
        ground.tally(f"signing/stamped/an authority that {lie}", ["a file was written"] if never.exists() else [])


def long_term(ground):
    """B-LT and B-LTA: what the file carries is enough when every certificate has ended and no server answers."""
    folder, url = ground.place("long-term"), ground.authorities.url
    base, _ = fresh(ground, folder)
    stamp = ["--tsa", f"{url}/tsa"]
    kept = [*stamp, "--ask", "127.0.0.1", "--cert", ground.pki["root.pem"]]
    good = {SIGNER: VALID, SEAL: VALID}
    for level in ("B-LT", "B-LTA"):
        one, two = both(ground, ground.place(f"long-term/{level}"), base, ["--level", "B-T", *stamp], ["--level", level, *kept])
        name = f"signing/long-term/{level}"
        # To pdfsig of poppler 22 a document time stamp is a signature of a kind it does not know.
        ground.judge(name, two, pyhanko=good, checked=good, ades=good, later=good, profiles=("2a", "ua1"))
        # With nothing but the root.
        ours_sound(ground, name, two, [SIGNER, SEAL], level=level, options=[])
        ours_sound(ground, f"{name}/years later", two, [SIGNER, SEAL], level=level, options=["--at", ground.later])
        print(f"signing: {level} by P-256 adds {added(two, one)} bytes", flush=True)


def cross_reference(ground):
    """A table after a table, a stream after a stream; nothing in between. What qpdf rewrote is no PDF/A any more."""
    folder = ground.place("cross-reference")
    base, _ = fresh(ground, folder)
    for what, option in (("table", "disable"), ("stream", "generate")):
        path = folder / f"{what}.pdf"
        subprocess.run(["qpdf", f"--object-streams={option}", str(base), str(path)], check=True, timeout=60)
        one, two = both(ground, ground.place(f"cross-reference/{what}"), path)
        name = f"signing/cross-reference/{what}"
        ground.sound(name, two, [SIGNER, SEAL], mutool=["edited", "unchanged"], profiles=())
        ours_sound(ground, name, two, [SIGNER, SEAL])
        data = two.read_bytes()
        starts = [int(at) for at in re.findall(rb"startxref\s+(\d+)", data)]
        kinds = {"table" if data[at:at + 4] == b"xref" else "stream" for at in starts if at}
        ground.tally(f"{name}/kind", [] if kinds == {what} else [f"cross-references are {sorted(kinds)}"])


def others_sign_ours(ground):
    """pyHanko signs the field we prepared, we add the seal: both stay valid. Its stamp breaks PDF/A, which is told."""
    folder = ground.place("others-sign-ours")
    base, _ = fresh(ground, folder)
    one = ground.others_sign(base, SIGNER, "signer", folder / "signed.pdf")
    two = sign(ground, one, SEAL, "seal", folder / "sealed.pdf")
    ground.sound("signing/others-sign-ours", two, [SIGNER, SEAL], mutool=["edited", "unchanged"], profiles=())
    ground.judge("signing/others-sign-ours", two, profiles=("2a",), broken="6.2.11.4.1-1", qpdf=False)
    ours_sound(ground, "signing/others-sign-ours", two, [SIGNER, SEAL], pdfa="broken")


def many_at_once(ground):
    """Several files in one command, each with words set by the engine and all of B-LTA fetched: all come out."""
    folder = ground.place("many-at-once")
    base, _ = fresh(ground, folder)
    (folder / "in").mkdir()
    (folder / "out").mkdir()
    copies = [folder / "in" / f"{n}.pdf" for n in range(6)]
    for copy_ in copies:
        copy_.write_bytes(base.read_bytes())
    url = f"{ground.authorities.url}/tsa"
    run(ground, "sign", *copies, "--field", SIGNER, "--pkcs12", ground.pki["signer.p12"], "--password-file", ground.password,
        "--attachment", "925/BC-UBND", "--level", "B-LTA", "--tsa", url, "--ask", "127.0.0.1", "--cert", ground.pki["root.pem"],
        "-o", folder / "out")
    for copy_ in copies:
        ground.judge(f"signing/many-at-once/{copy_.stem}", folder / "out" / copy_.name, ades={SIGNER: VALID}, later={SIGNER: VALID})


def copies(ground):
    """An electronic copy: a field of its own at the top right of page 1 with its words, signed by the agency."""
    folder = ground.place("copies")
    base, _ = fresh(ground, folder, template="quyet_dinh")
    path = folder / "copy.pdf"
    run(ground, "sign", base, "--copy", "sao_y", "--agency", "Ủy ban nhân dân huyện Phù Yên", "--pkcs12", ground.pki["seal.p12"],
        "--password-file", ground.password, "-o", path)
    ground.judge("signing/copies", path, pyhanko={"BanSao": VALID}, profiles=("2a", "ua1"))
    ours_sound(ground, "signing/copies", path, ["BanSao"])
    field = next(one for one in json.loads(run(ground, "sign", "fields", path))["fields"] if one["name"] == "BanSao")
    left, top, width, height = field["place"]
    found = marks(raster(base, 1), raster(path, 1), {"BanSao": (left, top, left + width, top + height)})
    ground.tally("signing/copies/drawn", [] if found.get("BanSao", 0) > 100 and not found["outside"] and field["page"] == 1
                 and left + width > 500 and top + height < 842 / 8 else [f"{field}: {found}"])
    ground.tally("signing/copies/pdffonts", judges.pdffonts(path))


def codes(ground):
    """The code on the page: read by zbar from scans at print size, straight and crooked, in grey and in black and white; and
    what `verify --qr` makes of it, of one letter changed and of another body's keys."""
    folder = ground.place("codes")
    days = ("--from", "2020-01-01", "--to", "2030-12-31")
    keys = {}
    for who, body in (("ours", "Ủy ban nhân dân huyện Phù Yên"), ("theirs", "Ủy ban nhân dân huyện khác")):
        run(ground, "attest", "key", folder / f"{who}.secret", "--issuer", body, *days)
        keys[who] = folder / f"{who}.json"
        keys[who].write_text(run(ground, "attest", "public", folder / f"{who}.secret"), encoding="utf-8")
    for template in ("giay_khen", "quyet_dinh"):
        name, path = f"signing/codes/{template}", folder / f"{template}.pdf"
        report = render(ground, template, path, "--qr", "--qr-keys", folder / "ours.secret", "--qr-address", "https://kiem-tra.phuyen.example")
        ground.judge(name, path, profiles=("2a", "ua1"))
        box = next(box for box in report["boxes"] if box["name"].startswith("ma_qr"))
        straight = scan(path, box, 150)
        scans = {"straight": straight, "at 120 dpi": scan(path, box, 120), "at 300 dpi": scan(path, box, 300), "upside down": turned(straight),
                 "crooked": crooked(straight, 1 / 40), "black and white": black_and_white(straight)}
        read = {}
        for what, picture_ in scans.items():
            file = folder / f"{template}-{re.sub(r'[^a-z0-9]+', '-', what)}.pgm"
            write_pgm(file, picture_)
            read[what] = zbar(file)
        text = read["straight"]
        for what, found in read.items():
            ground.tally(f"{name}/zbar, {what}", [] if text.startswith("https://kiem-tra.phuyen.example/") and found == text
                         else [f"reads {found[:60] or 'nothing'}"])
        judged = lambda words, who="ours": json.loads(judges.command(
            ground.binary, "verify", "--qr", words, "--keys", str(keys[who]), "--data", str(path.with_suffix(".json")), "--format", "json")[1])[0]
        right = judged(text)
        ground.tally(f"{name}/verify", differ("vinhdanh", [right["verdict"], right.get("same_data")], ["valid", True]))
        ground.sentences.append((name, right["sentence"]))
        listed = folder / f"{template}-revocations.json"
        second = lambda words, *files: elsewhere(ground, words, keys["ours"], path.with_suffix(".json"), *files)
        said = second(text)
        ground.tally(f"{name}/read elsewhere", differ("code_format", [{**said, **right["printed"]} == said, said.get("same_data"), "revoked" in said],
                                                     [True, True, False]))
        run(ground, "attest", "revoke", listed, "--qr-keys", folder / "ours.secret", "--code", text, "--reason", "in sai", "--on", "2026-11-20")
        ground.tally(f"{name}/revoked, read elsewhere", differ("code_format", second(text, listed).get("revoked"), True))
        changed_ = text[:-1] + str((int(text[-1]) + 1) % 10)
        ground.tally(f"{name}/a digit changed, read elsewhere", differ("code_format", "fault" in second(changed_), True))
        for what, verdict, said in (("a digit changed", "broken", judged(changed_)), ("another body's keys", "unknown_key", judged(text, "theirs"))):
            ground.tally(f"{name}/{what}", differ("vinhdanh", said["verdict"], verdict))
            ground.sentences.append((f"{name}/{what}", said["sentence"]))


def elsewhere(ground, text, *files):
    """What an implementation of the format that shares nothing with ours makes of a code."""
    program = Path(__file__).with_name("code_format.py")
    done = subprocess.run([ground.tools.python, str(program), *map(str, files)], input=text.encode("ascii"), stdout=subprocess.PIPE, timeout=60)
    return json.loads(done.stdout)


def scan(path, box, dpi):
    """(width, height, grey) of a page around a box, as a scanner sees it with 8 mm around."""
    scale, around = dpi / 72, 8 / 25.4 * 72
    place = [round((box[side] - around) * scale) for side in "xy"] + [round((box[side] + 2 * around) * scale) for side in "wh"]
    sides = [word for option, value in zip(("-x", "-y", "-W", "-H"), place) for word in (option, str(value))]
    done = subprocess.run(["pdftoppm", "-gray", "-r", str(dpi), "-f", str(box["page"]), "-l", str(box["page"]), *sides, "-singlefile", str(path)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    kind, size, _, pixels = done.stdout.split(b"\n", 3)
    if kind != b"P5":
        raise RuntimeError(f"pdftoppm: {done.stderr.decode('utf-8', 'replace')}")
    return (*map(int, size.split()), pixels)


def write_pgm(path, picture_):
    path.write_bytes(b"P5\n%d %d\n255\n" % picture_[:2] + picture_[2])


def turned(picture_):
    return (*picture_[:2], picture_[2][::-1])


def crooked(picture_, slope):
    """Each line pushed to the right a little more than the one above."""
    width, height, pixels = picture_
    lines = (pixels[row * width:(row + 1) * width] for row in range(height))
    return width, height, b"".join((b"\xff" * int(row * slope) + line)[:width] for row, line in enumerate(lines))


def black_and_white(picture_):
    return (*picture_[:2], bytes(255 if grey > 127 else 0 for grey in picture_[2]))


def zbar(path):
    return judges.command("zbarimg", "-q", "--raw", str(path))[1].strip()


# --- the checks: faults ------------------------------------------------------------------------------------------

def changed(ground):
    """Added to after the last signature: pyHanko and we say so; pdfsig does not, which is known of it."""
    folder = ground.place("changed")
    base, _ = fresh(ground, folder)
    _, two = both(ground, folder, base)
    for what, (kind, verdict) in AFTERWARDS.items():
        path = ground.edited(kind, two, folder / f"{kind}.pdf")
        ground.judge(f"signing/changed/{what}", path, **verdict)
        ours_bad(ground, f"signing/changed/{what}", path, {SIGNER: "changed", SEAL: "changed"})
    # A proper next signature of a stranger is no change, and no help either.
    more = ground.others_sign(two, "1/60,50,200,100/Khac", "stranger", folder / "stranger.pdf")
    ground.judge("signing/changed/a stranger signs too", more, pyhanko={SIGNER: VALID, SEAL: VALID, "Khac": "invalid"})
    ours_bad(ground, "signing/changed/a stranger signs too", more, {"Khac": "unknown_signer"})
    _, _, said = ours(ground, "signing/changed/ours beside a stranger's", more, lists(ground))
    ground.tally("signing/changed/ours beside a stranger's", [] if all(said.get(field, "").startswith("valid") for field in (SIGNER, SEAL))
                 else [str(said)])


def flipped(ground):
    """One bit of one byte in every kind of place."""
    folder = ground.place("flipped")
    base, _ = fresh(ground, folder)
    _, two = both(ground, folder, base)
    data = two.read_bytes()
    first, second = holes(data)
    # What is flipped → (the file, the fields that must be called bad).
    cases = {
        "the heading of the file": (flip(data, 7), (SIGNER, SEAL)),
        "a stream": (flip(data, inside(data)), (SIGNER, SEAL)),
        "the middle of the file": (flip(data, len(base.read_bytes()) // 2), (SIGNER, SEAL)),
        "the first moment": (flip(data, data.index(b"/M(D:", len(base.read_bytes())) + 7), (SIGNER, SEAL)),
        "the first signature value": (flip_digit(data, value_of(data, first)), (SIGNER, SEAL)),
        "the first certificate": (flip_digit(data, first[0] + 1000), (SIGNER, SEAL)),
        "the zeros after the first": (flip_digit(data, first[1] - 8), (SEAL,)),
        "between the signatures": (flip(data, first[1] + 20), (SIGNER, SEAL)),
        "the second signature value": (flip_digit(data, value_of(data, second)), (SEAL,)),
        "after the second signature": (flip(data, second[1] + 20), (SEAL,)),
        "the last line": (flip(data, len(data) - 3), (SEAL,)),
    }
    for what, (broken, bad) in cases.items():
        path = folder / (re.sub(r"\W+", "-", what) + ".pdf")
        path.write_bytes(broken)
        said = ground.judges.pyhanko(path)
        # A file pyHanko cannot read at all is refused as well.
        faults = [] if "pyHanko" in said else [f"pyHanko says {field}: {said.get(field)}" for field in bad if said.get(field) == VALID]
        ground.tally(f"signing/flipped/{what}/pyHanko", faults)
        ours_bad(ground, f"signing/flipped/{what}", path, dict.fromkeys(bad))


def foreign_prefix(ground):
    """Something before the beginning: no judge takes it for the document."""
    folder = ground.place("foreign-prefix")
    base, _ = fresh(ground, folder)
    _, two = both(ground, folder, base)
    path = folder / "prefixed.pdf"
    path.write_bytes(b"%a line before\n" + two.read_bytes())
    ground.judge("signing/foreign-prefix", path, qpdf=False, pdfsig=FLIPPED["pdfsig"], mutool=FLIPPED["mutool"])
    ours_bad(ground, "signing/foreign-prefix", path, dict.fromkeys((SIGNER, SEAL)), unread="not_pdf")


def too_large(ground):
    """A CMS longer than the place kept for it is refused, and nothing is written."""
    folder = ground.place("too-large")
    base, _ = fresh(ground, folder)
    prepared, signature, never = folder / "prepared.json", folder / "signature", folder / "never.pdf"
    prepare(ground, base, SIGNER, "signer", prepared, "--reserve", "1100")
    signature.write_bytes(pkeyutl(ground, "signer", hash_of(prepared)))
    run(ground, "sign", "embed", base, prepared, "--signature", signature, "-o", never, fails="cms_too_large")
    ground.tally("signing/too-large", ["a file was written"] if never.exists() else [])


def wrong_key(ground):
    """The signature of another's key is refused before it is put anywhere."""
    folder = ground.place("wrong-key")
    base, _ = fresh(ground, folder)
    prepared, signature, never = folder / "prepared.json", folder / "signature", folder / "never.pdf"
    prepare(ground, base, SIGNER, "signer", prepared)
    for what, raw in (("another's key", pkeyutl(ground, "revoked", hash_of(prepared))), ("a curve's signature", pkeyutl(ground, "seal", hash_of(prepared))),
                      ("nothing", b""), ("a byte", b"\0"), ("zeros", bytes(256))):
        signature.write_bytes(raw)
        run(ground, "sign", "embed", base, prepared, "--signature", signature, "-o", never, fails="signature_mismatch")
        ground.tally(f"signing/wrong-key/{what}", ["a file was written"] if never.exists() else [])
    mixed = folder / "mixed.pem"
    mixed.write_bytes(ground.pki.read("revoked.key") + ground.pki.read("signer.chain.pem"))
    sign(ground, base, SIGNER, None, never, key=["--pem", mixed], fails="bad_configuration")
    ground.tally("signing/wrong-key/a file of two", ["a file was written"] if never.exists() else [])


def unfit(ground):
    """Certificates that are over, revoked, a stranger's, not a person's: what each judge says of a file signed with them."""
    folder = ground.place("unfit")
    base, _ = fresh(ground, folder)
    for who, checked, pdfsig in (("expired", "invalid", "valid, expired"), ("revoked", "invalid", "valid, revoked"),
                                 ("stranger", "invalid", "valid, stranger")):
        # By another's program: ours may refuse to sign with them at all.
        path = ground.others_sign(base, SIGNER, who, folder / f"{who}.pdf")
        ground.judge(f"signing/unfit/{who}", path, checked={SIGNER: checked}, ades={SIGNER: checked},
                     pdfsig={SIGNER: pdfsig, SEAL: "unsigned"}, mutool=["unchanged", "unsigned"])
        ours_bad(ground, f"signing/unfit/{who}", path, {SIGNER: {"stranger": "unknown_signer"}.get(who, who)})
    for who in ("expired", "server"):
        key = ["--pem", ground.pki[f"{who}.both.pem"]]
        sign(ground, base, SIGNER, who, folder / "never.pdf", key=key, fails="certificate_unfit")
        ground.tally(f"signing/unfit/{who}/refused to sign", ["a file was written"] if (folder / "never.pdf").exists() else [])


def key_files(ground):
    """PKCS#12 with the ciphers of today and of old, PEM; a wrong password opens nothing."""
    folder = ground.place("key-files")
    base, _ = fresh(ground, folder)
    for what, key in (("modern", ["--pkcs12", ground.pki["signer.p12"], "--password-file", ground.password]),
                      ("legacy", ["--pkcs12", ground.pki["signer.old.p12"], "--password-file", ground.password]),
                      ("pem", ["--pem", ground.pki["signer.both.pem"]])):
        path = sign(ground, base, SIGNER, None, folder / f"{what}.pdf", key=key)
        ground.sound(f"signing/key-files/{what}", path, [SIGNER], unsigned=[SEAL], profiles=())
    wrong = folder / "wrong"
    wrong.write_text("sai-mat-khau\n")
    sign(ground, base, SIGNER, None, folder / "never.pdf", fails="bad_configuration",
         key=["--pkcs12", ground.pki["signer.p12"], "--password-file", wrong])
    ground.tally("signing/key-files/wrong password", ["a file was written"] if (folder / "never.pdf").exists() else [])


# --- the checks: keys elsewhere ----------------------------------------------------------------------------------

def prepare(ground, source, field, who, target, *options):
    run(ground, "sign", "prepare", source, "--field", field, "--certificate", ground.pki[f"{who}.chain.pem"], "-o", target,
        "--force", *options)
    return json.loads(target.read_text(encoding="utf-8"))


def hash_of(prepared):
    return bytes.fromhex(json.loads(prepared.read_text(encoding="utf-8"))["hash_to_sign"]["hex"])


def pkeyutl(ground, who, digest, *options):
    """What a service that signs hashes gives back."""
    given = ground.folder / "hash.bin"
    given.write_bytes(digest)
    padding = options or (("-pkeyopt", "digest:sha256") if who != "seal" else ())
    return pki.openssl("pkeyutl", "-sign", "-inkey", ground.pki[f"{who}.key"], *padding, "-in", given)


PSS = ("-pkeyopt", "digest:sha256", "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:32")


def raw_signatures(ground):
    """The hash goes out, the raw value comes in: from openssl as a service would, from a token over PKCS#11, ECDSA both
    as DER and as r‖s, PSS."""
    folder = ground.place("raw-signatures")
    base, _ = fresh(ground, folder)
    token_ = pkcs11.Token(folder / "token")
    token_.hold(ground.pki["signer.key"], "01")
    token_.hold(ground.pki["seal.key"], "02")
    attributes = lambda about: base64.b64decode(about["signed_attributes"])
    cases = {
        "openssl RSA": ("signer", [], lambda about, digest: pkeyutl(ground, "signer", digest)),
        "openssl RSA-PSS": ("signer", ["--algorithm", "rsa-pss-sha256"], lambda about, digest: pkeyutl(ground, "signer", digest, *PSS)),
        "openssl ECDSA, DER": ("seal", ["--algorithm", "ecdsa-p256-sha256"], lambda about, digest: pkeyutl(ground, "seal", digest)),
        "token SHA256-RSA-PKCS": ("signer", [], lambda about, digest: token_.sign("01", attributes(about), "SHA256-RSA-PKCS")),
        "token RSA-PKCS": ("signer", [], lambda about, digest: token_.sign("01", pkcs11.DIGEST_INFO + digest, "RSA-PKCS")),
        "token ECDSA, r‖s": ("seal", ["--algorithm", "ecdsa-p256-sha256"], lambda about, digest: token_.sign("02", digest, "ECDSA")),
    }
    for n, (what, (who, options, make)) in enumerate(cases.items()):
        prepared, signature, path = folder / f"{n}.json", folder / f"{n}.sig", folder / f"{n}.pdf"
        about = prepare(ground, base, SIGNER, who, prepared, *options)
        signature.write_bytes(make(about, hash_of(prepared)))
        run(ground, "sign", "embed", base, prepared, "--signature", signature, "-o", path)
        ground.sound(f"signing/raw-signatures/{what}", path, [SIGNER], unsigned=[SEAL],
                     mutool=[MUTOOL_PSS if "PSS" in what else "unchanged", "unsigned"])
        ours_sound(ground, f"signing/raw-signatures/{what}", path, [SIGNER])


def cms_made_elsewhere(ground):
    """The digest goes out, a CMS of openssl or of pyHanko comes in; one over something else is refused."""
    folder = ground.place("cms-made-elsewhere")
    base, _ = fresh(ground, folder)
    prepared, message = folder / "prepared.json", folder / "message"
    run(ground, "sign", "prepare", base, "--field", SIGNER, "--name", "Lường Văn Thuận", "-o", prepared)
    about = json.loads(prepared.read_text(encoding="utf-8"))
    whole = base.read_bytes() + base64.b64decode(about["tail"])
    _, first, second, last = about["prepared"]["byte_range"]
    message.write_bytes(whole[:first] + whole[second:second + last])
    for what, cms in (("openssl", openssl_cms(ground, message)),
                      ("pyHanko", hanko_cms(ground, about["document_digest"]["hex"], folder / "hanko.cms"))):
        made, path = folder / f"{what}.cms", folder / f"{what}.pdf"
        made.write_bytes(cms)
        run(ground, "sign", "embed", base, prepared, "--cms", made, "-o", path)
        ground.sound(f"signing/cms-made-elsewhere/{what}", path, [SIGNER], unsigned=[SEAL], mutool=["unchanged", "unsigned"])
        # openssl puts the time of signing into the CMS, which PAdES does not take.
        ours_sound(ground, f"signing/cms-made-elsewhere/{what}", path, [SIGNER], level="CMS" if what == "openssl" else "B-B")
    (folder / "other").write_bytes(b"something else")
    (folder / "other.cms").write_bytes(openssl_cms(ground, folder / "other"))
    for what, cms in (("over something else", "other.cms"), ("no CMS", "message")):
        run(ground, "sign", "embed", base, prepared, "--cms", folder / cms, "-o", folder / "never.pdf", fails="signature_mismatch")
        ground.tally(f"signing/cms-made-elsewhere/{what}", ["a file was written"] if (folder / "never.pdf").exists() else [])


def openssl_cms(ground, message):
    return pki.openssl("cms", "-sign", "-binary", "-cades", "-md", "sha256", "-in", message, "-signer", ground.pki["signer.pem"],
                       "-inkey", ground.pki["signer.key"], "-certfile", ground.pki["issuing.pem"], "-outform", "DER")


def hanko_cms(ground, digest, target):
    ground.hanko("cms", digest, ground.pki["signer.p12"], pki.PASSWORD, target)
    return target.read_bytes()


CHECKS = {
    "fields": fields, "signer-then-seal": signer_then_seal, "minutes": minutes, "algorithms": algorithms,
    "appearances": appearances, "stamped": stamped, "long-term": long_term, "cross-reference": cross_reference,
    "others-sign-ours": others_sign_ours, "many-at-once": many_at_once, "copies": copies, "codes": codes, "changed": changed, "flipped": flipped, "foreign-prefix": foreign_prefix,
    "too-large": too_large, "wrong-key": wrong_key, "unfit": unfit, "key-files": key_files,
    "raw-signatures": raw_signatures, "cms-made-elsewhere": cms_made_elsewhere,
}


def judge(tally, binary, folder, tools, selftested=True, only=None):
    """Every check; {check: why} of those that cannot be made here."""
    import desk  # which stands on this module
    checks = CHECKS | desk.CHECKS
    lacking = [judge for judge in NEEDED if not tools.has(judge)]
    if lacking:
        return {"signing": f"without {', '.join(lacking)}"}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with pki.made(folder / "pki") as authorities, \
            opinions.Opinions(tools.python, folder, [authorities.pki["root.pem"]], binary) as judges_:
        ground = Ground(binary, folder, tools, tally, authorities, judges_)
        chosen = {"selftest": selftest} if selftested else {}
        chosen.update((check, checks[check]) for check in (checks if only is None else only))
        for check, go in chosen.items():
            start = time.monotonic()
            try:
                go(ground)
            except (OSError, RuntimeError, KeyError, ValueError, IndexError, TypeError, subprocess.SubprocessError) as fault:
                tally(f"signing/{check}", [repr(fault)])
            print(f"signing: {check} done, {time.monotonic() - start:.0f} s", flush=True)
        start = time.monotonic()
        ground.ask_verapdf()
        for name, sentence in ground.sentences:
            print(f"signing: {name}: {sentence}")
        print(f"signing: veraPDF done, {time.monotonic() - start:.0f} s", flush=True)
    return {}


def main():
    import desk
    from tools import Tools
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", action="append", choices=[*CHECKS, *desk.CHECKS])
    arguments.add_argument("--selftest", action="store_true")
    arguments.add_argument("--no-install", action="store_true")
    asked = arguments.parse_args()
    binary = str(Path(os.environ.get("VINHDANH") or ROOT / "target" / "debug" / "vinhdanh").resolve())
    passed, failed = [], []

    def tally(check, faults):
        (failed if faults else passed).append(check)
        if faults:
            print(f"FAILED {check}")
        for words in faults:
            print(f"    {words}", flush=True)

    missing = judge(tally, binary, ROOT / "target" / "outside" / "files" / "signing",
                    Tools(ROOT, install=not asked.no_install, browser=False),
                    selftested=asked.selftest or not asked.only, only=[] if asked.selftest else asked.only)
    for what, why in missing.items():
        print(f"MISSING {what}: {why}")
    print(f"signing: {len(passed)} passed, {len(failed)} failed")
    return 1 if failed or not passed or (missing and os.environ.get("CI")) else 0


if __name__ == "__main__":
    # One module, whoever imports it.
    import signing
    sys.exit(signing.main())
