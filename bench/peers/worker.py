"""Keeps one peer warm: reads a job per line ({"kind", "facts", "out"}), makes the PDF, answers a line.

    worker.py typst|weasyprint|chromium|libreoffice

What the engine needs is imported by its own function; the rest is the standard library.
"""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent))

from common import FONTS, fill


def template(kind, ending):
    return (HERE / f"{kind}.{ending}").read_text(encoding="utf-8")


def typst():
    import typst as engine
    fonts = engine.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    compiler = engine.Compiler(root=str(HERE), font_paths=fonts, ignore_system_fonts=True)

    def make(kind, facts):
        return compiler.compile(input=str(HERE / f"{kind}.typ"), format="pdf", pdf_standards=["a-2a", "ua-1"],
                                sys_inputs={"data": json.dumps(facts, ensure_ascii=False)})
    return make


def weasyprint():
    import logging
    import weasyprint as engine
    from weasyprint.text.fonts import FontConfiguration
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    fonts = FontConfiguration()
    pages = {kind: template(kind, "html") for kind in ("certificate", "decision")}

    def make(kind, facts):
        return engine.HTML(string=fill(pages[kind], facts)).write_pdf(pdf_variant="pdf/a-2a", font_config=fonts)
    return make


def chromium():
    """The DevTools protocol over a pair of pipes; one page, filled again for each document."""
    ours_out, theirs_in = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in reversed(os.pipe()))
    theirs_out, ours_in = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in reversed(os.pipe()))

    def wire():
        os.dup2(theirs_in, 3)
        os.dup2(theirs_out, 4)

    profile = tempfile.mkdtemp(prefix="bench-chromium-")
    browser = subprocess.Popen(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
         f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
        preexec_fn=wire, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(theirs_in)
    os.close(theirs_out)
    reader, number = os.fdopen(ours_in, "rb", buffering=1 << 20), 0
    rest = bytearray()

    def message():
        while True:
            end = rest.find(b"\0")
            if end >= 0:
                data = bytes(rest[:end])
                del rest[:end + 1]
                return json.loads(data)
            piece = reader.read1(1 << 20)
            if not piece:
                raise RuntimeError(f"chromium ended: {browser.poll()}")
            rest.extend(piece)

    def call(method, session=None, **params):
        nonlocal number
        number += 1
        asked = {"id": number, "method": method, "params": params}
        if session:
            asked["sessionId"] = session
        data = json.dumps(asked).encode("utf-8") + b"\0"
        while data:
            data = data[os.write(ours_out, data):]
        while True:
            answer = message()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    target = call("Target.createTarget", url="about:blank")["targetId"]
    page = call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    frame = call("Page.getFrameTree", page)["frameTree"]["frame"]["id"]
    pages = {kind: template(kind, "html") for kind in ("certificate", "decision")}

    def make(kind, facts):
        call("Page.setDocumentContent", page, frameId=frame, html=fill(pages[kind], facts))
        call("Runtime.evaluate", page, expression="document.fonts.ready.then(() => 1)", awaitPromise=True)
        made = call("Page.printToPDF", page, preferCSSPageSize=True, printBackground=True, generateTaggedPDF=True)
        return base64.b64decode(made["data"])

    def stop():
        browser.terminate()
        browser.wait(10)
        shutil.rmtree(profile, ignore_errors=True)

    make.stop = stop
    return make


def libreoffice():
    """One office process, spoken to over UNO; each document is a filled flat OpenDocument text."""
    import uno
    from com.sun.star.beans import PropertyValue

    place = Path(tempfile.mkdtemp(prefix="bench-office-"))
    pipe = f"bench{os.getpid()}"
    office = subprocess.Popen(
        ["soffice", "--headless", "--norestore", "--nologo", "--nodefault", f"-env:UserInstallation=file://{place}/profile",
         f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:  # not listening yet
            if office.poll() is not None:
                raise RuntimeError(f"soffice ended: {office.returncode}")
            time.sleep(0.1)
    else:
        raise RuntimeError("soffice does not answer")
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    pages = {kind: template(kind, "fodt") for kind in ("certificate", "decision")}

    def property(name, value):
        p = PropertyValue()
        p.Name, p.Value = name, value
        return p

    wanted = uno.Any("[]com.sun.star.beans.PropertyValue", (
        property("SelectPdfVersion", 2), property("UseTaggedPDF", True), property("PDFUACompliance", True)))

    def make(kind, facts):
        source, target = place / "in.fodt", place / "out.pdf"
        source.write_text(fill(pages[kind], facts), encoding="utf-8")
        document = desktop.loadComponentFromURL(source.as_uri(), "_blank", 0, (property("Hidden", True),))
        document.storeToURL(target.as_uri(), (property("FilterName", "writer_pdf_Export"), property("FilterData", wanted)))
        document.close(True)
        return target.read_bytes()

    def stop():
        try:
            desktop.terminate()
        except Exception:  # the bridge is gone with the office: that is what was asked for
            pass
        try:
            office.wait(10)
        except subprocess.TimeoutExpired:
            office.terminate()
            office.wait(10)
        shutil.rmtree(place, ignore_errors=True)

    make.stop = stop
    return make


def main():
    engine = {"typst": typst, "weasyprint": weasyprint, "chromium": chromium, "libreoffice": libreoffice}[sys.argv[1]]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever an engine prints must not be taken for an answer
    try:
        make = engine()
    except Exception as fault:
        print(json.dumps({"fault": f"{type(fault).__name__}: {fault}"}), file=answers)
        return
    print(json.dumps({"ready": True}), file=answers)
    for line in sys.stdin:
        job = json.loads(line)
        try:
            data = make(job["kind"], job["facts"])
            Path(job["out"]).write_bytes(data)
            print(json.dumps({"bytes": len(data)}), file=answers)
        except Exception as fault:
            print(json.dumps({"fault": f"{type(fault).__name__}: {fault}"}), file=answers)
    getattr(make, "stop", lambda: None)()


main()
