// The state space of the Explore page: the runs' trajectories as a few gapped traces, cut at the playhead, on the client only.
(() => {
  "use strict";
  const { TURN, wrap, colour } = window.swapscope.angles;
  const GROUPS = ["cued item", "other item", "neither"];
  const PARTS = 4; // each group is drawn in this many turns, as in frontend/figures/state_space.py
  const groupName = (group, part) => (part ? `${GROUPS[group]} ${part}` : GROUPS[group]);
  const GROUP_NAMES = Array.from({ length: PARTS }, (_, part) => GROUPS.map((_, group) => groupName(group, part))).flat();
  const AXES = ["x", "y", "z"];
  const VALUES = 12; // traces by the bin of a value, as in frontend/figures/state_space.py
  const VALUE_NAMES = Array.from({ length: VALUES }, (_, i) => `value ${i}`);
  const EMPTY = { x: [], y: [], z: [] };

  class StateFigure {
    // graph: plotly's element. base: the figure of frontend/figures/state_space.py.
    constructor(graph, base, boot) {
      Object.assign(this, { graph, base, boot, ranges: {} });
      this.index = Object.fromEntries(base.data.map((trace, i) => [trace.name, i]));
    }

    draw(result, state, selected, step) {
      this.result = result;
      this.state = state;
      this.selected = selected;
      const fill = this._fill(step);
      const data = this.base.data.map((trace) => {
        const { marker, line, ...rest } = fill[trace.name] ?? EMPTY;
        return { ...trace, ...rest, marker: { ...trace.marker, ...marker }, line: { ...trace.line, ...line } };
      });
      return window.Plotly.react(this.graph, data, this._layout());
    }

    // Move the playhead: the same figure, other points.
    scrub(step) {
      if (!this.result || this.busy) {
        this.next = step;
        return;
      }
      const fill = this._fill(step);
      const still = new Set(["start", "circle", "items"]);
      // traces that were empty and stay so are left alone
      const held = (name) => fill[name].x.length || this.graph.data[this.index[name]].x.length;
      const names = Object.keys(fill).filter((name) => !still.has(name) && held(name));
      const update = { x: [], y: [], z: [] };
      for (const name of names) for (const axis of AXES) update[axis].push(fill[name][axis]);
      this.busy = true;
      window.Plotly.restyle(this.graph, update, names.map((name) => this.index[name])).then(() => {
        this.busy = false;
        const next = this.next;
        this.next = undefined;
        if (next !== undefined && next !== step) requestAnimationFrame(() => this.scrub(next));
      });
    }

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
      scene.aspectmode = plane ? "manual" : "cube";
      if (plane) scene.aspectratio = { x: 1, y: 1, z: 0.85 };
      // uirevision keeps the camera that the person turned, plotly writes it into the layout
      const camera = this.graph._fullLayout?.scene?._scene?.getCamera?.();
      if (camera && this.drawn) scene.camera = camera;
      this.drawn = true;
      return { ...this.base.layout, template, scene };
    }

    // Ranges grow when a picture needs it and shrink only with the axes: the scene does not jump while an item is dragged.
    _stickyRanges() {
      const kept = (this.ranges[this.state.axes] ??= [0, 0, 0]);
      AXES.forEach((axis, i) => {
        let most = 0;
        for (const value of this.result.trajectories[axis]) if (Math.abs(value) > most) most = Math.abs(value);
        if (most > kept[i] || most < 0.5 * kept[i]) kept[i] = most * 1.06;
      });
      const square = Math.max(kept[0], kept[1]);
      return kept.map((most, i) => (this.state.axes === "plane" && i < 2 ? [-square, square] : [-most, most]));
    }

    // Traces at a playhead: {trace name: {x, y, z, ...}}.
    _fill(step) {
      const { runs, steps, x, y, z } = this.result.trajectories;
      const source = { x, y, z };
      const shown = step + 1;
      const by = this.state.colour;
      const lists = Object.fromEntries(["not selected", ...GROUP_NAMES, ...VALUE_NAMES].map((name) => [name, []]));
      for (let run = 0; run < runs; run++) {
        const kept = !this.selected || this.selected[run];
        if (!kept) lists["not selected"].push(run);
        else if (by === "item") lists[groupName(this.result.group[run], run % PARTS)].push(run);
        else if (by === "angle") lists[VALUE_NAMES[this._bin(run)]].push(run);
        else lists[VALUE_NAMES[0]].push(run);
      }
      const fill = {};
      for (const [name, members] of Object.entries(lists)) fill[name] = this._cut(source, members, steps, 0, shown);
      if (by === "angle") VALUE_NAMES.forEach((name, bin) => (fill[name].line = { color: colour(this.boot.palette, ((bin + 0.5) / VALUES) * TURN - Math.PI) }));
      if (by === "epoch") this._epochs(fill, source, lists[VALUE_NAMES[0]], steps, shown);
      const every = Array.from({ length: runs }, (_, run) => run);
      const seen = this.selected ? every.filter((run) => this.selected[run]) : every;
      fill.start = this._points(source, seen, steps, 0);
      fill.now = { ...this._points(source, seen, steps, step), marker: { color: seen.map((run) => this._runColour(run, step)) } };
      Object.assign(fill, this._ring(source, runs, steps));
      return fill;
    }

    // Steps [from, to) of some runs, a gap after each.
    _cut(source, members, steps, from, to) {
      const length = Math.max(to - from, 0);
      const out = {};
      for (const axis of AXES) {
        const values = new Float32Array(length ? members.length * (length + 1) : 0);
        if (length) members.forEach((run, at) => {
          const start = run * (steps + 1) + from;
          values.set(source[axis].subarray(start, start + length), at * (length + 1));
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
    _epochs(fill, source, members, steps, shown) {
      this.result.epochs.slice(0, VALUES).forEach((epoch, i) => {
        const from = Math.max(epoch.start - 1, 0);
        fill[VALUE_NAMES[i]] = { ...this._cut(source, members, steps, from, Math.min(epoch.stop, shown)), line: { color: this._epochColour(epoch) } };
      });
    }

    _points(source, members, steps, step) {
      return Object.fromEntries(AXES.map((axis) => [axis, Float32Array.from(members, (run) => source[axis][run * (steps + 1) + step])]));
    }

    _epochColour(epoch) {
      const found = Object.keys(this.boot.epochs).find((key) => epoch.name.toLowerCase().includes(key));
      return this.boot.epochs[found] ?? "#9AA5B5";
    }

    _runColour(run, step) {
      const { roles, palette } = this.boot;
      if (this.state.colour === "angle") return colour(palette, this.result.responses[run]);
      if (this.state.colour === "epoch") {
        const { epochs } = this.result;
        return this._epochColour(epochs.find((epoch) => step >= epoch.start && step < epoch.stop) ?? epochs[epochs.length - 1]);
      }
      return [roles.cued, roles["non-target"], roles.uniform][this.result.group[run]];
    }

    // In the behaviour plane a report is a direction: a coloured circle says which, if the end points agree with the responses.
    _ring(source, runs, steps) {
      if (this.state.axes !== "plane") return { circle: EMPTY, items: EMPTY };
      let agreement = 0;
      const radii = [];
      for (let run = 0; run < runs; run++) {
        const end = run * (steps + 1) + steps - 1;
        agreement += Math.cos(Math.atan2(source.y[end], source.x[end]) - this.result.responses[run]) / runs;
        radii.push(Math.hypot(source.x[end], source.y[end]));
      }
      if (!(agreement > 0.9)) return { circle: EMPTY, items: EMPTY };
      const radius = radii.sort((a, b) => a - b)[Math.floor(runs / 2)] * 1.12;
      const height = Math.min(...Array.from({ length: runs }, (_, run) => source.z[run * (steps + 1) + steps - 1]));
      const angles = Array.from({ length: 73 }, (_, i) => -Math.PI + (i * TURN) / 72);
      const on = (list) => ({ x: list.map((a) => radius * Math.cos(a)), y: list.map((a) => radius * Math.sin(a)), z: list.map(() => height) });
      const { display } = this.state;
      const edge = (i) => (i === display.cued && display.cue === null ? this.boot.roles.cued : this.boot.roles["non-target"]);
      return {
        circle: { ...on(angles), line: { color: angles, cmin: -Math.PI, cmax: Math.PI } },
        items: { ...on(display.report), marker: { color: display.report.map((a) => colour(this.boot.palette, a)), line: { color: display.report.map((_, i) => edge(i)) } } },
      };
    }
  }

  window.swapscope.StateFigure = StateFigure;
})();
