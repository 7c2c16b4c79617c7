"""What judges that are not ours think of the signatures in a PDF, in few words each.

pyHanko    field → `valid`, `invalid`
pdfsig     field → `unsigned`, `mismatch`, … or `valid, trusted`, `valid, expired`, `valid, revoked`, `valid, stranger`, …
mutool     one after the other: `unsigned`, `unchanged`, `edited` (sound, with something added since), `broken`
vinhdanh   the report of `vinhdanh verify` itself

Standard library only; pyHanko runs in the virtual environment."""

import contextlib
import json
import os
import re
import subprocess
import threading
from pathlib import Path

import judges

# pdfsig's words → ours.
SIGNATURES = {"Signature is Valid.": "valid", "Signature is Invalid.": "invalid", "Digest Mismatch.": "mismatch",
              "Document isn't signed or corrupted data.": "no signature"}
CERTIFICATES = {"Certificate is Trusted.": "trusted", "Certificate issuer isn't Trusted.": "untrusted",
                "Certificate issuer is unknown.": "stranger", "Certificate has been Revoked.": "revoked",
                "Certificate has Expired": "expired", "Certificate has not yet been verified.": "not looked at"}
MUTOOL = {"Signature is not signed.": "unsigned", "The document is unchanged since signing.": "unchanged",
          "The signature is valid but there have been edits since signing.": "edited"}


class Hanko:
    """pyHanko's command line behind one process."""

    def __init__(self, python):
        self.lock = threading.Lock()
        self.process = subprocess.Popen([python, str(Path(__file__).with_name("hanko.py"))], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, encoding="utf-8",
                                        env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1", NO_PROXY="127.0.0.1"))

    def __call__(self, *arguments):
        """(exit, stdout, stderr)"""
        with self.lock:
            self.process.stdin.write(json.dumps([str(one) for one in arguments]) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"pyHanko is gone: exit {self.process.wait(10)}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.stdout.close()


class Opinions:
    """The judges, told whom to trust."""

    def __init__(self, python, folder, roots, binary=None):
        self.folder, self.roots, self.binary = Path(folder), [str(root) for root in roots], binary
        self.hanko = Hanko(python)
        self.nss = f"sql:{self.folder / 'nss'}"
        (self.folder / "nss").mkdir(parents=True)
        self._nss("-N", "--empty-password")
        for n, root in enumerate(self.roots):
            self._nss("-A", "-n", f"root {n}", "-t", "CT,C,C", "-i", root)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hanko.close()

    def _nss(self, *arguments):
        status, out, err = judges.command("certutil", "-d", self.nss, *arguments)
        if status:
            raise RuntimeError(f"certutil: {out} {err}")

    def pyhanko(self, path, *, ades=False, at=None, revocation=False):
        """{field: verdict}. `ades`: by ETSI EN 319 102-1, revocation data demanded; `at`: as if it were that moment."""
        command = ["sign", "adesverify" if ades else "validate", "--executive-summary", "--trust-replace"]
        for root in self.roots:
            command += ["--trust", root]
        if not revocation and not ades:
            command.append("--no-revocation-check")
        if at:
            command += ["--validation-time", at]
        status, out, err = self.hanko(*command, path)
        verdicts = {}
        for line in out.splitlines():
            if match := re.fullmatch(r"(\S+):[0-9a-f]{64}:(VALID|INVALID)", line.strip()):
                verdicts[match[1]] = match[2].lower()
        if bool(status) != ("invalid" in verdicts.values()):
            return {"pyHanko": f"exit {status}: {err.strip()[-300:]}"}
        return verdicts

    def fields(self, path):
        """{field: EMPTY or FILLED} as pyHanko lists them."""
        status, out, err = self.hanko("sign", "list", path)
        if status:
            return {"pyHanko": err.strip()[-300:]}
        return dict(line.rsplit(":", 1) for line in out.split())

    def pdfsig(self, path):
        status, out, err = judges.command("pdfsig", "-nssdir", self.nss, str(path))
        verdicts, name = {}, None
        for line in out.splitlines():
            words = line.strip().removeprefix("- ")
            key, _, value = words.partition(": ")
            if key == "Signature Field Name":
                name = value
                verdicts[name] = ""
            elif words.startswith("The signature form field is not signed"):
                verdicts[name] = "unsigned"
            elif key == "Signature Validation":
                verdicts[name] = SIGNATURES.get(value, value)
            elif key == "Certificate Validation":
                verdicts[name] += ", " + CERTIFICATES.get(value, value)
        if not verdicts and status not in (0, 2):
            return {"pdfsig": f"exit {status}: {err.strip()[-300:]}"}
        return verdicts

    def covers(self, path):
        """{field: whether its signature covers the whole file}, as pdfsig says."""
        _, out, _ = judges.command("pdfsig", "-nssdir", self.nss, "-nocert", str(path))
        found, name = {}, None
        for line in out.splitlines():
            words = line.strip().removeprefix("- ")
            if words.startswith("Signature Field Name: "):
                name = words.partition(": ")[2]
            elif words in ("Total document signed", "Not total document signed"):
                found[name] = words.startswith("Total")
        return found

    def mutool(self, path):
        status, out, err = judges.command("mutool", "sign", "-v", str(path))
        said = []
        for block in out.split("Verifying signature")[1:]:
            lines = [line.strip() for line in block.splitlines()[1:]]
            words = [MUTOOL[line] for line in lines if line in MUTOOL]
            said.append(words[0] if words else "broken")
        return said or [f"exit {status}: {err.strip()[-300:]}"]

    def vinhdanh(self, path, *options):
        """(exit, report or None, what it said)"""
        command = [self.binary, "verify", str(path), "--format", "json"]
        for root in self.roots:
            command += ["--roots", root]
        status, out, err = judges.command(*command, *map(str, options))
        try:
            return status, json.loads(out), err
        except ValueError:
            return status, None, (err or out).strip()[-600:]


def differ(judge, said, wanted):
    """Complaints where a judge says something else than it is expected to."""
    if said == wanted:
        return []
    if isinstance(said, dict) and isinstance(wanted, dict):
        return [f"{judge} says {name}: {said.get(name, 'nothing')}, not {wanted.get(name, 'nothing')}"
                for name in sorted(set(said) | set(wanted)) if said.get(name) != wanted.get(name)]
    return [f"{judge} says {said}, not {wanted}"]
