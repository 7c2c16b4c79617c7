// The page at `/`: pick a template, edit its data, preview, make the PDF, check. Nothing is stored but, if asked, the key.
import { byId, call, copyButton, el, fill, Problem, prose, size, SAMPLES } from "./dom.js";
import { locate, place, read } from "./json.js";

const BOXES = { nguoi_ky: "Chữ ký người ký", co_quan: "Chữ ký số cơ quan" };
const ACTIONS = ["preview", "pdf", "check"];

const data = byId("data");
const state = {
  templates: [],
  current: null,
  sample: null,
  pristine: "",
  drafts: new Map(), // template id → {text, sample, pristine}
  before: null, // what a sample or a file replaced
  key: "",
  job: null,
  view: null, // pages seen of one request: {key, pages, images, details}
  page: 1,
  shown: null, // key of what stands in the result
};

// --- the service itself ---

async function health() {
  const badge = byId("health");
  try {
    const answer = await fetch("/readyz?verbose", { headers: { Accept: "application/json" }, cache: "no-store" });
    badge.dataset.state = answer.ok ? "ok" : "bad";
    badge.textContent = answer.ok ? "Sẵn sàng" : "Đang bận hoặc chưa sẵn sàng";
    const version = await call("/version");
    const { version: number, typst } = await version.json();
    byId("version").textContent = `vinhdanh ${number ?? ""}${typst ? `, Typst ${typst}` : ""}`;
  } catch {
    if (badge.dataset.state === "ok") return;
    badge.dataset.state = "bad";
    badge.textContent = "Không gọi được dịch vụ";
  }
}

const KEY = "vinhdanh.key";

function access() {
  state.key = sessionStorage.getItem(KEY) ?? "";
  byId("key").value = state.key;
  byId("key-keep").checked = state.key !== "";
  byId("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    state.key = byId("key").value.trim();
    if (byId("key-keep").checked && state.key) sessionStorage.setItem(KEY, state.key);
    else sessionStorage.removeItem(KEY);
    byId("access").open = false;
    command();
    catalog();
  });
  byId("access").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    byId("access").open = false;
    byId("access").querySelector("summary").focus();
  });
}

function askKey() {
  byId("access").open = true;
  byId("key").focus();
}

// --- the catalog ---

async function catalog() {
  const list = byId("templates");
  list.setAttribute("aria-busy", "true");
  try {
    const answer = await (await call("/v1/templates", { key: state.key })).json();
    state.templates = answer.templates ?? [];
    shelf(answer.broken ?? []);
    byId("shelf-count").textContent = state.templates.length ? `(${state.templates.length})` : "";
    byId("filter-row").hidden = state.templates.length < 7;
    if (!state.templates.length) {
      list.append(el("p", { class: "note" }, "Dịch vụ chưa có mẫu nào dùng được. Mẫu là các thư mục trong ", el("code", {}, "typst-templates/"), "."));
    }
    await route();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    fill(list, el("p", {}, el("strong", {}, problem.body.title), el("br"), ...prose(problem.body.detail ?? "")),
      el("p", {}, el("button", { type: "button", class: "plain", onclick: problem.status === 401 ? askKey : catalog },
        problem.status === 401 ? "Nhập khóa" : "Thử lại")));
    if (problem.status === 401) askKey();
  } finally {
    list.setAttribute("aria-busy", "false");
  }
}

function shelf(broken) {
  const card = (one) => el("li", {}, el("a", { class: "card", href: `#${one.id}`, "data-id": one.id },
    el("b", {}, one.title_vi), one.legal_basis && el("span", {}, one.legal_basis)));
  const fault = (one) => el("li", {}, ...prose(one.vi), one.file && [" ", el("code", {}, one.line ? `${one.file}:${one.line}` : one.file)]);
  const wreck = (one) => el("li", {}, el("details", { class: "card broken" },
    el("summary", {}, el("b", {}, one.id), el("span", {}, `Mẫu hỏng: ${one.faults.length} lỗi, chưa dùng được`)),
    el("ul", {}, one.faults.map(fault))));
  fill(byId("templates"), el("ul", { class: "list" }, state.templates.map(card), broken.map(wreck)));
}

function sieve() {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  const wanted = plain(byId("filter").value.trim());
  for (const card of byId("templates").querySelectorAll(".card")) {
    card.parentElement.hidden = !plain(card.textContent + (card.dataset.id ?? "")).includes(wanted);
  }
}

/** `#id` or `#id/sample` says what is open; without it the first template is. */
async function route() {
  const [id, sample] = decodeURIComponent(location.hash.slice(1)).split("/");
  const wanted = state.templates.find((one) => one.id === id) ?? state.templates[0];
  if (wanted && wanted.id !== state.current?.id) await open(wanted, sample);
  else mark();
}

function mark() {
  for (const card of byId("templates").querySelectorAll("[data-id]")) {
    if (card.dataset.id !== state.current?.id) card.removeAttribute("aria-current");
    else {
      card.setAttribute("aria-current", "true");
      card.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }
}

async function open(template, sample) {
  if (state.current) state.drafts.set(state.current.id, { text: data.value, sample: state.sample, pristine: state.pristine });
  state.current = template;
  mark();
  document.title = `${template.title_vi}: vinhdanh`;
  byId("draft-title").textContent = template.title_vi;
  byId("draft-basis").textContent = template.legal_basis ?? "";
  const blanks = (template.modes ?? []).includes("phoi");
  byId("modes").hidden = !blanks;
  if (!blanks) byId("mode").value = "";
  byId("link-schema").href = template.links?.schema ?? `/v1/templates/${template.id}/schema`;
  byId("link-api").href = `/api#${template.id}`;
  byId("draft-links").hidden = false;
  const names = ["plain", ...(template.samples ?? []).filter((name) => name !== "plain")];
  fill(byId("sample"), names.map((name) => el("option", { value: name }, SAMPLES[name] ?? name.replaceAll("_", " "))));
  byId("sample").disabled = false;
  forget();
  state.pristine = data.value;
  const draft = state.drafts.get(template.id);
  if (draft && !sample) {
    state.sample = byId("sample").value = draft.sample;
    put(draft.text, draft.pristine);
  } else await load(names.includes(sample) ? sample : names[0]);
}

async function load(sample) {
  const { id } = state.current;
  try {
    const answer = await call(`/v1/templates/${encodeURIComponent(id)}/sample?name=${encodeURIComponent(sample)}`, { key: state.key });
    let text = await answer.text();
    if (!text.includes("\n")) text = JSON.stringify(JSON.parse(text), null, 2);
    if (state.current.id !== id) return;
    replace(text, sample, `Đã thay bằng mẫu “${SAMPLES[sample] ?? sample}”.`);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    failed(problem, () => load(sample));
  }
}

// --- the data ---

/** Puts a new text in; edits it would bury can be fetched back. */
function replace(text, sample, message) {
  const edited = data.value !== state.pristine && data.value.trim() !== "";
  const before = { text: data.value, sample: state.sample, pristine: state.pristine };
  state.sample = sample;
  if (sample) byId("sample").value = sample;
  put(text.replace(/^\uFEFF/, ""), sample ? text : "");
  if (!edited) return;
  state.before = before;
  byId("undo-text").textContent = message;
  byId("undo").hidden = false;
}

function put(text, pristine) {
  state.pristine = pristine;
  state.before = null;
  byId("undo").hidden = true;
  data.disabled = false;
  data.value = text;
  data.setSelectionRange(0, 0);
  data.scrollTop = data.scrollLeft = 0;
  for (const name of [...ACTIONS, "tidy", "file"]) byId(name).disabled = false;
  changed();
}

let waiting = 0;

function changed() {
  clearTimeout(waiting);
  waiting = setTimeout(inspect, 120);
  aged();
}

/** Syntax fault or first note; also the line numbers. */
function inspect() {
  const text = data.value;
  const { root, fault, notes } = read(text);
  const found = fault ?? notes[0];
  const spot = found && place(text, found.at);
  numbers(text, fault ? spot.line : 0);
  const line = byId("syntax");
  line.disabled = !found;
  line.dataset.state = fault ? (text.trim() ? "bad" : "idle") : found ? "note" : "ok";
  line.textContent = found ? `Dòng ${spot.line}, cột ${spot.column}: ${found.message}` : "JSON đúng cú pháp";
  line.onclick = found ? () => select(found.at, Math.min(found.at + 1, text.length)) : null;
  return { text, root, fault, spot };
}

let numbered = "";

function numbers(text, bad) {
  const count = text.split("\n").length;
  if (numbered === `${count}/${bad}`) return;
  numbered = `${count}/${bad}`;
  const run = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index).join("\n");
  const lines = byId("lines");
  if (!bad) lines.textContent = run(1, count);
  else fill(lines, run(1, bad - 1) + (bad > 1 ? "\n" : ""), el("mark", {}, String(bad)), bad < count ? `\n${run(bad + 1, count)}` : "");
  lines.scrollTop = data.scrollTop;
}

/** Selects a range and brings it into sight: a textarea does not do the second by itself. */
function select(start, end) {
  const { line, column } = place(data.value, start);
  const height = 20;
  data.focus({ preventScroll: true });
  data.setSelectionRange(start, end);
  data.scrollTop = Math.max(0, (line - 1) * height - data.clientHeight / 3);
  data.scrollLeft = column < 48 ? 0 : (column - 20) * 7.8;
  byId("lines").scrollTop = data.scrollTop;
  const box = byId("editor").getBoundingClientRect();
  if (box.top < 0 || box.bottom > innerHeight) byId("editor").scrollIntoView({ block: "center" });
}

/** `insertText` keeps the browser's own undo, but takes minutes over a megabyte; the other way is quick and forgets. */
function type(text) {
  if (text.length < 50_000 && document.execCommand("insertText", false, text)) return;
  data.setRangeText(text, data.selectionStart, data.selectionEnd, "end");
  changed();
}

let leaving = false; // after Esc the next Tab moves on

function keys(event) {
  const { selectionStart: start, selectionEnd: end, value } = data;
  if (event.key === "Escape") { leaving = true; return; }
  if (event.key === "Tab" && leaving) { leaving = false; return; }
  if (event.key !== "Shift") leaving = false;
  if (event.isComposing || event.altKey) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run("preview");
  } else if (event.key === "Enter" && !event.shiftKey) {
    const indent = /^[ \t]*/.exec(value.slice(value.lastIndexOf("\n", start - 1) + 1, start))[0];
    const opens = "{[".includes(value[start - 1] ?? " ");
    const closes = opens && "}]".includes(value[end] ?? " ");
    event.preventDefault();
    type(`\n${indent}${opens ? "  " : ""}${closes ? `\n${indent}` : ""}`);
    if (closes) data.setSelectionRange(start + indent.length + 3, start + indent.length + 3);
  } else if (event.key === "Tab" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (start === end && !event.shiftKey) { type("  "); return; }
    const from = value.lastIndexOf("\n", start - 1) + 1;
    const block = value.slice(from, end);
    const moved = event.shiftKey ? block.replace(/^ {1,2}|^\t/gm, "") : block.replace(/^/gm, "  ");
    if (moved === block) return;
    data.setSelectionRange(from, end);
    type(moved);
    if (start === end) data.setSelectionRange(Math.max(from, start - 2), Math.max(from, start - 2));
    else data.setSelectionRange(from, from + moved.length);
  }
}

async function take(file) {
  if (!file || !state.current) return;
  replace(await file.text(), null, `Đã mở tệp “${file.name}”.`);
}

// --- asking ---

/** What is asked, as it stands now: later steps of the same answer must not see later edits. */
function request() {
  const { id } = state.current;
  const options = { standard: byId("standard").value, mode: byId("mode").value, test: byId("test").checked ? "true" : "" };
  return { id, options, text: data.value, key: [id, query(options), data.value].join("\n") };
}

function query(options) {
  const given = Object.entries(options).filter(([, value]) => value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

/** Double quotes and one line each: the same in bash, PowerShell 7 and cmd. */
function command() {
  if (!state.current) return;
  const { id } = state.current;
  const bearer = state.key ? ' -H "Authorization: Bearer KHOA_CUA_BAN"' : "";
  const sample = `${location.origin}/v1/templates/${id}/sample${state.sample ? `?name=${state.sample}` : ""}`;
  const text = `curl -sS${bearer} "${sample}" -o ${id}.json\n`
    + `curl -sS --fail-with-body${bearer} -H "Content-Type: application/json" --data-binary @${id}.json "${location.origin}/v1/documents/${id}${query(request().options)}" -o ${id}.pdf`;
  byId("curl").textContent = text;
}

function say(message, kind = "") {
  byId("said").dataset.state = kind;
  byId("said").textContent = message;
}

function post(ask, path, accept, signal) {
  return call(path, { method: "POST", accept, body: ask.text, key: state.key, signal });
}

const documentPath = (ask, extra) => `/v1/documents/${encodeURIComponent(ask.id)}${query({ ...ask.options, ...extra })}`;
const checkPath = (ask) => `/v1/check/${encodeURIComponent(ask.id)}`;

async function run(action, page = 1) {
  if (!state.current || data.disabled) return;
  clearTimeout(waiting);
  const { fault, spot } = inspect();
  if (fault) {
    clear();
    say(`Chưa gửi: dòng ${spot.line}, cột ${spot.column}, ${fault.message}.`, "bad");
    select(fault.at, Math.min(fault.at + 1, data.value.length));
    return;
  }
  state.job?.abort();
  const job = new AbortController();
  const busy = { preview: "Đang dàn trang…", pdf: "Đang tạo PDF…", check: "Đang kiểm tra…" }[action];
  state.job = job;
  const slow = setTimeout(() => { byId("cancel").hidden = false; }, 400); // a quick answer moves nothing
  const since = performance.now();
  for (const name of ["help", "faults"]) byId(name).replaceChildren();
  say(busy, "busy");
  const ticking = setInterval(() => { byId("said").textContent = `${busy} ${Math.round((performance.now() - since) / 1000)} giây`; }, 5000);
  byId("result").setAttribute("aria-busy", "true");
  try {
    const ask = request();
    const show = await { preview, pdf, check }[action](ask, job.signal, page);
    if (state.job !== job) return;
    clear();
    show(`${Math.round(performance.now() - since).toLocaleString("vi-VN")} ms`);
    state.shown = ask.key;
    aged();
  } catch (problem) {
    if (state.job !== job) return;
    if (problem.name === "AbortError") say("Đã hủy.");
    else if (problem instanceof Problem) failed(problem, () => run(action, page));
    else throw problem;
  } finally {
    clearInterval(ticking);
    clearTimeout(slow);
    if (state.job === job) {
      state.job = null;
      byId("cancel").hidden = true;
      byId("result").setAttribute("aria-busy", "false");
    }
  }
  const top = byId("result").getBoundingClientRect().top;
  if (top > innerHeight * 0.6 || top < -80) byId("result").scrollIntoView({ block: "start" });
}

function viewOf(key) {
  if (state.view?.key !== key) {
    for (const image of state.view?.images.values() ?? []) URL.revokeObjectURL(image.url);
    state.view = { key, pages: 0, images: new Map(), details: null };
  }
  return state.view;
}

async function details(ask, signal) {
  const answer = await post(ask, documentPath(ask), "application/json", signal);
  const result = await answer.json();
  result.header_name = fileName(answer.headers.get("Content-Disposition"));
  const view = viewOf(ask.key);
  Object.assign(view, { pages: result.pages, details: result });
  return result;
}

async function preview(ask, signal, page) {
  const format = byId("format").value;
  const name = `${format}/${page}`;
  if (state.view?.key !== ask.key || !state.view.images.has(name)) {
    const answer = await post(ask, documentPath(ask, format === "svg" ? { page } : { page, ppi: 144 }), format === "svg" ? "image/svg+xml" : "image/png", signal);
    const image = await picture(answer, format);
    const view = viewOf(ask.key);
    view.pages = Number(answer.headers.get("Vinhdanh-Pages")) || view.pages || 1;
    view.images.set(name, image);
  }
  if (byId("boxes").checked && !state.view.details) await details(ask, signal);
  const warned = state.view.details?.warnings ?? await quietly(() => checked(ask, signal));
  return (took) => {
    state.page = page;
    showPage(state.view.images.get(name), page);
    const count = state.view.pages;
    say(`Trang ${page} trong ${count} trang, ${took}${tail(warned)}`, warned?.length ? "warn" : "ok");
    warnings(warned);
  };
}

/** Warnings belong to the request, not to a page: asked once. */
async function checked(ask, signal) {
  const { view } = state;
  view.warnings ??= (await (await post(ask, checkPath(ask), "application/json", signal)).json()).warnings ?? [];
  return view.warnings;
}

async function quietly(ask) {
  try { return await ask(); } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    return [];
  }
}

async function picture(answer, format) {
  if (format === "svg") {
    const text = await answer.text();
    const [, , w, h] = (/viewBox="([^"]+)"/.exec(text)?.[1] ?? "0 0 595.28 841.89").split(/[\s,]+/).map(Number);
    return { url: URL.createObjectURL(new Blob([text], { type: "image/svg+xml" })), w, h };
  }
  const url = URL.createObjectURL(await answer.blob());
  const image = new Image();
  image.src = url;
  await image.decode();
  return { url, w: image.naturalWidth / 2, h: image.naturalHeight / 2 };
}

async function pdf(ask, signal) {
  const result = await details(ask, signal);
  return (took) => {
    showPdf(result);
    say(`Đã tạo PDF: ${result.pages} trang, ${took}${tail(result.warnings)}`, result.warnings?.length ? "warn" : "ok");
    warnings(result.warnings);
  };
}

async function check(ask, signal) {
  const result = await (await post(ask, checkPath(ask), "application/json", signal)).json();
  return (took) => {
    const pages = result.pages ? `, ${result.pages} trang` : "";
    const verdict = result.ok === false ? "Dựng được trang nhưng sai thể thức" : "Dữ liệu hợp lệ";
    say(`${verdict}${pages}, ${took}${tail(result.warnings)}`, result.warnings?.length ? "warn" : "ok");
    warnings(result.warnings);
    if (state.shown !== ask.key) clearStage("none");
  };
}

const tail = (list) => (list?.length ? `. Có ${list.length} lưu ý.` : ".");

/** RFC 6266: `filename*` (RFC 8187) before `filename`. */
function fileName(header) {
  const wide = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(header ?? "")?.[1];
  try {
    if (wide) return decodeURIComponent(wide.trim());
  } catch { /* a broken header: the plain name below */ }
  return /filename\s*=\s*"([^"]*)"/i.exec(header ?? "")?.[1] ?? null;
}

// --- showing ---

function clear() {
  for (const name of ["help", "faults", "warnings"]) byId(name).replaceChildren();
}

function stage(kind) {
  const ids = { empty: "empty", page: "sheet", pdf: "viewer" };
  for (const [name, id] of Object.entries(ids)) byId(id).hidden = name !== kind;
  byId("stage").dataset.state = kind;
  byId("pager").hidden = kind !== "page";
  byId("download").hidden = kind !== "pdf";
  if (kind !== "pdf" && made) {
    byId("viewer").replaceChildren();
    URL.revokeObjectURL(made);
    made = null;
  }
}

function clearStage(kind = "empty") {
  stage(kind);
  state.shown = null;
  byId("stale").hidden = true;
}

function forget() {
  state.job?.abort();
  clear();
  say("");
  clearStage();
  state.page = 1;
}

function aged() {
  const old = state.shown !== null && state.shown !== request().key;
  byId("stale").hidden = !old;
  const { dataset } = byId("stage");
  if (dataset.state !== "empty") byId("stage").classList.toggle("old", old);
}

function showPage(image, page) {
  const { pages, details: known } = state.view;
  const sheet = byId("sheet");
  const actual = byId("actual").checked;
  sheet.className = actual ? "page actual" : "page";
  fill(sheet, el("img", { src: image.url, alt: `Trang ${page} của ${state.current.title_vi}`, width: Math.round(image.w * 4 / 3), height: Math.round(image.h * 4 / 3) }),
    byId("boxes").checked && known && outlines(known.boxes ?? [], image, page));
  byId("page-of").textContent = `Trang ${page} / ${pages}`;
  byId("previous").disabled = page <= 1;
  byId("next").disabled = page >= pages;
  stage("page");
}

function outlines(boxes, { w, h }, page) {
  const make = (tag, attributes, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  return make("svg", { viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": "Ô ký, ô dấu" }, ...boxes.filter((box) => box.page === page).flatMap((box) => [
    make("rect", { x: box.x, y: box.y, width: box.w, height: box.h, fill: "#b98a36", "fill-opacity": 0.14, stroke: "#8a1a15", "stroke-width": 1, "stroke-dasharray": "4 2.5" }),
    make("text", { x: box.x + 3, y: box.y + 9, "font-size": 8, fill: "#650f0c" }, BOXES[box.name] ?? box.name),
  ]));
}

let made = null; // object URL of the PDF on show

function showPdf(result) {
  const bytes = Uint8Array.from(atob(result.pdf), (char) => char.charCodeAt(0));
  stage("empty");
  made = URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
  const name = /\.pdf$/i.test(result.header_name ?? "") ? result.header_name : result.file_name ?? `${state.current.id}.pdf`;
  fill(byId("download"), el("a", { class: "main", href: made, download: name }, `Tải về ${name}`),
    el("dl", {}, el("div", {}, el("dt", {}, "Cỡ:"), el("dd", {}, size(bytes.length))),
      result.sha256 && el("div", {}, el("dt", {}, "SHA-256:"), el("dd", {}, el("code", { title: result.sha256 }, `${result.sha256.slice(0, 12)}…`)), copyButton(result.sha256))));
  fill(byId("viewer"), navigator.pdfViewerEnabled === false
    ? el("p", { class: "empty" }, "Trình duyệt này không mở được PDF trong trang; hãy tải tệp về.")
    : el("iframe", { src: made, title: `PDF: ${name}` }));
  stage("pdf");
}

function warnings(list) {
  findings(byId("warnings"), list, "Lưu ý", "finds warn");
}

function findings(where, list, title, kind) {
  if (!list?.length) { where.replaceChildren(); return; }
  const row = (one) => {
    // What is seen on a page has a place there and none in the data.
    const spot = !one.spot && one.pointer !== undefined && one.pointer !== null ? found(one.pointer) : null;
    const breach = one.spot && one.severity === "error" ? "Sai thể thức: " : "";
    const text = [el("span", {}, ...prose(breach + one.detail)),
      ...(one.hints ?? []).map((hint) => el("span", { class: "advice" }, ...prose(hint))),
      one.spot && el("span", { class: "where" }, `trang ${one.spot.page}, cách mép trái ${Math.round(one.spot.x)} mm, mép trên ${Math.round(one.spot.y)} mm`),
      !one.spot && el("span", { class: "where" }, el("code", {}, one.pointer || (spot ? "(cả dữ liệu)" : "")), spot && (spot.exact ? `dòng ${spot.line}` : `gần dòng ${spot.line}, chưa có trường này`))];
    return el("li", {}, spot ? el("button", { type: "button", class: "find", onclick: () => go(one.pointer) }, text) : el("div", { class: "find" }, text));
  };
  fill(where, el("h3", { class: "finds-title" }, `${title} (${list.length})`), el("ul", { class: kind }, list.map(row)));
}

let last = { text: null, root: null };

function found(pointer) {
  if (last.text !== data.value) last = { text: data.value, root: read(data.value).root };
  if (!last.root) return null;
  const spot = locate(last.root, pointer);
  return { ...spot, ...place(data.value, spot.start) };
}

function go(pointer) {
  const spot = found(pointer);
  if (spot) select(spot.start, spot.end);
}

function failed(problem, again) {
  const { status, body, retryAfter } = problem;
  clear();
  clearStage("none");
  const list = body.errors ?? [];
  const heading = {
    0: "Không gọi được dịch vụ", 401: "Cần khóa truy cập", 403: "Khóa này không được dùng việc đó", 413: "Dữ liệu quá lớn",
    429: "Dịch vụ đang nhận quá nhiều yêu cầu", 503: "Dịch vụ đang bận", 504: "Quá thời hạn dàn trang",
  }[status];
  say(status === 422 && list.length ? `Dữ liệu có ${list.length} lỗi. Bấm vào một lỗi để tới chỗ cần sửa.` : heading ?? body.title ?? `Lỗi ${status}`, "bad");
  const { source } = body;
  const line = !(status === 422 && list.length) && body.detail && body.detail !== heading && el("p", {}, ...prose(body.detail));
  const origin = source && el("p", { class: "note" }, "Trong mẫu: ", el("code", {}, [source.template, [source.file, source.line, source.column].filter(Boolean).join(":")].filter(Boolean).join(" / ")));
  const hints = body.hints?.length && el("ul", {}, body.hints.map((hint) => el("li", {}, ...prose(hint))));
  const papers = body.code && el("p", { class: "note" }, "Mã: ", el("a", { href: `/problems/${encodeURIComponent(body.code)}` }, body.code), body.trace_id && [" · Mã vết: ", el("code", {}, body.trace_id)]);
  fill(byId("help"), line, hints, origin, status === 401 && el("p", {}, el("button", { type: "button", class: "plain", onclick: askKey }, "Nhập khóa")),
    (status === 0 || status >= 500 || status === 429) && retry(again, retryAfter), papers);
  findings(byId("faults"), list, "Cần sửa", "finds");
}

function retry(again, wait = 0) {
  const until = performance.now() + wait * 1000;
  const button = el("button", { type: "button", class: "plain", onclick: () => { clearInterval(ticking); again(); } });
  const tick = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? `Thử lại sau ${left} giây` : "Thử lại";
    if (left <= 0 || !button.isConnected && performance.now() > until) clearInterval(ticking);
  };
  const ticking = setInterval(tick, 250);
  tick();
  return el("p", { class: "row" }, button);
}

// --- wiring ---

function turn(step) {
  const next = state.page + step;
  if (next >= 1 && next <= (state.view?.pages ?? 1)) run("preview", next);
}

access();
for (const action of ACTIONS) byId(action).addEventListener("click", () => run(action));
byId("cancel").addEventListener("click", () => state.job?.abort());
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));
byId("sheet").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, PageUp: -1, ArrowRight: 1, PageDown: 1 }[event.key];
  if (step) { event.preventDefault(); turn(step); }
});
for (const name of ["boxes", "format"]) byId(name).addEventListener("change", () => run("preview", state.page));
byId("actual").addEventListener("change", () => byId("sheet").classList.toggle("actual", byId("actual").checked));
for (const name of ["standard", "mode", "test"]) byId(name).addEventListener("change", () => { command(); aged(); });
byId("filter").addEventListener("input", sieve);
byId("sample").addEventListener("change", () => load(byId("sample").value).then(command));
byId("file").addEventListener("change", (event) => { take(event.target.files[0]); event.target.value = ""; });
byId("undo-button").addEventListener("click", () => {
  const { text, sample, pristine } = state.before;
  state.sample = sample;
  if (sample) byId("sample").value = sample;
  put(text, pristine);
  command();
  data.focus();
});
byId("tidy").addEventListener("click", () => {
  const { fault } = inspect();
  if (fault) { select(fault.at, fault.at + 1); return; }
  data.focus();
  data.select();
  type(JSON.stringify(JSON.parse(data.value), null, 2));
});
data.addEventListener("input", changed);
data.addEventListener("keydown", keys);
data.addEventListener("scroll", () => { byId("lines").scrollTop = data.scrollTop; });
data.addEventListener("dragover", (event) => { event.preventDefault(); byId("editor").classList.add("drop"); });
for (const name of ["dragleave", "drop"]) data.addEventListener(name, () => byId("editor").classList.remove("drop"));
data.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files[0]);
});
addEventListener("hashchange", () => route().then(command));
fill(byId("curl-copy"), copyButton(() => byId("curl").textContent));
// A plain link cannot carry the key.
byId("sheets").addEventListener("click", async (event) => {
  const link = event.target.closest("a[download]");
  if (!link || !state.key) return;
  event.preventDefault();
  try {
    const url = URL.createObjectURL(await (await call(link.pathname, { accept: "*/*", key: state.key })).blob());
    el("a", { href: url, download: `${link.textContent}.xlsx` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    byId("said").textContent = `${problem.body.title}. ${problem.body.detail ?? ""}`;
  }
});
health();
catalog().then(command);
