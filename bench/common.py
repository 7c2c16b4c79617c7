"""What the measurements share: made-up people, the program as a server, and what a tree of processes has used.
Standard library only; Linux (/proc)."""

import copy
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "target" / "bench"
FONTS = ROOT / "fonts"
TICK = os.sysconf("SC_CLK_TCK")

# --- made-up people ----------------------------------------------------------------------------------------------

FAMILY = ["Lường", "Đinh", "Hoàng", "Cầm", "Lò", "Hà", "Mùi", "Bùi", "Vì", "Quàng", "Nguyễn", "Trần", "Phạm"]
MIDDLE = ["Thị Ngọc", "Văn", "Thị Ánh", "Đức", "Thu", "Quang", "Thị Thanh", "Xuân", "Minh", "Hồng", "Gia"]
GIVEN = ["Hạnh", "Thuận", "Tuyết", "Dũng", "Hương", "Nghĩa", "Yến", "Khuê", "Bưởi", "Ưng", "Phượng", "Đoài",
         "Quyết", "Kiệt", "Lễ", "Mỹ", "Sửu"]
WORK = ["Giáo viên", "Chuyên viên", "Kế toán", "Trưởng bản", "Tổ trưởng chuyên môn", "Điều dưỡng", "Công chức tư pháp"]
PLACE = ["Trường Tiểu học Mường Bang", "Trạm Y tế xã Tân Phong", "Phòng Nội vụ", "Hợp tác xã Suối Tọ",
         "Trường Trung học cơ sở Gia Phù", "Ủy ban nhân dân xã Mường Do", "Đội thuế liên xã"]


def person(n):
    """The n-th made-up person: 13 × 11 × 17 names before one comes again, then a number is added."""
    name = f"{FAMILY[n % 13]} {MIDDLE[n // 13 % 11]} {GIVEN[n // 143 % 17]}"
    again = n // (13 * 11 * 17)
    return {"loai": "ca_nhan", "danh_xung": "Bà" if "Thị" in name else "Ông",
            "ten": f"{name} {roman(again)}".strip(),
            "chuc_vu": WORK[n % 7], "don_vi": PLACE[n // 7 % 7]}


def roman(n):
    out = ""
    for value, sign in ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        out, n = out + sign * (n // value), n % value
    return out


# --- the same work for everybody ---------------------------------------------------------------------------------

ROWS_TWO_PAGES = 16
ROWS_LIST = 1615


class Work:
    """One kind of document: what vinhdanh is sent, and the same facts for the templates of the others."""

    def __init__(self, binary, template):
        self.template = template
        self.sample = json.loads(output(binary, "sample", template))

    def certificate(self, n):
        data = copy.deepcopy(self.sample)
        data["doi_tuong"] = person(n)
        return data

    def decision(self, n, rows):
        data = copy.deepcopy(self.sample)
        award = data["khen_thuong"][0]
        award["doi_tuong"] = [dict(person(n + i), ghi_chu=f"Số {n + i + 1}") for i in range(rows)]
        data["khen_thuong"] = [award]
        data["danh_sach"] = {"kieu": "bang", "cot": ["chuc_vu", "don_vi", "ghi_chu"]}
        data.pop("phu_luc", None)
        return data


def facts(data):
    """A flat view of the same data, for templates that know nothing of ours."""
    sign, body = data["nguoi_ky"], data["co_quan"]
    out = {"co_quan": body["ten"], "chu_quan": body.get("chu_quan", ""), "dia_danh": body["dia_danh"],
           "nguoi_ky": sign["ho_ten"], "chuc_vu_ky": sign["chuc_vu"].upper()}
    if "khen_thuong" in data:
        award = data["khen_thuong"][0]
        out.update(so=f"{data.get('so', '')}/{data['ky_hieu']}", trich_yeu=data.get("trich_yeu", "Về việc khen thưởng"),
                   tham_quyen=data["tham_quyen"].upper(), hinh_thuc=award["hinh_thuc"], thanh_tich=award["thanh_tich"],
                   so_luong=str(len(award["doi_tuong"])), can_cu=[{"dong": c} for c in data["can_cu"]],
                   rows=[{"stt": str(i + 1), "ten": p["ten"], "chuc_vu": p["chuc_vu"], "don_vi": p["don_vi"],
                          "ghi_chu": p["ghi_chu"]} for i, p in enumerate(award["doi_tuong"])])
    else:
        person_ = data["doi_tuong"]
        decision = data.get("quyet_dinh", {})
        out.update(danh_xung=person_["danh_xung"], ten=person_["ten"].upper(), chuc_vu=person_["chuc_vu"],
                   don_vi=person_["don_vi"], thanh_tich=data["thanh_tich"],
                   so=f"{decision.get('so', '')}/{decision.get('ky_hieu', '')}")
    return out


def fill(template, values):
    """{{name}} (escaped) and {{#list}}…{{/list}}; enough for HTML and OpenDocument alike."""
    def block(match):
        return "".join(fill(match[2], item) for item in values[match[1]])
    template = re.sub(r"\{\{#(\w+)\}\}(.*?)\{\{/\1\}\}", block, template, flags=re.S)
    return re.sub(r"\{\{(\w+)\}\}", lambda m: escape(values[m[1]]), template)


# --- processes ---------------------------------------------------------------------------------------------------

def output(*args):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, args))}: exit {done.returncode}: {done.stderr.decode('utf-8', 'replace').strip()[-500:]}")
    return done.stdout


def tree(root):
    """The process and all below it: {pid: (parent, CPU seconds with its finished children's, command)}."""
    every = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                text = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
            every[int(entry)] = (int(rest[1]), sum(map(int, rest[11:15])) / TICK, name)
    found, grew = {root}, True
    while grew:
        below = {pid for pid, (parent, _, _) in every.items() if parent in found} - found
        found |= below
        grew = bool(below)
    return {pid: every[pid] for pid in found if pid in every}


def cpu(root):
    return sum(seconds for _, seconds, _ in tree(root).values())


def rss(root):
    """{pid: (command, resident MiB)} of the tree."""
    out = {}
    for pid, (_, _, name) in sorted(tree(root).items()):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        match = re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)
        if match:
            out[pid] = (name, int(match[1]) / 1024)
    return out


def program():
    name = os.environ.get("VINHDANH") or str(ROOT / "target" / "debug" / "vinhdanh")
    found = shutil.which(name)
    if not found:
        raise SystemExit(f"no program at {name}: build it and name it in VINHDANH (a release build, for numbers)")
    return str(Path(found).resolve())


def about(binary):
    cpu_name = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{output(binary, '--version').decode().strip()}, {os.cpu_count()} × {cpu_name}, {time.strftime('%Y-%m-%d')}"


class Server:
    """`vinhdanh serve` on a loopback port, with its batches under target/bench unless told otherwise."""

    def __init__(self, binary, *options):
        HOME.mkdir(parents=True, exist_ok=True)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.log = open(HOME / "serve.txt", "wb")
        # One address sends everything here: the limit per address would be what is measured.
        environment = dict(os.environ, VINHDANH_RATE_PER_MINUTE="0")
        environment.setdefault("VINHDANH_DATA", str(HOME / "data"))
        self.process = subprocess.Popen([binary, "serve", "--listen", f"127.0.0.1:{self.port}", *options],
                                        env=environment,
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.pid = self.process.pid

    def __enter__(self):
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return self
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise RuntimeError(f"the service did not get ready: see {self.log.name}")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


class Client:
    """One kept-alive connection."""

    def __init__(self, port, template):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self.path = f"/v1/documents/{template}"

    def post(self, data):
        self.http.request("POST", self.path, json.dumps(data, ensure_ascii=False).encode("utf-8"),
                          {"Content-Type": "application/json", "Accept": "application/pdf"})
        answer = self.http.getresponse()
        body = answer.read()
        if answer.status != 200 or not body.startswith(b"%PDF"):
            raise RuntimeError(f"{self.path}: {answer.status} {body[:500].decode('utf-8', 'replace')}")
        return body


def at_once(count, make_worker, numbers):
    """Runs make_worker() → f in `count` threads over the numbers; returns the seconds each call took."""
    todo, took, faults, lock = iter(numbers), [], [], threading.Lock()

    def go():
        try:
            work = make_worker()
            while not faults:
                with lock:
                    n = next(todo, None)
                if n is None:
                    return
                start = time.perf_counter()
                work(n)
                seconds = time.perf_counter() - start
                with lock:
                    took.append(seconds)
        except Exception as fault:  # told to the caller below
            faults.append(fault)

    threads = [threading.Thread(target=go) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return took


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]
