// Live news: one EventSource a tab, open only while jobs run and the tab is visible; news goes into the shell's stores.
(function () {
  const ACTIVE = new Set(["waiting", "queued", "running", "paused"]);
  const IDLE_MS = 6000; // how long the stream stays open with nothing to say
  const FLUSH_MS = 200; // at most this often a store is written
  const swapscope = (window.swapscope = window.swapscope || {});
  let source = null;
  let jobs = {};
  let points = {};
  let dirty = false;
  let flushing = null;
  let closing = null;
  let retry = null;

  const put = (store, data) => window.dash_clientside.set_props(store, { data });

  function flush() {
    flushing = null;
    if (dirty) put("jobs", Object.assign({}, jobs));
    dirty = false;
    const batches = points;
    points = {};
    Object.entries(batches).forEach(([job, news]) => put("points", { job, points: news }));
  }

  function soon() {
    if (flushing === null) flushing = setTimeout(flush, FLUSH_MS);
  }

  function closeWhenIdle() {
    clearTimeout(closing);
    const busy = Object.values(jobs).some((job) => ACTIVE.has(job.state) && job.state !== "paused");
    // The list of jobs stays in touch: there, jobs of other tabs and people should appear by themselves.
    if (!busy && location.pathname !== "/jobs") closing = setTimeout(close, IDLE_MS);
  }

  function close() {
    clearTimeout(closing);
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  }

  function open() {
    if (source || document.hidden) return;
    source = new EventSource("/api/events");
    const on = (name, take) => source.addEventListener(name, (event) => take(JSON.parse(event.data)));
    on("snapshot", (news) => {
      jobs = Object.fromEntries(news.jobs.map((job) => [job.id, job]));
      dirty = true;
      soon();
      closeWhenIdle();
    });
    on("job", (job) => {
      jobs[job.id] = job;
      dirty = true;
      soon();
      closeWhenIdle();
    });
    on("point", (news) => {
      (points[news.job] = points[news.job] || []).push(news.point);
      soon();
    });
    on("picture", (news) => put("picture", news));
    ["dataset", "fit", "surrogate", "network", "analysis", "study"].forEach((kind) =>
      on(kind, (news) => put("changed", { kind, id: news.id, state: news.state, at: Date.now() }))
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
  swapscope.events = { open, close, isOpen: () => source !== null };
})();
