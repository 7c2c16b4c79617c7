"""What batches run on, started and broken by us: the program in a process group of its own, a PostgreSQL, an S3 server
behind a door that can be shut, and somebody who hears webhooks. Standard library only; Linux."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from service import free_port

# Keys of a store that exists for one test.
AWS = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "tester", "AWS_REGION": "us-east-1",
       "AWS_ALLOW_HTTP": "true"}


class Missing(Exception):
    """Something the checks need cannot be had here; the words say what."""


def until(what, seconds, look, pause=0.1):
    """Calls look() until it gives something true; says so when it does not."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not after {seconds} s")
        time.sleep(pause)


# --- the program -------------------------------------------------------------------------------------------------

class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def words(self):
        return f"{self.status} {self.body[:400].decode('utf-8', 'replace')}"


class Program:
    """`vinhdanh serve` on a loopback port, leader of its own process group; `kill` leaves it no time for anything."""

    def __init__(self, binary, folder, *options, environment=None):
        self.binary, self.folder, self.options = binary, Path(folder), options
        self.folder.mkdir(parents=True, exist_ok=True)
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("VINHDANH", "AWS_")) and key != "DATABASE_URL"}
        # One address sends everything here.
        self.environment.update(VINHDANH_RATE_PER_MINUTE="0", **(environment or {}))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self, seconds=60):
        with open(self.folder / f"serve-{self.port}.txt", "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", str(self.folder / "data"),
                 *map(str, self.options)],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

        def ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"the service ended with {self.process.returncode}: see {log.name}")
            with contextlib.suppress(OSError):
                return self.call("GET", "/readyz").status == 200

        until(f"{self.url} ready (see {log.name})", seconds, ready)
        return self

    def kill(self):
        kill_group(self.process)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def call(self, method, path, body=None, headers=None, timeout=300):
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8")
        request = urllib.request.Request(self.url + path, data, method=method,
                                         headers={"Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as answer:
            with answer:
                return Answer(answer.code, answer.headers, answer.read())

    def download(self, path, target):
        with urllib.request.urlopen(self.url + path, timeout=600) as answer, open(target, "wb") as out:
            shutil.copyfileobj(answer, out, 1 << 20)
        return target

    def documents(self, outcome="done"):
        """Documents of batches this process has made since its start."""
        for line in self.call("GET", "/metrics").body.decode("utf-8").splitlines():
            if line.startswith("vinhdanh_batch_documents_total") and f'outcome="{outcome}"' in line:
                return int(float(line.rsplit(" ", 1)[1]))
        return 0


def kill_group(leader):
    """SIGKILL to the whole group, then nothing of it is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait()
    until("the group to be gone", 10, lambda: not in_group(leader.pid), 0.02)


def in_group(group):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[2]) == group and fields[0] != "Z":
                    found.append(int(entry))
    return found


# --- PostgreSQL --------------------------------------------------------------------------------------------------

class Postgres:
    """A server of our own in a folder of its own, run by a user who is not root; gone when the `with` ends."""

    def __init__(self):
        homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        found = homes[-1] if homes else shutil.which("initdb")
        if not found:
            raise Missing("no initdb (package postgresql)")
        self.bin = Path(found).resolve().parent
        self.user = []
        if os.geteuid() == 0:
            try:
                pwd.getpwnam("postgres")
            except KeyError:
                raise Missing("PostgreSQL does not run as root, and there is no user postgres") from None
            if not shutil.which("runuser"):
                raise Missing("PostgreSQL does not run as root, and there is no runuser")
            self.user = ["runuser", "-u", "postgres", "--"]
        self.port = free_port()
        self.url = f"postgres://tester@127.0.0.1:{self.port}/postgres"

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="vinhdanh-postgres-"))
        if self.user:
            shutil.chown(self.folder, "postgres", "postgres")
        try:
            self._run("initdb", "-D", self.folder / "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C")
            self.start()
        except RuntimeError as fault:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise Missing(str(fault)) from None
        return self

    def __exit__(self, *_):
        with contextlib.suppress(RuntimeError):  # where a check ended while it was down
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        self._run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log.txt", "-w", "-t", "60",
                  "-o", f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1", "start")

    def stop(self):
        """As a machine that goes down: no goodbye to anybody."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def ask(self, statement):
        """Rows of text."""
        done = subprocess.run([self.bin / "psql", "-XAtqw", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.url, "-c", statement],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        if done.returncode:
            raise RuntimeError(done.stderr.decode("utf-8", "replace"))
        return [line.split("\t") for line in done.stdout.decode("utf-8").splitlines()]

    def _run(self, program, *arguments):
        # To a file: a server started by pg_ctl would keep a pipe open.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run([*self.user, str(self.bin / program), *map(str, arguments)], cwd="/", timeout=120,
                                  stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
            said.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program}: exit {done.returncode}: {said.read().decode('utf-8', 'replace')[-300:]}")


# --- S3 ----------------------------------------------------------------------------------------------------------

class Store:
    """moto's S3 server with one bucket. The program reaches it through a door; while that is shut, nobody answers."""

    BUCKET = "vinhdanh"

    def __init__(self, python, folder):
        has_moto = lambda one: not subprocess.run([one, "-c", "import moto.server"], stderr=subprocess.DEVNULL).returncode
        self.python = next((one for one in (python, sys.executable) if one and Path(one).exists() and has_moto(one)), None)
        if not self.python:
            raise Missing("no moto (requirements.txt)")
        self.port, self.door = free_port(), Door()
        self.log = open(Path(folder) / "moto.txt", "wb")

    def __enter__(self):
        self.process = subprocess.Popen([self.python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        try:
            until("moto", 60, self._made)
        except RuntimeError as fault:
            self.__exit__()
            raise Missing(str(fault)) from None
        self.door.open(self.port)
        self.location = f"s3://{self.BUCKET}/files"
        self.environment = dict(AWS, AWS_ENDPOINT=f"http://127.0.0.1:{self.door.port}")
        return self

    def _made(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{self.BUCKET}", method="PUT")
        # The test's own keys: moto looks at their form only.
        request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=tester/20200101/us-east-1/s3/aws4_request, "
                                            "SignedHeaders=host, Signature=0")
        with contextlib.suppress(urllib.error.URLError):
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status == 200

    def __exit__(self, *_):
        self.door.shut()
        self.process.kill()
        self.process.wait()
        self.log.close()


class Door:
    """Carries a loopback port to another. Shut, it cuts what is open and refuses what comes."""

    def __init__(self):
        self.port, self.listener, self.lock, self.through = free_port(), None, threading.Lock(), set()

    def open(self, target):
        self.listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False, backlog=64)
        threading.Thread(target=self._accept, args=(self.listener, target), daemon=True).start()

    def shut(self):
        if self.listener:
            # Wakes the thread that waits in accept().
            with contextlib.suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        with self.lock:
            for one in self.through:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener, target):
        while True:
            try:
                inside, _ = listener.accept()
                outside = socket.create_connection(("127.0.0.1", target))
            except OSError:
                return
            with self.lock:
                self.through |= {inside, outside}
            for one, other in ((inside, outside), (outside, inside)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with contextlib.suppress(OSError):
            while piece := one.recv(1 << 16):
                other.sendall(piece)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)
        # Each direction gives up one socket; the other may still be sending.
        with self.lock:
            self.through.discard(one)


# --- webhooks ----------------------------------------------------------------------------------------------------

def signature_faults(secrets, headers, body, now):
    """Standard Webhooks 1.0.0, read from its text: id.timestamp.body under HMAC-SHA-256, five minutes of grace."""
    headers = {key.lower(): value for key, value in headers.items()}
    lacking = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if not headers.get(name)]
    if lacking:
        return [f"no header {name}" for name in lacking]
    faults = []
    if not headers["webhook-timestamp"].isdigit() or abs(now - int(headers["webhook-timestamp"])) > 300:
        faults.append(f"timestamp {headers['webhook-timestamp']} is not of now")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    given = [one[3:] for one in headers["webhook-signature"].split() if one.startswith("v1,")]
    for secret in secrets:
        mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        if not any(hmac.compare_digest(base64.b64encode(mac).decode(), one) for one in given):
            faults.append("no signature fits the secret")
    return faults


class Listener:
    """Hears webhooks and answers with the statuses it was given, in order, then with 204."""

    def __init__(self, statuses=()):
        self.statuses, self.heard, lock = list(statuses), [], threading.Lock()
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with lock:
                    listener.heard.append((time.time(), dict(self.headers), body))
                    status = listener.statuses.pop(0) if listener.statuses else 204
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/heard"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# --- a full disk -------------------------------------------------------------------------------------------------

@contextlib.contextmanager
def small_disk(folder, size):
    """A folder with so little room, e.g. `8m`."""
    if os.geteuid() != 0:
        raise Missing("only root may mount a small disk")
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "vinhdanh-test", str(folder)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Missing(f"mount: {done.stdout.decode('utf-8', 'replace').strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
