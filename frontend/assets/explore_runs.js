// The runs of the Explore page, drawn over plotly's 3-D scene on a flat canvas that follows the scene's camera.
// Plotly keeps the axes, the camera and the mouse. Its own 3-D lines take a software renderer 150 ms a frame and more
// (anti-aliased twice, then once again for picking); the same lines projected here and stroked take about 5.
(() => {
  "use strict";
  const REACH = 9; // px within which a click belongs to a run
  const TURN = 2 * Math.PI;

  // column-major 4 x 4
  const times = (a, b) => {
    const out = new Float64Array(16);
    for (let column = 0; column < 4; column++) for (let row = 0; row < 4; row++) {
      for (let k = 0; k < 4; k++) out[4 * column + row] += a[4 * k + row] * b[4 * column + k];
    }
    return out;
  };

  class RunsLayer {
    // graph: plotly's element with one 3-D scene. picked(run) after a click on a run, missed() on a click beside all.
    // pointed(run or null, x, y) while the pointer rests on one.
    constructor(graph, { picked, missed, pointed }) {
      Object.assign(this, { graph, times: [] });
      this.canvas = document.createElement("canvas");
      this.canvas.className = "explore-runs";
      this.pen = this.canvas.getContext("2d");
      graph.parentElement.append(this.canvas);
      let from = null;
      const at = (event) => {
        const box = this.canvas.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
      };
      graph.addEventListener("pointerdown", (event) => (from = [event.clientX, event.clientY]), true);
      graph.addEventListener("click", (event) => {
        if (!from || Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4) return;
        const run = this.nearest(...at(event));
        if (run === null) missed();
        else picked(run);
      }, true);
      graph.addEventListener("pointermove", (event) => {
        if (event.buttons) return pointed(null);
        const place = at(event);
        const run = this.nearest(...place);
        graph.classList.toggle("is-on-run", run !== null);
        pointed(run, ...place);
      }, true);
      graph.addEventListener("pointerleave", () => pointed(null), true);
    }

    // plotly's scene, once it is there; from then on each of its frames is one of ours.
    get scene() {
      const scene = this.graph._fullLayout?.scene?._scene;
      if (!scene?.glplot?.cameraParams) return null;
      if (scene.glplot !== this.followed) {
        this.followed = scene.glplot;
        const own = scene.glplot.onrender;
        scene.glplot.onrender = () => {
          own?.();
          this.paint();
        };
      }
      return scene;
    }

    // picture: {runs, steps, x, y, z, step, spans: [{from, to, colour(run)}], order: [run], strong: [bool], picked: run or
    // null, now: colour(run), ring: {x, y, z, colours} or null, items: [{x, y, z, fill, edge, words}], landmarks and marks
    // as explore_landmarks_paint.js draws them}.
    show(picture) {
      this.picture = picture;
      this.paint();
    }

    scrub(step, spans, now) {
      Object.assign(this.picture, { step, spans, now });
      this.paint();
    }

    paint() {
      const { scene, picture } = this;
      if (!scene || !picture) return;
      const began = performance.now();
      this._fit();
      this._matrix(scene);
      const { pen } = this;
      this.surface = getComputedStyle(this.graph).getPropertyValue("--surface") || "#fff";
      pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      pen.clearRect(0, 0, this.width, this.height);
      pen.lineJoin = "bevel";
      this._project();
      window.swapscope.paintPlanes(this);
      for (const run of picture.order) this._run(run);
      if (picture.ring) this._ring(picture.ring);
      this._starts();
      this._now();
      for (const item of picture.items) this._item(item);
      window.swapscope.paintPoints(this);
      if (this.path) this._loop(this.path);
      this.times.push(performance.now() - began);
      if (this.times.length > 300) this.times.shift();
    }

    _fit() {
      const { clientWidth: width, clientHeight: height } = this.graph;
      const ratio = window.devicePixelRatio || 1;
      if (width === this.width && height === this.height && ratio === this.ratio) return;
      Object.assign(this, { width, height, ratio });
      Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    }

    _matrix(scene) {
      const { model, view, projection } = scene.glplot.cameraParams;
      const scale = new Float64Array(16);
      scene.dataScale.forEach((value, i) => (scale[5 * i] = value));
      scale[15] = 1;
      this.matrix = times(projection, times(view, times(model, scale)));
    }

    // Where a point of the scene is on the canvas.
    place(x, y, z) {
      const m = this.matrix;
      const w = m[3] * x + m[7] * y + m[11] * z + m[15];
      return [
        (0.5 + (0.5 * (m[0] * x + m[4] * y + m[8] * z + m[12])) / w) * this.width,
        (0.5 - (0.5 * (m[1] * x + m[5] * y + m[9] * z + m[13])) / w) * this.height,
      ];
    }

    // All points of all runs on the canvas, interleaved.
    _project() {
      const { x, y, z } = this.picture;
      const m = this.matrix;
      const count = x.length;
      if (this.points?.length !== 2 * count) this.points = new Float32Array(2 * count);
      const { points, width, height } = this;
      for (let i = 0; i < count; i++) {
        const w = m[3] * x[i] + m[7] * y[i] + m[11] * z[i] + m[15];
        points[2 * i] = (0.5 + (0.5 * (m[0] * x[i] + m[4] * y[i] + m[8] * z[i] + m[12])) / w) * width;
        points[2 * i + 1] = (0.5 - (0.5 * (m[1] * x[i] + m[5] * y[i] + m[9] * z[i] + m[13])) / w) * height;
      }
    }

    _line(run, from, to) {
      const { pen, points } = this;
      const start = run * (this.picture.steps + 1);
      pen.beginPath();
      for (let step = from; step <= to; step++) {
        const at = 2 * (start + step);
        if (step === from) pen.moveTo(points[at], points[at + 1]);
        else pen.lineTo(points[at], points[at + 1]);
      }
      pen.stroke();
    }

    // What was, in its colour; what is to come, faintly.
    _run(run) {
      const { picture, pen } = this;
      const { step, steps, strong } = picture;
      const picked = run === picture.picked;
      const shown = strong[run];
      // nearly opaque: where runs of two colours overlap, their mixture would look like a third kind
      const alpha = picked ? 1 : shown ? Math.min(0.85, 0.75 * Math.sqrt(200 / picture.shown)) : 0.07;
      // one pixel is the width that is stroked fastest, by far, where no GPU helps
      pen.lineWidth = picked ? 3 : this.ratio > 1 ? 1.15 : 1;
      for (const span of picture.spans) {
        pen.strokeStyle = span.colour(run);
        pen.globalAlpha = alpha;
        if (step > span.from) this._line(run, span.from, Math.min(span.to, step));
        pen.globalAlpha = picked ? 0.4 : 0.09;
        if (shown && step < span.to) this._line(run, Math.max(span.from, step), Math.min(span.to, steps - 1));
      }
    }

    _each(step, draw) {
      const { picture, points } = this;
      for (const run of picture.order) {
        if (!picture.strong[run]) continue;
        const at = 2 * (run * (picture.steps + 1) + step);
        draw(points[at], points[at + 1], run);
      }
    }

    _starts() {
      const { pen } = this;
      pen.globalAlpha = 0.8;
      pen.strokeStyle = getComputedStyle(this.graph).getPropertyValue("--soft") || "#60646C";
      pen.lineWidth = 1;
      pen.beginPath();
      this._each(0, (x, y) => {
        pen.moveTo(x + 2.4, y);
        pen.arc(x, y, 2.4, 0, TURN);
      });
      pen.stroke();
    }

    _now() {
      const { pen, picture } = this;
      pen.globalAlpha = 1;
      pen.lineWidth = 0.75;
      pen.strokeStyle = this.surface;
      this._each(picture.step, (x, y, run) => {
        pen.fillStyle = picture.now(run);
        pen.beginPath();
        pen.arc(x, y, run === picture.picked ? 6 : 3.3, 0, TURN);
        pen.fill();
        pen.stroke();
      });
    }

    _ring({ x, y, z, colours }) {
      const { pen } = this;
      pen.globalAlpha = 0.9;
      pen.lineWidth = 5;
      for (let i = 0; i + 1 < x.length; i++) {
        pen.strokeStyle = colours[i];
        pen.beginPath();
        pen.moveTo(...this.place(x[i], y[i], z[i]));
        pen.lineTo(...this.place(x[i + 1], y[i + 1], z[i + 1]));
        pen.stroke();
      }
    }

    _item({ x, y, z, fill, edge, words }) {
      const { pen } = this;
      const [left, top] = this.place(x, y, z);
      Object.assign(pen, { globalAlpha: 1, lineWidth: 2.5, fillStyle: fill, strokeStyle: edge });
      pen.beginPath();
      pen.arc(left, top, 8.5, 0, TURN);
      pen.fill();
      pen.stroke();
      Object.assign(pen, { fillStyle: "#12151b", font: "650 11px Inter, system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
      pen.fillText(words, left, top + 0.5);
    }

    // A line that is being drawn round states, null for none.
    loop(path) {
      this.path = path;
      this.paint();
    }

    _loop(path) {
      const { pen } = this;
      Object.assign(pen, { globalAlpha: 1, lineWidth: 1.5, strokeStyle: getComputedStyle(this.graph).getPropertyValue("--accent") || "#5161e4" });
      pen.setLineDash([5, 4]);
      pen.beginPath();
      path.forEach((place, i) => (i ? pen.lineTo(...place) : pen.moveTo(...place)));
      pen.closePath();
      pen.stroke();
      pen.setLineDash([]);
    }

    // The runs whose state at the playhead is inside a path on the canvas.
    inside(path) {
      const { picture, points } = this;
      return Array.from({ length: picture.runs }, (_, run) => run).filter((run) => {
        const at = 2 * (run * (picture.steps + 1) + picture.step);
        return window.swapscope.brush.within(path, points[at], points[at + 1]);
      });
    }

    // The run that passes nearest to a place on the canvas, up to the playhead; null if none is near.
    nearest(left, top) {
      const { picture, points } = this;
      if (!picture || !points) return null;
      let best = REACH ** 2;
      let found = null;
      for (let run = 0; run < picture.runs; run++) {
        if (!picture.strong[run]) continue;
        const start = 2 * run * (picture.steps + 1);
        for (let step = 0; step < picture.step; step++) {
          const at = start + 2 * step;
          const dx = points[at + 2] - points[at];
          const dy = points[at + 3] - points[at + 1];
          const along = ((left - points[at]) * dx + (top - points[at + 1]) * dy) / (dx * dx + dy * dy || 1);
          const part = Math.min(Math.max(along, 0), 1);
          const away = (points[at] + part * dx - left) ** 2 + (points[at + 1] + part * dy - top) ** 2;
          if (away < best) {
            best = away;
            found = run;
          }
        }
      }
      return found;
    }
  }

  window.swapscope.RunsLayer = RunsLayer;
})();
