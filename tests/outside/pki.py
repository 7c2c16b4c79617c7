"""Certificates, keys, revocation lists and small authorities for one run, all made by openssl on the spot: nothing here
outlives its folder, no key is a secret. Standard library only."""

import contextlib
import datetime
import http.server
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

# Also the password of every PKCS#12 here.
PASSWORD = "mat-khau-thu"
DAY = datetime.timedelta(days=1)

# Lists hold for longer than the people's certificates: years later, the authority of time stamps is still vouched for by
# what a file carries, as a fresh list would then do.
CONFIG = """
[req]
distinguished_name = none
string_mask = utf8only
utf8 = yes
[none]
[ca]
default_ca = {name}
[{name}]
dir = {folder}
database = {folder}/{name}.index
serial = {folder}/{name}.serial
crlnumber = {folder}/{name}.crlnumber
new_certs_dir = {folder}/issued
certificate = {folder}/{name}.pem
private_key = {folder}/{name}.key
default_md = sha256
policy = anything
unique_subject = no
email_in_dn = no
preserve = yes
default_crl_days = 2000
x509_extensions = person
crl_extensions = list
[anything]
countryName = optional
stateOrProvinceName = optional
organizationName = optional
commonName = supplied
[list]
authorityKeyIdentifier = keyid
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[under]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:{url}/crl/{name}.crl
[person]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:{url}/crl/{name}.crl
authorityInfoAccess = OCSP;URI:{url}/ocsp,caIssuers;URI:{url}/ca/{name}.cer
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,keyEncipherment
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamps]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:{url}/crl/{name}.crl
[answers]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,OCSPSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
noCheck = ignored
[tsa]
default_tsa = clock
[clock]
dir = {folder}
serial = {folder}/tsa.serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/issuing.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256,sha384,sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""

RSA, P256 = ("rsa", "2048"), ("ec", "P-256")
# name → (authority, section, key, organisation, common name, first day, last day counted from today)
PEOPLE = {
    "signer": ("issuing", "person", RSA, "Ủy ban nhân dân huyện Phù Yên", "Lường Văn Thuận", -30, 700),
    "seal": ("issuing", "person", P256, None, "ỦY BAN NHÂN DÂN HUYỆN PHÙ YÊN", -30, 700),
    "secretary": ("issuing", "person", P256, "Ủy ban nhân dân huyện Phù Yên", "Cầm Thị Ánh Tuyết", -30, 700),
    "expired": ("issuing", "person", RSA, "Ủy ban nhân dân huyện Phù Yên", "Hoàng Đức Nghĩa", -800, -400),
    "revoked": ("issuing", "person", RSA, "Ủy ban nhân dân huyện Phù Yên", "Đinh Quang Kiệt", -30, 700),
    "server": ("issuing", "server", RSA, None, "may-chu.phuyen.example", -30, 700),
    "tsa": ("issuing", "stamps", RSA, None, "Dấu thời gian thử nghiệm", -30, 5000),
    "ocsp": ("issuing", "answers", RSA, None, "Trả lời trạng thái thử nghiệm", -30, 5000),
    # Somebody else's root, the very same words in the name.
    "stranger": ("foreign", "person", RSA, "Ủy ban nhân dân huyện Phù Yên", "Lường Văn Thuận", -30, 700),
}


def openssl(*arguments, data=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]}: exit {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-500:]}")
    return done.stdout


def der(pem):
    return openssl("x509", "-in", pem, "-outform", "DER")


class Pki:
    """A root, an authority under it, people of both, a stranger's root. Files of its folder:
    `<name>.key`, `<name>.pem` (the certificate), `<name>.chain.pem` (with those above it, the root left out),
    `<name>.p12` and `<name>.old.p12` (ciphers of old), `root.crl`, `issuing.crl` (names `revoked`)."""

    def __init__(self, folder, url):
        self.folder, self.url = Path(folder), url
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "issued").mkdir(parents=True)
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self._root("root", "Gốc chứng thực thử nghiệm")
        self._root("foreign", "Gốc chứng thực người lạ")
        self._issue("issuing", "root", "under", ("rsa", "2048"), None, "Chứng thực thử nghiệm", -1000, 5500)
        self._authority("issuing")
        for name, about in PEOPLE.items():
            self._issue(name, *about)
        openssl("ca", "-config", self._config("issuing"), "-revoke", self["revoked.pem"], "-crl_reason", "keyCompromise")
        for authority in ("root", "issuing", "foreign"):
            openssl("ca", "-config", self._config(authority), "-gencrl", "-out", self[f"{authority}.crl.pem"])
            openssl("crl", "-in", self[f"{authority}.crl.pem"], "-outform", "DER", "-out", self[f"{authority}.crl"])
        (self.folder / "tsa.serial").write_text("01\n")

    def __getitem__(self, file):
        return str(self.folder / file)

    def read(self, file):
        return (self.folder / file).read_bytes()

    def chain(self, name):
        """DER of the signer's certificate and of those above it, the root left out."""
        authority = PEOPLE[name][0]
        return [der(self[f"{name}.pem"])] + ([der(self["issuing.pem"])] if authority == "issuing" else [])

    def list_anew(self, authority="issuing"):
        """A fresh revocation list; its bytes."""
        openssl("ca", "-config", self._config(authority), "-gencrl", "-out", self[f"{authority}.crl.pem"])
        openssl("crl", "-in", self[f"{authority}.crl.pem"], "-outform", "DER", "-out", self[f"{authority}.crl"])
        return self.read(f"{authority}.crl")

    def _config(self, authority):
        path = self.folder / f"{authority}.cnf"
        if not path.exists():
            path.write_text(CONFIG.format(folder=self.folder, name=authority, url=self.url), encoding="utf-8")
        return path

    def _authority(self, name):
        (self.folder / f"{name}.index").write_text("")
        (self.folder / f"{name}.serial").write_text("1000\n")
        (self.folder / f"{name}.crlnumber").write_text("01\n")

    def _key(self, name, kind):
        algorithm, size = kind
        option = f"rsa_keygen_bits:{size}" if algorithm == "rsa" else f"ec_paramgen_curve:{size}"
        openssl("genpkey", "-quiet", "-algorithm", algorithm.upper(), "-pkeyopt", option, "-out", self[f"{name}.key"])

    def _root(self, name, words):
        self._key(name, ("rsa", "3072"))
        self._authority(name)
        self._request(name, None, words, name)
        openssl("ca", "-batch", "-notext", "-config", self._config(name), "-selfsign", "-keyfile", self[f"{name}.key"],
                "-extensions", "authority", *self._dates(-1000, 6000), "-in", self[f"{name}.csr"], "-out", self[f"{name}.pem"])

    def _request(self, name, organisation, words, authority):
        subject = "/C=VN" + (f"/O={organisation}" if organisation else "") + f"/CN={words}"
        openssl("req", "-new", "-utf8", "-config", self._config(authority), "-key", self[f"{name}.key"], "-subj", subject,
                "-out", self[f"{name}.csr"])

    def _dates(self, first, last):
        words = lambda days: (self.now + days * DAY).strftime("%Y%m%d%H%M%SZ")
        return "-startdate", words(first), "-enddate", words(last)

    def _issue(self, name, authority, section, kind, organisation, words, first, last):
        self._key(name, kind)
        self._request(name, organisation, words, authority)
        openssl("ca", "-batch", "-notext", "-config", self._config(authority), "-extensions", section,
                *self._dates(first, last), "-in", self[f"{name}.csr"], "-out", self[f"{name}.pem"])
        above = self.read("issuing.pem") if authority == "issuing" else b""
        (self.folder / f"{name}.chain.pem").write_bytes(self.read(f"{name}.pem") + above)
        (self.folder / f"{name}.both.pem").write_bytes(self.read(f"{name}.key") + self.read(f"{name}.chain.pem"))
        if section != "person":
            return
        old = ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1")
        for file, ciphers in ((f"{name}.p12", ()), (f"{name}.old.p12", old)):
            openssl("pkcs12", "-export", "-inkey", self[f"{name}.key"], "-in", self[f"{name}.chain.pem"], "-name", name,
                    "-passout", f"pass:{PASSWORD}", *ciphers, "-out", self[file])


class Authorities:
    """The time-stamp, OCSP and list servers of a PKI on a loopback port. `heard` counts the requests by address.

    `/tsa` stamps, `/tsa-other` stamps something else than it was asked, `/tsa-refuses` answers with a refusal,
    `/tsa-broken` with rubbish, `/tsa-silent` never."""

    def __init__(self):
        self.pki, self.heard, self.lock = None, {}, threading.Lock()
        self.over, self.away = threading.Event(), False
        authorities = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

            def do_GET(self):
                self.answer(None)

            def answer(self, body):
                try:
                    status, kind, data = authorities.answer(self.path, body)
                except RuntimeError as fault:
                    status, kind, data = 500, "text/plain; charset=utf-8", str(fault).encode("utf-8")
                # Who asked may have gone away meanwhile.
                with contextlib.suppress(ConnectionError):
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    @contextlib.contextmanager
    def silent(self):
        """As if there were no network: whatever is asked gets a 503."""
        self.away = True
        try:
            yield
        finally:
            self.away = False

    def answer(self, path, body):
        if self.away:
            return 503, "text/plain", b"away"
        with self.lock:
            self.heard[path] = self.heard.get(path, 0) + 1
        if path.startswith("/tsa") and body is not None:
            return 200, "application/timestamp-reply", self.stamp(path, body)
        if path.startswith("/ocsp") and body is not None:
            return 200, "application/ocsp-response", self.status(body)
        kind, _, name = path.lstrip("/").partition("/")
        if body is None and kind == "crl" and name in ("issuing.crl", "root.crl"):
            return 200, "application/pkix-crl", self.pki.read(name)
        if body is None and kind == "ca" and name in ("issuing.cer", "root.cer"):
            return 200, "application/pkix-cert", der(self.pki[name.replace(".cer", ".pem")])
        return 404, "text/plain", b"no such thing"

    def stamp(self, path, body):
        if path == "/tsa-broken":
            return b"\x30\x03\x02\x01"
        if path == "/tsa-silent":
            self.over.wait(600)
            return b""
        if path == "/tsa-refuses":
            # TimeStampResp { status { status 2 (rejection), failInfo badAlg } }, RFC 3161, 2.4.2
            return bytes.fromhex("300930070201020302" "0780")
        with tempfile.TemporaryDirectory() as folder:
            query = Path(folder) / "query.tsq"
            query.write_bytes(body)
            if path == "/tsa-other":
                query.write_bytes(openssl("ts", "-query", "-cert", "-sha256", "-digest", "00" * 32))
            with self.lock:  # one serial file
                openssl("ts", "-reply", "-config", self.pki["issuing.cnf"], "-section", "clock", "-queryfile", query,
                        "-out", Path(folder) / "reply.tsr")
            return (Path(folder) / "reply.tsr").read_bytes()

    def status(self, body):
        pki = self.pki
        with tempfile.TemporaryDirectory() as folder:
            query, reply = Path(folder) / "query", Path(folder) / "reply"
            query.write_bytes(body)
            openssl("ocsp", "-index", pki["issuing.index"], "-CA", pki["issuing.pem"], "-rsigner", pki["ocsp.pem"],
                    "-rkey", pki["ocsp.key"], "-ndays", "7", "-reqin", query, "-respout", reply)
            return reply.read_bytes()


def made(folder):
    """Authorities that serve a fresh PKI in this folder; to be used in a `with`."""
    if not shutil.which("openssl"):
        raise RuntimeError("no openssl")
    authorities = Authorities()
    try:
        authorities.pki = Pki(Path(os.path.abspath(folder)), authorities.url)
    except BaseException:
        authorities.__exit__()
        raise
    return authorities
