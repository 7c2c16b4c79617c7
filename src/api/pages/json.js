// JSON text as people edit it: the first fault with its place, and the place a JSON Pointer means.

const MAX_DEPTH = 200;

/**
 * Reads the text. `{root, notes}` or `{fault: {at, message}}`.
 * A node is `{start, end}` and, by kind, `members` (name → {start, node}) or `items`.
 */
export function read(text) {
  const notes = [];
  let at = 0;

  const stop = (message, where = at) => { throw { at: Math.min(where, text.length), message }; };
  const blank = () => { while (at < text.length && " \t\r\n".includes(text[at])) at += 1; };

  function string() {
    const start = at;
    at += 1;
    for (;;) {
      const char = text[at];
      if (char === undefined) stop("chuỗi mở ngoặc kép mà chưa đóng", start);
      if (char === '"') { at += 1; return start; }
      if (char === "\n" || char === "\r") stop("chuỗi chưa đóng ngoặc kép trước khi xuống dòng (xuống dòng trong chuỗi viết là \\n)", start);
      if (char < " ") stop("chuỗi có ký tự điều khiển; dấu Tab viết là \\t");
      if (char === "\\") {
        const escape = text[at + 1];
        if (escape === "u" ? !/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6)) : !escape || !'"\\/bfnrt'.includes(escape)) {
          stop("sau dấu \\ chỉ nhận \" \\ / b f n r t hoặc u và bốn chữ số thập lục");
        }
        at += escape === "u" ? 6 : 2;
      } else at += 1;
    }
  }

  function object(depth) {
    const node = { start: at, members: new Map() };
    at += 1;
    blank();
    if (text[at] === "}") { at += 1; return { ...node, end: at }; }
    for (;;) {
      if (text[at] !== '"') stop(strange("cần tên trường trong ngoặc kép"));
      const start = string();
      const name = JSON.parse(text.slice(start, at));
      if (node.members.has(name)) notes.push({ at: start, message: `trường "${name}" viết hai lần; chỉ lần sau được dùng` });
      blank();
      if (text[at] !== ":") stop(`thiếu dấu hai chấm sau tên trường "${name}"`);
      at += 1;
      node.members.set(name, { start, node: value(depth + 1) });
      blank();
      if (text[at] === "}") { at += 1; return { ...node, end: at }; }
      comma("}");
    }
  }

  function array(depth) {
    const node = { start: at, items: [] };
    at += 1;
    blank();
    if (text[at] === "]") { at += 1; return { ...node, end: at }; }
    for (;;) {
      node.items.push(value(depth + 1));
      blank();
      if (text[at] === "]") { at += 1; return { ...node, end: at }; }
      comma("]");
    }
  }

  function comma(close) {
    if (at >= text.length) stop(`văn bản hết giữa chừng, còn thiếu dấu ${close}`);
    if (text[at] !== ",") {
      if ("}]".includes(text[at])) stop(`đóng bằng ${text[at]} trong khi đang chờ ${close}`);
      let before = at;
      while (before > 0 && " \t\r\n".includes(text[before - 1])) before -= 1;
      stop(`thiếu dấu phẩy hoặc dấu ${close}`, before);
    }
    const where = at;
    at += 1;
    blank();
    if ("}]".includes(text[at] ?? " ")) stop(`thừa dấu phẩy trước dấu ${text[at]}`, where);
  }

  function value(depth) {
    if (depth > MAX_DEPTH) stop("lồng nhau quá sâu");
    blank();
    const char = text[at];
    if (char === "{") return object(depth);
    if (char === "[") return array(depth);
    if (char === '"') { const start = string(); return { start, end: at }; }
    const start = at;
    const word = /[^\s,:{}[\]"]+/y;
    word.lastIndex = at;
    const found = word.exec(text)?.[0] ?? "";
    if (/^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/.test(found)) {
      at += found.length;
      return { start, end: at };
    }
    if (/^-?0\d/.test(found)) stop("số không bắt đầu bằng 0; mã số thì đặt trong ngoặc kép");
    if (/^-?[\d.]/.test(found)) stop(`"${found}" không phải số JSON (phần lẻ dùng dấu chấm, không chấm ngăn hàng nghìn)`);
    if (/^(true|false|null)$/i.test(found)) stop(`viết thường: ${found.toLowerCase()}`);
    return stop(strange("cần một giá trị"));
  }

  function strange(wanted) {
    const char = text[at];
    if (char === undefined) return "văn bản hết giữa chừng";
    if ("“”„‘’'`«»".includes(char)) return `dùng ngoặc kép thẳng " thay cho ${char}`;
    if (char === "/" ) return "JSON không có chú thích";
    return `${wanted}, gặp ${char === "\n" ? "xuống dòng" : char}`;
  }

  try {
    blank();
    if (at === text.length) stop("chưa có dữ liệu");
    const root = value(0);
    blank();
    if (at < text.length) stop("thừa nội dung sau khi dữ liệu đã kết thúc");
    return { root, notes };
  } catch (fault) {
    if (fault instanceof Error) throw fault;
    return { fault, notes };
  }
}

/** Tokens of a JSON Pointer, plain (`/a/0`) or as a URI fragment (`#/a/0`). */
export function tokens(pointer) {
  let path = pointer;
  if (path.startsWith("#")) {
    try { path = decodeURIComponent(path.slice(1)); } catch { path = path.slice(1); }
  }
  return path.split("/").slice(1).map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Where the pointer's value stands; `exact` is false when only an ancestor is there. */
export function locate(root, pointer) {
  let node = root;
  let start = root.start;
  for (const token of tokens(pointer)) {
    const member = node.members?.get(token);
    const item = node.items?.[/^(0|[1-9]\d*)$/.test(token) ? Number(token) : -1];
    if (!member && !item) return { ...opening(node, start), exact: false };
    node = member?.node ?? item;
    start = member?.start ?? item.start;
  }
  return { start: node.start, end: node.end, from: start, exact: true };
}

// A whole object selected is a wall of blue: for a missing member its opening bracket and name are enough.
function opening(node, start) {
  return { start, end: node.members || node.items ? node.start + 1 : node.end, from: start };
}

/** Line and column, both from 1, of an offset. */
export function place(text, at) {
  const before = at === 0 ? -1 : text.lastIndexOf("\n", at - 1);
  let line = 1;
  for (let next = text.indexOf("\n"); next !== -1 && next < at; next = text.indexOf("\n", next + 1)) line += 1;
  return { line, column: at - before };
}
