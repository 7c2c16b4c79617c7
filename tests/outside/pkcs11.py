"""A signer's token, played by softhsm2: the key goes in and never comes out; signatures are asked for over PKCS#11 with
opensc's tool, as a desktop signer's driver does. Standard library only."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
           "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
PIN = "271828"
# DigestInfo of SHA-256 up to the digest (RFC 8017, 9.2): what a token that only knows RSA-PKCS is given.
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class Token:
    def __init__(self, folder):
        self.folder = Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "tokens").mkdir(parents=True)
        (self.folder / "softhsm2.conf").write_text(f"directories.tokendir = {self.folder / 'tokens'}\nlog.level = ERROR\n")
        self.environment = dict(os.environ, SOFTHSM2_CONF=str(self.folder / "softhsm2.conf"))
        self.module = next((module for module in MODULES if Path(module).exists()), None)
        if not self.module:
            raise RuntimeError("no libsofthsm2.so (package softhsm2)")
        self._run("softhsm2-util", "--init-token", "--free", "--label", "van-thu", "--pin", PIN, "--so-pin", PIN)

    def _run(self, *command):
        done = subprocess.run(list(map(str, command)), env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)
        if done.returncode:
            raise RuntimeError(f"{command[0]}: exit {done.returncode}: {done.stdout.decode('utf-8', 'replace')[-300:]}")

    def hold(self, key, number):
        """Takes a key in (PEM, PKCS#8) under a number of two hexadecimal digits."""
        self._run("softhsm2-util", "--import", key, "--token", "van-thu", "--label", f"key-{number}", "--id", number, "--pin", PIN)

    def sign(self, number, data, mechanism):
        """The raw signature; ECDSA comes as r‖s, as tokens give it."""
        with tempfile.TemporaryDirectory() as folder:
            given, made = Path(folder) / "given", Path(folder) / "made"
            given.write_bytes(data)
            self._run("pkcs11-tool", "--module", self.module, "--token-label", "van-thu", "--login", "--pin", PIN, "--sign",
                      "--id", number, "--mechanism", mechanism, "--input-file", given, "--output-file", made)
            return made.read_bytes()
