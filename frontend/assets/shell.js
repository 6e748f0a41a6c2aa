// The frame's own behaviour: navigation, light and dark, what figures can be saved as.
(function () {
  const swapscope = (window.swapscope = window.swapscope || {});
  const functions = (window.dash_clientside = window.dash_clientside || {});
  const ACTIVE = new Set(["waiting", "queued", "running"]);

  const scheme = () => document.documentElement.getAttribute("data-mantine-color-scheme");

  function dress(graph, name) {
    const template = swapscope.templates && swapscope.templates[name];
    if (template && window.Plotly && graph.layout) window.Plotly.relayout(graph, { template });
  }

  functions.swapscope = Object.assign(functions.swapscope || {}, {
    arrive(path, hrefs, labels) {
      swapscope.events.open();
      document.querySelector("#page")?.scrollTo?.(0, 0);
      window.scrollTo(0, 0);
      const here = hrefs.findIndex((href) => href !== "/" && (path === href || path.startsWith(href + "/")));
      document.title = here < 0 ? "Swapscope" : labels[here] + " · Swapscope";
      return [hrefs.map((href) => (href === "/" ? path === "/" : path === href || path.startsWith(href + "/"))), false];
    },
    wake(value) {
      if (value) swapscope.events.open();
    },
    countJobs(jobs) {
      const active = Object.values(jobs || {}).filter((job) => ACTIVE.has(job.state));
      const running = active.filter((job) => job.state === "running")[0];
      const words = running ? running.title + " · " + Math.round(100 * (running.progress || 0)) + " %" : "";
      return [active.length ? String(active.length) : "", words];
    },
    keepTemplates(templates) {
      swapscope.templates = templates;
    },
    switchScheme(clicks) {
      if (!clicks) return scheme();
      const next = scheme() === "dark" ? "light" : "dark";
      document.documentElement.setAttribute("data-mantine-color-scheme", next);
      localStorage.setItem("mantine-color-scheme-value", next);
      document.cookie = "swapscope-scheme=" + next + ";path=/;max-age=31536000;SameSite=Lax";
      document.querySelectorAll(".js-plotly-plot").forEach((graph) => dress(graph, next));
      return next;
    },
    openNavigation(opened, navbar) {
      return Object.assign({}, navbar, { collapsed: { mobile: !opened } });
    },
    reload(clicks) {
      if (clicks) location.reload();
    },
  });

  // ---- saving a figure -------------------------------------------------------------------------------------------
  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 5000);
  }

  function numbers(graph) {
    const cell = (value) => {
      if (value === undefined || value === null) return "";
      const text = String(value);
      return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    };
    const rows = ["series,x,y,z"];
    graph._fullData.forEach((trace) => {
      const along = trace.theta || trace.x || [];
      const up = trace.r || trace.y || [];
      const name = trace.meta?.csv || trace.name || trace.type;
      if (trace.hoverinfo === "skip" && !trace.meta?.csv) return; // an edge of a band is drawn twice, told once
      const length = Math.max(along.length, up.length);
      for (let i = 0; i < length; i++) {
        rows.push([name, along[i], up[i], trace.z && trace.z.length === length ? trace.z[i] : ""].map(cell).join(","));
      }
    });
    return rows.join("\n") + "\n";
  }

  async function picture(graph, format, name) {
    // For paper: always the light template on white, whatever the screen shows.
    const layout = Object.assign({}, graph.layout, {
      template: swapscope.templates.light,
      paper_bgcolor: "#ffffff",
      width: graph.offsetWidth,
      height: graph.offsetHeight,
    });
    const options = { format, width: graph.offsetWidth, height: graph.offsetHeight, scale: format === "png" ? 3 : 1 };
    const url = await window.Plotly.toImage({ data: graph.data, layout }, options);
    save(await (await fetch(url)).blob(), name + "." + format);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save]");
    if (!button) return;
    const card = button.closest("[data-figure]");
    const graph = document.querySelector('[data-figure="' + card.dataset.figure + '"] .js-plotly-plot');
    if (!graph) return;
    const name = "swapscope-" + card.dataset.figure;
    if (button.dataset.save === "csv") save(new Blob([numbers(graph)], { type: "text/csv" }), name + ".csv");
    else picture(graph, button.dataset.save, name);
  });
})();
