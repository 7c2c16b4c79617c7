// The page at `/api`: the reference, built from /openapi.json.
import { byId, call, copyButton, el, fill, Problem, prose, SAMPLES } from "./dom.js";

const VERBS = ["get", "post", "put", "patch", "delete"];
const KINDS = { object: "đối tượng", array: "danh sách", string: "chuỗi", integer: "số nguyên", number: "số", boolean: "đúng/sai", null: "null" };
const PLACES = { query: "truy vấn", path: "đường dẫn", header: "tiêu đề" };

let spec;

/** Follows `$ref`: from the whole document, else from the schema it stands in (a bundled schema's own `$defs`). */
function resolve(node, home) {
  let seen = 0;
  let at = { node, home };
  while (at.node?.$ref && seen < 20) {
    const { $ref, ...beside } = at.node;
    const path = $ref.split("#")[1]?.split("/").slice(1).map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")) ?? [];
    const walk = (from) => path.reduce((into, part) => into?.[part], from);
    const target = walk(spec) ?? walk(at.home);
    if (!target) break;
    at = { node: { ...target, ...beside }, home: /^#\/components\/schemas\/[^/]+$/.test($ref) ? target : at.home };
    seen += 1;
  }
  return at;
}

const deref = (node) => resolve(node, null).node;

/** The little Markdown our descriptions use: paragraphs, `code`, *a line in English*. */
function paragraphs(text) {
  return String(text ?? "").split(/\n\n+/).filter(Boolean).map((part) => (
    /^\*[^*][\s\S]*\*$/.test(part) ? el("p", { class: "note", lang: "en" }, ...prose(part.slice(1, -1))) : el("p", {}, ...prose(part))));
}

// --- schemas ---

function kind(schema, home) {
  if (schema.const !== undefined) return `luôn là ${JSON.stringify(schema.const)}`;
  const types = [schema.type ?? (schema.properties ? "object" : [])].flat();
  let text = types.map((type) => KINDS[type] ?? type).join(" hoặc ");
  if (types.includes("array") && schema.items) {
    const items = resolve(schema.items, home).node;
    text += ` các ${items.title && items.type === "object" ? `“${items.title}”` : kind(items, home) || "giá trị"}`;
  }
  if (schema.format) text += schema.format === "date" ? ", ngày dạng 2025-09-29" : `, dạng ${schema.format}`;
  return text;
}

function limits(schema) {
  const all = [];
  const range = (low, high, unit) => {
    if (low !== undefined && high !== undefined) all.push(`${low}–${high}${unit}`);
    else if (low !== undefined) all.push(`ít nhất ${low}${unit}`);
    else if (high !== undefined) all.push(`nhiều nhất ${high}${unit}`);
  };
  range(schema.minLength, schema.maxLength, " ký tự");
  range(schema.minItems, schema.maxItems, " mục");
  range(schema.minimum, schema.maximum, "");
  if (schema.default !== undefined) all.push(["mặc định ", el("code", {}, JSON.stringify(schema.default))]);
  if (schema.pattern) all.push(["khớp ", el("code", {}, schema.pattern)]);
  return all.flatMap((one) => [" · ", one]);
}

function choices(schema) {
  return schema.enum && el("span", { class: "more" }, "Một trong: ", schema.enum.flatMap((value, index) => [index ? ", " : "", el("code", {}, typeof value === "string" ? value : JSON.stringify(value))]));
}

/** A property: a leaf, or something to open. Children are made when opened, so schemas may be recursive. */
function branch(name, raw, home, must, depth) {
  const { node: schema, home: inner } = resolve(raw, home);
  const items = schema.items ? resolve(schema.items, inner) : null;
  const [body, bodyHome] = items?.node.properties ? [items.node, items.home] : [schema, inner];
  const head = [el("span", { class: "name" }, name), " ", schema.title ?? body.title, " ", must && [el("span", { class: "must" }, "bắt buộc"), " "], el("span", { class: "kind" }, kind(schema, inner), limits(schema))];
  const more = [schema.description && el("span", { class: "more" }, ...prose(schema.description.split("\n\n")[0])), choices(schema), items && choices(items.node),
    schema.examples?.length && el("span", { class: "more" }, "Ví dụ: ", el("code", {}, JSON.stringify(schema.examples[0])))];
  if (!body.properties) return el("li", {}, head, more);
  const details = el("details", {}, el("summary", {}, head), more);
  const grow = () => { if (!details.querySelector(":scope > ul")) details.append(tree(body, bodyHome, depth + 1)); };
  details.addEventListener("toggle", grow);
  if (depth < 1) { details.open = true; grow(); }
  return el("li", {}, details);
}

function tree(schema, home, depth = 0) {
  const must = new Set(schema.required ?? []);
  return el("ul", depth ? {} : { class: "tree" }, Object.entries(schema.properties ?? {}).map(([name, raw]) => branch(name, raw, home, must.has(name), depth)));
}

function schemaOf(raw) {
  const { node, home } = resolve(raw, raw);
  if (node.properties) return [node.title && el("p", {}, el("strong", {}, node.title), node.description && [". ", ...prose(node.description.split("\n\n")[0])]), tree(node, home)];
  return el("p", { class: "note" }, kind(node, home));
}

// --- operations ---

function example(media) {
  const named = Object.entries(media?.examples ?? {}).map(([name, one]) => [SAMPLES[name] ?? one.summary ?? name, deref(one).value]);
  return media?.example !== undefined ? [["Ví dụ", media.example], ...named] : named;
}

function code(text) {
  return el("div", { class: "code" }, el("pre", { tabindex: "0" }, text), copyButton(text));
}

function curl(verb, path, operation) {
  const url = location.origin + path.replace("/templates/{id}", "/templates/giay_khen").replace("{id}", "$LO").replace("{row}", "1").replace("{code}", "invalid_data");
  const media = Object.keys(deref(operation.responses["200"] ?? {})?.content ?? {});
  if (verb === "get") return `curl -sS${media.some((type) => /zip|pdf|sheet|csv/.test(type)) ? " -OJ" : ""} "${url}"`;
  if (verb !== "post" || !operation.requestBody?.required) return `curl -sS -X ${verb.toUpperCase()} "${url}"`;
  const id = path.split("/").pop();
  const [sample, file] = /^\/v1\/(documents|check)\//.test(path) ? [`templates/${id}/sample`, `${id}.json`] : [path.startsWith("/v1/dossiers") && "dossiers/sample", "yeu-cau.json"];
  const fetched = sample ? `curl -sS "${location.origin}/v1/${sample}" -o ${file}\n` : "";
  const out = media.includes("application/pdf") ? ` -o ${id}.pdf` : "";
  return `${fetched}curl -sS --fail-with-body -H "Content-Type: application/json" --data-binary @${file} "${url}"${out}`;
}

function parameters(operation, item) {
  const all = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(deref);
  if (!all.length) return null;
  return [el("h3", {}, "Tham số"), el("div", { class: "wide" }, el("table", {},
    el("thead", {}, el("tr", {}, ["Tên", "Ở đâu", "Nghĩa"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, all.map((one) => el("tr", {}, el("td", {}, el("code", {}, one.name), one.required && [" ", el("small", {}, "bắt buộc")]), el("td", {}, PLACES[one.in] ?? one.in),
      el("td", {}, paragraphs(one.description), el("p", { class: "note" }, kind(one.schema, one.schema), limits(one.schema)), choices(one.schema)))))))];
}

function responses(operation) {
  const row = ([status, raw]) => {
    const one = deref(raw);
    const media = Object.entries(one.content ?? {});
    const headers = Object.keys(one.headers ?? {}).filter((name) => name !== "Content-Language");
    const plainProblem = media.length === 1 && media[0][0] === "application/problem+json"; // said once, under the codes
    const shown = status.startsWith("2") && media.find(([, body]) => body.schema && deref(body.schema).properties);
    return el("tr", {}, el("td", {}, el("strong", {}, status)), el("td", {}, paragraphs(one.description),
      media.length > 0 && !plainProblem && el("p", { class: "note" }, "Nội dung: ", media.flatMap(([type], index) => [index ? ", " : "", el("code", {}, type)])),
      headers.length > 0 && el("p", { class: "note" }, "Trường tiêu đề: ", headers.flatMap((name, index) => [index ? ", " : "", el("code", {}, name)])),
      shown && el("details", { class: "sample" }, el("summary", {}, `Các trường của ${shown[0]}`), schemaOf(shown[1].schema))));
  };
  return [el("h3", {}, "Trả lời"), el("div", { class: "wide" }, el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Mã"), el("th", { scope: "col" }, "Nghĩa"))), el("tbody", {}, Object.entries(operation.responses).map(row))))];
}

const anchors = new Map(); // "post /v1/…" → id; the render operation of a template is `#<template>`

function anchor(verb, path) {
  const known = anchors.get(`${verb} ${path}`);
  if (known) return known;
  const id = /^\/v1\/documents\/([^/{}]+)$/.exec(path)?.[1] ?? `${verb}${path.replace(/[^a-z0-9]+/gi, "-")}`.replace(/-+$/, "");
  anchors.set(`${verb} ${path}`, id);
  return id;
}

function chapter(verb, path, operation, item) {
  const request = operation.requestBody && deref(operation.requestBody);
  const media = request?.content?.["application/json"];
  return el("section", { class: "chapter", id: anchor(verb, path) },
    el("h2", {}, operation.summary ?? operation.operationId),
    el("p", { class: "route" }, el("span", { class: `verb ${verb}` }, verb.toUpperCase()), el("code", {}, path)),
    paragraphs(operation.description), parameters(operation, item),
    media && [el("h3", {}, "Dữ liệu gửi đi"), schemaOf(media.schema),
      example(media).map(([name, value]) => el("details", { class: "sample" }, el("summary", {}, `Dữ liệu mẫu: ${name}`), code(JSON.stringify(value, null, 2))))],
    el("h3", {}, "Gọi thử"), code(curl(verb, path, operation)), responses(operation));
}

function problems() {
  const all = spec["x-vinhdanh-problems"] ?? [];
  const { node, home } = resolve({ $ref: "#/components/schemas/Problem" }, null);
  return el("section", { class: "chapter", id: "ma-loi" }, el("h2", {}, "Lỗi và mã lỗi"),
    el("p", {}, ...prose("Mọi lỗi là `application/problem+json`. Phần mềm rẽ nhánh theo `code`, không theo câu chữ.")), tree(node, home),
    all.length > 0 && el("div", { class: "wide" }, el("table", {}, el("thead", {}, el("tr", {}, ["Mã lỗi", "HTTP", "Nghĩa"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, all.map((one) => el("tr", {}, el("td", {}, el("a", { href: `/problems/${one.code}` }, el("code", {}, one.code))), el("td", {}, String(one.status)), el("td", {}, one.title_vi)))))));
}

function book() {
  const operations = Object.entries(spec.paths).flatMap(([path, item]) => VERBS.filter((verb) => item[verb]).map((verb) => ({ verb, path, item, operation: item[verb] })));
  const tags = [...spec.tags ?? []].sort((one, other) => (other.name === "documents") - (one.name === "documents"));
  const parts = tags.map((tag) => ({ title: tag.description?.split("\n\n")[0] ?? tag.name, list: operations.filter((one) => one.operation.tags?.[0] === tag.name) })).filter((part) => part.list.length);
  fill(byId("toc"), parts.map((part) => [el("h2", {}, part.title.split(":")[0]), el("ul", {}, part.list.map(({ verb, path, operation }) => el("li", {}, el("a", { href: `#${anchor(verb, path)}` }, operation.summary ?? path))))]),
    el("h2", {}, "Lỗi"), el("ul", {}, el("li", {}, el("a", { href: "#ma-loi" }, "Mọi mã lỗi"))));
  fill(byId("chapters"), el("section", { class: "chapter" }, el("h1", {}, spec.info.summary ?? spec.info.title), paragraphs(spec.info.description), el("p", { class: "note" }, `Phiên bản ${spec.info.version}`)),
    parts.map((part) => [el("p", { class: "part", role: "heading", "aria-level": "2" }, part.title), part.list.map(({ verb, path, item, operation }) => chapter(verb, path, operation, item))]), problems());
  byId("chapters").setAttribute("aria-busy", "false");
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

async function start() {
  try {
    spec = await (await call("/openapi.json")).json();
    book();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    fill(byId("chapters"), el("section", { class: "chapter" }, el("h1", {}, problem.body.title), el("p", {}, problem.body.detail), el("p", {}, el("button", { type: "button", class: "plain", onclick: start }, "Thử lại"))));
  }
}

start();
