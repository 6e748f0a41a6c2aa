// The networks of the Explore page: the one it is about and, if wanted, another on the same display. Each has its newest
// result; of the runs beside it (without interventions, or with the delay of its training) at most one more question.
(() => {
  "use strict";
  const { NONE } = window.swapscope.intervention;

  class Explored {
    // handlers: {answered(this, result, state, asked, took), beside(), failed(problem, this), busy(bool)}.
    constructor({ id, name, delays }, handlers) {
      Object.assign(this, { id, name, delays, handlers, result: null, trained: null });
      this.simulator = new window.swapscope.Simulator(id, {
        answered: (result, state, asked, took) => {
          this.result = result;
          handlers.answered(this, result, state, asked, took);
          this._trainedRuns(state);
        },
        failed: (problem) => handlers.failed(problem, this),
        busy: handlers.busy,
      });
    }

    ask(state, asked) {
      this.simulator.ask(state, asked);
    }

    stop() {
      this.simulator.stop();
      this.abort?.abort();
    }

    // Whether a state's delay is longer than any of the training.
    longer({ delay }) {
      return delay !== null && delay > this.delays[1];
    }

    // The runs that the newest ones are to be compared with, or null.
    get baseline() {
      if (!this.result) return null;
      return this.trained ?? this.result.baseline;
    }

    // With a longer delay the runs beside are those with the trained one.
    async _trainedRuns(state) {
      this.abort?.abort();
      if (!this.longer(state)) {
        const had = this.trained;
        this.trained = null;
        if (had) this.handlers.beside();
        return;
      }
      const abort = (this.abort = new AbortController());
      try {
        const found = await this.simulator.once({ ...state, delay: null, interventions: NONE }, abort.signal);
        if (abort.signal.aborted || !found) return;
        this.trained = found;
        this.handlers.beside();
      } catch (error) {
        if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
      }
    }
  }

  window.swapscope.Explored = Explored;
})();
