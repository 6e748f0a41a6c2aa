// The neurons of a network as small keys: press one to silence it. Ranked, they stand in the order of what silencing each
// alone does on the present display, and their shade says how much.
(() => {
  "use strict";
  const { html, assign } = window.swapscope.draw;
  const percent = (share) => `${share < 0 ? "−" : "+"}${Math.abs(Math.round(100 * share))} %`;

  class NeuronPicker {
    // count: neurons of the network. changed([neuron]) after each press; rank(progress) resolves to {effects: [{neuron,
    // change, sd}], what} or null when it was given up; `change` is a share, `sd` in degrees.
    constructor(count, { changed, rank }) {
      Object.assign(this, { count, changed, rank, silenced: new Set(), effects: null });
      this.keys = Array.from({ length: count }, (_, neuron) => this._key(neuron));
      this.grid = html("div", { class: "neurons", role: "group", "aria-label": "Neurons; a pressed one is silent" }, ...this.keys);
      this.ranking = html("button", { type: "button", class: "quiet-button" }, "Rank on this display");
      this.said = html("span", { class: "soft small", "aria-live": "polite" });
      this.ranking.addEventListener("click", () => this._rank());
      this.root = html("div", { class: "neuron-picker" }, this.grid, html("div", { class: "row" }, this.ranking, this.said));
    }

    set(silenced) {
      this.silenced = new Set(silenced);
      this.keys.forEach((key, neuron) => assign(key, { "aria-pressed": String(this.silenced.has(neuron)) }));
    }

    // What was ranked belonged to another display.
    outdated() {
      if (this.effects) this.said.textContent = "Ranked on an earlier display.";
    }

    _key(neuron) {
      const key = html("button", { type: "button", class: "neuron", title: `Neuron ${neuron + 1}`, "aria-label": `Silence neuron ${neuron + 1}`, "aria-pressed": "false" }, `${neuron + 1}`);
      key.addEventListener("click", (event) => {
        if (!this.silenced.delete(neuron)) this.silenced.add(neuron);
        this.set(this.silenced);
        this.changed([...this.silenced].sort((a, b) => a - b), event);
      });
      return key;
    }

    async _rank() {
      this.ranking.disabled = true;
      try {
        const found = await this.rank((done) => (this.said.textContent = `${done} of ${this.count} neurons`));
        if (found) this._show(found);
        else this.said.textContent = "";
      } finally {
        this.ranking.disabled = false;
      }
    }

    _show({ effects, what }) {
      this.effects = [...effects].sort((a, b) => Math.abs(b.size) - Math.abs(a.size));
      const most = Math.max(...effects.map((effect) => Math.abs(effect.size)), 1e-9);
      for (const { neuron, size, swaps, sd } of this.effects) {
        const key = this.keys[neuron];
        key.style.setProperty("--size", (Math.abs(size) / most).toFixed(2));
        key.classList.toggle("is-less", size < 0);
        const told = `${swaps === null ? "" : `swaps ${percent(swaps)}, `}sd ${sd < 0 ? "−" : "+"}${Math.abs(Math.round(sd))}°`;
        assign(key, { title: `Neuron ${neuron + 1} alone: ${told}`, "aria-label": `Silence neuron ${neuron + 1}; alone it changes ${told}` });
      }
      this.grid.replaceChildren(...this.effects.map(({ neuron }) => this.keys[neuron]));
      this.grid.classList.add("is-ranked");
      this.said.textContent = `By the change of ${what}, largest first.`;
    }
  }

  // Silence each neuron in turn, over what else is done, and compare with the runs without it: {effects, what}, or null
  // once `stopped()`. `ask(interventions)` resolves to a result of explore_simulate.js without states.
  const rankNeurons = async (count, { ask, progress, stopped, single }) => {
    const measure = ({ summary, responses }) => ({ swaps: summary.swap_network, sd: summary.sd_network, runs: responses.length });
    const before = measure(await ask(null));
    const effects = [];
    for (let neuron = 0; neuron < count; neuron++) {
      if (stopped()) return null;
      const after = measure(await ask(neuron));
      const swaps = single ? null : after.swaps - before.swaps;
      const sd = ((after.sd ?? before.sd ?? 0) - (before.sd ?? 0)) * (180 / Math.PI);
      effects.push({ neuron, swaps, sd, size: single ? sd : swaps });
      progress(neuron + 1);
    }
    return { effects, what: single ? "the sd" : "the swap share" };
  };

  Object.assign(window.swapscope, { NeuronPicker, rankNeurons });
})();
