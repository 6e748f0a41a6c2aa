// Figures as files, made in the browser: SVG and PDF (vector), PNG, and their numbers as CSV.
(function () {
  const swapscope = (window.swapscope = window.swapscope || {});
  const VENDOR = "/assets/vendor/";
  const FONTS = [
    ["inter-regular.ttf", "normal"],
    ["inter-semibold.ttf", "bold"],
  ];

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 5000);
  }

  // ---- numbers ---------------------------------------------------------------------------------------------------
  const cell = (value) => {
    if (value === undefined || value === null) return "";
    const text = String(value);
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  };

  // Values over a grid: a line each, with its place along both axes; surfaces over a bent grid have a place for each.
  function gridRows(name, trace) {
    const at = (axis, row, column) => (Array.isArray(axis?.[row]) || ArrayBuffer.isView(axis?.[row]) ? axis[row][column] : null);
    const rows = [];
    (trace.surfacecolor || trace.z).forEach((line, row) =>
      line.forEach((value, column) => {
        const bent = trace.surfacecolor && trace.customdata?.[row]?.[column];
        const x = bent ? bent[0] : at(trace.x, row, column) ?? trace.x?.[column];
        const y = bent ? bent[1] : at(trace.y, row, column) ?? trace.y?.[row];
        rows.push([name, x, y, value, "", ""]);
      })
    );
    return rows;
  }

  // Points: x and y, or angle and radius, or the three shares of a simplex; with the interval of y where there is one.
  function lineRows(name, trace) {
    const along = trace.theta || trace.a || trace.x || [];
    const up = trace.r || trace.b || trace.y || [];
    const away = trace.c || trace.z || [];
    const length = Math.max(along.length, up.length);
    const parts = trace.meta?.parts; // several curves in one trace, a gap after each
    let part = 0;
    const rows = [];
    for (let i = 0; i < length; i++) {
      if (parts && (along[i] === null || along[i] === undefined)) {
        part += 1;
        continue;
      }
      if (trace.meta?.pairs) {
        rows.push([name, along[i], ...trace.customdata[i], "", ""]); // squares: their middles, and how many
        continue;
      }
      const [low, high] = trace.meta?.interval ? trace.customdata[i] : ["", ""];
      rows.push([parts ? parts[part] : name, along[i], up[i], away.length === length ? away[i] : "", low, high]);
    }
    return rows;
  }

  function numbers(graph) {
    const rows = [["series", "x", "y", "z", "low", "high"]];
    graph._fullData.forEach((trace) => {
      if (trace.hoverinfo === "skip" && !trace.meta?.csv) return; // an edge of a band is drawn twice, told once
      const name = trace.meta?.csv || trace.name || trace.type;
      const grid = trace.type === "surface" || trace.type === "contour" || trace.type === "heatmap";
      rows.push(...(grid ? gridRows : lineRows)(name, trace));
    });
    return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
  }

  // ---- pictures --------------------------------------------------------------------------------------------------
  // For paper: always the light template on white, whatever the screen shows.
  async function drawn(graph, format) {
    const size = { width: graph.offsetWidth, height: graph.offsetHeight };
    const layout = Object.assign({}, graph.layout, { template: swapscope.templates.light, paper_bgcolor: "#ffffff" }, size);
    const options = Object.assign({ format, scale: format === "png" ? 3 : 1 }, size);
    const url = await window.Plotly.toImage({ data: graph.data, layout }, options);
    return (await fetch(url)).blob();
  }

  const loaded = {};
  function load(file) {
    loaded[file] ||= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = VENDOR + file;
      script.onload = resolve;
      script.onerror = () => {
        delete loaded[file];
        reject(new Error(file + " could not be loaded"));
      };
      document.head.append(script);
    });
    return loaded[file];
  }

  async function base64(file) {
    const bytes = new Uint8Array(await (await fetch(VENDOR + file)).arrayBuffer());
    let text = "";
    bytes.forEach((byte) => (text += String.fromCharCode(byte)));
    return btoa(text);
  }

  // The same drawing as the SVG, with its text as text.
  async function pdf(graph) {
    const source = await (await drawn(graph, "svg")).text();
    await load("jspdf.umd.min.js");
    await load("svg2pdf.umd.min.js");
    const svg = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
    const [width, height] = [graph.offsetWidth, graph.offsetHeight];
    const paper = new window.jspdf.jsPDF({
      unit: "pt",
      format: [width, height],
      orientation: width > height ? "landscape" : "portrait",
      compress: true,
    });
    for (const [file, style] of FONTS) {
      paper.addFileToVFS(file, await base64(file));
      paper.addFont(file, "Inter", style);
    }
    await window.svg2pdf.svg2pdf(svg, paper, { x: 0, y: 0, width, height });
    return paper.output("blob");
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-save]");
    if (!button) return;
    const card = button.closest("[data-figure]");
    const graph = document.querySelector('[data-figure="' + card.dataset.figure + '"] .js-plotly-plot');
    if (!graph) return;
    const form = button.dataset.save;
    button.disabled = true;
    try {
      const made = {
        csv: () => new Blob([numbers(graph)], { type: "text/csv" }),
        pdf: () => pdf(graph),
      }[form];
      save(await (made ? made() : drawn(graph, form)), "swapscope-" + card.dataset.figure + "." + form);
    } finally {
      button.disabled = false;
    }
  });
})();
