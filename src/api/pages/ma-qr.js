// Checks the code of a page. The code comes as the fragment of the address, from the camera, or pasted; its text is sent
// in the body of one request and kept nowhere.

import { byId, el, fill } from "./dom.js";

const FIELDS = [
  ["kind", "Loại văn bản"],
  ["number", "Số, ký hiệu"],
  ["date", "Ngày"],
  ["issuer", "Cơ quan"],
  ["recipient", "Người nhận"],
];

const day = (text) => String(text ?? "").split("-").reverse().join("/");

function shown(printed, name) {
  if (name === "number") return `${printed.number}/${printed.symbol}`;
  if (name === "date") return day(printed.date);
  return printed[name];
}

function trouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

function show(found) {
  const result = byId("result");
  result.dataset.verdict = found.verdict;
  byId("sentence").textContent = found.sentence;
  const revoked = byId("revoked");
  revoked.hidden = !found.revoked;
  revoked.textContent = found.revoked ? `Từ ngày ${day(found.revoked.on)}: ${found.revoked.reason}` : "";
  const rows = found.printed ? FIELDS.filter(([name]) => shown(found.printed, name)) : [];
  const list = rows.map(([name, label]) => [el("dt", {}, label), el("dd", {}, shown(found.printed, name))]);
  if (found.issuer) list.push([el("dt", {}, "Mã ký bằng khóa của"), el("dd", {}, found.issuer)]);
  fill(byId("printed"), list);
  fill(byId("notes"), (found.notes ?? []).map((note) => el("li", {}, note.text)));
  result.hidden = false;
  result.focus();
}

async function check(text) {
  trouble("");
  byId("result").hidden = true;
  if (!text.trim()) return trouble("Chưa có nội dung của mã.");
  let answer;
  try {
    answer = await fetch("/kiem-tra/ma-qr", {
      method: "POST",
      headers: { "Content-Type": "text/plain", Accept: "application/json", "Accept-Language": "vi" },
      body: text,
      cache: "no-store",
    });
  } catch {
    return trouble("Không gọi được dịch vụ: kiểm tra mạng rồi thử lại.");
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) show(body);
  else trouble(body.detail || body.title || `Dịch vụ trả lời ${answer.status}.`);
}

/** Looks through the camera until a code is seen. */
async function scan() {
  const view = byId("view");
  trouble("");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  } catch {
    return trouble("Không mở được máy ảnh: cho phép trang dùng máy ảnh, hoặc dán nội dung của mã.");
  }
  view.srcObject = stream;
  view.hidden = false;
  await view.play();
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const stop = () => {
    stream.getTracks().forEach((track) => track.stop());
    view.srcObject = null;
    view.hidden = true;
  };
  while (!view.hidden) {
    const found = await detector.detect(view).catch(() => []);
    if (found.length > 0) {
      stop();
      byId("text").value = found[0].rawValue;
      return check(found[0].rawValue);
    }
    await new Promise((done) => setTimeout(done, 200));
  }
}

function fromAddress() {
  const text = location.hash.slice(1);
  if (text) check(text);
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  check(byId("text").value);
});
if ("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
  byId("camera").hidden = false;
  byId("camera").addEventListener("click", scan);
}
addEventListener("hashchange", fromAddress);
fromAddress();
