// The state space of the Explore page: which runs are shown, in which colours and ranges. Plotly draws the frame, the
// runs are drawn by explore_runs.js; plotly's own traces hold the same runs, to be saved as a picture or as numbers.
(() => {
  "use strict";
  const { TURN, wrap, colour, label } = window.swapscope.angles;
  const { RunsLayer } = window.swapscope;
  const GROUPS = ["cued item", "other item", "neither"];
  const AXES = ["x", "y", "z"];
  const VALUES = 12; // traces by the bin of a value, as in frontend/figures/state_space.py
  const VALUE_NAMES = Array.from({ length: VALUES }, (_, i) => `value ${i}`);
  const EMPTY = { x: [], y: [], z: [] };
  const DISTANCE = 1.93; // of the camera of frontend/figures/state_space.py from the middle
  const SAVING = 5000; // ms for which plotly's traces are visible so that they can be saved

  class StateFigure {
    // graph: plotly's element. base: the figure of frontend/figures/state_space.py. picked(run or null) after a click.
    constructor(graph, base, boot, picked) {
      Object.assign(this, { graph, base, boot, ranges: {}, kept: "" });
      this.index = Object.fromEntries(base.data.map((trace, i) => [trace.name, i]));
      this.tip = document.createElement("div");
      this.tip.className = "explore-tip";
      this.tip.hidden = true;
      graph.parentElement.append(this.tip);
      this.layer = new RunsLayer(graph, { picked, missed: () => picked(null), pointed: (...place) => this._point(...place) });
      graph.closest("[data-figure]").addEventListener("click", (event) => event.target.closest("[data-save]") && this._forSaving(), true);
    }

    // Resolves when all of it is drawn. Plotly is asked only for a frame with other axes.
    async draw(result, state, selected, step) {
      Object.assign(this, { result, state, selected, step });
      const { runs, steps, x, y, z } = result.trajectories;
      const strong = Array.from({ length: runs }, (_, run) => !selected || Boolean(selected[run]));
      const every = Array.from(strong.keys());
      const run = state.pick?.run ?? null;
      const order = [...every.filter((one) => !strong[one]), ...every.filter((one) => strong[one] && one !== run), ...(run !== null && run < runs ? [run] : [])];
      const picture = { runs, steps, x, y, z, step, strong, order, shown: strong.filter(Boolean).length, picked: run, spans: this._spans(), now: this._now(step), ...this._ring(runs, steps) };
      const layout = this._layout();
      const frame = JSON.stringify([layout.scene.xaxis, layout.scene.yaxis, layout.scene.zaxis, layout.scene.aspectratio]);
      if (frame !== this.kept) {
        this.kept = frame;
        this.layer.picture = picture;
        await window.Plotly.react(this.graph, this._data(false), layout);
      }
      this.layer.show(picture);
      this._keepNumbers();
    }

    // Move the playhead: nothing but the canvas.
    scrub(step) {
      if (!this.result || !this.layer.picture) return;
      this.step = step;
      this.layer.scrub(step, this._spans(), this._now(step));
      clearTimeout(this.keeping);
      this.keeping = setTimeout(() => this._keepNumbers(), 120);
    }

    // ---- look ----
    _layout() {
      const template = this.graph.layout?.template ?? this.base.layout.template;
      const scene = { ...this.base.layout.scene };
      const plane = this.state.axes === "plane";
      const ranges = this._stickyRanges();
      AXES.forEach((axis, i) => {
        const told = this.result.axes[i] ?? {};
        const share = told.explained && !plane ? ` · ${Math.round(100 * told.explained)} %` : "";
        scene[`${axis}axis`] = { ...scene[`${axis}axis`], range: ranges[i], title: { ...scene[`${axis}axis`].title, text: `${told.label ?? axis}${share}` } };
      });
      // equal units on all axes, except that none is flatter than it can be read
      const extents = ranges.map(([low, high]) => high - low);
      const most = Math.max(...extents);
      const sides = extents.map((extent) => Math.max(extent / most, 0.6));
      // seen from a corner at DISTANCE, the nearer end of the floor's diagonal is what must fit into the panel
      const { clientWidth: width, clientHeight: height } = this.graph;
      const half = (sides[0] + sides[1]) / Math.SQRT2 / 2;
      const nearer = (0.9 * Math.abs(sides[0] - sides[1])) / Math.SQRT2 / 2;
      const reach = 0.79 * Math.tan(Math.PI / 8) * Math.min(1.05, width / height);
      const fit = Math.min((DISTANCE * reach) / (half + reach * nearer), 1.1 / sides[2]);
      const [x, y, z] = sides.map((side) => Math.round(100 * fit * side) / 100);
      scene.aspectmode = "manual";
      scene.aspectratio = { x, y, z };
      // uirevision keeps the camera that the person turned, plotly writes it into the layout
      const camera = this.graph._fullLayout?.scene?._scene?.getCamera?.();
      if (camera && this.drawn) scene.camera = camera;
      this.drawn = true;
      return { ...this.base.layout, template, scene };
    }

    // Ranges grow with room to spare and shrink only far: the scene stands still while an item is dragged.
    _stickyRanges() {
      const plane = this.state.axes === "plane";
      const kept = (this.ranges[this.state.axes] ??= [null, null, null]);
      const wanted = AXES.map((axis) => {
        let low = Infinity;
        let high = -Infinity;
        for (const value of this.result.trajectories[axis]) {
          if (value < low) low = value;
          if (value > high) high = value;
        }
        return [low, high];
      });
      if (plane) {
        const most = Math.max(...wanted.slice(0, 2).flat().map(Math.abs));
        wanted[0] = wanted[1] = [-most, most];
      }
      wanted.forEach(([low, high], i) => {
        const span = Math.max(high - low, 1e-6);
        const had = kept[i];
        // a line that leaves the frame a little is still seen whole
        const slack = had ? 0.04 * (had[1] - had[0]) : 0;
        if (had && low >= had[0] - slack && high <= had[1] + slack && span > 0.5 * (had[1] - had[0])) return;
        const grown = had && span > 0.5 * (had[1] - had[0]) ? [Math.min(low - 0.1 * span, had[0]), Math.max(high + 0.1 * span, had[1])] : [low - 0.05 * span, high + 0.05 * span];
        kept[i] = plane && i < 2 ? [-Math.max(...grown.map(Math.abs)), Math.max(...grown.map(Math.abs))] : grown;
      });
      return kept.map((range) => [...range]);
    }

    _spans() {
      const { steps } = this.result.trajectories;
      if (this.state.colour !== "epoch") return [{ from: 0, to: steps - 1, colour: (run) => this._runColour(run) }];
      return this.result.epochs.map((epoch) => ({ from: Math.max(epoch.start - 1, 0), to: epoch.stop - 1, colour: () => this._epochColour(epoch) }));
    }

    _now(step) {
      if (this.state.colour !== "epoch") return (run) => this._runColour(run);
      const { epochs } = this.result;
      const shade = this._epochColour(epochs.find((epoch) => step >= epoch.start && step < epoch.stop) ?? epochs[epochs.length - 1]);
      return () => shade;
    }

    _runColour(run) {
      const { roles, palette } = this.boot;
      if (this.state.colour === "angle") return colour(palette, this.result.responses[run]);
      return [roles.cued, roles["non-target"], roles.uniform][this.result.group[run]];
    }

    _epochColour(epoch) {
      const found = Object.keys(this.boot.epochs).find((key) => epoch.name.toLowerCase().includes(key));
      return this.boot.epochs[found] ?? "#9AA5B5";
    }

    // In the behaviour plane a report is a direction: a coloured circle says which, if the end points agree with the responses.
    _ring(runs, steps) {
      const none = { ring: null, items: [] };
      if (this.state.axes !== "plane") return none;
      const { x, y, z } = this.result.trajectories;
      const ends = Array.from({ length: runs }, (_, run) => run * (steps + 1) + steps - 1);
      const agreement = ends.reduce((sum, end, run) => sum + Math.cos(Math.atan2(y[end], x[end]) - this.result.responses[run]), 0) / runs;
      if (!(agreement > 0.9)) return none;
      const radii = ends.map((end) => Math.hypot(x[end], y[end])).sort((a, b) => a - b);
      const radius = radii[Math.floor(runs / 2)] * 1.12;
      const height = Math.min(...ends.map((end) => z[end]));
      const angles = Array.from({ length: 73 }, (_, i) => -Math.PI + (i * TURN) / 72);
      const on = (angle) => [radius * Math.cos(angle), radius * Math.sin(angle), height];
      const { display } = this.state;
      const { palette, roles } = this.boot;
      const edge = (i) => (i === display.cued && display.cue === null ? roles.cued : roles["non-target"]);
      const at = (angle) => Object.fromEntries(on(angle).map((value, i) => [AXES[i], value]));
      return {
        ring: { ...Object.fromEntries(AXES.map((axis, i) => [axis, angles.map((angle) => on(angle)[i])])), colours: angles.map((angle) => colour(palette, angle + TURN / 144)) },
        items: display.report.map((angle, i) => ({ ...at(angle), fill: colour(palette, angle), edge: edge(i), words: `${i + 1}` })),
      };
    }

    _point(run, left, top) {
      this.tip.hidden = run === null || run >= this.result.responses.length;
      if (this.tip.hidden) return;
      const item = this.result.nearest[run];
      this.tip.textContent = `run ${run + 1} reports ${label(this.result.responses[run])}: ${item < 0 ? "no item is near" : `item ${item + 1}${this.result.group[run] ? ", a swap" : ""}`}`;
      this.tip.style.transform = `translate(${Math.min(left + 12, this.graph.clientWidth - 210)}px, ${Math.max(top - 30, 0)}px)`;
    }

    // ---- plotly's own traces, for saving ----
    _keepNumbers() {
      if (!this.graph.data) return;
      this._data(false).forEach((trace, i) => Object.assign(this.graph.data[i], trace));
    }

    _forSaving() {
      const show = (visible) => this._data(visible).forEach((trace, i) => {
        Object.assign(this.graph.data[i], trace);
        if (visible && this.graph._fullData?.[i]) Object.assign(this.graph._fullData[i], { x: trace.x, y: trace.y, z: trace.z });
      });
      show(true);
      setTimeout(() => show(false), SAVING);
    }

    _data(visible) {
      const fill = this._fill();
      return this.base.data.map((trace) => {
        if (trace.name === "frame") return { ...trace, ...this._corners() };
        const { marker, line, ...rest } = fill[trace.name] ?? EMPTY;
        return { ...trace, ...rest, visible, marker: { ...trace.marker, ...marker }, line: { ...trace.line, ...line } };
      });
    }

    // Two points that nobody sees: without a trace plotly draws no frame.
    _corners() {
      const kept = this.ranges[this.state.axes];
      return Object.fromEntries(AXES.map((axis, i) => [axis, [...kept[i]]]));
    }

    // Traces at the playhead: {trace name: {x, y, z, ...}}.
    _fill() {
      const { runs, steps } = this.result.trajectories;
      const by = this.state.colour;
      const lists = Object.fromEntries(["not selected", ...GROUPS, ...VALUE_NAMES].map((name) => [name, []]));
      for (let run = 0; run < runs; run++) {
        if (this.selected && !this.selected[run]) lists["not selected"].push(run);
        else if (by === "item") lists[GROUPS[this.result.group[run]]].push(run);
        else if (by === "angle") lists[VALUE_NAMES[this._bin(run)]].push(run);
        else lists[VALUE_NAMES[0]].push(run);
      }
      const fill = {};
      for (const [name, members] of Object.entries(lists)) fill[name] = this._cut(members, steps, 0, this.step + 1);
      if (by === "angle") VALUE_NAMES.forEach((name, bin) => (fill[name].line = { color: colour(this.boot.palette, ((bin + 0.5) / VALUES) * TURN - Math.PI) }));
      if (by === "epoch") this._epochs(fill, lists[VALUE_NAMES[0]], steps);
      const seen = Array.from({ length: runs }, (_, run) => run).filter((run) => !this.selected || this.selected[run]);
      const now = this._now(this.step);
      fill.start = this._points(seen, steps, 0);
      fill.now = { ...this._points(seen, steps, this.step), marker: { color: seen.map(now) } };
      return { ...fill, ...this._ringTraces(runs, steps) };
    }

    // Steps [from, to) of some runs, a gap after each.
    _cut(members, steps, from, to) {
      const length = Math.max(to - from, 0);
      const out = {};
      for (const axis of AXES) {
        const source = this.result.trajectories[axis];
        const values = new Float32Array(length ? members.length * (length + 1) : 0);
        if (length) members.forEach((run, at) => {
          const start = run * (steps + 1) + from;
          values.set(source.subarray(start, start + length), at * (length + 1));
          values[at * (length + 1) + length] = NaN;
        });
        out[axis] = values;
      }
      return out;
    }

    _bin(run) {
      return Math.min(VALUES - 1, Math.floor(((wrap(this.result.responses[run]) + Math.PI) / TURN) * VALUES));
    }

    // A trace an epoch; each begins where the one before ended.
    _epochs(fill, members, steps) {
      this.result.epochs.slice(0, VALUES).forEach((epoch, i) => {
        const from = Math.max(epoch.start - 1, 0);
        fill[VALUE_NAMES[i]] = { ...this._cut(members, steps, from, Math.min(epoch.stop, this.step + 1)), line: { color: this._epochColour(epoch) } };
      });
    }

    _points(members, steps, step) {
      const { trajectories } = this.result;
      return Object.fromEntries(AXES.map((axis) => [axis, Float32Array.from(members, (run) => trajectories[axis][run * (steps + 1) + step])]));
    }

    _ringTraces(runs, steps) {
      const { ring, items } = this._ring(runs, steps);
      if (!ring) return { circle: EMPTY, items: EMPTY };
      const { x, y, z } = ring;
      const all = (name) => items.map((item) => item[name]);
      return {
        circle: { x, y, z, line: { color: x.map((_, i) => -Math.PI + (i * TURN) / 72), cmin: -Math.PI, cmax: Math.PI } },
        items: { x: all("x"), y: all("y"), z: all("z"), marker: { color: all("fill"), line: { color: all("edge") } } },
      };
    }
  }

  window.swapscope.StateFigure = StateFigure;
})();
