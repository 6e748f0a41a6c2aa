// The state space of the Explore page: which runs are shown, in which colours and ranges. Plotly draws the frame, the
// runs are drawn by explore_runs.js, planes and slow points by explore_landmarks_paint.js over it.
(() => {
  "use strict";
  const { TURN, colour, label } = window.swapscope.angles;
  const { RunsLayer } = window.swapscope;
  const AXES = ["x", "y", "z"];
  const DISTANCE = 1.93; // of the camera of frontend/figures/state_space.py from the middle
  const REST = 350; // ms without a new picture
  const thousandth = (value) => Math.round(value * 1000) / 1000 + 0;
  const rounded = (camera) => Object.fromEntries(["eye", "center", "up"].map((name) => [name, Object.fromEntries(AXES.map((axis) => [axis, thousandth(camera[name][axis])]))]));

  class StateFigure {
    // graph: plotly's element. base: the figure of frontend/figures/state_space.py. picked(run or null) after a click,
    // turned(camera) after the scene was turned by hand.
    constructor(graph, base, boot, { picked, turned }) {
      Object.assign(this, { graph, base, boot, ranges: {}, kept: "", landmarks: null });
      this.tip = document.createElement("div");
      this.tip.className = "explore-tip";
      this.tip.hidden = true;
      graph.parentElement.append(this.tip);
      this.layer = new RunsLayer(graph, { picked, missed: () => picked(null), pointed: (...place) => this._point(...place) });
      Object.assign(this.layer, { look: boot, epochAt: (step) => this.result?.epochs.find((epoch) => step >= epoch.start && step < epoch.stop)?.name });
      this.traces = new window.swapscope.SavedTraces(this);
      graph.closest("[data-figure]").addEventListener("click", (event) => event.target.closest("[data-save]") && this.traces.show(), true);
      graph.on("plotly_relayout", (change) => change["scene.camera"] && !this.turning && turned(rounded(change["scene.camera"])));
    }

    // The camera as it is in the state; null is the usual one.
    async look(camera) {
      this.turning = true;
      await window.Plotly.relayout(this.graph, { "scene.camera": camera ?? this.base.layout.scene.camera });
      this.turning = false;
    }

    // Resolves when all of it is drawn. Plotly is asked only for a frame with other axes.
    async draw(result, state, selected, step) {
      Object.assign(this, { result, state, selected, step });
      const { runs, steps, x, y, z } = result.trajectories;
      const strong = Array.from({ length: runs }, (_, run) => !selected || Boolean(selected[run]));
      const every = Array.from(strong.keys());
      const run = state.pick?.run ?? null;
      const order = [...every.filter((one) => !strong[one]), ...every.filter((one) => strong[one] && one !== run), ...(run !== null && run < runs ? [run] : [])];
      const picture = { runs, steps, x, y, z, step, strong, order, shown: strong.filter(Boolean).length, picked: run, spans: this._spans(), now: this.colourNow(step), landmarks: this.landmarks, marks: state.marks, ...this.ring() };
      const layout = this._layout();
      const frame = JSON.stringify([layout.scene.xaxis, layout.scene.yaxis, layout.scene.zaxis, layout.scene.aspectratio]);
      if (frame !== this.kept) {
        this.kept = frame;
        this.layer.picture = picture;
        await window.Plotly.react(this.graph, this.traces.data(false), layout);
      }
      this.layer.show(picture);
      this.traces.keep();
      clearTimeout(this.settling);
      this.settling = setTimeout(() => this._settle(), REST);
    }

    async _settle() {
      if (!this.graph.isConnected) return;
      this.ranges[this.state.axes] = null;
      await this.draw(this.result, this.state, this.selected, this.step);
      clearTimeout(this.settling);
    }

    // Planes and slow points of explore_landmarks.js, or null.
    mark(landmarks) {
      this.landmarks = landmarks;
      if (!this.layer.picture) return;
      if (this.state.axes === "items") return void this.draw(this.result, this.state, this.selected, this.step);
      this.layer.show({ ...this.layer.picture, landmarks });
      this._keepSoon();
    }

    // Move the playhead: nothing but the canvas.
    scrub(step) {
      if (!this.result || !this.layer.picture) return;
      this.step = step;
      this.layer.scrub(step, this._spans(), this.colourNow(step));
      this._keepSoon();
    }

    _keepSoon() {
      clearTimeout(this.keeping);
      this.keeping = setTimeout(() => this.traces.keep(), 120);
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
      else if (this.state.camera) scene.camera = this.state.camera;
      this.drawn = true;
      return { ...this.base.layout, template, scene };
    }

    // In the axes of the items' planes these belong into the frame, as far as they are what the axes are made from.
    _withPlanes(wanted) {
      const planes = this.state.axes === "items" && this.state.marks !== "points" && this.state.marks !== "none" ? this.landmarks?.planes : null;
      if (!planes || this.landmarks.stale.planes) return;
      const end = this.result.epochs.find((epoch) => epoch.name === "delay")?.stop ?? planes.steps;
      for (const item of [0, 1]) {
        const at = 12 * (planes.steps * item + end - 1);
        planes.corners.subarray(at, at + 12).forEach((value, i) => (wanted[i % 3] = [Math.min(wanted[i % 3][0], value), Math.max(wanted[i % 3][1], value)]));
      }
    }

    // Ranges grow with room to spare and shrink only far: the scene stands still while an item is dragged. At rest they
    // are settled: the same for the same runs, however these were come to.
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
      this._withPlanes(wanted);
      if (plane) {
        const most = Math.max(...wanted.slice(0, 2).flat().map(Math.abs));
        wanted[0] = wanted[1] = [-most, most];
      }
      wanted.forEach(([low, high], i) => {
        const span = Math.max(high - low, 1e-6);
        const step = 2 ** Math.round(Math.log2(span)) / 16;
        const had = kept[i];
        // a line that leaves the frame a little is still seen whole
        const slack = had ? 0.04 * (had[1] - had[0]) : 0;
        if (had && low >= had[0] - slack && high <= had[1] + slack && span > 0.5 * (had[1] - had[0])) return;
        const grown = had && span > 0.5 * (had[1] - had[0]) ? [Math.min(low - 0.1 * span, had[0]), Math.max(high + 0.1 * span, had[1])] : [Math.floor(low / step - 0.25) * step, Math.ceil(high / step + 0.25) * step];
        kept[i] = plane && i < 2 ? [-Math.max(...grown.map(Math.abs)), Math.max(...grown.map(Math.abs))] : grown;
      });
      return kept.map((range) => [...range]);
    }

    _spans() {
      const { steps } = this.result.trajectories;
      if (this.state.colour !== "epoch") return [{ from: 0, to: steps - 1, colour: (run) => this._runColour(run) }];
      return this.result.epochs.map((epoch) => ({ from: Math.max(epoch.start - 1, 0), to: epoch.stop - 1, colour: () => this.epochColour(epoch) }));
    }

    colourNow(step) {
      if (this.state.colour !== "epoch") return (run) => this._runColour(run);
      const { epochs } = this.result;
      const shade = this.epochColour(epochs.find((epoch) => step >= epoch.start && step < epoch.stop) ?? epochs[epochs.length - 1]);
      return () => shade;
    }

    _runColour(run) {
      const { roles, palette } = this.boot;
      if (this.state.colour === "angle") return colour(palette, this.result.responses[run]);
      if (this.state.colour === "item") {
        const item = this.result.nearest[run];
        return item < 0 ? roles.uniform : colour(palette, this.result.display.report[item]);
      }
      return [roles.cued, roles["non-target"], roles.uniform][this.result.group[run]];
    }

    epochColour(epoch) {
      const found = Object.keys(this.boot.epochs).find((key) => epoch.name.toLowerCase().includes(key));
      return this.boot.epochs[found] ?? "#9AA5B5";
    }

    // In the behaviour plane a report is a direction: a coloured circle says which, if the end points agree with the responses.
    ring() {
      const none = { ring: null, items: [] };
      if (this.state.axes !== "plane") return none;
      const { runs, steps } = this.result.trajectories;
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

    _runWords(run) {
      const item = this.result.nearest[run];
      return `run ${run + 1} reports ${label(this.result.responses[run])}: ${item < 0 ? "no item is near" : `item ${item + 1}${this.result.group[run] ? ", a swap" : ""}`}`;
    }

    _point(run, left, top) {
      const slow = left === undefined ? null : window.swapscope.slowWords(this.layer, left, top);
      this.tip.hidden = !slow && (run === null || run >= this.result.responses.length);
      if (this.tip.hidden) return;
      this.tip.textContent = slow ?? this._runWords(run);
      this.tip.style.transform = `translate(${Math.min(left + 12, this.graph.clientWidth - 210)}px, ${Math.max(top - 30, 0)}px)`;
    }
  }

  window.swapscope.StateFigure = StateFigure;
})();
