// Jobs as they move: bars, words and curves are updated here, without asking the server.
(function () {
  const functions = (window.dash_clientside = window.dash_clientside || {});

  function timeLeft(seconds) {
    if (seconds === null || seconds === undefined) return "";
    if (seconds < 10) return "a few seconds left";
    if (seconds < 90) return "about " + 5 * Math.round(seconds / 5) + " s left";
    if (seconds < 5400) return "about " + Math.round(seconds / 60) + " min left";
    return "about " + (seconds / 3600).toFixed(1) + " h left";
  }

  functions.swapscope = Object.assign(functions.swapscope || {}, {
    moveJobs(jobs, bars, messages, lefts) {
      const keep = window.dash_clientside.no_update;
      const news = jobs || {};
      const of = (ids, take) => ids.map((id) => (news[id.job] ? take(news[id.job]) : keep));
      return [
        of(bars, (job) => Math.round(1000 * (job.progress || 0)) / 10),
        of(messages, (job) => job.message || (job.position ? "number " + job.position + " in the queue" : "")),
        of(lefts, (job) => timeLeft(job.seconds_left)),
      ];
    },
    // Every curve on the page takes the points that it does not have yet, also those from before it was drawn.
    extendCurves() {
      if (!window.Plotly) return;
      document.querySelectorAll("[data-live]").forEach((box) => {
        const graph = box.querySelector(".js-plotly-plot");
        if (!graph || !graph.data) return;
        const fields = box.dataset.fields.split(",");
        const drawn = graph.data[0].x;
        const last = drawn.length ? drawn[drawn.length - 1] : -Infinity;
        const points = window.swapscope.events
          .points(box.dataset.live)
          .filter((point) => point.step > last && typeof point[fields[0]] === "number");
        if (!points.length) return;
        if (!drawn.length) return window.swapscope.redraw.firstPoint(box.dataset.live);
        const x = fields.map(() => points.map((point) => point.step));
        const y = fields.map((field) => points.map((point) => point[field] || null)); // 0 has no place on a log scale
        window.Plotly.extendTraces(graph, { x, y }, fields.map((_, index) => index), 4000);
      });
    },
    navigate(path) {
      if (path) window.swapscope.go(path.to);
      return window.dash_clientside.no_update;
    },
  });

  window.swapscope = Object.assign(window.swapscope || {}, {
    go(path) {
      history.pushState({}, "", path);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate")); // dcc.Location listens to this
    },
  });
})();
