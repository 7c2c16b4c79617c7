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
import contextlib
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
VALID, TRUSTED = "valid", "valid, trusted"


# --- what every check stands on ----------------------------------------------------------------------------------

class Ground:
    """The program, the people, the judges; and the veraPDF verdicts still to be asked for, all at once at the end."""

    def __init__(self, binary, folder, tools, tally, authorities, judges_):
        self.binary, self.folder, self.tools, self.tally = binary, folder, tools, tally
        self.authorities, self.pki, self.judges = authorities, authorities.pki, judges_
        self.archive = []
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
        moment = (self.pki.now + 1460 * pki.DAY).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        with self.authorities.silent():
            return self.judges.pyhanko(path, ades=True, at=moment)

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


CHECKS = {}


def judge(tally, binary, folder, tools, selftested=True, only=None):
    """Every check; {check: why} of those that cannot be made here."""
    lacking = [judge for judge in NEEDED if not tools.has(judge)]
    if lacking:
        return {"signing": f"without {', '.join(lacking)}"}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with pki.made(folder / "pki") as authorities, \
            opinions.Opinions(tools.python, folder, [authorities.pki["root.pem"]], binary) as judges_:
        ground = Ground(binary, folder, tools, tally, authorities, judges_)
        chosen = {"selftest": selftest} if selftested else {}
        chosen.update((check, CHECKS[check]) for check in (CHECKS if only is None else only))
        for check, go in chosen.items():
            start = time.monotonic()
            try:
                go(ground)
            except (OSError, RuntimeError, KeyError, ValueError, IndexError, TypeError, subprocess.SubprocessError) as fault:
                tally(f"signing/{check}", [repr(fault)])
            print(f"signing: {check} done, {time.monotonic() - start:.0f} s", flush=True)
        start = time.monotonic()
        ground.ask_verapdf()
        print(f"signing: veraPDF done, {time.monotonic() - start:.0f} s", flush=True)
    return {}


def main():
    from tools import Tools
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", action="append", choices=list(CHECKS))
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
    sys.exit(main())
