// The frame's own behaviour: navigation, light and dark.
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
})();
