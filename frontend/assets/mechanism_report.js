// A mechanism as one file: the page's own words, every figure as vector graphics, nothing to be fetched from anywhere.
//
// What is on the page is what is in the file, so that the two cannot say different things. Controls are left out, folds
// are opened, and figures are drawn anew for paper, whatever scheme the screen has.
(function () {
  const swapscope = (window.swapscope = window.swapscope || {});
  const LEFT_OUT = "button, input, .card-tools, .mechanism-files, .mechanism-contents, [hidden], script, .crumb, .js-plotly-plot";
  const KEPT = new Set(["class", "style", "href", "scope", "colspan", "open", "id", "role", "aria-label", "viewBox"]);
  const STYLE = "/assets/mechanism.css";

  const PAPER = `
    :root { --ink: #1c2024; --soft: #60646c; --faint: #8b93a1; --line: #e4e7ec; --surface: #fff; --accent: #4252cb;
      --accent-soft: #eef0fe; --simulated: #009e73; --non-target: #d55e00; --sunken: #f1f3f6; }
    * { box-sizing: border-box; }
    body { font: 14.5px/1.5 Inter, system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; color: var(--ink);
      background: #fff; max-width: 1120px; margin: 32px auto; padding: 0 24px; }
    p { margin: 0 0 6px; } a { color: var(--accent); } h1 { font-size: 24px; margin: 0 0 14px; } h3 { font-size: 14px; margin: 0 0 2px; }
    h2.card-title { font-size: 17px; margin: 0 0 4px; }
    .stack { display: flex; flex-direction: column; gap: 14px; }
    .card { border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; min-width: 0; break-inside: avoid; }
    .halves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 12px; }
    .soft, .card-note { color: var(--soft); } .faint { color: var(--faint); } .small { font-size: 12.5px; } .strong { font-weight: 600; }
    .mono { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12px; overflow-wrap: anywhere; }
    .number { font-variant-numeric: tabular-nums; } .interval { font-size: 12px; } .scroll { overflow-x: auto; }
    .plain { width: 100%; border-collapse: collapse; font-size: 13px; }
    .plain th { text-align: left; font-weight: 500; } .plain th, .plain td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); }
    .key, .key-entry { display: inline-flex; flex-wrap: wrap; gap: 5px 12px; align-items: center; }
    .swatch { display: inline-block; width: 16px; border-top: 2.5px solid var(--swatch); }
    .swatch-dot { width: 9px; height: 9px; border: 0; border-radius: 50%; background: var(--swatch); }
    .settings > div { display: flex; gap: 14px; border-bottom: 1px solid var(--line); padding: 4px 0; }
    .settings dt { color: var(--soft); min-width: 110px; } .settings dd { margin: 0; overflow-wrap: anywhere; }
    .figure svg { display: block; width: 100%; height: auto; } .icon { display: none; } .mechanism-support .icon { display: none; }
    summary { cursor: default; } .grow { flex: 1; }`;

  // The figure as vector graphics, of the size that it has on the page.
  async function drawn(graph) {
    const size = { width: graph.offsetWidth, height: graph.offsetHeight };
    const layout = Object.assign({}, graph.layout, { template: swapscope.templates.light, paper_bgcolor: "#ffffff" }, size);
    const url = await window.Plotly.toImage({ data: graph.data, layout }, Object.assign({ format: "svg" }, size));
    const svg = new DOMParser().parseFromString(await (await fetch(url)).text(), "image/svg+xml").documentElement;
    svg.setAttribute("viewBox", "0 0 " + size.width + " " + size.height);
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    svg.style.maxWidth = size.width + "px";
    return svg;
  }

  function plain(node) {
    node.querySelectorAll(LEFT_OUT).forEach((one) => one.remove());
    node.querySelectorAll("details").forEach((one) => one.setAttribute("open", ""));
    [node, ...node.querySelectorAll("*")].forEach((one) => {
      if (one.closest("svg")) return;
      [...one.attributes].filter(({ name }) => !KEPT.has(name)).forEach(({ name }) => one.removeAttribute(name));
    });
    // Links to other pages lead nowhere in a file; those within it stay.
    node.querySelectorAll("a").forEach((one) => one.getAttribute("href")?.startsWith("#") || one.replaceWith(...one.childNodes));
    return node;
  }

  async function report(page, tell) {
    const graphs = [...page.querySelectorAll(".js-plotly-plot")];
    const pictures = [];
    for (const graph of graphs) {
      tell(pictures.length + 1 + " of " + graphs.length);
      pictures.push(await drawn(graph));
    }
    const marks = graphs.map((graph, at) => graph.closest(".graph").setAttribute("data-picture", at));
    const copy = page.cloneNode(true);
    graphs.forEach((graph) => graph.closest(".graph").removeAttribute("data-picture"));
    marks.forEach((_, at) => {
      const figure = document.createElement("figure");
      figure.className = "figure";
      figure.style.margin = "8px 0 0";
      figure.append(pictures[at]);
      copy.querySelector('[data-picture="' + at + '"]').replaceWith(figure);
    });
    const style = PAPER + (await (await fetch(STYLE)).text());
    const title = page.dataset.report;
    const file = document.implementation.createHTMLDocument(title);
    const charset = file.createElement("meta");
    charset.setAttribute("charset", "utf-8");
    const sheet = file.createElement("style");
    sheet.textContent = style;
    file.head.prepend(charset);
    file.head.append(sheet);
    file.documentElement.lang = "en";
    file.body.append(plain(copy));
    return "<!DOCTYPE html>\n" + file.documentElement.outerHTML + "\n";
  }

  const named = (title) => title.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "").toLowerCase();

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-save-report]");
    const page = document.querySelector("[data-report]");
    if (!button || !page) return;
    const label = button.querySelector(".mantine-Button-label");
    const words = label.textContent;
    button.disabled = true;
    try {
      const made = await report(page, (how) => (label.textContent = "Figure " + how));
      const blob = new Blob([made], { type: "text/html" });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = "swapscope-" + named(page.dataset.report) + ".html";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 5000);
    } finally {
      label.textContent = words;
      button.disabled = false;
    }
  });
})();
