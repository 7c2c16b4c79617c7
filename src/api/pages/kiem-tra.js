// The checker's page: one file out, one report in, told in words. No framework, nothing kept.
import { byId, el, fill, prose, size } from "./dom.js";

const LARGEST = 64 * 1048576;
const MARKS = { good: "✓", care: "!", bad: "✕", none: "–" };

/** How a verdict looks, and its one word; never colour alone. */
const FILE = {
  signed_valid: ["good", "Hợp lệ"],
  signed_with_warnings: ["care", "Đúng, có điểm cần lưu ý"],
  unknown_signer: ["care", "Chưa xác nhận được người ký"],
  expired: ["care", "Chứng thư không còn hiệu lực"],
  unsupported: ["care", "Không kiểm tra được"],
  not_signed: ["none", "Không có chữ ký"],
  revoked: ["bad", "Chứng thư bị thu hồi"],
  changed: ["bad", "Đã bị thay đổi"],
  broken: ["bad", "Chữ ký hỏng"],
  unreadable: ["bad", "Không đọc được"],
};
const ONE = { ...FILE, valid: ["good", "Hợp lệ"], valid_with_warnings: ["care", "Đúng, có điểm cần lưu ý"] };
const CLOCK = { time_stamp: "theo dấu thời gian", document_time_stamp: "theo dấu thời gian của tệp", now: "lúc kiểm tra, vì không có dấu thời gian" };
const LEVEL = {
  "B-B": "PAdES B-B: chữ ký cơ bản", "B-T": "PAdES B-T: có dấu thời gian", "B-LT": "PAdES B-LT: kèm dữ liệu để kiểm tra lâu dài",
  "B-LTA": "PAdES B-LTA: lưu trữ lâu dài", CMS: "CMS: chưa theo chuẩn PAdES",
};

let address = null;

async function check(file) {
  const busy = byId("busy");
  const result = byId("result");
  result.hidden = true;
  busy.hidden = false;
  busy.textContent = `Đang kiểm tra “${file.name}”…`;
  try {
    if (file.size > LARGEST) throw new Error("Tệp quá lớn.");
    const answer = await fetch("/kiem-tra", {
      method: "POST", body: file, headers: { "Content-Type": "application/pdf", "Accept-Language": "vi" },
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error([body.detail || body.title, ...(body.hints ?? [])].filter(Boolean).map((text) => text[0].toUpperCase() + text.slice(1)).join(". "));
    show(body, file);
  } catch (error) {
    const words = error instanceof TypeError || error instanceof SyntaxError ? "Không kết nối được với dịch vụ. Hãy thử lại." : error.message;
    fill(result, banner("none", "Chưa kiểm tra được", words));
    result.hidden = false;
  } finally {
    busy.hidden = true;
    byId("choose").value = "";
    result.focus({ preventScroll: true });
    result.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
}

function banner(kind, word, sentence, reasons = [], ...facts) {
  return el("div", { class: `verdict ${kind}` },
    el("span", { class: "badge", "aria-hidden": "true" }, MARKS[kind]),
    el("div", {}, el("span", { class: "word" }, word), el("h2", {}, prose(sentence)),
      reasons.length ? el("ul", {}, reasons.map((reason) => el("li", {}, prose(reason)))) : null),
    facts.length ? el("p", { class: "facts" }, facts) : null);
}

function show(report, file) {
  const [kind, word] = FILE[report.verdict] ?? ["none", report.verdict];
  const pages = report.pages ? `${report.pages} trang, ` : "";
  const many = report.signatures.length;
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2)], { type: "application/json" }));
  fill(byId("result"),
    banner(kind, word, report.sentence, reasons(report),
      `${file.name} · ${pages}${size(report.length)} · kiểm tra lúc ${time(report.checked_at)}`, standards(report.standards),
      el("br"), el("span", {}, "SHA-256 ", el("code", {}, report.sha256))),
    notes(report.findings.filter((one) => one.weight === "note")),
    many ? el("h2", {}, count(report.signatures)) : null,
    report.signatures.map(signature),
    el("p", { class: "take" },
      el("a", { class: "main second", href: address, download: `ket-qua-${report.sha256.slice(0, 8)}.json` }, "Tải kết quả (JSON)"),
      el("button", { type: "button", class: "main third", onclick: () => print() }, "In kết quả")));
  byId("result").hidden = false;
}

/** What weighs most, told once, so that nobody has to read on to know why. */
function reasons(report) {
  const all = [report, ...report.signatures].flatMap((one) => one.findings);
  const faults = all.filter((one) => one.weight === "fault");
  const chosen = faults.length ? faults : all.filter((one) => one.weight === "warning");
  return [...new Set(chosen.map((one) => one.text))].slice(0, 4);
}

function count(signatures) {
  const stamps = signatures.filter((one) => one.kind === "time_stamp").length;
  const signs = signatures.length - stamps;
  return `Trong tệp có ${[signs && `${signs} chữ ký`, stamps && `${stamps} dấu thời gian`].filter(Boolean).join(" và ")}`;
}

function signature(one, index) {
  const [kind, word] = ONE[one.verdict] ?? ["none", one.verdict];
  const stamp = one.kind === "time_stamp";
  const name = one.signer?.name || one.field;
  const rows = [
    // Anybody can write any name into a certificate of his own making.
    [null, one.signer && !one.trusted && tag("care", "Các tên dưới đây là lời của chính chứng thư, chưa ai bảo đảm")],
    [stamp ? "Nơi cấp dấu thời gian" : "Người ký (chủ thể chứng thư)", one.signer && [one.signer.name, one.signer.organisation && el("small", {}, one.signer.organisation), el("small", {}, `Số sê-ri ${one.signer.serial}`)]],
    ["Tổ chức cấp chứng thư (CA)", one.signer?.issuer],
    ["Thời điểm ký", when(one)],
    ["Tính toàn vẹn", one.verdict === "unsupported" ? tag("none", "chưa kiểm tra được") : whole(one)],
    ["Hiệu lực chứng thư khi ký", one.signer && validity(one)],
    ["Chuỗi chứng thư", one.chain.length ? [tag(one.trusted ? "good" : "care", one.trusted ? "dẫn tới tổ chức gốc được tin cậy" : "chưa dẫn tới tổ chức gốc được tin cậy"), el("small", {}, one.chain.join(" ← "))] : null],
    ["Tình trạng thu hồi", one.signer && revocation(one)],
    ["Mức chữ ký", one.level && (LEVEL[one.level] ?? one.level)],
    ["Thuật toán", one.algorithm],
    ["Vị trí", one.page ? `Trang ${one.page}, ô ${one.field}` : `Không hiển thị trên trang, ô ${one.field}`],
    ["Lý do ký", one.reason],
  ];
  return el("article", { class: `seal ${kind}` },
    el("header", {},
      el("span", { class: `badge ${kind}`, "aria-hidden": "true" }, MARKS[kind]),
      el("div", {}, el("h3", {}, `${index + 1}. ${stamp ? "Dấu thời gian: " : ""}${name}${one.signer && !one.trusted ? " (chưa xác nhận)" : ""}`), el("p", {}, el("strong", {}, word), ". ", one.sentence))),
    el("dl", { class: "told" }, rows.filter(([, value]) => value).map(([label, value]) => (label ? [el("dt", {}, label), el("dd", {}, value)] : el("dd", { class: "across" }, value)))),
    notes(one.findings));
}

const tag = (kind, words) => el("span", { class: `tag ${kind}` }, words);

function when(one) {
  if (one.kind === "time_stamp") return one.time_stamp && time(one.time_stamp.at);
  const claimed = one.claimed_time ? time(one.claimed_time) : null;
  if (one.time_stamp) {
    return [tag(one.time_stamp.trusted ? "good" : "care", `${time(one.time_stamp.at)} theo dấu thời gian`),
      el("small", {}, `Dấu thời gian của ${one.time_stamp.authority.name || "nơi không rõ"}`),
      claimed && el("small", {}, `Người ký tự khai: ${claimed}`)];
  }
  return claimed && [claimed, el("small", {}, "Do người ký tự khai; không có dấu thời gian chứng minh")];
}

function whole(one) {
  if (!one.intact) return tag("bad", "không khớp nội dung đã ký");
  return {
    whole: tag("good", "nguyên vẹn, ký trên toàn bộ tệp"),
    with_permitted_updates: tag("good", "nguyên vẹn; sau đó chỉ thêm phần được phép (chữ ký, dữ liệu kiểm tra)"),
    changed: tag("bad", "tệp đã bị thay đổi sau khi ký"),
    unknown: tag("bad", "không xác định được"),
  }[one.coverage];
}

function validity(one) {
  const { valid_from: from, valid_to: to } = one.signer;
  const range = `${day(from)} – ${day(to)}`;
  if (!one.judged_at) return range;
  const inside = Date.parse(from) <= Date.parse(one.judged_at) && Date.parse(one.judged_at) <= Date.parse(to);
  return [tag(inside ? "good" : "bad", inside ? "còn hiệu lực" : "không có hiệu lực"),
    el("small", {}, `Hiệu lực ${range}; xét tại ${time(one.judged_at)} (${CLOCK[one.judged_by] ?? ""})`)];
}

function revocation(one) {
  return {
    good: tag("good", "không bị thu hồi"),
    revoked: tag("bad", "đã bị thu hồi"),
    unknown: tag("care", "chưa kiểm tra được"),
  }[one.revocation];
}

function standards(state) {
  if (!state) return null;
  const word = { kept: "được giữ", broken: "không còn đúng chuẩn" };
  const words = [["PDF/A-", state.claims_pdfa, state.pdfa], ["PDF/UA-", state.claims_pdfua, state.pdfua]]
    .filter(([, claims, now]) => claims && word[now]).map(([name, claims, now]) => `${name}${claims} ${word[now]}`);
  return words.length ? ` · ${words.join(", ")}` : null;
}

function notes(findings) {
  return findings.length ? el("ul", { class: "notes" }, findings.map((one) => el("li", { class: one.weight }, el("span", {}, prose(one.text))))) : null;
}

function parts(text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)/.exec(text);
  return found ? found.slice(1) : null;
}

/** The clock the service judged by, never the visitor's: `10:15:00 ngày 22/11/2026`. */
function time(text) {
  const found = parts(text);
  if (!found) return text;
  const [year, month, date, hour, minute, second] = found;
  return `${hour}:${minute}:${second} ngày ${date}/${month}/${year}`;
}

function day(text) {
  const found = parts(text);
  return found ? `${found[2]}/${found[1]}/${found[0]}` : text;
}

const drop = byId("drop");
byId("choose").addEventListener("change", (event) => { if (event.target.files[0]) check(event.target.files[0]); });
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const name of ["dragleave", "drop"]) {
  document.addEventListener(name, (event) => { event.preventDefault(); drop.classList.remove("over"); });
}
document.addEventListener("drop", (event) => { const file = event.dataTransfer?.files[0]; if (file) check(file); });
