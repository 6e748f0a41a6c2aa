// Asking the API for runs of a network: one request at a time, the latest question wins, a stuck one is given up.
(() => {
  "use strict";
  const { decode } = window.swapscope.angles;
  const PATIENCE = 1500; // ms after which a running request is dropped for a newer one

  const HEADERS = { "Content-Type": "application/json", Accept: "application/json" };

  class Simulator {
    // answered(result, state, asked) with `asked` = time of the input event; failed({title, detail, status}); busy(true|false)
    constructor(network, { answered, failed, busy }) {
      // the server drops what a newer request of the same view has replaced
      const view = `explore-${Math.random().toString(36).slice(2)}`;
      Object.assign(this, { network, answered, failed, busy, view });
    }

    get address() {
      return `/api/networks/${encodeURIComponent(this.network)}/simulate`;
    }

    // One question of its own, without states and without any of the above; resolves to its result, null if it failed.
    async once(state, signal) {
      const body = { ...this._question({ ...state, states: false }), view: null };
      const answer = await fetch(this.address, { method: "POST", headers: HEADERS, body: JSON.stringify(body), signal });
      return answer.ok ? this._result(await answer.json(), state) : null;
    }

    ask(state, asked) {
      this.next = { state, asked };
      if (!this.running) this._send();
      else if (performance.now() - this.running.since > PATIENCE) this.running.abort.abort();
    }

    stop() {
      this.stopped = true;
      this.running?.abort.abort();
    }

    async _send() {
      const { state, asked } = this.next;
      this.next = null;
      const running = (this.running = { abort: new AbortController(), since: performance.now() });
      this.busy(true);
      try {
        const answer = await fetch(this.address, {
          method: "POST",
          headers: HEADERS,
          body: JSON.stringify(this._question(state)),
          signal: running.abort.signal,
        });
        const body = await answer.json().catch(() => ({}));
        if (this.stopped) return;
        const took = performance.now() - running.since;
        // the next question is on its way while this answer is drawn
        this._done(running);
        if (!answer.ok) this.failed({ title: body.title ?? "The network could not be run", detail: this._detail(body), status: answer.status });
        else this.answered(this._result(body, state), state, asked, took);
      } catch (error) {
        if (error.name !== "AbortError" && !this.stopped) {
          if (!(error instanceof TypeError)) throw error; // TypeError is how fetch says that nobody answered
          this.failed({ title: "The server does not answer", detail: "Check that Swapscope is still running.", status: 0 });
        }
      } finally {
        this._done(running);
      }
    }

    _done(running) {
      if (this.running !== running) return;
      this.running = null;
      if (this.next && !this.stopped) this._send();
      else this.busy(false);
    }

    _detail(body) {
      if (typeof body.detail === "string") return body.detail;
      return Array.isArray(body.detail) ? body.detail.map((part) => part.msg).join("; ") : "";
    }

    _question(state) {
      const { runs, seed, noise, delay, axes, display, interventions } = state;
      const wanted = window.swapscope.intervention.asked(interventions, display);
      return { display, runs, seed, noise, delay, axes, states: state.states ?? true, format: "json", view: this.view, ...(wanted ? { interventions: wanted } : {}) };
    }

    // Responses, the item that each is nearest to, and of which kind that is: 0 the cued one, 1 another, 2 none.
    _behaviour({ responses, nearest, summary }, { cued }) {
      const items = decode(nearest);
      return { responses: decode(responses), nearest: items, group: Int8Array.from(items, (item) => (item < 0 ? 2 : item === cued ? 0 : 1)), summary: summary ?? {} };
    }

    _result(body, state) {
      const { trajectories, model, recorded, baseline } = body;
      return {
        ...this._behaviour(body, state.display),
        display: state.display,
        axesAsked: state.axes,
        baseline: baseline ? this._behaviour(baseline, state.display) : null,
        trajectories: trajectories ? { ...trajectories, x: decode(trajectories.x), y: decode(trajectories.y), z: decode(trajectories.z) } : null,
        axes: trajectories?.axes ?? [],
        epochs: body.epochs,
        seconds: body.seconds_a_step,
        model: { angles: decode(model?.angles), density: decode(model?.density), weights: model?.weights ?? [] },
        recorded: { ...recorded, responses: decode(recorded?.responses) },
        notes: body.notes ?? [],
        timing: body.timing_ms ?? {},
      };
    }
  }

  window.swapscope.Simulator = Simulator;
})();
