// The Explore page: one state; every change of it asks the network again and redraws; the address always says what is shown.
(() => {
  "use strict";
  const { address, brush, intervention, pick: picks, DisplayEditor, EpochTimeline, Explored, InterventionPanel, Landmarks, ResponseFigure, StateFigure } = window.swapscope;
  const { words } = window.swapscope;
  const STORE_EVERY = 33; // ms between two writes of the display to its dcc.Store
  const KEPT = 200;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const element = (id) => document.getElementById(id);

  class Explore {
    constructor(boot) {
      this.boot = boot;
      this.root = element("explore");
      this.latency = window.swapscopeLatency = { last: null, median: null, all: [], request: null, count: 0 };
      this.state = address.read(location.search, boot);
      const graph = (id) => document.querySelector(`#${id} .js-plotly-plot`);
      this._figures(graph("explore-responses"), graph("explore-states"));
      this.editor = new DisplayEditor(element("explore-display"), { palette: boot.palette, changed: (display, event) => this.change({ display, pick: null }, event) });
      this.timeline = new EpochTimeline(element("explore-timeline"), { colours: boot.epochs, moved: (step) => this.scrub(step) });
      this.panel = new InterventionPanel(element("explore-interventions"), {
        neurons: boot.neurons,
        changed: (interventions, event) => this.change({ interventions }, event),
        rank: (progress) => window.swapscope.rankFor(this, progress),
      });
      this.landmarks = new Landmarks({ network: () => this.front.id, found: (found) => this.marked(found) });
      this.networks = { first: this._explored(boot.network), other: null };
      this._other();
      this.show();
      this.ask(performance.now());
    }

    _figures(responses, states) {
      const { boot } = this;
      this.responses = new ResponseFigure(responses, boot.figures.responses, boot, (pick) => this.pick(pick));
      this.states = new StateFigure(states, boot.figures.states, boot, { picked: (run) => (run === null ? this.unpick() : this.pick({ run })), turned: (camera) => this.turned(camera) });
      brush.brushResponses(responses, (pick) => this.look({ pick }));
      const { layer } = this.states;
      brush.circleStates(states, {
        on: () => this.circling,
        circled: (path) => layer.loop(path),
        done: (any) => {
          const runs = any && layer.path ? layer.inside(layer.path) : [];
          layer.loop(null);
          if (any) this.look({ pick: runs.length ? { runs } : null });
        },
      });
    }

    _explored(network) {
      return new Explored(network, {
        answered: (...news) => this.answered(...news),
        beside: () => this.redraw(),
        failed: (problem) => (this.root.isConnected ? words.sayProblem(problem, this.root) : this.stop()),
        busy: (busy) => this.root.classList.toggle("is-busy", busy),
      });
    }

    // The network that the runs are shown of, and the one whose responses are a line beside them.
    get front() {
      return this.networks[this.state.front] ?? this.networks.first;
    }

    get behind() {
      return this.front === this.networks.first ? this.networks.other : this.networks.first;
    }

    stop() {
      Object.values(this.networks).forEach((network) => network?.stop());
    }

    // The other network is the one that the state names.
    _other() {
      const { other } = this.state;
      if (other === (this.networks.other?.id ?? null)) return;
      this.networks.other?.stop();
      const known = this.boot.others.find((one) => one.id === other);
      this.networks.other = known ? this._explored(known) : null;
    }

    // ---- changes ----
    change(changes, event) {
      const display = changes.display ? address.rounded(changes.display) : this.state.display;
      this.state = { ...this.state, ...changes, display };
      this._other();
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

    unpick() {
      if (this.state.pick) this.look({ pick: null });
    }

    reset() {
      this.timeline.pause();
      this.states.look(null);
      this.change({ ...address.DEFAULTS, display: this.boot.usual, pick: null, interventions: intervention.NONE, camera: null });
    }

    turned(camera) {
      this.state = { ...this.state, camera };
      this.note();
    }

    // Silenced neurons are the first network's own: those of another network do not correspond to them.
    ask(asked) {
      const { state, networks } = this;
      this.landmarks.moving(state);
      networks.first.ask(state, asked);
      networks.other?.ask({ ...state, interventions: { ...state.interventions, silenced: [] } }, asked);
    }

    scrub(step) {
      this.state = { ...this.state, playhead: this.timeline.atEnd ? null : step };
      this.states.scrub(step);
      this.sayPlanes();
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
      const { runs, noise, axes, colour, view, marks, front } = state;
      this.shown = { runs, noise, delay: state.delay ?? this.delay ?? this.boot.delay, axes, colour, view, marks, front, other: state.other };
      for (const [name, value] of Object.entries(this.shown)) set(`explore-${name}`, { value });
      Object.assign(this.root.dataset, { colour: state.colour, front: state.front });
      this.root.classList.toggle("has-other", Boolean(state.other));
      element("explore-seed").textContent = `seed ${state.seed}`;
      element("explore-unpick").hidden = !state.pick;
      this.showPanel();
    }

    showPanel() {
      const { state, boot } = this;
      const { epochs = [], seconds = boot.seconds } = this.front.result ?? {};
      const delay = this.networks.first.longer(state) ? `${(state.delay * seconds).toFixed(2)} s` : "";
      const { report, cued } = state.display;
      this.panel.set(state.interventions, { epochs, items: report.length, cued, seconds, delay });
      this.root.classList.toggle("has-baseline", Boolean(delay) || intervention.asked(state.interventions, state.display) !== null);
    }

    controls(values) {
      const changed = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== undefined && (value !== null || name === "other") && value !== this.shown?.[name]));
      if (!Object.keys(changed).length) return;
      if (changed.other === null) changed.front = "first";
      const runsAgain = ["runs", "noise", "delay", "axes", "other"].some((name) => name in changed);
      if (runsAgain) this.change(changed);
      else this.look(changed);
    }

    // ---- answers ----
    answered(network, result, state, asked, request) {
      if (!this.root.isConnected) return this.stop();
      words.sayProblem(null, this.root);
      if (network !== this.front) return this.redraw();
      this.latency.request = request;
      this.pending = { asked, server: result.timing.total };
      if (state.delay === null) {
        const delay = result.epochs.find((epoch) => epoch.name.toLowerCase().includes("delay"));
        if (delay) this.delay = delay.stop - delay.start;
        if (this.shown && this.shown.delay !== this.delay) this.show();
      }
      this.showPanel();
      this.redraw();
    }

    async redraw() {
      const { result } = this.front;
      if (!result?.trajectories) return;
      const drawn = { ...this.state, display: result.display, axes: result.axesAsked };
      const selected = picks.lit(drawn.pick, result);
      const { pending } = this;
      this.pending = null;
      this.landmarks.check(this.state);
      this.timeline.set(result.epochs, result.trajectories.steps, result.seconds, this.state.playhead);
      this.say(result, selected, drawn);
      const beside = { baseline: this.front.baseline?.responses, other: this.behind?.result?.responses };
      await Promise.all([this.responses.draw(result, drawn, selected, beside), this.states.draw(result, drawn, selected, this.timeline.step)]);
      // seen is what a frame of the browser has shown, not what was handed to it
      if (pending) requestAnimationFrame(() => setTimeout(() => this.seen(pending)));
      this.landmarks.rest(this.state);
    }

    say(result, selected, { display, pick }) {
      const { front, behind, boot } = this;
      words.sayNumbers(result, display, { baseline: front.baseline, other: behind?.result ?? null }, behind?.name);
      words.sayIn("explore-said-recorded", words.recordedWords(result.recorded, display, boot.source));
      words.sayNotes(words.notesOf(result, display, boot.sizes));
      words.sayIn("explore-said-pick", selected ? picks.words(pick, result, selected, display) : "");
      this.root.classList.toggle("has-no-model", !result.model.angles.length);
      this.sayPlanes();
    }

    // Planes and slow points have come, or are no longer true.
    marked(found) {
      if (!this.root.isConnected || !this.front.result) return;
      this.states.mark(found);
      this.sayPlanes();
    }

    sayPlanes() {
      const { result } = this.front;
      const { shown } = this.landmarks;
      const said = result?.trajectories ? window.swapscope.planeWords(shown, this.state.marks, result.trajectories.steps, this.timeline.step, result.epochs) : "";
      words.sayIn("explore-said-planes", said);
      const curve = said ? Array.from(shown.planes.angle, (angle) => angle / 90) : null;
      this.timeline.curve(curve, "Angle between the planes, from 0 (bottom) to 90 degrees (top)");
    }

    seen({ asked, server }) {
      const { latency } = this;
      latency.last = performance.now() - asked;
      latency.server = server;
      latency.render = latency.last - latency.request;
      latency.all = [...latency.all, latency.last].slice(-KEPT);
      latency.median = [...latency.all].sort((a, b) => a - b)[Math.floor(latency.all.length / 2)];
      // the first picture also paid for loading the page
      if (latency.count++ && this.root.isConnected) element("explore-latency").textContent = `${Math.round(latency.last)} ms to the picture`;
    }

    async copy() {
      await navigator.clipboard?.writeText(location.href).catch(() => null);
      const button = element("explore-copy");
      button.classList.add("is-done");
      setTimeout(() => button.classList.remove("is-done"), 1600);
    }
  }

  window.swapscope.Explore = Explore;
})();
