// The response distribution of the Explore page: bins of the network's responses by what was reported, the model, the recorded ones.
(() => {
  "use strict";
  const { TURN, wrap, distance, degrees, label, colour } = window.swapscope.angles;
  const BINS = 48;
  const WIDTH = 360 / BINS;

  // The share in percent that falls into each bin, one row for cued, other and neither; [3][BINS].
  const count = (responses, group) => {
    const rows = [0, 1, 2].map(() => new Float32Array(BINS));
    responses.forEach((angle, run) => {
      const bin = Math.min(BINS - 1, Math.floor(((wrap(angle) + Math.PI) / TURN) * BINS));
      rows[group[run]][bin] += 100 / responses.length;
    });
    return rows;
  };

  // What a bin centred at each point should hold: a narrow density is lower in a bin than at its peak.
  const binned = (curve) => {
    const step = 360 / curve.length;
    const reach = Math.max(0, Math.round((WIDTH / step - 1) / 2));
    return curve.map((_, i) => {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) sum += curve[(i + k + curve.length) % curve.length][1];
      return sum / (2 * reach + 1);
    });
  };

  class ResponseFigure {
    // graph: plotly's element. bases: {circle, line}: figures of frontend/figures/responses.py. picked(selection or null).
    constructor(graph, bases, boot, picked) {
      Object.assign(this, { graph, bases, boot });
      graph.on("plotly_click", (event) => {
        const point = event.points[0];
        if (point.data.name === "items") picked({ item: point.pointNumber });
        else if (point.data.type.startsWith("bar")) picked({ bin: this.centres[point.pointNumber] });
      });
    }

    draw(result, state, selected) {
      const view = state.view;
      const base = this.bases[view];
      const template = this.graph.layout?.template ?? base.layout.template;
      const centres = Array.from({ length: BINS }, (_, i) => -180 + (i + 0.5) * WIDTH);
      this.centres = centres;
      const rows = count(result.responses, result.group);
      // in order round the circle: the angle -180° may come as 180°
      const curve = Array.from(result.model.angles, (angle, i) => [degrees(angle), (result.model.density[i] * 100 * TURN) / BINS]).sort((a, b) => a[0] - b[0]);
      const model = binned(curve);
      const totals = centres.map((_, i) => rows[0][i] + rows[1][i] + rows[2][i]);
      const top = 1.12 * Math.max(...totals, ...model, 4);
      const along = view === "circle" ? "theta" : "x";
      const up = view === "circle" ? "r" : "y";
      const fill = {
        ...this._bars(rows, centres, result, state, selected),
        model: { [along]: this._closed(curve.map((point) => point[0]), view), [up]: this._closed(model, view) },
        recorded: this._at(result.recorded.responses, view === "circle" ? top * 1.03 : -top * 0.035, (angle) => label(angle)),
        items: this._items(state.display, view === "circle" ? top * 1.16 : top * 0.985),
        picked: this._picked(result, state, view === "circle" ? top * 1.03 : top * 0.9),
      };
      const data = base.data.map((trace) => {
        const { angle, height, ...rest } = fill[trace.name];
        const placed = angle ? { [along]: angle, [up]: height } : {};
        return { ...trace, ...rest, ...placed, marker: { ...trace.marker, ...rest.marker } };
      });
      const layout = { ...base.layout, template };
      if (view === "circle") layout.polar = { ...base.layout.polar, radialaxis: { ...base.layout.polar.radialaxis, range: [0, top * 1.16] } };
      else Object.assign(layout, { yaxis: { ...base.layout.yaxis, range: [-top * 0.07, top * 1.06] }, shapes: this._cueLines(state.display, top) });
      return window.Plotly.react(this.graph, data, layout);
    }

    _closed(values, view) {
      return view === "circle" ? [...values, values[0]] : values;
    }

    _bars(rows, centres, result, state, selected) {
      const words = ["cued item", "other item", "neither"];
      const inside = (i) => !selected || result.responses.some((angle, run) => selected[run] && distance(angle, (centres[i] * Math.PI) / 180) <= TURN / BINS / 2 + 1e-6);
      const opacity = centres.map((_, i) => (inside(i) ? 0.85 : 0.22));
      const byAngle = state.colour === "angle" ? centres.map((centre) => colour(this.boot.palette, (centre * Math.PI) / 180)) : null;
      return Object.fromEntries(words.map((name, g) => [name, {
        angle: centres,
        height: Array.from(rows[g]),
        width: centres.map(() => WIDTH * 0.94),
        meta: centres.map((centre, i) => `${rows[g][i].toFixed(1)} % near ${Math.round(centre)}°: ${name}`),
        marker: byAngle ? { opacity, color: byAngle } : { opacity },
      }]));
    }

    _at(angles, height, words) {
      const list = Array.from(angles);
      return { angle: list.map(degrees), height: list.map(() => height), meta: list.map(words) };
    }

    _items(display, height) {
      const { roles, palette } = this.boot;
      const isCued = (i) => i === display.cued && display.cue === null;
      return {
        ...this._at(display.report, height, (angle) => label(angle)),
        meta: display.report.map((angle, i) => `item ${i + 1}, ${label(angle)}${isCued(i) ? ", cued" : ""}; click to select its runs`),
        marker: {
          color: display.report.map((angle) => colour(palette, angle)),
          line: { width: 3, color: display.report.map((_, i) => (isCued(i) ? roles.cued : roles["non-target"])) },
        },
      };
    }

    // The response of the run that was picked in the state space.
    _picked(result, { pick }, height) {
      const run = pick?.run;
      if (run === undefined || run >= result.responses.length) return this._at([], height, () => "");
      return this._at([result.responses[run]], height, (angle) => `run ${run + 1}, ${label(angle)}`);
    }

    _cueLines(display, top) {
      const { roles } = this.boot;
      return display.report.map((angle, i) => {
        const at = degrees(angle);
        const line = { color: i === display.cued && display.cue === null ? roles.cued : roles["non-target"], width: 1, dash: "dot" };
        return { type: "line", x0: at, x1: at, y0: 0, y1: top * 0.95, line, layer: "below" };
      });
    }
  }

  window.swapscope.ResponseFigure = ResponseFigure;
})();
