// The epoch timeline: bands of the epochs over time, and a playhead that plays, and is scrubbed by mouse and keyboard.
(() => {
  "use strict";
  const { svg, html, assign, place } = window.swapscope.draw;
  const WIDTH = 1000;
  const BAND = { top: 6, height: 30 };

  class EpochTimeline {
    // root: an empty element. colours: {epoch name: colour}. moved(step) whenever the playhead moves; steps count from 0.
    constructor(root, { colours, moved }) {
      this.colours = colours;
      this.moved = moved;
      this.steps = 0;
      this.step = 0;
      this.epochs = [];
      this.seconds = 0.05;
      this.play = html("button", { type: "button", class: "timeline-play", "aria-label": "Play" });
      this.play.addEventListener("click", () => this.toggle());
      this.bands = svg("g");
      this.line = svg("polyline", { class: "timeline-curve" });
      this.head = svg("g", { class: "timeline-head" }, svg("line", { y1: 0, y2: BAND.top * 2 + BAND.height }), svg("circle", { r: 6, cy: 0 }));
      this.drawing = svg("svg", { viewBox: `0 -8 ${WIDTH} 66`, preserveAspectRatio: "none" }, this.bands, this.line, this.head);
      this.track = html("div", { class: "timeline-track", tabindex: 0, role: "slider", "aria-label": "Time in the trial", "aria-valuemin": 0 }, this.drawing);
      this.labels = html("div", { class: "timeline-labels", "aria-hidden": "true" });
      this.clock = html("output", { class: "timeline-clock number" });
      root.replaceChildren(this.play, html("div", { class: "timeline-middle" }, this.track, this.labels), this.clock);
      this._listen();
    }

    // epochs: [{name, start, stop}] in steps; step null keeps the playhead at the end.
    set(epochs, steps, seconds, step) {
      const changed = JSON.stringify([epochs, steps, seconds]) !== JSON.stringify([this.epochs, this.steps, this.seconds]);
      Object.assign(this, { epochs, steps, seconds, step: step === null ? steps - 1 : Math.min(step, steps - 1) });
      if (changed) this._paintBands();
      this._paintHead();
    }

    // A value between 0 and 1 at every step, drawn over the bands; null takes the line away. `words` say what it is.
    curve(values, words) {
      const points = values ? Array.from(values, (value, step) => `${((step + 1) / values.length) * WIDTH},${BAND.top + BAND.height * (1 - value)}`) : [];
      assign(this.line, { points: points.join(" ") });
      this.line.replaceChildren(...(values ? [svg("title", {}, words)] : []));
    }

    get atEnd() {
      return this.step >= this.steps - 1;
    }

    go(step, quiet = false) {
      const next = Math.max(0, Math.min(this.steps - 1, Math.round(step)));
      if (next === this.step) return;
      this.step = next;
      this._paintHead();
      if (!quiet) this.moved(next);
    }

    toggle() {
      if (this.playing) return this.pause();
      if (this.atEnd) this.go(0);
      const began = performance.now() - this.step * this.seconds * 1000;
      const frame = (now) => {
        if (!this.playing || !this.play.isConnected) return;
        this.go((now - began) / (this.seconds * 1000));
        if (this.atEnd) this.pause();
        else this.playing = requestAnimationFrame(frame);
      };
      this.playing = requestAnimationFrame(frame);
      this._paintButton();
    }

    pause() {
      cancelAnimationFrame(this.playing);
      this.playing = null;
      this._paintButton();
    }

    _listen() {
      const seek = (event) => this.go((place(this.drawing, event)[0] / WIDTH) * this.steps - 0.5);
      let scrubbing = false;
      this.track.addEventListener("pointerdown", (event) => {
        scrubbing = true;
        this.track.setPointerCapture(event.pointerId);
        this.pause();
        seek(event);
      });
      this.track.addEventListener("pointermove", (event) => scrubbing && seek(event));
      for (const name of ["pointerup", "pointercancel"]) this.track.addEventListener(name, () => (scrubbing = false));
      this.track.addEventListener("keydown", (event) => {
        const jump = event.shiftKey ? 5 : 1;
        const next = { ArrowLeft: this.step - jump, ArrowRight: this.step + jump, Home: 0, End: this.steps - 1, PageUp: this.epochEdge(1), PageDown: this.epochEdge(-1) }[event.key];
        if (event.key === " ") this.toggle();
        else if (next === undefined) return;
        else {
          this.pause();
          this.go(next);
        }
        event.preventDefault();
      });
    }

    epochEdge(direction) {
      const edges = [...this.epochs.map((epoch) => epoch.start), this.steps - 1];
      return direction > 0 ? edges.find((edge) => edge > this.step) ?? this.steps - 1 : edges.filter((edge) => edge < this.step).pop() ?? 0;
    }

    epochAt(step) {
      return this.epochs.find((epoch) => step >= epoch.start && step < epoch.stop) ?? this.epochs[this.epochs.length - 1];
    }

    _colour(name) {
      const found = Object.keys(this.colours).find((key) => name.toLowerCase().includes(key));
      return this.colours[found] ?? "#9AA5B5";
    }

    _paintBands() {
      const x = (step) => (step / this.steps) * WIDTH;
      this.bands.replaceChildren(...this.epochs.map((epoch) =>
        svg("rect", { x: x(epoch.start) + 1, width: Math.max(x(epoch.stop) - x(epoch.start) - 2, 2), y: BAND.top, height: BAND.height, rx: 4, fill: this._colour(epoch.name) })));
      this.labels.replaceChildren(...this.epochs.map((epoch) =>
        html("span", { style: `flex:${epoch.stop - epoch.start} 1 0`, class: (epoch.stop - epoch.start) / this.steps < 0.045 ? "is-narrow" : "" }, epoch.name)));
      assign(this.track, { "aria-valuemax": this.steps - 1 });
    }

    _paintHead() {
      const time = (this.step + 1) * this.seconds;
      assign(this.head, { transform: `translate(${((this.step + 1) / this.steps) * WIDTH} 0)` });
      const name = this.epochAt(this.step)?.name ?? "";
      this.clock.textContent = `${time.toFixed(2)} s`;
      assign(this.track, { "aria-valuenow": this.step, "aria-valuetext": `${time.toFixed(2)} seconds, ${name}` });
      this._paintButton();
    }

    _paintButton() {
      this.play.classList.toggle("is-playing", Boolean(this.playing));
      assign(this.play, { "aria-label": this.playing ? "Pause" : "Play" });
    }
  }

  window.swapscope.EpochTimeline = EpochTimeline;
})();
