// Asks for news and shows them: pages, or the faults that stand in their place, and warnings beside.

const WORDS = {
  vi: {
    fit: "Vừa khung", zoom: "Cỡ xem", page: "trang", warnings: "Lưu ý", lost: "Mất liên lạc với chương trình; đang thử lại…",
    done: (pages, ms, file) => `${pages} trang · ${ms} ms · ${file}`,
    failed: (count) => `Chưa dựng được: ${count} lỗi. Sửa và lưu tệp, trang này tự cập nhật.`,
    line: (line, column) => `dòng ${line}, cột ${column}`,
  },
  en: {
    fit: "Fit", zoom: "Zoom", page: "page", warnings: "Warnings", lost: "The program does not answer; trying again…",
    done: (pages, ms, file) => `${pages} page(s) · ${ms} ms · ${file}`,
    failed: (count) => `Not set: ${count} fault(s). Mend and save the file, this page follows.`,
    line: (line, column) => `line ${line}, column ${column}`,
  },
};
const REAL = { real: 1, double: 2 };

const byId = (id) => document.getElementById(id);
let words = WORDS.vi;
let seen = 0;

function make(kind, text, style) {
  const element = document.createElement(kind);
  if (text !== undefined) element.textContent = text;
  if (style) element.className = style;
  return element;
}

/** One message: words, place with its line of source, pointer into the data, hints. */
function message(one) {
  const item = make("li");
  item.append(make("p", one.message));
  if (one.place) {
    item.append(make("p", `${one.place.file} · ${words.line(one.place.line, one.place.column)}`, "at"));
  }
  if (one.source) {
    const source = make("pre", `${one.source.line}\n${one.source.indent}`);
    source.append(make("b", "▲"));
    item.append(source);
  }
  if (one.spot) {
    item.append(make("p", `${words.page} ${one.spot.page} · ${Math.round(one.spot.x)} × ${Math.round(one.spot.y)} mm`, "at"));
  }
  item.append(make("p", `${one.pointer ? `${one.pointer} ` : ""}[${one.code}]`, "code"));
  for (const hint of one.hints) item.append(make("p", hint, "hint"));
  return item;
}

function list(title, messages) {
  const items = make("ol");
  items.append(...messages.map(message));
  return [make("h2", title), items];
}

/** Pages stand in their order; one whose picture did not change is left alone, so that nothing flickers. */
function showPages(pages) {
  const holder = byId("pages");
  pages.forEach((page, index) => {
    let figure = holder.children[index];
    if (!figure) {
      figure = make("figure");
      const sheet = make("div", undefined, "sheet");
      sheet.append(make("img"));
      figure.append(make("figcaption"), sheet);
      holder.append(figure);
    }
    const [caption, sheet] = figure.children;
    const picture = sheet.firstChild;
    caption.textContent = `${words.page} ${index + 1} / ${pages.length} · ${Math.round(page.width)} × ${Math.round(page.height)} mm`;
    picture.alt = caption.textContent;
    figure.dataset.width = page.width;
    figure.dataset.height = page.height;
    const address = `/page/${index + 1}?${page.hash}`;
    if (picture.getAttribute("src") !== address) picture.src = address;
  });
  while (holder.children.length > pages.length) holder.lastChild.remove();
  holder.classList.remove("stale");
  zoom();
}

/** A frame on the page around what a warning is about. */
function markSpots(pages, warnings) {
  for (const old of document.querySelectorAll(".spot")) old.remove();
  for (const { spot, message: text } of warnings) {
    const page = spot && pages[spot.page - 1];
    if (!page) continue;
    const frame = make("div", undefined, "spot");
    frame.title = text;
    const share = (part, whole) => `${(100 * part) / whole}%`;
    frame.style.left = share(spot.x - 1, page.width);
    frame.style.top = share(spot.y - 1, page.height);
    frame.style.width = share(spot.w + 2, page.width);
    frame.style.height = share(spot.h + 2, page.height);
    byId("pages").children[spot.page - 1].lastChild.append(frame);
  }
}

/** `fit` takes the room there is; the others are true millimetres of the screen. */
function zoom() {
  const chosen = document.querySelector("input[name=zoom]:checked").value;
  const room = document.querySelector("main").clientWidth - 32;
  for (const figure of byId("pages").children) {
    const picture = figure.querySelector("img");
    const { width, height } = figure.dataset;
    if (chosen === "fit") {
      picture.style.width = `${Math.min(room, 1100)}px`;
    } else {
      picture.style.width = `${width * REAL[chosen]}mm`;
    }
    picture.style.aspectRatio = `${width} / ${height}`;
  }
}

function show(state) {
  words = WORDS[state.lang] ?? WORDS.vi;
  document.documentElement.lang = state.lang;
  const [fit] = document.querySelectorAll("#zoom span");
  fit.textContent = words.fit;
  document.querySelector("#zoom legend").textContent = words.zoom;
  byId("title").textContent = state.title ? `${state.title} (${state.id})` : state.id;
  document.title = `${state.failure ? "✗ " : ""}${byId("title").textContent}`;

  const { failure } = state;
  const status = byId("status");
  status.className = failure ? "fault" : "";
  status.textContent = failure
    ? words.failed(failure.faults.length)
    : words.done(state.pages.length, state.ms, state.file);
  byId("failure").hidden = !failure;
  byId("pages").hidden = Boolean(failure);
  byId("failure").replaceChildren(...(failure ? list(failure.title, failure.faults) : []));

  const warnings = state.warnings ?? [];
  byId("warnings").hidden = warnings.length === 0;
  byId("warnings").replaceChildren(...list(`${words.warnings} (${warnings.length})`, warnings));
  if (!failure) {
    showPages(state.pages);
    markSpots(state.pages, warnings);
  }
  seen = state.version;
}

async function follow() {
  for (;;) {
    try {
      const answer = await fetch(`/state?after=${seen}`);
      if (answer.status === 200) show(await answer.json());
      else if (answer.status !== 204) throw new Error(String(answer.status));
    } catch {
      const status = byId("status");
      status.className = "lost";
      status.textContent = words.lost;
      byId("pages").classList.add("stale");
      // A program started anew counts from 1 again.
      seen = 0;
      await new Promise((wake) => setTimeout(wake, 1000));
    }
  }
}

byId("zoom").addEventListener("change", zoom);
window.addEventListener("resize", zoom);
follow();
