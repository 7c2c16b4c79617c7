"""schemathesis against a running service, and a small service that lies about itself in one way at a time, to show
that schemathesis notices. Standard library only."""

import http.server
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request

# What an answer must be, whatever was sent …
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
# … and that nothing the schema forbids is taken.
CHECKS_OF_INPUT = ["negative_data_rejection"]
SEED = 20210929
EXAMPLES = 12
LIMIT_SECONDS = 300
# Every operation gets its examples and a few made-up bodies. Going through each limit of each property costs a
# thousand requests per large schema, so of the operations that exist once per template only this template's do that.
# It cannot make PDF bodies, and takes 410, the answer to whatever is no ticket, for a yes: signing.py, desk.py and the tests
# of the program ask these.
UNFIT = r"/(ky/.*|kiem-tra|v1/verify)"
PHASES = [
    ("examples,fuzzing", ["--exclude-path-regex", rf"^{UNFIT}$"]),
    ("coverage", ["--exclude-path-regex", rf"^({UNFIT}|/v1/[a-z]+/(?!giay_khen$)[a-z0-9_]+)$"]),
]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def schemathesis(command, url, folder, *, examples=EXAMPLES, limit=LIMIT_SECONDS, phases=PHASES):
    """(complaints, what it counted). The runs are bounded in examples and in time, and are the same every time."""
    complaints, counts, until = [], [], time.monotonic() + limit
    for names, others in phases:
        said, counted = one_run(command, url, folder, names, others, examples, max(1, until - time.monotonic()))
        complaints += [words for words in said if words not in complaints]
        counts.append(f"{names}: {counted}")
    return complaints, "; ".join(counts)


def one_run(command, url, folder, phases, others, examples, limit):
    arguments = command + [
        "run", f"{url}/openapi.json", "--url", url,
        "--checks", ",".join(CHECKS + CHECKS_OF_INPUT),
        "--phases", phases, "--max-examples", str(examples), *others,
        "--seed", str(SEED), "--generation-deterministic",
        "--workers", "1", "--no-shrink", "--continue-on-failure", "--suppress-health-check", "all",
        "--request-timeout", "30", "--warnings", "off", "--no-color",
    ]
    environment = dict(os.environ, COLUMNS="160", NO_PROXY="127.0.0.1", PYTHONDONTWRITEBYTECODE="1")
    try:
        done = subprocess.run(arguments, cwd=folder, env=environment, timeout=limit,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired as late:
        tail = (late.stdout or b"").decode("utf-8", "replace").splitlines()[-5:]
        return [f"{phases}: not done after {limit:.0f} s"] + tail, "not done"
    out = done.stdout.decode("utf-8", "replace")
    (folder / f"schemathesis-{phases.replace(',', '-')}.txt").write_text(out, encoding="utf-8")
    counted = " ".join(line.strip() for line in out.splitlines() if re.match(r"\s*\d+ generated", line))
    made = re.search(r"(\d+) generated", out)
    if done.returncode == 0:
        return ([] if made and int(made[1]) > 0 else ["made no request"]), counted
    # The report: sections ("=== ERRORS ===", "=== FAILURES ==="), in them a heading per operation, under it
    # "- ST101 Server error" or, in ERRORS, plain words; then a request that repeats it.
    said, section, operation = [], "", ""
    for line in out.splitlines():
        heading = re.match(r"([=_])\1{2,} (.+?) \1{3,}$", line)
        failure = re.match(r"- (ST\d+ .+)$", line)
        if heading and heading[1] == "=":
            section = heading[2]
        elif heading:
            operation = heading[2]
            if section == "ERRORS":
                said.append(f"{operation}:")
        elif failure:
            said.append(f"{operation}: {failure[1]}")
        elif section in ("ERRORS", "FAILURES") and said and re.match(r"\s+curl ", line):
            said[-1] += f" — again: {line.strip()[:600]}"
        elif section == "ERRORS" and said and line.strip() and len(said[-1]) < 400 \
                and not re.match(r"Reproduce|Need more|\s+Join", line):
            said[-1] += f" {line.strip()}"
    return said[:40] or [line for line in out.splitlines() if line.strip()][-5:], counted


class Service:
    """`vinhdanh serve` on a loopback port for as long as the `with` lasts."""

    def __init__(self, binary, folder):
        self.log = open(folder / "serve.txt", "wb")
        self.url = f"http://127.0.0.1:{free_port()}"
        # Batches taken in by an example are really made: in a folder of this run.
        self.process = subprocess.Popen([binary, "serve", "--listen", self.url[7:], "--data", str(folder / "data")],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def __enter__(self):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return self
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise RuntimeError(f"not ready at {self.url}: see {self.log.name}")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


# --- the liar ----------------------------------------------------------------------------------------------------

LIES = {
    # what it does wrong → schemathesis' number for that
    "crashes": "ST101",
    "status": "ST103",
    "content_type": "Undocumented Content-Type",
    "schema": "Response violates schema",
    "takes_anything": "ST201",
    "hangs_up": "Network Error",
}

PROBLEM = {"description": "refused", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "liar", "version": "1"},
    "paths": {"/names": {"post": {
        "requestBody": {"required": True, "content": {"application/json": {"schema": {
            "type": "object", "required": ["ten"], "additionalProperties": False,
            "properties": {"ten": {"type": "string", "maxLength": 20}}}}}},
        "responses": {
            "200": {"description": "done", "content": {"application/json": {"schema": {
                "type": "object", "required": ["length"], "properties": {"length": {"type": "integer"}}}}}},
            "400": PROBLEM, "415": PROBLEM}}}},
}


class Liar(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, lie, handler=None):
        super().__init__(("127.0.0.1", 0), handler or LiarHandler)
        self.lie = lie
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class LiarHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, content_type):
        data = json.dumps(body).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200, OPENAPI, "application/json")

    def do_TRACE(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer(405, {}, "application/problem+json")

    do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_QUERY = do_TRACE

    def do_POST(self):
        lie = self.server.lie
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = (self.headers.get("Content-Type") or "").split(";")[0].strip()
        try:
            data = json.loads(body)
            ten = data["ten"]
            good = isinstance(data, dict) and set(data) == {"ten"} and isinstance(ten, str) and len(ten) <= 20
        except (ValueError, TypeError, KeyError):
            good, ten = False, ""
        if lie == "hangs_up":
            self.close_connection = True
            return None
        if lie != "takes_anything":
            if kind != "application/json":
                return self.answer(415, {}, "application/problem+json")
            if not good:
                return self.answer(400, {}, "application/problem+json")
        if lie == "crashes":
            return self.answer(500, {}, "application/problem+json")
        if lie == "status":
            return self.answer(202, {"length": 1}, "application/json")
        if lie == "content_type":
            return self.answer(200, {"length": 1}, "text/html")
        self.answer(200, {"length": "long" if lie == "schema" else len(str(ten))}, "application/json")
