// Figures of several panels (`figures/panels.py`) are laid out for the width that they have: on a narrow screen their
// panels go into more rows instead of being cut off. The arithmetic is that of `grid` and `arrange` there. A graph that
// shows one figure after another takes the height of each; scenes in three dimensions are no taller than wide.
(function () {
  const TITLE = 24;
  const TICKS = 30;
  const ABOVE = TITLE + 8;
  const LEGEND = 22;
  const SPACE = 440; // height of a scene in three dimensions
  const seen = new WeakSet();
  const name = (number) => (number === 1 ? "" : String(number));

  function grid(count, across, least, gap) {
    const fitting = Math.max(1, Math.min(count, Math.floor((across + gap) / (least + gap))));
    const rows = Math.max(1, Math.ceil(count / fitting));
    return { columns: Math.max(1, Math.ceil(count / rows)), rows };
  }

  // Rows that plotly gives the entries of a legend: one, or as many as equally wide columns leave.
  function legendRows(widths, across) {
    if (widths.reduce((sum, width) => sum + width, 0) <= across) return 1;
    return Math.ceil(widths.length / Math.max(1, Math.floor(across / Math.max(...widths))));
  }

  function arranged(panels, margin, width) {
    const across = width - margin.l - margin.r;
    const { columns, rows } = grid(panels.count, across, panels.least, panels.gap);
    const step = panels.height + TITLE + TICKS;
    const down = rows * panels.height + (rows - 1) * (TITLE + TICKS);
    const wide = (across - (columns - 1) * panels.gap) / columns;
    const above = panels.legend?.length ? ABOVE + LEGEND * legendRows(panels.legend, across) : margin.t;
    const change = { height: Math.round(down + above + margin.b), "meta.panels.columns": columns, "margin.t": above };
    for (let number = 1; number <= panels.count; number++) {
      const row = Math.floor((number - 1) / columns);
      const column = (number - 1) % columns;
      const start = column * (wide + panels.gap);
      const top = row * step;
      const share = (part, whole) => Math.min(Math.max(part / whole, 0), 1);
      const x = "xaxis" + name(number);
      const y = "yaxis" + name(number);
      change[x + ".domain"] = [share(start, across), share(start + wide, across)];
      change[y + ".domain"] = [share(down - top - panels.height, down), share(down - top, down)];
      change[x + ".title.text"] = number + columns > panels.count ? panels.along : "";
      change[y + ".title.text"] = column === 0 ? panels.up : "";
      change[y + ".showticklabels"] = column === 0 || !panels.shared;
    }
    return { columns, change };
  }

  // What a figure needs at this width: its height, and what else of its layout has to change.
  function wanted(graph, width) {
    const { layout } = graph;
    const panels = layout.meta?.panels;
    if (panels) return arranged(panels, layout.margin, width);
    const height = layout.meta?.space ? Math.min(SPACE, Math.round(0.92 * width)) : layout.height; // else its sides are cut off
    return { change: { height } };
  }

  function arrange(graph) {
    const width = graph.offsetWidth;
    const known = graph.layout?.meta?.panels || graph.layout?.meta?.space || graph.arrangedFor;
    if (!known || !width || graph.arranging) return;
    const { columns, change } = wanted(graph, width);
    const box = graph.closest(".graph");
    const settled = graph.layout.height === change.height && graph.style.height === change.height + "px";
    if (settled && graph.layout.meta?.panels?.columns === columns && graph.arrangedFor === width) return;
    graph.arrangedFor = width;
    graph.style.height = change.height + "px";
    if (box) box.style.height = change.height + "px";
    graph.arranging = true;
    const done = () => (graph.arranging = false);
    window.Plotly.relayout(graph, change).then(done, done);
  }

  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => arrange(entry.target)));

  function meet() {
    document.querySelectorAll(".js-plotly-plot").forEach((graph) => {
      if (seen.has(graph) || !graph.on) return;
      seen.add(graph);
      sizes.observe(graph);
      graph.on("plotly_afterplot", () => arrange(graph)); // a new figure comes as it is for a wide screen
      arrange(graph);
    });
  }

  let asked = false;
  new MutationObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      meet();
    });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
