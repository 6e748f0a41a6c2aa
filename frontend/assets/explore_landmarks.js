// What stands still in the state space: planes of two items and slow points. Asked for once the display rests, so that no
// picture of a drag waits for them; kept while what they depend on stays the same.
(() => {
  "use strict";
  const { decode } = window.swapscope.angles;
  const REST = 250; // ms without a change
  const EPOCHS = ["delay", "cue", "recall"];
  // What planes and slow points depend on: planes are of all reports, so that dragging one of them moves none.
  const keysOf = (network, { display, axes, noise, delay }) => ({
    place: JSON.stringify([network, axes, noise, delay]),
    planes: JSON.stringify([network, axes, noise, delay, display.probe, display.cued]),
    points: JSON.stringify([network, axes, delay, display]),
  });

  class Landmarks {
    // network(): the id of the one in front. found(landmarks or null) whenever what is to be drawn has changed.
    constructor({ network, found }) {
      Object.assign(this, { network, found, view: `marks-${Math.random().toString(36).slice(2)}` });
    }

    // A picture was asked for: whatever is under way comes later, and what was true of another display is faded.
    moving(state) {
      clearTimeout(this.waiting);
      this.abort?.abort();
      this.abort = null;
      if (!this.shown) return;
      const keys = keysOf(this.network(), state);
      if (this.shown.keys.place !== keys.place) this._show(null);
      else this._fade(keys);
    }

    _fade(keys) {
      const { shown } = this;
      const stale = { planes: shown.keys.planes !== keys.planes, points: shown.keys.points !== keys.points };
      if (JSON.stringify(stale) !== JSON.stringify(shown.stale)) this._show({ ...shown, stale });
    }

    // What belongs to another network or other axes is not drawn.
    check(state) {
      if (this.shown && this.shown.keys.place !== keysOf(this.network(), state).place) this._show(null);
    }

    // The picture is there.
    rest(state) {
      clearTimeout(this.waiting);
      const keys = keysOf(this.network(), state);
      this.check(state);
      if (this.shown) this._fade(keys);
      const { shown } = this;
      const missing = {
        planes: ["planes", "both"].includes(state.marks) && (shown?.planes === undefined || shown.stale.planes),
        points: ["points", "both"].includes(state.marks) && (!(shown?.searched >= EPOCHS.length) || shown.stale.points),
      };
      const wanted = JSON.stringify([missing, keys]);
      if ((!missing.planes && !missing.points) || (this.abort && this.wanted === wanted)) return;
      this.waiting = setTimeout(() => {
        this.abort?.abort();
        this.wanted = wanted;
        const abort = (this.abort = new AbortController());
        this._ask(missing, state, keys, abort).finally(() => this.abort === abort && (this.abort = null));
      }, REST);
    }

    async _ask(missing, state, keys, abort) {
      const network = this.network();
      const { display, axes, noise, delay } = state;
      const ask = async (part, more) => {
        const body = await this._post(network, { display, axes, noise, delay, parts: [part], view: this.view, ...more }, abort.signal);
        return abort.signal.aborted ? null : body;
      };
      const show = (part, changes) => {
        const had = this.shown ?? { keys: {}, stale: { planes: false, points: false } };
        this._show({ ...had, ...changes, keys: { ...had.keys, place: keys.place, [part]: keys[part] }, stale: { ...had.stale, [part]: false } });
      };
      if (missing.planes) {
        const body = await ask("planes", {});
        if (!body) return;
        show("planes", { planes: this._planes(body) });
      }
      // an epoch at a time, so that the search holds up a picture for no longer than one of them takes
      const points = [];
      for (let at = 0; missing.points && at < EPOCHS.length; at++) {
        const body = await ask("points", { epochs: [EPOCHS[at]] });
        if (!body) return;
        points.push(...(body.points ?? []));
        show("points", { points: [...points], searched: at + 1 });
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

    _planes(body) {
      if (!body.planes) return null;
      const { items, trials } = body.planes;
      const [reports, rings, corners, angle, floor] = ["reports", "rings", "corners", "angle", "floor"].map((name) => decode(body.planes[name]));
      return { items, trials, reports, rings, corners, angle, floor, steps: angle.length };
    }

    _show(shown) {
      this.shown = shown;
      this.found(shown);
    }
  }

  window.swapscope.Landmarks = Landmarks;
})();
