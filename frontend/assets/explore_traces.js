// Plotly's own traces of the state space: invisible on the page, they hold the same numbers as the picture, for saving it.
(() => {
  "use strict";
  const { TURN, wrap, colour } = window.swapscope.angles;
  const GROUPS = ["cued item", "other item", "neither"];
  const AXES = ["x", "y", "z"];
  const VALUES = 12; // traces by the bin of a value, as in frontend/figures/state_space.py
  const VALUE_NAMES = Array.from({ length: VALUES }, (_, i) => `value ${i}`);
  const EMPTY = { x: [], y: [], z: [] };
  const SAVING = 5000; // ms for which the traces are visible so that they can be saved

  class SavedTraces {
    // figure: the StateFigure whose picture they hold.
    constructor(figure) {
      this.figure = figure;
    }

    // The numbers of what is shown, into plotly's invisible traces.
    keep() {
      const { graph } = this.figure;
      if (!graph.data) return;
      this.data(false).forEach((trace, i) => Object.assign(graph.data[i], trace));
    }

    show() {
      const { graph } = this.figure;
      const put = (visible) => this.data(visible).forEach((trace, i) => {
        Object.assign(graph.data[i], trace);
        if (visible && graph._fullData?.[i]) Object.assign(graph._fullData[i], { x: trace.x, y: trace.y, z: trace.z });
      });
      put(true);
      setTimeout(() => put(false), SAVING);
    }

    data(visible) {
      const fill = this._fill();
      return this.figure.base.data.map((trace) => {
        if (trace.name === "frame") return { ...trace, ...this._corners() };
        const { marker, line, ...rest } = fill[trace.name] ?? EMPTY;
        return { ...trace, ...rest, visible, marker: { ...trace.marker, ...marker }, line: { ...trace.line, ...line } };
      });
    }

    // Two points that nobody sees: without a trace plotly draws no frame.
    _corners() {
      const { ranges, state } = this.figure;
      const kept = ranges[state.axes];
      return Object.fromEntries(AXES.map((axis, i) => [axis, [...kept[i]]]));
    }

    // Traces at the playhead: {trace name: {x, y, z, ...}}.
    _fill() {
      const { result, state, selected, step, boot } = this.figure;
      const { runs, steps } = result.trajectories;
      const by = state.colour;
      const lists = Object.fromEntries(["not selected", ...GROUPS, ...VALUE_NAMES].map((name) => [name, []]));
      for (let run = 0; run < runs; run++) {
        if (selected && !selected[run]) lists["not selected"].push(run);
        else if (by === "swap") lists[GROUPS[result.group[run]]].push(run);
        else if (by === "angle") lists[VALUE_NAMES[this._bin(run)]].push(run);
        else if (by === "item") lists[VALUE_NAMES[result.nearest[run] < 0 ? VALUES - 1 : result.nearest[run]]].push(run);
        else lists[VALUE_NAMES[0]].push(run);
      }
      const fill = {};
      for (const [name, members] of Object.entries(lists)) fill[name] = this._cut(members, steps, 0, step + 1);
      if (by === "angle") VALUE_NAMES.forEach((name, bin) => (fill[name].line = { color: colour(boot.palette, ((bin + 0.5) / VALUES) * TURN - Math.PI) }));
      if (by === "item") VALUE_NAMES.forEach((name, item) => (fill[name].line = { color: item < state.display.report.length ? colour(boot.palette, state.display.report[item]) : boot.roles.uniform }));
      if (by === "epoch") this._epochs(fill, lists[VALUE_NAMES[0]], steps);
      const seen = Array.from({ length: runs }, (_, run) => run).filter((run) => !selected || selected[run]);
      const now = this.figure.colourNow(step);
      fill.start = this._points(seen, steps, 0);
      fill.now = { ...this._points(seen, steps, step), marker: { color: seen.map(now) } };
      return { ...fill, ...this._ringTraces(), ...window.swapscope.landmarkTraces(this.figure.landmarks, state, step, steps) };
    }

    // Steps [from, to) of some runs, a gap after each.
    _cut(members, steps, from, to) {
      const length = Math.max(to - from, 0);
      const out = {};
      for (const axis of AXES) {
        const source = this.figure.result.trajectories[axis];
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
      return Math.min(VALUES - 1, Math.floor(((wrap(this.figure.result.responses[run]) + Math.PI) / TURN) * VALUES));
    }

    // A trace an epoch; each begins where the one before ended.
    _epochs(fill, members, steps) {
      this.figure.result.epochs.slice(0, VALUES).forEach((epoch, i) => {
        const from = Math.max(epoch.start - 1, 0);
        fill[VALUE_NAMES[i]] = { ...this._cut(members, steps, from, Math.min(epoch.stop, this.figure.step + 1)), line: { color: this.figure.epochColour(epoch) } };
      });
    }

    _points(members, steps, step) {
      const { trajectories } = this.figure.result;
      return Object.fromEntries(AXES.map((axis) => [axis, Float32Array.from(members, (run) => trajectories[axis][run * (steps + 1) + step])]));
    }

    _ringTraces() {
      const { ring, items } = this.figure.ring();
      if (!ring) return { circle: EMPTY, items: EMPTY };
      const { x, y, z } = ring;
      const all = (name) => items.map((item) => item[name]);
      return {
        circle: { x, y, z, line: { color: x.map((_, i) => -Math.PI + (i * TURN) / 72), cmin: -Math.PI, cmax: Math.PI } },
        items: { x: all("x"), y: all("y"), z: all("z"), marker: { color: all("fill"), line: { color: all("edge") } } },
      };
    }
  }

  window.swapscope.SavedTraces = SavedTraces;
})();
