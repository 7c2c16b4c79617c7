"""Signatures over REST, as a signing desk asks for them: hashes out, digests out, whole files out, a provider's key on a
whole batch; and every refusal. The checks of `signing.py` that need the service. Standard library only."""

import base64
import copy
import hashlib
import json
import time
import urllib.error
import urllib.request
import zipfile

import fleet
import judges
import pkcs11
import pki
import signing
from fleet import until
from opinions import differ
from signing import SEAL, SIGNER, TRUSTED, VALID

REQUESTS, BATCHES = "/v1/signature-requests", "/v1/signature-batches"


def b64(data):
    return base64.b64encode(data).decode("ascii")


class Desk:
    """The service with a local key, an authority on loopback, and certificates' own servers allowed."""

    def __init__(self, ground, folder, who="signer"):
        self.ground, self.folder = ground, folder
        self.program = fleet.Program(ground.binary, folder, "--config", folder / "vinhdanh.toml")
        self.tickets = []
        self.settle(who)
        template = signing.run(ground, "sample", "giay_khen")
        self.sample = json.loads(template)

    def settle(self, who):
        """Writes the settings: whose key is the local one."""
        pki_, url = self.ground.pki, self.ground.authorities.url
        (self.folder / "vinhdanh.toml").write_text(f"""
trust = ["{pki_['root.pem']}"]
[ky_so.local]
enabled = true
pkcs12 = "{pki_[f'{who}.p12']}"
password_file = "{self.ground.password}"
[[ky_so.tsa]]
url = "{url}/tsa"
[ky_so.revocation]
enabled = true
hosts = ["127.0.0.1"]
""", encoding="utf-8")

    def __enter__(self):
        self.program.start()
        return self

    def __exit__(self, *_):
        self.program.stop()
        # What the service said all the while holds no password, no ticket and nobody's name.
        said = "".join(log.read_text(encoding="utf-8", errors="replace") for log in self.folder.glob("serve-*.txt"))
        secrets = {"the password": pki.PASSWORD, "a signer's name": "Lường Văn Thuận", "a recipient's name": "Lò Thị Minh Hạnh",
                   **{f"ticket {n}": ticket for n, ticket in enumerate(self.tickets)}}
        self.ground.tally(f"signing/{self.folder.name}/log", [f"{what} is in the log" for what, words in secrets.items() if words in said])

    def again(self, who):
        """Stopped, and started with another's key in the settings."""
        self.program.stop()
        self.settle(who)
        self.program.start()

    def call(self, method, path, body=None, fails=None, **headers):
        """The answer's JSON. `fails`: (status, code) it must refuse with."""
        answer = self.program.call(method, path, body, headers)
        words = f"{method} {path.replace('/v1/signature-', '…')}: {answer.words()}"
        if fails is None:
            if answer.status >= 300:
                raise RuntimeError(words)
            return answer.json() if answer.body else None
        found = (answer.status, answer.json().get("code") if answer.status >= 400 else None)
        if found != fails:
            raise RuntimeError(f"{words}: should have refused with {fails}")
        return answer.json()

    def open(self, document=None, **more):
        return self.call("POST", REQUESTS, {"document": document or {"template": "giay_khen", "data": self.sample}, **more})

    def report(self, request):
        return self.call("GET", f"{REQUESTS}/{request}")

    def document(self, request, target, revision=None):
        self.program.download(f"{REQUESTS}/{request}/document.pdf" + ("" if revision is None else f"?revision={revision}"), target)
        return target

    def prepare(self, request, field, who, fails=None, **more):
        body = {"certificate_chain": [b64(der) for der in self.ground.pki.chain(who)], **more} if who else more
        return self.call("POST", f"{REQUESTS}/{request}/fields/{field}/prepare", body, fails)

    def put(self, request, prepared, value, fails=None, key="signature_value"):
        return self.call("PUT", f"{REQUESTS}/{request}/prepared/{prepared['prepared_id']}/signature", {key: b64(value)}, fails)

    def upload(self, path, file, fails=None):
        """A signed file comes back as the body of a PUT."""
        request = urllib.request.Request(self.program.url + path, file.read_bytes(), method="PUT", headers={"Content-Type": "application/pdf"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as answer:
            with answer:
                status, body = answer.code, answer.read()
        found = (status, json.loads(body).get("code"))
        if found != (fails or (200, None)):
            raise RuntimeError(f"PUT …/nop: {status} {body[:500].decode('utf-8', 'replace')}: should have been {fails or 200}")
        return json.loads(body)


def hash_to_sign(prepared):
    """The hash; and that what is said of it is true: SHA-256 of the attributes, which hold the document's digest."""
    attributes, digest = base64.b64decode(prepared["signed_attributes"]), bytes.fromhex(prepared["hash_to_sign"]["hex"])
    if hashlib.sha256(attributes).digest() != digest or base64.b64decode(prepared["hash_to_sign"]["base64"]) != digest:
        raise RuntimeError("hash_to_sign is not the SHA-256 of signed_attributes")
    if bytes.fromhex(prepared["document_digest"]["hex"]) not in attributes:
        raise RuntimeError("the document's digest is not among the signed attributes")
    return digest


# --- hash out ----------------------------------------------------------------------------------------------------

def rest_hash(ground):
    """Hash out, raw value in: openssl as a provider for the person, a token that gives r‖s for the seal; killed between."""
    folder = ground.place("rest-hash")
    stroke, ring = signing.pictures(folder)
    token = pkcs11.Token(folder / "token")
    token.hold(ground.pki["seal.key"], "02")
    with Desk(ground, folder) as desk:
        opened = desk.open()
        request = opened["id"]
        ground.tally("signing/rest-hash/opened", differ("the request", [opened["state"], opened["next"], [one["name"] for one in opened["fields"]]],
                                                        ["open", SIGNER, [SIGNER, SEAL]]))
        base = desk.document(request, folder / "base.pdf")
        ground.judge("signing/rest-hash/base", base, pyhanko={}, pdfsig={SIGNER: "unsigned", SEAL: "unsigned"}, profiles=("2a", "ua1"))
        prepared = desk.prepare(request, SIGNER, "signer", appearance={"image": b64(stroke.read_bytes())})
        # What waits for its signature is no document yet.
        waiting = desk.document(request, folder / "waiting.pdf")
        ground.tally("signing/rest-hash/waiting", [] if waiting.read_bytes() == base.read_bytes() else ["a prepared file can be downloaded"])
        desk.program.kill()
        desk.program.start()
        signed = desk.put(request, prepared, signing.pkeyutl(ground, "signer", hash_to_sign(prepared)))
        ground.tally("signing/rest-hash/signed", differ("the answer", [signed["state"], signed["next"], signed["level"]], ["partly_signed", SEAL, "B-B"]))
        prepared = desk.prepare(request, SEAL, "seal", appearance={"image": b64(ring.read_bytes())}, algorithm="ecdsa-p256-sha256")
        sealed = desk.put(request, prepared, token.sign("02", hash_to_sign(prepared), "ECDSA"))
        path = desk.document(request, folder / "sealed.pdf")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        ground.tally("signing/rest-hash/sealed", differ("the answer", [sealed["state"], sealed["next"], sealed["sha256"]], ["completed", None, digest]))
        ground.sound("signing/rest-hash", path, [SIGNER, SEAL], mutool=["edited", "unchanged"])
        signing.ours_sound(ground, "signing/rest-hash", path, [SIGNER, SEAL])
        for revision, before in ((1, base), (2, desk.document(request, folder / "one.pdf", 1))):
            signing.extends(ground, f"signing/rest-hash/revision {revision}", desk.document(request, folder / "after.pdf", revision), before)
        verdict_over_rest(ground, desk, path)


def verdict_over_rest(ground, desk, path):
    """`POST /v1/verify` says what the command line says with the root and without lists."""
    request = urllib.request.Request(desk.program.url + "/v1/verify", path.read_bytes(), headers={"Content-Type": "application/pdf"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        said = json.loads(answer.read())
    verdicts = {one["field"]: one["verdict"] for one in said["signatures"]}
    ground.tally("signing/rest-hash/verify", differ("the service", verdicts, {SIGNER: "valid_with_warnings", SEAL: "valid_with_warnings"}))


# --- digest out --------------------------------------------------------------------------------------------------

def rest_cms(ground):
    """Digest out, CMS in: pyHanko's. One that is too long, of something else, or no CMS is refused; then the right one is taken."""
    folder = ground.place("rest-cms")
    with Desk(ground, folder) as desk:
        request = desk.open()["id"]
        small = desk.prepare(request, SIGNER, None, mode="cms", reserve=2048)
        cms = signing.hanko_cms(ground, small["document_digest"]["hex"], folder / "one.cms")
        desk.put(request, small, cms, key="cms", fails=(422, "cms_too_large"))
        desk.call("DELETE", f"{REQUESTS}/{request}/prepared/{small['prepared_id']}")
        prepared = desk.prepare(request, SIGNER, None, mode="cms")
        desk.put(request, prepared, signing.hanko_cms(ground, "00" * 32, folder / "other.cms"), key="cms", fails=(422, "signature_mismatch"))
        desk.put(request, prepared, b"\x30\x03\x02\x01\x01", key="cms", fails=(422, "signature_mismatch"))
        cms = signing.hanko_cms(ground, prepared["document_digest"]["hex"], folder / "right.cms")
        desk.put(request, prepared, cms, key="cms")
        path = desk.document(request, folder / "signed.pdf")
        ground.sound("signing/rest-cms", path, [SIGNER], unsigned=[SEAL], mutool=["unchanged", "unsigned"])
        signing.ours_sound(ground, "signing/rest-cms", path, [SIGNER])


# --- order and refusals ------------------------------------------------------------------------------------------

def rest_order(ground):
    """The person before the seal, one preparation at a time, nothing stale, nothing twice; each refusal by its word."""
    folder = ground.place("rest-order")
    with Desk(ground, folder) as desk:
        sealed_first = [{"name": SEAL, "role": "seal"}, {"name": SIGNER, "role": "signer"}]
        desk.call("POST", REQUESTS, {"document": {"template": "giay_khen", "data": desk.sample}, "fields": sealed_first},
                  fails=(422, "invalid_data"))
        request = desk.open()["id"]
        desk.prepare(request, SEAL, "seal", fails=(409, "signing_state"))
        desk.prepare(request, SIGNER, "expired", fails=(422, "certificate_unfit"))
        desk.prepare(request, SIGNER, "server", fails=(422, "certificate_unfit"))
        desk.prepare(request, SIGNER, "seal", algorithm="rsa-pss-sha256", fails=(422, "certificate_unfit"))
        first = desk.prepare(request, SIGNER, "signer")
        desk.prepare(request, SIGNER, "signer", fails=(409, "signing_state"))
        desk.prepare(request, SEAL, "seal", fails=(409, "signing_state"))
        # Given up: what comes for it afterwards is stale.
        desk.call("DELETE", f"{REQUESTS}/{request}/prepared/{first['prepared_id']}")
        desk.put(request, first, signing.pkeyutl(ground, "signer", hash_to_sign(first)), fails=(409, "preparation_stale"))
        second = desk.prepare(request, SIGNER, "signer")
        other = signing.flip(hash_to_sign(second), 31)
        for raw in (signing.pkeyutl(ground, "revoked", hash_to_sign(second)), signing.pkeyutl(ground, "signer", other), bytes(256)):
            desk.put(request, second, raw, fails=(422, "signature_mismatch"))
        value = signing.pkeyutl(ground, "signer", hash_to_sign(second))
        desk.put(request, second, value)
        # The same again is the same answer; another is stale.
        again = desk.put(request, second, value)
        ground.tally("signing/rest-order/again", differ("the answer", again["revision"], 1))
        desk.put(request, second, bytes(256), fails=(409, "preparation_stale"))
        desk.prepare(request, SIGNER, "signer", fails=(409, "signing_state"))
        third = desk.prepare(request, SEAL, "seal")
        desk.put(request, third, signing.pkeyutl(ground, "seal", hash_to_sign(third)))
        desk.prepare(request, SEAL, "seal", fails=(409, "signing_state"))
        state = desk.report(request)
        ground.tally("signing/rest-order/state", differ("the request", [state["state"], state["next"], state["signatures"]], ["completed", None, 2]))
        # Declined: nothing more comes of it.
        declined = desk.open()["id"]
        desk.call("POST", f"{REQUESTS}/{declined}/fields/{SIGNER}/decline", {"reason": "sai số quyết định"})
        desk.prepare(declined, SIGNER, "signer", fails=(409, "signing_state"))
        ground.tally("signing/rest-order/declined", differ("the request", desk.report(declined)["state"], "rejected"))
        for method, path in (("GET", "/0"), ("GET", f"/{request}/prepared"), ("DELETE", f"/{request}/prepared/0")):
            answer = desk.program.call(method, REQUESTS + path)
            ground.tally(f"signing/rest-order/{method} {path.replace(request, '…')}", [] if answer.status in (404, 405) else [answer.words()])


# --- the whole file out ------------------------------------------------------------------------------------------

def rest_file(ground):
    """The whole file out and in, as a desktop signer works: it stamps in its own font into a field of its own. Taken, PDF/A
    said to be broken; whatever is not our file with one good signature after it is refused."""
    folder = ground.place("rest-file")
    with Desk(ground, folder) as desk:
        request = desk.open()["id"]
        ticket = desk.call("POST", f"{REQUESTS}/{request}/fields/{SIGNER}/ticket", {})
        desk.tickets.append(ticket["download"].split("/")[2])
        base = folder / "base.pdf"
        desk.program.download(ticket["download"], base)
        ground.tally("signing/rest-file/handed out", differ("the digest", hashlib.sha256(base.read_bytes()).hexdigest(), ticket["sha256"]))
        stamped = ground.others_sign(base, "1/60,40,200,90/KyTuMayTram", "signer", folder / "stamped.pdf")
        data = stamped.read_bytes()
        other = desk.open({"template": "giay_khen", "data": {**copy.deepcopy(desk.sample), "thanh_tich": "Có thành tích khác."}})["id"]
        foreign = desk.document(other, folder / "foreign.pdf")
        strangers = {
            "a line before it": (b"%a line before\n" + data, "foreign_file"),
            "another document": (ground.others_sign(foreign, SIGNER, "signer", folder / "foreign-signed.pdf").read_bytes(), "foreign_file"),
            "not signed": (base.read_bytes(), "foreign_file"),
            "changed, then signed": (ground.others_sign(ground.edited("page", base, folder / "page.pdf"), SIGNER, "signer", folder / "page-signed.pdf").read_bytes(), "foreign_file"),
            "signed, then changed": (ground.edited("page", stamped, folder / "signed-page.pdf").read_bytes(), "foreign_file"),
            "a byte of ours flipped": (signing.flip(data, signing.inside(data)), "foreign_file"),
            "a byte of the signature flipped": (signing.flip_digit(data, signing.value_of(data, signing.holes(data)[-1])), "signature_mismatch"),
            "no PDF": (b"%PDF-1.7\n", "foreign_file"),
        }
        for what, (bytes_, code) in strangers.items():
            path = folder / "stranger.pdf"
            path.write_bytes(bytes_)
            try:
                desk.upload(ticket["upload"], path, fails=(422, code))
                faults = []
            except RuntimeError as fault:
                faults = [str(fault)]
            ground.tally(f"signing/rest-file/{what}", faults)
        desk.upload(ticket["upload"], stamped)
        used = desk.program.call("GET", ticket["download"])
        ground.tally("signing/rest-file/used ticket", [] if used.status in (404, 409, 410) and used.json()["code"] == "ticket_invalid" else [used.words()])
        field = next(one for one in desk.report(request)["fields"] if one["name"] == SIGNER)
        ground.tally("signing/rest-file/recorded", differ("the request", [field["state"], field["signature"]["way"]], ["signed", "file"])
                     + ([] if "broken" in (field["signature"]["pdfa"] or "") else [f"PDF/A is said to be {field['signature']['pdfa']}"]))
        path = desk.document(request, folder / "signed.pdf")
        ground.tally("signing/rest-file/bytes", [] if path.read_bytes() == data else ["not the file that was handed in"])
        ground.judge("signing/rest-file", path, pyhanko={"KyTuMayTram": VALID}, profiles=("2a",), broken="6.2.11.4.1-1")
        # The seal by a program that fills our field, over the form that the desktop service of the Government uses.
        ticket = desk.call("POST", f"{REQUESTS}/{request}/fields/{SEAL}/ticket", {"base_url": "https://khen-thuong.example.vn", "action": "issue", "number": "925/QĐ-UBND"})
        desk.program.download(ticket["download"], folder / "to-seal.pdf")
        sealed = ground.others_sign(folder / "to-seal.pdf", SEAL, "seal", folder / "sealed.pdf")
        answer = multipart(desk, ticket["upload"], sealed)
        ground.tally("signing/rest-file/multipart", [] if answer.get("Status") in (True, 0) and desk.report(request)["state"] == "completed" else [str(answer)])
        ground.judge("signing/rest-file/sealed", desk.document(request, folder / "end.pdf"), pyhanko={"KyTuMayTram": VALID, SEAL: VALID})


def multipart(desk, path, file):
    edge = "ranh-gioi-cua-tep"
    body = (f'--{edge}\r\nContent-Disposition: form-data; name="uploadfile"; filename="van-ban.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n").encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    request = urllib.request.Request(desk.program.url + path, body, method="POST", headers={"Content-Type": f"multipart/form-data; boundary={edge}"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


# --- a provider's key --------------------------------------------------------------------------------------------

def ended(desk, batch, field, seconds=300):
    def look():
        report = desk.call("GET", f"{BATCHES}/{batch}")
        runs = [run for run in report["runs"] if run["field"] == field]
        return report if runs and all(run["finished_at"] for run in runs) else None
    return until(f"the end of the run over {field}", seconds, look, 0.2)


def hundred(ground):
    """A hundred certificates signed in one go with the local key, the service started anew with the seal's, then sealed."""
    folder, count = ground.place("hundred"), 100
    with Desk(ground, folder) as desk:
        rows = []
        for n in range(count):
            row = copy.deepcopy(desk.sample)
            row["doi_tuong"]["ten"] = f"Lường Thị Hạnh {n + 1}"
            rows.append(row)
        made = desk.call("POST", "/v1/batches", {"template": "giay_khen", "title": "Khen thưởng", "rows": rows})["id"]
        until("the batch", 300, lambda: desk.call("GET", f"/v1/batches/{made}")["state"] != "running", 0.2)
        opened = desk.call("POST", f"{REQUESTS}/batch", {"batch": made})
        batch = opened["id"]
        ground.tally("signing/hundred/opened", differ("the batch", [opened["total"], opened["state"]], [count, "open"]))
        # The seal has to wait for the person.
        early = desk.program.call("POST", f"{BATCHES}/{batch}/sign", {"provider": "local", "field": SEAL})
        ground.tally("signing/hundred/the seal first", [] if early.status == 409 else [early.words()])
        took = []
        for field, who in ((SIGNER, "signer"), (SEAL, "seal")):
            if who == "seal":
                desk.again(who)
            start = time.monotonic()
            desk.call("POST", f"{BATCHES}/{batch}/sign", {"provider": "local", "field": field})
            report = ended(desk, batch, field)
            took.append(time.monotonic() - start)
            run = [run for run in report["runs"] if run["field"] == field][-1]
            ground.tally(f"signing/hundred/{field}", differ("the run", [run["documents"], run["approvals"]], [count, 1]))
        ground.tally("signing/hundred/ended", differ("the batch", report["requests"]["completed"], count))
        print(f"signing: {count} documents: signed after {took[0]:.1f} s, sealed after {took[1]:.1f} s", flush=True)
        items = desk.call("GET", f"{BATCHES}/{batch}/items?limit=1000")["items"]
        assurance = {field["signature"]["assurance"] for item in items for field in item["fields"]}
        ground.tally("signing/hundred/assurance", differ("the items", assurance, {"software-key"}))
        archive = desk.program.download(f"{BATCHES}/{batch}/archive.zip", folder / "archive.zip")
        with zipfile.ZipFile(archive) as packed:
            names = [name for name in packed.namelist() if name.endswith(".pdf")]
            ground.tally("signing/hundred/archive", differ("the archive", len(set(names)), count))
            digests = {item["sha256"] for item in items}
            faults, both = [], {SIGNER: TRUSTED, SEAL: TRUSTED}
            path = folder / "one.pdf"
            for n, name in enumerate(sorted(names)):
                path.write_bytes(packed.read(name))
                if hashlib.sha256(path.read_bytes()).hexdigest() not in digests:
                    faults.append(f"{name}: not a file of the list")
                faults += [f"{name}: {one}" for one in differ("pdfsig", ground.judges.pdfsig(path), both)]
                if n % 10 == 0:
                    faults += [f"{name}: {one}" for one in differ("pyHanko", ground.judges.pyhanko(path), {SIGNER: VALID, SEAL: VALID})]
                    faults += judges.qpdf(path)
            ground.tally("signing/hundred/every file", faults)
            # One of them for the slower judges.
            last = folder / "last.pdf"
            last.write_bytes(packed.read(sorted(names)[-1]))
            ground.sound("signing/hundred/one of them", last, [SIGNER, SEAL])
            signing.ours_sound(ground, "signing/hundred/one of them", last, [SIGNER, SEAL])


def rest_levels(ground):
    """The service fetches time stamps and revocation data itself; four years on the file is enough."""
    folder = ground.place("rest-levels")
    good = {SIGNER: VALID, SEAL: VALID}
    with Desk(ground, folder) as desk:
        for level, later in (("B-T", signing.BAD), ("B-LT", good), ("B-LTA", good)):
            request, name = desk.open(level=level)["id"], f"signing/rest-levels/{level}"
            for field, who in ((SIGNER, "signer"), (SEAL, "seal")):
                prepared = desk.prepare(request, field, who)
                desk.put(request, prepared, signing.pkeyutl(ground, who, hash_to_sign(prepared)))
            path = desk.document(request, folder / f"{level}.pdf")
            ground.judge(name, path, pyhanko=good, checked=good, ades=good, later=later, profiles=("2a", "ua1"))
            signing.ours_sound(ground, name, path, [SIGNER, SEAL], level=level)
            if level != "B-T":
                signing.ours_sound(ground, f"{name}/years later", path, [SIGNER, SEAL], level=level, options=["--at", ground.later])


CHECKS = {"rest-hash": rest_hash, "rest-cms": rest_cms, "rest-order": rest_order, "rest-file": rest_file,
          "rest-levels": rest_levels, "hundred": hundred}
