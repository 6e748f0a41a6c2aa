// What stands still in the state space: planes of two items and slow points. Asked for once the display rests, so that no
// picture of a drag waits for them; kept while what they depend on stays the same.
(() => {
  "use strict";
  const { decode } = window.swapscope.angles;
  const REST = 250; // ms without a change
  const key = (network, { display, axes, noise, delay }) => JSON.stringify([network, display.probe, display.cued, display.cue, axes, noise, delay]);
  // what a display without its reports leaves alike: the planes stay where they are, in the same axes
  const place = (network, { axes, noise, delay }) => JSON.stringify([network, axes, noise, delay]);

  class Landmarks {
    // network(): the id of the one in front. found(landmarks or null) whenever what is to be drawn has changed.
    constructor({ network, found }) {
      Object.assign(this, { network, found, view: `marks-${Math.random().toString(36).slice(2)}` });
    }

    // A picture was asked for: whatever is under way comes later.
    moving(state) {
      clearTimeout(this.waiting);
      this.abort?.abort();
      this.abort = null;
      const network = this.network();
      if (this.shown && this.shown.place !== place(network, state)) this._show(null);
      else if (this.shown && this.shown.key !== key(network, state) && !this.shown.stale) this._show({ ...this.shown, stale: true });
    }

    // The picture is there.
    rest(state) {
      clearTimeout(this.waiting);
      const parts = { none: [], planes: ["planes"], points: ["points"], both: ["planes", "points"] }[state.marks];
      const wanted = key(this.network(), state);
      const had = this.shown?.key === wanted && !this.shown.stale ? this.shown : null;
      const missing = parts.filter((part) => !had || had[part] === undefined || (part === "points" && had.more));
      if (had) this._show(had);
      if (missing.length) this.waiting = setTimeout(() => this._ask(missing, state, wanted), REST);
    }

    async _ask(parts, state, wanted) {
      const network = this.network();
      const abort = (this.abort = new AbortController());
      const { display, axes, noise, delay } = state;
      for (const part of parts) {
        const body = await this._post(network, { display, axes, noise, delay, parts: [part], view: this.view }, abort.signal);
        if (!body || abort.signal.aborted) return;
        const kept = this.shown?.key === wanted && !this.shown.stale ? this.shown : {};
        this._show({ ...kept, ...this._decoded(body, part), key: wanted, place: place(network, state), stale: false });
        // slow points come in several answers, so that none of them holds up a picture
        if (part === "points" && body.more) this.waiting = setTimeout(() => this._ask(["points"], state, wanted), 30);
      }
    }

    // null where nothing can be said: the picture of the runs is the one that tells what is wrong.
    async _post(network, question, signal) {
      try {
        const answer = await fetch(`/api/networks/${encodeURIComponent(network)}/landmarks`, {
          method: "POST",
          headers: { "Content-Type": "application/json", Accept: "application/json" },
          body: JSON.stringify(question),
          signal,
        });
        return answer.ok ? await answer.json() : null;
      } catch (error) {
        if (error.name === "AbortError" || error instanceof TypeError) return null;
        throw error;
      }
    }

    _decoded(body, part) {
      if (part === "points") return { points: body.points ?? [], more: Boolean(body.more) };
      if (!body.planes) return { planes: null };
      const { items, trials } = body.planes;
      const [reports, rings, corners, angle, floor] = ["reports", "rings", "corners", "angle", "floor"].map((name) => decode(body.planes[name]));
      return { planes: { items, trials, reports, rings, corners, angle, floor, steps: angle.length } };
    }

    _show(shown) {
      this.shown = shown;
      this.found(shown);
    }
  }

  window.swapscope.Landmarks = Landmarks;
})();
