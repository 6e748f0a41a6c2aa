// Has the page drawn anew when what it shows is no longer true.
//
// A page says what it was drawn from: things it watches, each with the states its jobs had then (`watch` in shell.py).
// Two questions are asked after every piece of news, after every snapshot, and whenever a page has just been drawn, so
// it does not matter which came first and news in the same instant cannot displace each other:
// has an event of the thing arrived since the page was asked for, and do its jobs have other states by now?
//
// Dash drops a callback, or what it returns, that is asked for again in the same moment, as happens when news comes while
// a page is put in its place. So the answer is written and not returned, and the questions are asked every second too,
// of the page itself.
(function () {
  const MOVING = new Set(["waiting", "queued", "running", "paused"]);
  const TRIES = 4; // an answer may get lost, but no page is drawn for ever: 2, 4, 8 s between the attempts
  const swapscope = (window.swapscope = window.swapscope || {});
  const functions = (window.dash_clientside = window.dash_clientside || {});
  const told = new Map(); // "fit 12" and "fit *": when the last event arrived
  const tried = new Map(); // "job drawn-as is": how often the page was drawn for it, and when it may be again
  const begun = new Set(); // jobs whose first point has been drawn
  const renewed = new Map(); // store of a part that draws itself: when it was asked to
  let asked = 0; // when the page that is shown, or on its way, was asked for
  let gap = 0; // when news came back after a silence
  let count = 0;

  const stamp = () => "redraw-" + ++count + "-" + Date.now();
  const redraw = (store = "refresh") => {
    if (store === "refresh") asked = performance.now();
    else renewed.set(store, performance.now());
    window.dash_clientside.set_props(store, { data: stamp() });
  };
  const since = (name, store) => (told.get(name) || 0) > Math.max(asked, renewed.get(store) || 0);

  function moved(job, drawn, state) {
    const name = job + " ";
    if (drawn === state) {
      tried.forEach((_, one) => one.startsWith(name) && tried.delete(one));
      return false;
    }
    const attempt = name + drawn + " " + state;
    const { times, due } = tried.get(attempt) || { times: 0, due: 0 };
    if (times >= TRIES || performance.now() < due) return false;
    tried.set(attempt, { times: times + 1, due: performance.now() + 2000 * 2 ** times });
    return true;
  }

  function stale(watched, jobs) {
    const drawn = Object.entries(watched.jobs || {});
    // No `some` on the left: every job's attempt has to be noted.
    const changes = drawn.filter(([job, state]) => jobs[job] && moved(job, state, jobs[job].state));
    const fresh = watched.complete
      ? Object.values(jobs).filter((job) => !(job.id in watched.jobs) && moved(job.id, "unknown", job.state))
      : [];
    const missed = gap > Math.max(asked, renewed.get(watched.store) || 0) && drawn.some(([, state]) => MOVING.has(state));
    return changes.length > 0 || fresh.length > 0 || missed || since(watched.kind + " " + watched.id, watched.store);
  }

  functions.swapscope = Object.assign(functions.swapscope || {}, {
    pageAsked() {
      asked = performance.now();
    },
    refreshWatched(bell, jobs, watched) {
      const hits = watched.filter((one) => one && stale(one, jobs || {}));
      new Set(hits.map((one) => one.store || "refresh")).forEach((store) => redraw(store));
    },
  });

  setInterval(() => {
    if (document.hidden || !swapscope.events) return;
    const watched = [...document.querySelectorAll("[data-watch]")].map((one) => JSON.parse(one.dataset.watch));
    functions.swapscope.refreshWatched(0, swapscope.events.jobs(), watched);
  }, 1000);

  swapscope.redraw = {
    tell(kind, id) {
      const now = performance.now();
      told.set(kind + " " + id, now);
      told.set(kind + " *", now);
    },
    afterSilence() {
      gap = performance.now();
    },
    // The first point of a curve: only now its axes have a meaning.
    firstPoint(job) {
      if (begun.has(job)) return;
      begun.add(job);
      redraw();
    },
  };
})();
