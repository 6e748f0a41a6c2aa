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

  let signature = null;

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
    extendCurves(news) {
      if (!news || !window.Plotly) return;
      document.querySelectorAll('[data-live="' + news.job + '"]').forEach((box) => {
        const graph = box.querySelector(".js-plotly-plot");
        if (!graph || !graph.data) return;
        const fields = box.dataset.fields.split(",");
        const last = graph.data[0].x.length ? graph.data[0].x[graph.data[0].x.length - 1] : -1;
        const points = news.points.filter((point) => point.step > last);
        if (!points.length) return;
        const x = fields.map(() => points.map((point) => point.step));
        const y = fields.map((field) => points.map((point) => point[field] ?? null));
        window.Plotly.extendTraces(graph, { x, y }, fields.map((_, index) => index), 2000);
      });
    },
    // Tells the list of jobs to be drawn anew only when a job came, went or changed its state.
    jobsChanged(jobs) {
      const now = Object.values(jobs || {})
        .map((job) => job.id + job.state)
        .sort()
        .join();
      const before = signature;
      signature = now;
      return before === null || before === now ? window.dash_clientside.no_update : now;
    },
    // A page that watches something is drawn anew when that changes its state for good.
    refreshWatched(changed, watched) {
      const hit = changed && watched.some((one) => one && one.kind === changed.kind && one.id === changed.id);
      return hit ? changed.kind + changed.id + changed.at : window.dash_clientside.no_update;
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
