// The response distribution of the Explore page: bins of the network's responses by what was reported, lit where they are
// picked; as lines the model, the same runs without interventions and another network; the recorded ones as a rug.
(() => {
  "use strict";
  const { TURN, wrap, degrees, label, colour } = window.swapscope.angles;
  const BINS = 48;
  const WIDTH = 360 / BINS;
  const CENTRES = Array.from({ length: BINS }, (_, i) => -180 + (i + 0.5) * WIDTH);
  const NOTHING = { angle: [], height: [], meta: [] };

  const binOf = (angle) => Math.min(BINS - 1, Math.floor(((wrap(angle) + Math.PI) / TURN) * BINS));

  // The share in percent that falls into each bin: rows of cued, other, neither, and of those not selected; [4][BINS].
  const count = (responses, group, selected) => {
    const rows = [0, 1, 2, 3].map(() => new Float32Array(BINS));
    responses.forEach((angle, run) => (rows[!selected || selected[run] ? group[run] : 3][binOf(angle)] += 100 / responses.length));
    return rows;
  };

  const shares = (responses) => {
    const row = new Float32Array(BINS);
    for (const angle of responses) row[binOf(angle)] += 100 / responses.length;
    return row;
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
    // graph: plotly's element. bases: {circle, line}: figures of frontend/figures/responses.py. picked(pick) after a click.
    constructor(graph, bases, boot, picked) {
      Object.assign(this, { graph, bases, boot });
      graph.on("plotly_click", (event) => {
        const point = event.points[0];
        const half = 1.5 * WIDTH;
        if (point.data.name === "items") picked({ item: point.pointNumber });
        else if (point.data.type.startsWith("bar")) picked({ arc: [CENTRES[point.pointNumber] - half, CENTRES[point.pointNumber] + half] });
      });
    }

    // beside: {baseline, other}: responses to be shown as lines, or nothing.
    draw(result, state, selected, beside) {
      const { view } = state;
      const base = this.bases[view];
      const template = this.graph.layout?.template ?? base.layout.template;
      const rows = count(result.responses, result.group, selected);
      // in order round the circle: the angle -180° may come as 180°
      const curve = Array.from(result.model.angles, (angle, i) => [degrees(angle), (result.model.density[i] * 100 * TURN) / BINS]).sort((a, b) => a[0] - b[0]);
      const model = binned(curve);
      const lines = Object.fromEntries(["baseline", "other"].map((name) => [name, beside[name] ? shares(beside[name]) : null]));
      const totals = CENTRES.map((_, i) => rows.reduce((sum, row) => sum + row[i], 0));
      const top = 1.12 * Math.max(...totals, ...model, ...(lines.baseline ?? []), ...(lines.other ?? []), 4);
      const round = view === "circle";
      const [along, up] = round ? ["theta", "r"] : ["x", "y"];
      const closed = (values) => (round ? [...values, values[0]] : values);
      const fill = {
        ...this._bars(rows, state),
        model: { [along]: closed(curve.map((point) => point[0])), [up]: closed(model) },
        "without interventions": this._steps(lines.baseline, closed),
        "other network": this._steps(lines.other, closed),
        recorded: this._at(result.recorded.responses, round ? top * 1.03 : -top * 0.035, (angle) => label(angle)),
        brush: this._arc(state.pick, round, round ? top * 1.075 : -top * 0.035),
        items: this._items(state.display, round ? top * 1.16 : top * 0.985),
        picked: this._picked(result, state, round ? top * 1.03 : top * 0.9),
      };
      const data = base.data.map((trace) => {
        const { angle, height, ...rest } = fill[trace.name];
        const placed = angle ? { [along]: angle, [up]: height } : {};
        return { ...trace, ...rest, ...placed, marker: { ...trace.marker, ...rest.marker } };
      });
      const layout = { ...base.layout, template };
      if (round) layout.polar = { ...base.layout.polar, radialaxis: { ...base.layout.polar.radialaxis, range: [0, top * 1.16] } };
      else Object.assign(layout, { yaxis: { ...base.layout.yaxis, range: [-top * 0.07, top * 1.06] }, shapes: this._cueLines(state.display, top) });
      return window.Plotly.react(this.graph, data, layout);
    }

    _bars(rows, state) {
      const byAngle = state.colour === "angle" ? CENTRES.map((centre) => colour(this.boot.palette, (centre * Math.PI) / 180)) : null;
      return Object.fromEntries(["cued item", "other item", "neither", "not selected"].map((name, g) => [name, {
        angle: CENTRES,
        height: Array.from(rows[g]),
        width: CENTRES.map(() => WIDTH * 0.94),
        meta: CENTRES.map((centre, i) => `${rows[g][i].toFixed(1)} % near ${Math.round(centre)}°: ${name}`),
        marker: byAngle && g < 3 ? { color: byAngle } : {},
      }]));
    }

    // The outline of a histogram: two points at either edge of each bin.
    _steps(row, closed) {
      if (!row) return NOTHING;
      const angle = CENTRES.flatMap((centre) => [centre - WIDTH / 2, centre + WIDTH / 2]);
      return { angle: closed(angle), height: closed(Array.from(row).flatMap((share) => [share, share])) };
    }

    _arc(pick, round, height) {
      if (!pick?.arc) return NOTHING;
      const [from, to] = pick.arc;
      const span = (((to - from) % 360) + 360) % 360;
      const places = Array.from({ length: Math.ceil(span / 3) + 1 }, (_, i) => from + Math.min(3 * i, span));
      if (round) return { angle: places, height: places.map(() => height) };
      // unrolled, an arc over the edge has two parts
      const wrapped = places.map((place) => ((((place + 180) % 360) + 360) % 360) - 180);
      const angle = wrapped.flatMap((place, i) => (i && place < wrapped[i - 1] ? [NaN, place] : [place]));
      return { angle, height: angle.map(() => height) };
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
      if (run === undefined || run >= result.responses.length) return NOTHING;
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
