// Live news: one EventSource a tab, open while the tab is visible; news goes into the shell's stores.
//
// A store only rings: Dash may run a callback once for several writes. What must not be lost is kept here (`points`)
// and in redraw.js (what changed), and read there by whoever is rung.
(function () {
  const FLUSH_MS = 200; // at most this often a store is written
  const KEPT_POINTS = 4000; // of each job
  const KINDS = ["dataset", "fit", "surrogate", "network", "analysis", "comparison", "recovery", "study"];
  const swapscope = (window.swapscope = window.swapscope || {});
  let source = null;
  let seen = false; // whether there was a snapshot before
  let jobs = {};
  let points = {};
  let pictures = {};
  let bells = new Set();
  let flushing = null;
  let retry = null;

  const put = (store, data) => window.dash_clientside.set_props(store, { data });
  const shown = (job) => document.querySelector('[data-live="' + job + '"]') !== null;

  function flush() {
    flushing = null;
    const ringing = bells;
    bells = new Set();
    if (ringing.has("jobs")) put("jobs", Object.assign({}, jobs));
    if (ringing.has("points")) put("points", Date.now());
    if (ringing.has("changed")) put("changed", Date.now());
    Object.values(pictures)
      .filter((news) => shown(news.job))
      .forEach((news) => put("picture", news));
    pictures = {};
  }

  function ring(store) {
    bells.add(store);
    if (flushing === null) flushing = setTimeout(flush, FLUSH_MS);
  }

  function take(job) {
    // Another attempt begins at its checkpoint: the page is drawn anew with the points that count.
    if (jobs[job.id] && jobs[job.id].attempt !== job.attempt) delete points[job.id];
    jobs[job.id] = job;
  }

  function close() {
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  }

  function open() {
    if (source || document.hidden) return;
    source = new EventSource("/api/events");
    const on = (name, react) => source.addEventListener(name, (event) => react(JSON.parse(event.data)));
    on("snapshot", (news) => {
      const known = new Set(news.jobs.map((job) => job.id));
      Object.keys(jobs).forEach((id) => known.has(id) || delete jobs[id]);
      news.jobs.forEach(take);
      if (seen) swapscope.redraw.afterSilence();
      seen = true;
      ring("jobs");
    });
    on("job", (job) => {
      take(job);
      ring("jobs");
    });
    on("point", (news) => {
      const kept = (points[news.job] = points[news.job] || []);
      kept.push(news.point);
      if (kept.length > KEPT_POINTS) kept.splice(0, kept.length - KEPT_POINTS);
      ring("points");
    });
    on("picture", (news) => {
      pictures[news.job] = news;
      ring("picture");
    });
    KINDS.forEach((kind) =>
      on(kind, (news) => {
        swapscope.redraw.tell(kind, news.id);
        ring("changed");
      })
    );
    source.onerror = () => {
      // The browser reconnects by itself unless the server refused; then try again, calmly.
      if (source && source.readyState === EventSource.CLOSED) {
        close();
        retry = setTimeout(open, 4000);
      }
    };
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => event.persisted && open());
  swapscope.events = { open, close, points: (job) => points[job] || [], jobs: () => jobs };
})();
