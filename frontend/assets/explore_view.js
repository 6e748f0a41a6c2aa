// The Explore page: one state; every change of it asks the network again and redraws; the address always says what is shown.
(() => {
  "use strict";
  const { angles, address, DisplayEditor, EpochTimeline, ResponseFigure, StateFigure, Simulator } = window.swapscope;
  const { spread, wrap, distance, label, TURN } = angles;
  const STORE_EVERY = 33; // ms between two writes of the display to its dcc.Store
  const KEPT = 200;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const percent = (share) => `${Math.round(100 * share)} %`;

  class Explore {
    constructor(boot) {
      this.boot = boot;
      this.root = document.getElementById("explore");
      this.latency = window.swapscopeLatency = { last: null, median: null, all: [], request: null, count: 0 };
      const graph = (id) => document.querySelector(`#${id} .js-plotly-plot`);
      this.responses = new ResponseFigure(graph("explore-responses"), boot.figures.responses, boot, (pick) => this.pick(pick));
      this.states = new StateFigure(graph("explore-states"), boot.figures.states, boot, (run) => this.pickRun(run));
      this.editor = new DisplayEditor(document.getElementById("explore-display"), { palette: boot.palette, changed: (display, event) => this.change({ display, pick: null }, event) });
      this.timeline = new EpochTimeline(document.getElementById("explore-timeline"), { colours: boot.epochs, moved: (step) => this.scrub(step) });
      this.simulator = new Simulator(boot.network.id, {
        answered: (...news) => this.answered(...news),
        failed: (problem) => this.failed(problem),
        busy: (busy) => this.root.classList.toggle("is-busy", busy),
      });
      this.state = address.read(location.search, boot.usual, boot.delays);
      this.show();
      this.ask(performance.now());
    }

    // ---- changes ----
    change(changes, event) {
      const display = changes.display ? address.rounded(changes.display) : this.state.display;
      this.state = { ...this.state, ...changes, display };
      this.ask(event?.timeStamp ?? performance.now());
      this.note();
      if (!changes.display || event?.type !== "pointermove") this.show();
    }

    // Only the look: no new runs are needed.
    look(changes) {
      this.state = { ...this.state, ...changes };
      this.note();
      this.show();
      this.redraw();
    }

    pick(pick) {
      const same = JSON.stringify(pick) === JSON.stringify(this.state.pick);
      this.look({ pick: same ? null : pick });
    }

    // A run of the state space, or a click beside all of them.
    pickRun(run) {
      if (run !== null) this.pick({ run });
      else this.unpick();
    }

    unpick() {
      if (this.state.pick) this.look({ pick: null });
    }

    reset() {
      this.timeline.pause();
      this.change({ ...address.DEFAULTS, display: this.boot.usual, pick: null });
    }

    ask(asked) {
      this.simulator.ask(this.state, asked);
    }

    scrub(step) {
      this.state = { ...this.state, playhead: this.timeline.atEnd ? null : step };
      this.states.scrub(step);
      this.note();
    }

    // Address and store follow, at most every 33 ms; the editor and controls are the person's own.
    note() {
      if (this.noting) return;
      this.noting = setTimeout(() => {
        this.noting = null;
        if (!this.root.isConnected) return;
        set("explore-shown", { data: this.state.display });
        history.replaceState(history.state, "", `/explore/${encodeURIComponent(this.boot.network.id)}?${address.write(this.state)}`);
      }, STORE_EVERY);
    }

    // Bring the editor and every control to the state.
    show() {
      const { state } = this;
      this.editor.set(state.display);
      const values = { runs: state.runs, noise: state.noise, delay: state.delay ?? this.delay ?? this.boot.delay, axes: state.axes, colour: state.colour, view: state.view };
      this.shown = values;
      for (const [name, value] of Object.entries(values)) set(`explore-${name}`, { value });
      this.root.dataset.colour = state.colour;
      document.getElementById("explore-seed").textContent = `seed ${state.seed}`;
      document.getElementById("explore-unpick").hidden = !state.pick;
    }

    controls(values) {
      const changed = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== null && value !== this.shown?.[name]));
      if (!Object.keys(changed).length) return;
      const runsAgain = ["runs", "noise", "delay", "axes"].some((name) => name in changed);
      if (runsAgain) this.change(changed);
      else this.look(changed);
    }

    // ---- answers ----
    answered(result, state, asked, request) {
      if (!this.root.isConnected) return this.simulator.stop();
      this.result = result;
      this.latency.request = request;
      this.pending = { asked, server: result.timing.total };
      if (state.delay === null) {
        const delay = result.epochs.find((epoch) => epoch.name.toLowerCase().includes("delay"));
        if (delay) this.delay = delay.stop - delay.start;
        if (this.shown && this.shown.delay !== this.delay) this.show();
      }
      this.timeline.set(result.epochs, result.trajectories.steps, result.seconds, this.state.playhead);
      this.say();
      this.fail(null);
      this.redraw(state);
    }

    async redraw(state = this.state) {
      if (!this.result) return;
      const drawn = { ...this.state, display: state.display, axes: state.axes };
      const selected = this.selected(drawn);
      const { pending } = this;
      this.pending = null;
      this.sayPick(selected);
      await Promise.all([this.responses.draw(this.result, drawn, selected), this.states.draw(this.result, drawn, selected, this.timeline.step)]);
      // seen is what a frame of the browser has shown, not what was handed to it
      if (pending) requestAnimationFrame(() => setTimeout(() => this.seen(pending)));
    }

    // Which runs are picked: those that ended nearest an item, or where a run ended, or in a bin of the response figure
    // and its neighbours.
    selected({ pick }) {
      if (!pick || !this.result) return null;
      const { responses, nearest } = this.result;
      if (pick.run !== undefined) return Array.from(nearest, (item) => item === nearest[pick.run]);
      if (pick.item !== undefined) return Array.from(nearest, (item) => item === pick.item);
      const centre = (pick.bin * Math.PI) / 180;
      return Array.from(responses, (angle) => distance(wrap(angle), centre) <= TURN / 48 * 1.5);
    }

    seen({ asked, server }) {
      const { latency } = this;
      latency.last = performance.now() - asked;
      latency.server = server;
      latency.render = latency.last - latency.request;
      latency.all = [...latency.all, latency.last].slice(-KEPT);
      latency.median = [...latency.all].sort((a, b) => a - b)[Math.floor(latency.all.length / 2)];
      // the first picture also paid for loading the page
      if (latency.count++ && this.root.isConnected) document.getElementById("explore-latency").textContent = `${Math.round(latency.last)} ms to the picture`;
    }

    // The runs that are lit, in words.
    sayPick(selected) {
      const { pick, display } = this.state;
      const said = document.getElementById("explore-said-pick");
      said.hidden = !selected;
      if (!selected) return;
      const { responses, nearest } = this.result;
      const lit = `${selected.filter(Boolean).length} of ${responses.length} runs`;
      const item = pick.run === undefined ? pick.item : nearest[pick.run];
      const mode = item === undefined ? `report about ${label((pick.bin * Math.PI) / 180)}` : item < 0 ? "end near no item" : `end near item ${item + 1}${item === display.cued && display.cue === null ? ", cued" : ""}`;
      const run = pick.run === undefined ? "" : `Run ${pick.run + 1} reports ${label(responses[pick.run])}. `;
      said.textContent = `${run}${lit} ${mode}. Esc shows all.`;
    }

    say() {
      const { result } = this;
      const { summary, group, responses } = result;
      const runs = responses.length;
      const share = (kind) => group.reduce((sum, value) => sum + (value === kind), 0) / runs;
      const cued = this.state.display.cued;
      const target = this.state.display.report[cued];
      const own = Array.from(responses).filter((_, run) => group[run] === 0).map((angle) => wrap(angle - target));
      const sd = Number.isFinite(summary.sd_network) ? summary.sd_network : spread(own);
      const one = this.state.display.report.length === 1;
      const numbers = {
        swaps: one ? "—" : percent(summary.swap_network ?? share(1)),
        model: one || summary.swap_model === undefined || summary.swap_model === null ? "" : `model ${percent(summary.swap_model)}`,
        sd: Number.isFinite(sd) ? `${Math.round((sd * 180) / Math.PI)}°` : "—",
        neither: percent(share(2)),
        recorded: this.recordedWords(result.recorded),
      };
      this.sayNotes(result.notes);
      for (const [name, words] of Object.entries(numbers)) document.getElementById(`explore-said-${name}`).textContent = words;
    }

    // What the rug shows, and what was counted as nearby.
    recordedWords({ trials, within }) {
      const { source } = this.boot;
      const { cue, report } = this.state.display;
      if (!source.dataset) return source.law ? "No recorded responses: this network was trained on a swap law that was written down, not on data." : "No recorded responses: the dataset of this network is not here any more.";
      if (cue !== null) return "No recorded responses: the cue is at none of the items, which no experiment showed.";
      const items = report.length === 1 ? "1 item" : `${report.length} items`;
      if (!trials) return `No recorded responses: ${source.dataset} has no displays of ${items}.`;
      const turned = "turned so that their cued item lies on this one";
      if (report.length === 1) return `${trials} recorded responses to displays of ${items}, ${turned}.`;
      return `${trials} recorded responses to nearby displays: ${items}, and the others' distances from the cued one, in location and report, differ from these by ${Math.round((within * 180) / Math.PI)}° or less (root mean square); ${turned}.`;
    }

    // What the model or the network cannot know about this display.
    sayNotes(notes) {
      const { sizes } = this.boot;
      const count = this.state.display.report.length;
      const trained = sizes.length && !sizes.includes(count) ? [`The network was trained on displays of ${sizes.join(", ")} items; ${count} ${count === 1 ? "is" : "are"} new to it.`] : [];
      const all = [...trained, ...notes];
      const told = document.getElementById("explore-notes");
      told.hidden = !all.length;
      told.lastElementChild.textContent = all.join(" ");
      this.root.classList.toggle("has-no-model", !this.result.model.angles.length);
    }

    failed(problem) {
      if (!this.root.isConnected) return this.simulator.stop();
      this.fail(problem);
    }

    fail(problem) {
      const notice = document.getElementById("explore-problem");
      notice.hidden = !problem;
      this.root.classList.toggle("is-stale", Boolean(problem));
      if (!problem) return;
      notice.querySelector("strong").textContent = problem.title;
      notice.querySelector("span").textContent = problem.detail;
      notice.querySelector("a").hidden = problem.status !== 409;
    }

    async copy() {
      await navigator.clipboard?.writeText(location.href).catch(() => null);
      const button = document.getElementById("explore-copy");
      button.classList.add("is-done");
      setTimeout(() => button.classList.remove("is-done"), 1600);
    }
  }

  document.addEventListener("keydown", (event) => {
    const view = window.swapscope.explore;
    if (event.key === "Escape" && view?.root.isConnected) view.unpick();
  });

  // ---- what Dash calls ----
  const functions = (window.dash_clientside = window.dash_clientside || {});
  const on = (method) => (...values) => {
    const view = window.swapscope.explore;
    if (view?.root.isConnected) view[method](...values);
    return undefined;
  };
  // Graphs appear a moment after their page; wait for them by frames.
  const whenReady = (ready, then) => {
    if (ready()) then();
    else requestAnimationFrame(() => whenReady(ready, then));
  };
  functions.swapscope = Object.assign(functions.swapscope || {}, {
    exploreOpen(boot) {
      window.swapscope.explore?.simulator.stop();
      const since = performance.now();
      const page = document.getElementById("explore");
      const ready = () => document.querySelectorAll("#explore .js-plotly-plot .main-svg").length >= 4;
      const late = () => performance.now() - since > 20000 || (page && !page.isConnected);
      whenReady(() => late() || ready(), () => {
        if (ready()) window.swapscope.explore = new Explore(boot);
      });
      return since;
    },
    exploreControls(runs, noise, delay, axes, colour, view) {
      on("controls")({ runs, noise, delay, axes, colour, view });
    },
    exploreSwitch(network, boot) {
      if (!network || network === boot.network.id) return;
      // the same display and settings, on another network
      set("url", { pathname: `/explore/${encodeURIComponent(network)}`, search: location.search, refresh: "callback-nav" });
    },
    exploreAct(add, example, reset, copy, resample, unpick, again) {
      const view = window.swapscope.explore;
      const trigger = window.dash_clientside.callback_context.triggered[0];
      if (!view?.root.isConnected || !trigger?.value) return;
      const id = trigger.prop_id.split(".")[0];
      if (id === "explore-add") view.editor.add();
      else if (id === "explore-example") {
        const chosen = view.boot.examples.find((one) => one.name === example);
        if (chosen) view.change({ display: chosen.display, pick: null });
        set("explore-example", { value: null });
      } else if (id === "explore-reset") view.reset();
      else if (id === "explore-copy") view.copy();
      else if (id === "explore-resample") view.change({ seed: (view.state.seed % 1e6) + 1 });
      else if (id === "explore-unpick") view.look({ pick: null });
      else if (id === "explore-again") view.ask(performance.now());
    },
  });
})();
