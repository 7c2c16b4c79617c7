"""A real browser over the pages, used as a clerk uses them: everything is found by the words that stand on it. Also a
small page that lies in one way at a time, to show that the clerk notices.

Imported by `run` this needs the standard library only; run as a program, by the Python that has playwright, it drives
the browser: jobs in on standard input, a line of JSON out for every check."""

import concurrent.futures
import contextlib
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import service

WIDTHS = {1440: {"viewport": {"width": 1440, "height": 900}},
          390: {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}}
PATIENCE_SECONDS = 20
LIMIT_SECONDS = 240
# Nothing the browser does of its own accord either: no name but the loopback address is ever found.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--no-proxy-server",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

IMPOSSIBLE_DATE = "2021-02-30"
# "Nguyễn Văn Bình" as typed with the fonts of TCVN 5712.
OLD_NAME = "NguyÔn V¨n B×nh"
VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)


def judge(python, chromium, jobs, *, limit=LIMIT_SECONDS):
    """{job: [(check, complaints)]} for jobs {name, url, folder, patience, widths, only, steps}; two browsers at a time."""
    said = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for part in pool.map(lambda some: one_browser(python, chromium, some, limit), filter(None, (jobs[::2], jobs[1::2]))):
            said.update(part)
    return {job["name"]: said[job["name"]] for job in jobs}


def page_jobs(url, folder, only):
    return [{"name": f"pages {width}", "url": url, "folder": str(folder / str(width)), "widths": [width], "only": only,
             "patience": PATIENCE_SECONDS} for width in WIDTHS]


def one_browser(python, chromium, jobs, limit):
    home = Path(jobs[0]["folder"])
    home.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONIOENCODING="utf-8",
                       XDG_CONFIG_HOME=str(home / "home"), XDG_CACHE_HOME=str(home / "home"))
    out, err = home / "browser.jsonl", home / "browser.txt"
    with open(out, "wb") as to, open(err, "wb") as words:
        # A session of its own: what it started ends with it.
        process = subprocess.Popen([python, __file__, chromium], stdin=subprocess.PIPE, stdout=to, stderr=words,
                                   env=environment, start_new_session=True)
        try:
            process.communicate(json.dumps(jobs).encode("utf-8"), timeout=limit)
            end = [] if process.returncode == 0 else [f"exit {process.returncode}"]
        except subprocess.TimeoutExpired:
            end = [f"not done after {limit:.0f} s"]
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    said = {job["name"]: [] for job in jobs}
    for line in out.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            name, check, complaints = json.loads(line)
            said[name].append((check, complaints))
    for name, checks in said.items():
        if not checks and not end:
            checks.append(("end", ["checked nothing"]))
    if end:
        tail = err.read_text(encoding="utf-8", errors="replace").splitlines()[-6:]
        said[jobs[-1]["name"]].append(("end", end + tail))
    return said


# --- the clerk ---------------------------------------------------------------------------------------------------

PICTURE = """async (image) => {
  await image.decode();
  const box = image.getBoundingClientRect(), canvas = document.createElement("canvas");
  canvas.width = 300;
  canvas.height = Math.max(1, Math.round(300 * image.naturalHeight / Math.max(1, image.naturalWidth)));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  if (image.naturalWidth && image.naturalHeight) pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const dots = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let ink = 0, sum = 2166136261;
  for (let at = 0; at < dots.length; at += 4) {
    if (dots[at] + dots[at + 1] + dots[at + 2] < 660) ink += 1;
    for (let one = 0; one < 3; one += 1) sum = Math.imul(sum ^ dots[at + one], 16777619) >>> 0;
  }
  return { w: box.width, h: box.height, left: box.left, right: box.right, top: box.top, bottom: box.bottom,
    nw: image.naturalWidth, nh: image.naturalHeight, ink: ink / (dots.length / 4), sum, src: image.src,
    screen: innerHeight, across: innerWidth };
}"""

SIDEWAYS = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const root = document.documentElement, { scrollX: x, scrollY: y } = window;
  window.scrollTo({ left: 100000, top: y, behavior: "instant" });
  const moved = window.scrollX;
  window.scrollTo({ left: x, top: y, behavior: "instant" });
  const held = (node) => { for (let at = node.parentElement; at && at !== document.body; at = at.parentElement) {
    if (getComputedStyle(at).overflowX !== "visible") return true; } return false; };
  const wide = [...document.querySelectorAll("body *")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width && box.right > root.clientWidth + 1 && !held(node); });
  return { moved, over: root.scrollWidth - root.clientWidth, wide: wide.slice(0, 3).map((node) =>
    node.tagName.toLowerCase() + (node.id && `#${node.id}`) + ` to ${Math.round(node.getBoundingClientRect().right)}px`) };
}"""

EDITOR = """(area) => {
  const line = area.value.slice(0, area.selectionStart).split("\\n").length - 1;
  const style = getComputedStyle(area), height = parseFloat(style.lineHeight) || 20;
  const top = line * height + parseFloat(style.paddingTop), box = area.getBoundingClientRect();
  return { text: area.value.slice(area.selectionStart, area.selectionEnd), focus: document.activeElement === area,
    inside: top >= area.scrollTop && top + height <= area.scrollTop + area.clientHeight,
    inSight: box.top + top - area.scrollTop + height > 0 && box.top + top - area.scrollTop < innerHeight };
}"""

REFERENCE = """() => {
  const text = (node) => node.textContent.replace(/\\s+/g, "");
  const shown = [...document.querySelectorAll("p, h1, h2, h3, h4, li, td, summary")].filter((node) => node.checkVisibility());
  return { routes: shown.map(text).filter((one) => /^(GET|POST|PUT|PATCH|DELETE)\\//.test(one)),
    dead: [...document.querySelectorAll("a[href^='#']")].filter((link) =>
      !document.getElementById(decodeURIComponent(link.hash.slice(1)))).map((link) => link.hash) };
}"""


def required_places(schema, data, root=None, path=""):
    """Pointers of what the schema requires and the data has."""
    root = root or schema
    reference = schema.get("$ref", "")
    if reference.startswith("#/"):
        target = root
        for part in reference[2:].split("/"):
            target = target.get(part, {})
        schema = dict(target, **{key: value for key, value in schema.items() if key != "$ref"})
    if not isinstance(data, dict):
        return
    for key in schema.get("required", []):
        if key in data:
            yield f"{path}/{key}"
    for key, one in schema.get("properties", {}).items():
        if key in data:
            yield from required_places(one, data[key], root, f"{path}/{key}")


def strings(data, path=""):
    if isinstance(data, str):
        yield path, data
    for key, one in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from strings(one, f"{path}/{key}")


def put(data, pointer, value=None):
    """Sets what the pointer means; without a value removes it."""
    *above, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    for part in above:
        data = data[part]
    if value is None:
        del data[last]
    else:
        data[last] = value


def spoil(schema, text):
    """The text with three faults in it, and for each (pointer, words the clerk must read, text a click must select)."""
    data = json.loads(text)
    every = list(strings(data))
    if not list(required_places(schema, data)):
        # A template that asks for nothing: one of its choices is one that is not offered.
        choice = every[0][0]
        put(data, choice, "khong_co")
        return json.dumps(data, ensure_ascii=False, indent=2), [(choice, ["một trong"], "khong_co")]
    dates = [pointer for pointer, value in every if re.fullmatch(r"\d{4}-\d\d-\d\d", value)]
    if not dates:
        # A sheet that says whose papers follow has no date and no signer.
        missing = list(required_places(schema, data))[0]
        put(data, missing)
        return json.dumps(data, ensure_ascii=False, indent=2), [(missing, ["thiếu", missing.split("/")[-1]], "{")]
    date = dates[0]
    name = [pointer for pointer, _ in every if pointer.endswith("/ho_ten")][-1]
    free = [one for one in required_places(schema, data) if not any(f"{other}/".startswith(f"{one}/") for other in (date, name))]
    # Better something inside something: then a click has a nearer place to go to than the first bracket.
    missing = max(free, key=lambda one: one.count("/") > 1)
    put(data, date, IMPOSSIBLE_DATE)
    put(data, name, OLD_NAME)
    put(data, missing)
    parent = missing.split("/")[-2]
    return json.dumps(data, ensure_ascii=False, indent=2), [
        (missing, ["thiếu", missing.split("/")[-1]], f'"{parent}"' if parent and not parent.isdigit() else "{"),
        (date, ["ngày"], IMPOSSIBLE_DATE),
        (name, ["bảng mã", "TCVN3"], OLD_NAME),
    ]


class Complaint(Exception):
    pass


class Clerk:
    """One job: a service at a URL, at one width of window."""

    def __init__(self, browser, job, width, tell):
        self.url, self.width, self.tell_run = job["url"], width, tell
        self.host = urlsplit(self.url).netloc
        self.folder = Path(job["folder"])
        self.patience = job["patience"] * 1000
        self.steps = job.get("steps")
        self.page_errors, self.console, self.elsewhere, self.csp = [], [], [], []
        self.expected = set()  # paths whose 422 we caused
        self.context = browser.new_context(locale="vi-VN", accept_downloads=True, **WIDTHS[width])
        self.context.set_default_timeout(self.patience)
        self.context.expose_binding("outsideCsp", lambda _, words: self.note(self.csp, words))
        self.context.add_init_script("addEventListener('securitypolicyviolation', (event) => outsideCsp("
                                     "`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`.trim()))")
        self.context.on("request", self.request)
        self.page = None

    @staticmethod
    def note(where, words):
        if words not in where:
            where.append(words)

    def request(self, request):
        at = urlsplit(request.url)
        # The browser's own pages (it shows PDF with them) have addresses too, but no host.
        if at.scheme in ("http", "https", "ws", "wss") and at.netloc != self.host:
            self.note(self.elsewhere, f"request to another host: {request.url[:200]}")

    def message(self, message):
        if message.type != "error":
            return
        source = message.location.get("url", "")
        if " 422 " in message.text and urlsplit(source).path in self.expected:
            return
        self.note(self.csp if "Content Security Policy" in message.text else self.console,
                  f"{message.text[:300]} ({urlsplit(source).path})")

    def open(self, address):
        if self.page:
            self.page.close()
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda fault: self.note(self.page_errors, f"page error: {str(fault)[:300]}"))
        self.page.on("console", self.message)
        self.page.on("websocket", lambda one: self.note(self.elsewhere, f"web socket: {one.url}"))
        return self.page.goto(self.url + address)

    # A check: a name, and something that returns or throws complaints.
    def check(self, name, go):
        if self.steps and name.rpartition("/")[2] not in self.steps:
            return False
        name = re.sub("/|$", f"/{self.width}/", name, count=1).rstrip("/")
        try:
            said = go() or []
        except Complaint as complaint:
            said = [str(complaint)]
        except Exception as fault:  # the browser's words, or a fault of ours: neither may pass for satisfied
            lines = [line.strip() for line in str(fault).splitlines() if line.strip() and line.strip() != "Call log:"]
            said = [f"{type(fault).__name__}: {' / '.join(lines[:4])}"]
        if said and self.page and not self.steps:
            target = self.folder / (re.sub(r"[^\w-]+", "-", name) + ".png")
            with contextlib.suppress(Exception):
                self.page.screenshot(path=str(target), full_page=True, timeout=10000)
                said.append(f"picture: {target}")
        self.tell_run(name, said)
        return not said

    def wait(self, locator, words, state="visible"):
        try:
            locator.first.wait_for(state=state)
        except Exception as fault:
            if "Timeout" not in str(fault):
                raise
            raise Complaint(words) from None
        return locator.first

    def until(self, holds, words):
        end = time.monotonic() + self.patience / 1000
        while True:
            got = holds()
            if got:
                return got
            if time.monotonic() > end:
                raise Complaint(words)
            self.page.wait_for_timeout(40)

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, locator):
        locator.tap() if self.width < 700 else locator.click()

    def get(self, path):
        return self.context.request.get(self.url + path)

    def sideways(self):
        seen = self.page.evaluate(SIDEWAYS)
        if seen["moved"] or seen["over"] > 0:
            return [f"sideways scroll: {max(seen['moved'], seen['over'])} px too wide: {', '.join(seen['wide'])}"]
        return []

    # --- the start page

    @property
    def editor(self):
        return self.page.get_by_label("Dữ liệu JSON của văn bản")

    @property
    def picture(self):
        return self.page.get_by_role("img", name=re.compile(r"^Trang \d+ của "))

    def arrive(self, template):
        self.open(f"/#{template['id']}")
        self.wait(self.page.get_by_role("heading", level=1, name=template["title_vi"], exact=True),
                  f"the page does not say which template is open: no heading “{template['title_vi']}”")
        self.until(lambda: self.editor.is_enabled() and self.editor.input_value().strip(), "no sample in the editor")
        shown = json.loads(self.editor.input_value())
        if shown != self.get(template["links"]["sample"]).json():
            return ["the editor does not hold the sample"]

    def look(self, before=None, words="no page picture"):
        """The page picture; where one stood before, another one."""
        self.wait(self.picture, words, state="attached")
        if before:
            self.until(lambda: self.picture.count() and self.picture.first.get_attribute("src") != before["src"], words)
        seen = self.picture.first.evaluate(PICTURE)
        if not (seen["nw"] and seen["nh"] and seen["w"] >= 100 and seen["h"] >= 100):
            raise Complaint(f"the page picture is {seen['w']:.0f} × {seen['h']:.0f} px")
        if seen["ink"] < 0.002:
            raise Complaint("the page picture is blank")
        if abs(seen["w"] / seen["h"] - seen["nw"] / seen["nh"]) > 0.02:
            raise Complaint(f"the page picture is distorted: {seen['w']:.0f} × {seen['h']:.0f} px")
        return seen

    def preview(self):
        self.press(self.button("Xem thử"))
        self.first = self.look()
        # The page brings the result into sight: on a phone it stands below the editor.
        self.until(lambda: self.in_sight(self.picture.first.evaluate(PICTURE)), "the page picture is not in sight")

    @staticmethod
    def in_sight(seen):
        return seen["top"] < seen["screen"] - 40 and seen["bottom"] > 40 and seen["left"] < seen["across"] and seen["right"] > 0

    def pages(self):
        place = self.page.get_by_text(re.compile(r"^Trang \d+ / \d+$"))
        self.wait(place, "no word of how many pages there are")
        count, seen, following = int(place.inner_text().split("/")[1]), self.first, self.button("Trang sau")
        for number in range(2, count + 1):
            self.press(following)
            seen, before = self.look(seen, f"no picture of page {number}"), seen
            if seen["sum"] == before["sum"]:
                return [f"page {number} looks like page {number - 1}"]
            if place.inner_text() != f"Trang {number} / {count}":
                return [f"page {number} is called “{place.inner_text()}”"]
        if following.is_enabled():
            return [f"there is a page after the last of {count}"]

    def pdf(self, template):
        self.press(self.button("Tạo PDF"))
        link = self.wait(self.page.get_by_role("link", name=re.compile("^Tải về ")), "no PDF to download")
        words = link.inner_text().strip()
        with self.page.expect_download() as coming:
            self.press(link)
        target = self.folder / f"{template['id']}-{self.width}.pdf"
        coming.value.save_as(str(target))
        name, said = coming.value.suggested_filename, []
        start = target.read_bytes()[:5]
        if start != b"%PDF-":
            said.append(f"not a PDF: starts with {start!r}")
        if not re.fullmatch(r".+\.pdf", name):
            said.append(f"the name of the file does not end in .pdf: {name}")
        if words != f"Tải về {name}":
            said.append(f"“{words}” brings {name}")
        viewer = self.page.locator("iframe[src^='blob:']")
        if self.page.evaluate("navigator.pdfViewerEnabled") is not False:
            box = self.wait(viewer, "the PDF is not on show").bounding_box()
            if not box or box["width"] < 100 or box["height"] < 100:
                said.append("the PDF is not on show")
        return said

    def mark(self):
        tick = self.page.get_by_role("checkbox", name=re.compile("MẪU"))
        self.press(tick)
        if not tick.is_checked():
            return ["MẪU cannot be ticked"]
        before = {"src": self.picture.first.get_attribute("src")} if self.picture.count() else None
        self.press(self.button("Xem thử"))
        if self.look(before, "no page picture with MẪU")["sum"] == self.first["sum"]:
            return ["MẪU changes nothing in the picture"]

    def fault(self, pointer):
        return self.page.get_by_role("button").filter(has=self.page.get_by_text(pointer, exact=True))

    def spoil(self, template):
        self.sound = self.editor.input_value()
        text, self.faults = spoil(self.get(template["links"]["schema"]).json(), self.sound)
        self.expected.add(template["links"]["check"])
        self.editor.fill(text)
        self.press(self.button("Kiểm tra"))
        said = []
        self.wait(self.page.get_by_text(re.compile(r"^Dữ liệu có \d+ lỗi")), "spoilt data, and no word of faults")
        for pointer, words, _ in self.faults:
            if not self.fault(pointer).count():
                said.append(f"no fault shown at {pointer}")
                continue
            shown = self.fault(pointer).first.inner_text()
            for word in words:
                if word not in shown:
                    said.append(f"the fault at {pointer} does not say “{word}”: {shown!r}")
            if not VIETNAMESE.search(shown):
                said.append(f"the fault at {pointer} is not in Vietnamese: {shown!r}")
        return said

    def find(self):
        said = []
        for pointer, _, wanted in self.faults:
            self.editor.evaluate("(area) => { area.setSelectionRange(0, 0); area.scrollTop = 0; area.blur(); }")
            self.press(self.fault(pointer).first)
            seen = self.editor.evaluate(EDITOR)
            if wanted not in seen["text"]:
                said.append(f"a click on {pointer} selects {seen['text'][:60]!r}, not {wanted!r}")
            elif not (seen["focus"] and seen["inside"] and seen["inSight"]):
                said.append(f"a click on {pointer} does not bring the place into sight")
        return said

    def mend(self):
        self.editor.fill(self.sound)
        self.press(self.button("Kiểm tra"))
        self.wait(self.page.get_by_text(re.compile("^Dữ liệu hợp lệ")), "mended data is not said to be valid")
        if self.page.get_by_text(re.compile("^Cần sửa")).count():
            return ["the faults are still there"]

    def start(self, templates, broken):
        """`/` itself: every template on the shelf, each card opens its template."""
        answer = self.open("/")
        policy, said = answer.headers.get("content-security-policy", ""), []
        if "default-src 'none'" not in policy or "unsafe-" in policy:
            said.append(f"no strict Content-Security-Policy: {policy or 'none'}")
        if not templates:
            said.append("no template in the catalog")
        # What is not offered cannot be judged: that is no pass.
        said += [f"the catalog has a broken template: {one['id']}" for one in broken]
        for template in templates:
            card = self.page.get_by_role("link", name=re.compile(f"^{re.escape(template['title_vi'])}"))
            self.wait(card, f"no link to the template “{template['title_vi']}”")
            self.press(card.first)
            self.wait(self.page.get_by_role("heading", level=1, name=template["title_vi"], exact=True),
                      f"the link to “{template['title_vi']}” does not open it")
        return said + self.sideways()

    def journey(self, template):
        name = template["id"]
        wide = []

        def width(where):
            wide.extend(f"{where}: {words}" for words in self.sideways())

        if not self.check(f"{name}/open", lambda: self.arrive(template)):
            return
        width("opened")
        if self.check(f"{name}/preview", self.preview):
            self.check(f"{name}/pages", self.pages)
        width("preview")
        self.check(f"{name}/pdf", lambda: self.pdf(template))
        width("PDF")
        if hasattr(self, "first"):
            self.check(f"{name}/mau", self.mark)
        if self.check(f"{name}/faults", lambda: self.spoil(template)):
            width("faults")
            self.check(f"{name}/find", self.find)
            self.check(f"{name}/mended", self.mend)
        self.check(f"{name}/width", lambda: wide)

    # --- the reference

    def reference(self, templates):
        self.open("/api")
        described = self.get("/openapi.json").json()["paths"]
        wanted = [(verb.upper(), path) for path, item in described.items() for verb in item
                  if verb in ("get", "post", "put", "patch", "delete")]
        for template in templates:
            wanted += [("POST", template["links"][one]) for one in ("render", "check")]
        wanted = list(dict.fromkeys(verb + path for verb, path in wanted))
        self.until(lambda: self.page.evaluate(REFERENCE)["routes"], "/api lists no operation")
        seen = self.page.evaluate(REFERENCE)
        said = [f"/api lacks {one}" for one in wanted if one not in seen["routes"]]
        said += [f"/api leads to {one}, which is not there" for one in seen["dead"]]
        return said + self.sideways()

    def quiet(self):
        """What nobody asked for, over the whole of the job."""
        if self.page is None:
            return
        self.page.wait_for_timeout(100)
        for name, said in (("errors", self.page_errors), ("console", self.console), ("hosts", self.elsewhere), ("csp", self.csp)):
            self.check(f"everywhere/{name}", lambda said=said: list(said))


def work(browser, job, tell):
    with contextlib.suppress(FileExistsError):
        Path(job["folder"]).mkdir(parents=True)
    for width in job["widths"]:
        clerk = Clerk(browser, job, width, tell)
        try:
            catalog = clerk.get("/v1/templates").json()
            templates, wanted = catalog["templates"], job.get("only")
            broken = [one for one in catalog.get("broken") or [] if not wanted or one["id"] in wanted]
            clerk.check("start", lambda: clerk.start(templates, broken))
            for template in templates:
                # A line a few millimetres high without a name, set by the program itself: no clerk's journey.
                if template["id"] != "dong_chu_ky" and (not wanted or template["id"] in wanted):
                    clerk.__dict__.pop("first", None)
                    clerk.journey(template)
            clerk.check("api", lambda: clerk.reference(templates))
            clerk.quiet()
        finally:
            clerk.context.close()


def main():
    from playwright.sync_api import sync_playwright
    jobs = json.load(sys.stdin)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=sys.argv[1], args=ARGUMENTS)
        for job in jobs:
            def tell(check, complaints):
                print(json.dumps([job["name"], check, complaints], ensure_ascii=False), flush=True)
            try:
                work(browser, job, tell)
            except Exception as fault:
                tell("end", [f"{type(fault).__name__}: {str(fault)[:500]}"])
        browser.close()


# --- the liar ----------------------------------------------------------------------------------------------------

LIES = {
    # what the page does wrong → (the check that must notice, what it must say)
    "throws": ("errors", "page error: hỏng rồi"),
    "rejects": ("errors", "page error: không chờ"),
    "complains": ("console", "có gì đó sai"),
    "other_host": ("hosts", "request to another host: http://elsewhere.invalid/dot.png"),
    "inline_style": ("csp", "style-src"),
    "no_policy": ("start", "no strict Content-Security-Policy"),
    "broken_template": ("start", "the catalog has a broken template: hong"),
    "no_card": ("start", "no link to the template “Giấy thử”"),
    "no_sample": ("open", "no sample in the editor"),
    "dead_preview": ("preview", "no page picture"),
    "no_size": ("preview", "picture is 0 × 0"),
    "blank": ("preview", "blank"),
    "out_of_sight": ("preview", "not in sight"),
    "same_page": ("pages", "page 2 looks like page 1"),
    "dead_pdf": ("pdf", "no PDF to download"),
    "not_pdf": ("pdf", "not a PDF: starts with b'<html'"),
    "pdf_name": ("pdf", "does not end in .pdf"),
    "no_mark": ("mau", "MẪU changes nothing"),
    "no_faults": ("faults", "no word of faults"),
    "one_fault_less": ("faults", "no fault shown at /ngay"),
    "english": ("faults", "not in Vietnamese"),
    "dead_fault": ("find", "a click on /co_quan/ten selects ''"),
    "crashes": ("console", "500"),
    "wide": ("width", "sideways scroll"),
    "wide_phone": ("width", "sideways scroll"),
    "no_operation": ("api", "/api lacks POST/v1/check/thu"),
    "dead_link": ("api", "/api leads to #khong-co"),
}


def notices(lie, checks):
    """Whether the check that this lie is for said the right words."""
    check, words = LIES[lie]
    said = [(name, complaint) for name, complaints in checks for complaint in complaints]
    if any(check in name.split("/") and words in complaint for name, complaint in said):
        return []
    return [f"{check} should have said “{words}” but said: {' | '.join(': '.join(one) for one in said) or 'nothing'}"]


def selftest_jobs(liars, folder):
    before = {"pages": ["preview"], "mau": ["preview"], "find": ["faults"], "errors": ["preview"]}
    quiet = ["errors", "console", "hosts", "csp"]

    def steps(lie):  # only what this lie needs
        check = LIES[lie][0]
        return [check] if check in ("start", "api") else ["open", *before.get(check, []), check, *quiet]

    return [{"name": str(liar.lie or "sound"), "url": liar.url, "folder": str(folder / str(liar.lie or "sound")),
             "widths": [390] if liar.lie == "wide_phone" else [1440] if liar.lie else list(WIDTHS),
             "steps": steps(liar.lie) if liar.lie else None,
             "patience": 1.5 if liar.lie else PATIENCE_SECONDS} for liar in liars]


TEMPLATE = {"id": "thu", "title_vi": "Giấy thử", "links": {
    "schema": "/v1/templates/thu/schema", "sample": "/v1/templates/thu/sample",
    "render": "/v1/documents/thu", "check": "/v1/check/thu"}}
SAMPLE = {"co_quan": {"ten": "Ủy ban nhân dân xã Mường Thải", "dia_danh": "Mường Thải"}, "ngay": "2021-09-29",
          "nguoi_ky": {"ho_ten": "Lường Thị Ánh Tuyết"}}
SCHEMA = {"type": "object", "required": ["co_quan", "ngay", "nguoi_ky"],
          "properties": {"co_quan": {"$ref": "#/$defs/co_quan"}},
          "$defs": {"co_quan": {"type": "object", "required": ["ten"], "properties": {"ten": {"type": "string"}}}}}
FAULTS = [("/co_quan/ten", "thiếu `ten`", "is missing"), ("/ngay", "không phải một ngày có thật", "no date"),
          ("/nguoi_ky/ho_ten", "chữ viết bằng bảng mã cũ TCVN3", "TCVN3")]
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; frame-src blob:"
HEAD = '<!doctype html><html lang="vi" data-lie="{lie}"><meta charset="utf-8"><link rel="icon" href="/liar.svg">' \
    '<meta name="viewport" content="width=device-width"><title>thử</title><link rel="stylesheet" href="/liar.css">'
START = HEAD + """<script type="module" src="/liar.js"></script><h1 id="title"></h1><a id="card" href="#thu">Giấy thử</a>
<div id="wide"></div><label>Dữ liệu JSON của văn bản <textarea id="data" disabled></textarea></label>
<label><input id="test" type="checkbox"> Đóng chữ MẪU</label>
<button id="preview">Xem thử</button> <button id="pdf">Tạo PDF</button> <button id="check">Kiểm tra</button>
<p id="said"></p><div id="faults"></div><p><span id="place"></span> <button id="next" disabled>Trang sau</button></p>
<div id="sheet"></div><div id="download"></div></html>"""
REFERENCE_PAGE = HEAD + '<a href="#{link}">x</a><h2 id="a">x</h2><p>POST <code>/v1/documents/thu</code></p><p>{check}</p></html>'
STYLE = "#sheet img, iframe { width: 200px; height: 280px; } textarea { width: 300px; height: 200px; font: 13px/20px monospace; padding: 8px } " \
    "[data-lie=no_size] #sheet img { width: 0; height: 0 } [data-lie=out_of_sight] #sheet { position: fixed; top: 3000px } " \
    "[data-lie=wide] #wide { width: 2000px; height: 1px } [data-lie=wide_phone] #wide { width: 600px; height: 1px }"
SCRIPT = r"""
const $ = (id) => document.getElementById(id), lie = document.documentElement.dataset.lie;
const blob = (text, type) => URL.createObjectURL(new Blob([text], { type }));
const make = (tag, more) => Object.assign(document.createElement(tag), more);
let page = 1;
function show(number) {
  const marked = $("test").checked && lie !== "no_mark";
  const words = lie === "blank" ? "" : `<text x="20" y="60" font-size="40">Trang ${lie === "same_page" ? 1 : number}</text>`
    + (marked ? '<text x="20" y="160" font-size="60" fill="red">MẪU</text>' : "");
  page = number;
  $("sheet").replaceChildren(make("img", { alt: `Trang ${page} của Giấy thử`, src: blob(
    `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="280" viewBox="0 0 200 280">${words}</svg>`, "image/svg+xml") }));
  $("place").textContent = `Trang ${page} / 2`;
  $("next").disabled = page > 1;
  if (lie !== "out_of_sight") $("sheet").scrollIntoView({ block: "center" });
}
$("next").onclick = () => show(2);
$("preview").onclick = () => { if (lie === "throws") throw new Error("hỏng rồi"); if (lie !== "dead_preview") show(1); };
$("pdf").onclick = () => {
  if (lie === "dead_pdf") return;
  const href = blob(lie === "not_pdf" ? "<html>" : "%PDF-1.7\n", "application/pdf"), name = lie === "pdf_name" ? "thu.bin" : "thu.pdf";
  $("download").replaceChildren(make("a", { href, download: name, textContent: `Tải về ${name}` }), make("iframe", { src: blob("x", "text/plain") }));
};
$("check").onclick = async () => {
  const answer = await fetch("/v1/check/thu", { method: "POST", body: $("data").value });
  $("faults").replaceChildren();
  if (answer.ok) { $("said").textContent = "Dữ liệu hợp lệ."; return; }
  if (lie === "no_faults") return;
  const { errors } = await answer.json();
  $("said").textContent = `Dữ liệu có ${errors.length} lỗi.`;
  for (const { pointer, detail } of errors) {
    const row = make("button", { textContent: `${detail} ` });
    row.append(make("code", { textContent: pointer }));
    row.onclick = () => {
      if (lie === "dead_fault") return;
      const text = $("data").value, last = pointer.split("/").pop(), own = text.indexOf(`"${last}"`);
      const from = own < 0 ? text.indexOf('"co_quan"') : own;
      $("data").focus();
      $("data").setSelectionRange(from, text.indexOf("\n", from));
      $("data").scrollTop = 0;
      $("data").scrollIntoView();
    };
    $("faults").append(row);
  }
};
async function open() {
  $("title").textContent = "Giấy thử";
  const text = await (await fetch("/v1/templates/thu/sample")).text();
  if (lie === "no_sample") return;
  $("data").disabled = false;
  $("data").value = text;
}
if (lie === "no_card") $("card").remove();
if (lie === "rejects") Promise.reject(new Error("không chờ"));
if (lie === "complains") console.error("có gì đó sai");
if (lie === "other_host") document.body.append(make("img", { src: "http://elsewhere.invalid/dot.png" }));
if (lie === "inline_style") $("wide").setAttribute("style", "color: red");
if (lie === "crashes") fetch("/v1/crash");
open();
"""


class Liar(service.Liar):
    def __init__(self, lie):
        super().__init__(lie, LiarHandler)

    def handle_error(self, *_):
        pass  # the browser went on before the answer was out


class LiarHandler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        data = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        # An image from elsewhere must get past the policy to be a request at all.
        if self.server.lie not in ("no_policy",):
            self.send_header("Content-Security-Policy", STRICT.replace("img-src", "img-src http://elsewhere.invalid")
                             if self.server.lie == "other_host" else STRICT)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        lie = self.server.lie
        operations = {"/v1/documents/thu": {"post": {}}, "/v1/check/thu": {"post": {}}}
        link = "khong-co" if lie == "dead_link" else "a"
        check = "" if lie == "no_operation" else "POST /v1/check/thu"
        answers = {
            "/": (START.replace("{lie}", lie or ""), "text/html"),
            "/api": (REFERENCE_PAGE.replace("{lie}", lie or "").replace("{link}", link).replace("{check}", check), "text/html"),
            "/liar.js": (SCRIPT, "text/javascript"), "/liar.css": (STYLE, "text/css"),
            "/liar.svg": ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>', "image/svg+xml"),
            "/openapi.json": ({"paths": operations}, "application/json"),
            "/v1/templates": ({"templates": [TEMPLATE], "broken": [{"id": "hong"}] if lie == "broken_template" else []},
                              "application/json"),
            "/v1/templates/thu/sample": (SAMPLE, "application/json"),
            "/v1/templates/thu/schema": (SCHEMA, "application/json"),
        }
        path = unquote(urlsplit(self.path).path)
        if path in answers:
            return self.answer(200, *answers[path])
        self.answer(500 if path == "/v1/crash" else 404, {})

    def do_POST(self):
        lie = self.server.lie
        data = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        if data == SAMPLE:
            return self.answer(200, {})
        errors = [{"pointer": pointer, "detail": english if lie == "english" else vi} for pointer, vi, english in FAULTS
                  if not (lie == "one_fault_less" and pointer == "/ngay")]
        self.answer(422, {"errors": errors})


if __name__ == "__main__":
    main()
