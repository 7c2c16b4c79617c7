// What both pages need from the browser: elements, copying, reading a problem. No framework.

export const byId = (id) => document.getElementById(id);

/** Makes an element. `on…` keys become listeners, `true` a bare attribute, null and false are left out. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Plain text in which `backticks` mark code. Never HTML. */
export function prose(text) {
  return String(text ?? "").split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

export function fill(node, ...children) {
  node.replaceChildren(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
}

/** Copies where the page is not in a secure context too: offices reach the service by plain http. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { class: "away", readonly: true, "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function copyButton(text, label = "Chép") {
  const button = el("button", { type: "button", class: "quiet", onclick: async () => {
    const done = await copy(typeof text === "function" ? text() : text);
    button.textContent = done ? "Đã chép" : "Không chép được";
    setTimeout(() => { button.textContent = label; }, 1600);
  } }, label);
  return button;
}

export function size(bytes) {
  const number = (value) => value.toLocaleString("vi-VN", { maximumFractionDigits: 1 });
  if (bytes < 1024) return `${bytes} byte`;
  return bytes < 1048576 ? `${number(bytes / 1024)} KB` : `${number(bytes / 1048576)} MB`;
}

/** An answer that is not a success, or no answer at all (status 0). */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail || body.title || `HTTP ${status}`);
    Object.assign(this, { status, body, retryAfter });
  }
}

/** fetch() that throws a Problem; the caller reads the body. */
export async function call(path, { method = "GET", accept = "application/json", body, key, signal } = {}) {
  const headers = { Accept: accept, "Accept-Language": "vi" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers.Authorization = `Bearer ${key}`;
  let answer;
  try {
    answer = await fetch(path, { method, headers, body, signal, cache: "no-store" });
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new Problem(0, {
      title: "Không gọi được dịch vụ",
      detail: "Dịch vụ chưa chạy, đã dừng, hoặc mạng bị ngắt.",
    });
  }
  if (answer.ok) return answer;
  throw new Problem(answer.status, await problemBody(answer), seconds(answer.headers.get("Retry-After")));
}

async function problemBody(answer) {
  try {
    const body = await answer.json();
    if (body && typeof body === "object") return body;
  } catch { /* not JSON: a proxy in between, most likely */ }
  return { title: `HTTP ${answer.status} ${answer.statusText}`.trim(), detail: "Câu trả lời không phải của vinhdanh; có thể do máy chủ trung gian." };
}

function seconds(value) {
  if (!value) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

/** What the samples are called; one that is not here goes by its own name. */
export const SAMPLES = {
  plain: "Đầy đủ",
  minimal: "Tối thiểu",
  overflow: "Tên dài, nhiều dòng",
  hostile: "Ký tự khó",
  "tap-the": "Tập thể",
  "ho-gia-dinh": "Hộ gia đình",
  chay: "Danh sách liệt kê",
  dieu: "Điều tự soạn",
};
