"""Getting the judges: distribution packages where we may install them, a virtual environment and the veraPDF
libraries under target/outside/. What cannot be had is said by name. Standard library only."""

import hashlib
import os
import shutil
import subprocess
import sys

PACKAGES = {
    "pdftotext": "poppler-utils", "pdffonts": "poppler-utils", "pdfinfo": "poppler-utils",
    "pdfdetach": "poppler-utils", "pdfsig": "poppler-utils", "pdftoppm": "poppler-utils",
    "openssl": "openssl", "mutool": "mupdf-tools", "certutil": "libnss3-tools", "zbarimg": "zbar-tools",
    "softhsm2-util": "softhsm2", "pkcs11-tool": "opensc",
    "qpdf": "qpdf", "javac": "default-jdk-headless", "mvn": "maven",
    "chromium": "chromium",
}


class Tools:
    def __init__(self, root, install=True, browser=True):
        self.here = root / "tests" / "outside"
        self.home = root / "target" / "outside"
        self.home.mkdir(parents=True, exist_ok=True)
        self.install = install
        self.missing = {}
        self.refused = None  # why the virtual environment could not be made: tried once
        self.java = self.schemathesis = self.python = self.chromium = None

        self._packages(set(PACKAGES) - (set() if browser else {"chromium"}))
        for judge in sorted(set(PACKAGES) - {"javac", "mvn", "chromium"}):
            if not shutil.which(judge):
                self.missing[judge] = f"no such program (package {PACKAGES[judge]})"
        getters = [("veraPDF", self._verapdf), ("schemathesis", self._schemathesis), ("typst", self._environment),
                   ("pyHanko", self._environment)]
        for judge, getter in getters + ([("browser", self._browser)] if browser else []):
            why = getter()
            if why:
                self.missing[judge] = why

    def has(self, judge):
        return judge not in self.missing

    def _run(self, *args, env=None, timeout=900):
        """None if it went well, else its last words."""
        try:
            done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, timeout=timeout)
        except (OSError, subprocess.TimeoutExpired) as fault:
            return str(fault)
        if done.returncode == 0:
            return None
        lines = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if line.strip()]
        return f"{args[0]}: exit {done.returncode}: " + " / ".join(lines[-3:])

    def _packages(self, programs):
        wanted = sorted({PACKAGES[program] for program in programs if not shutil.which(program)})
        if not wanted or not self.install or not shutil.which("apt-get") or os.geteuid() != 0:
            return
        print("outside: installing", " ".join(wanted), flush=True)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        wait = ("-o", "DPkg::Lock::Timeout=300")
        self._run("apt-get", "update", *wait, env=environment)
        why = self._run("apt-get", "install", "-y", "-q", "--no-install-recommends", *wait, *wanted, env=environment)
        if why:
            print("outside:", why, flush=True)

    def _stamped(self, folder, *sources):
        """Whether the folder was already made from these very sources, and the stamp to set once it is."""
        digest = hashlib.sha256()
        for source in sources:
            digest.update(source.read_bytes())
        stamp = folder / "made-from"
        fresh = stamp.is_file() and stamp.read_text() == digest.hexdigest()
        return fresh, lambda: stamp.write_text(digest.hexdigest())

    def _verapdf(self):
        folder = self.home / "verapdf"
        pom, main = self.here / "verapdf" / "pom.xml", self.here / "verapdf" / "Judge.java"
        path = os.pathsep.join((str(folder / "jars" / "*"), str(folder / "classes")))
        fresh, done = self._stamped(folder, pom, main)
        if not shutil.which("java"):
            return "no java"
        if not fresh:
            for program in ("mvn", "javac"):
                if not shutil.which(program):
                    return f"no {program}"
            if not self.install:
                return "not fetched yet"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            why = self._run("mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies",
                            "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'jars'}") \
                or self._run("javac", "-encoding", "UTF-8", "-cp", path, "-d", str(folder / "classes"), str(main))
            if why:
                return why
            done()
        self.java = ["java", "-Xmx1g", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8", "-cp", path, "Judge"]
        return None

    def _environment(self):
        """The virtual environment that the Python judges share."""
        folder = self.home / "venv"
        wanted = self.here / "requirements.txt"
        fresh, done = self._stamped(folder, wanted)
        if not fresh:
            if not self.install:
                return "not installed yet"
            if sys.version_info < (3, 11):
                return "needs Python 3.11"
            if self.refused:
                return self.refused
            shutil.rmtree(folder, ignore_errors=True)
            why = self._run(sys.executable, "-m", "venv", str(folder))
            if why and os.geteuid() == 0 and shutil.which("apt-get"):
                self._run("apt-get", "install", "-y", "-q", "--no-install-recommends", "python3-venv")
                why = self._run(sys.executable, "-m", "venv", str(folder))
            why = why or self._run(str(folder / "bin" / "pip"), "install", "-q", "--disable-pip-version-check",
                                   "-r", str(wanted))
            if why:
                self.refused = why
                return why
            done()
        self.python = str(folder / "bin" / "python")
        return None

    def _schemathesis(self):
        why = self._environment()
        if not why:
            self.schemathesis = [str(self.home / "venv" / "bin" / "schemathesis")]
        return why

    def _browser(self):
        self.chromium = shutil.which("chromium")
        if not self.chromium:
            return f"no chromium (package {PACKAGES['chromium']})"
        return self._environment()
