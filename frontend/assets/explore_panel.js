// The panel of interventions: what is done to the network, each kind in a section that can be closed and says its setting.
(() => {
  "use strict";
  const { html, assign } = window.swapscope.draw;
  const { NONE, EPOCHS, PUSHES, isNone } = window.swapscope.intervention;
  const BEFORE_CUE = ["stimulus", "delay"];
  const FLIP_STEPS = 5; // as long as the first flip is shown

  const range = (low, high, step, label) => html("input", { type: "range", min: low, max: high, step, "aria-label": label });
  const menu = (label, choices) => {
    const select = html("select", { "aria-label": label });
    for (const [value, words] of choices) select.append(html("option", { value }, words));
    return select;
  };
  const line = (words, input) => {
    const said = html("output", { class: "number small" });
    return { row: html("label", { class: "panel-line" }, html("span", { class: "small" }, words), input, said), said };
  };
  const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value)}`;

  class InterventionPanel {
    // root: an empty element. changed(interventions, event) after each change. neurons, rank: see NeuronPicker.
    constructor(root, { neurons, changed, rank }) {
      Object.assign(this, { changed, now: NONE, scene: null });
      this.picker = new window.swapscope.NeuronPicker(neurons, { rank, changed: (silenced, event) => this._emit({ silenced }, event) });
      this.clear = html("button", { type: "button", class: "quiet-button" }, "Clear all");
      this.clear.addEventListener("click", (event) => this._emit(NONE, event));
      this.sections = {};
      root.replaceChildren(
        html("div", { class: "card-head" }, html("h3", { class: "card-title" }, "Interventions"), this.clear),
        this._section("silence", "Silence neurons", this.picker.root),
        this._section("noise", "Noise by epoch", ...this._noise()),
        this._section("push", "Push along an axis", ...this._push()),
        this._section("flip", "Flip the cue in recall", ...this._flip()),
        this._section("delay", "Lengthen the delay", html("p", { class: "soft small" }, "Move the delay under Runs beyond what the network was trained on: the responses with its trained delay stay beside the new ones.")),
      );
    }

    // scene: {epochs: [{name, start, stop}], items, cued, seconds (a step), delay: words or ""}.
    set(interventions, scene) {
      Object.assign(this, { now: interventions, scene });
      this.picker.set(interventions.silenced);
      this._showNoise();
      this._showPush();
      this._showFlip();
      const { silenced, noise } = interventions;
      const shown = { delay: scene.delay };
      shown.silence = silenced.length > 4 ? `${silenced.length} neurons` : silenced.map((neuron) => neuron + 1).join(", ");
      shown.noise = Object.entries(noise).filter(([, factor]) => factor !== 1).map(([epoch, factor]) => `${epoch} ${factor}×`).join(", ");
      shown.push = this._pushWords();
      shown.flip = this._flipWords();
      for (const [name, words] of Object.entries(shown)) this._say(name, words);
      if (!this.opened) this._open(Object.keys(shown).find((name) => shown[name] && name !== "delay"));
      this.clear.hidden = isNone(interventions);
    }

    _section(name, title, ...body) {
      const said = html("span", { class: "panel-said small number" });
      const part = html("details", { class: "panel-part", name: "explore-panel" }, html("summary", {}, html("span", {}, title), said), html("div", { class: "panel-body" }, ...body));
      this.sections[name] = { part, said };
      return part;
    }

    _say(name, words) {
      const { part, said } = this.sections[name];
      said.textContent = words || "off";
      part.classList.toggle("is-on", Boolean(words));
    }

    // What an address brings is seen at once.
    _open(name) {
      this.opened = true;
      if (name) this.sections[name].part.open = true;
    }

    _emit(changes, event) {
      this.now = { ...this.now, ...changes };
      this.set(this.now, this.scene);
      this.changed(this.now, event);
    }

    // ---- noise ----
    _noise() {
      this.factors = Object.fromEntries(EPOCHS.map((epoch) => {
        const input = range(0, 3, 0.25, `Noise in the ${epoch}, times that of training`);
        input.addEventListener("input", (event) => {
          const noise = { ...this.now.noise, [epoch]: Number(input.value) };
          if (noise[epoch] === 1) delete noise[epoch];
          this._emit({ noise }, event);
        });
        return [epoch, { input, ...line(epoch, input) }];
      }));
      return Object.values(this.factors).map(({ row }) => row);
    }

    _showNoise() {
      const present = this.scene.epochs.filter((epoch) => epoch.stop > epoch.start).map((epoch) => epoch.name);
      for (const [epoch, { row, input, said }] of Object.entries(this.factors)) {
        const factor = this.now.noise[epoch] ?? 1;
        row.hidden = present.length > 0 && !present.includes(epoch);
        input.value = factor;
        said.textContent = factor === 0 ? "none" : `${factor}×`;
      }
    }

    // ---- push ----
    _push() {
      this.axis = menu("Axis", Object.entries(PUSHES));
      this.epoch = menu("Epoch of the push", EPOCHS.map((epoch) => [epoch, epoch]));
      this.size = range(-3, 3, 0.25, "Size of the push, in standard deviations of the states along the axis");
      const push = (event) => {
        // which item is the target shows from the cue on
        if (this.axis.value === "role" && BEFORE_CUE.includes(this.epoch.value)) this.epoch.value = "recall";
        this._emit({ push: { axis: this.axis.value, epoch: this.epoch.value, size: Number(this.size.value) } }, event);
      };
      for (const input of [this.axis, this.epoch, this.size]) input.addEventListener("input", push);
      const sized = line("size", this.size);
      this.sized = sized.said;
      return [line("axis", this.axis).row, line("at start of", this.epoch).row, sized.row];
    }

    _showPush() {
      const { axis, epoch, size } = this.now.push ?? { axis: this.axis.value || "role", epoch: "recall", size: 0 };
      this.axis.value = axis;
      this.epoch.value = epoch;
      for (const option of this.axis.options) option.disabled = option.value === "role" && this.scene.items < 2;
      for (const option of this.epoch.options) option.disabled = axis === "role" && BEFORE_CUE.includes(option.value);
      this.size.value = size;
      this.sized.textContent = size ? `${signed(size)} sd` : "none";
    }

    _pushWords() {
      const { push } = this.now;
      return push?.size ? `${PUSHES[push.axis]} ${signed(push.size)} sd, ${push.epoch}` : "";
    }

    // ---- flip ----
    _flip() {
      this.to = menu("Item that the cue is flipped to", [["", "not flipped"]]);
      this.from = range(0, 1, 1, "When in the recall the flipped cue is shown, steps");
      this.lasting = range(1, 1, 1, "How long it is shown, steps");
      const flip = (event) => {
        const to = this.to.value === "" ? null : Number(this.to.value);
        const had = this.now.flip_cue;
        const step = Number(this.from.value);
        const steps = Math.min(had ? Number(this.lasting.value) : FLIP_STEPS, Number(this.from.max) + 1 - step);
        this._emit({ flip_cue: to === null ? null : { to, step, steps } }, event);
      };
      for (const input of [this.to, this.from, this.lasting]) input.addEventListener("input", flip);
      const from = line("from", this.from);
      const lasting = line("for", this.lasting);
      Object.assign(this, { fromSaid: from.said, lastingSaid: lasting.said, flipRows: [from.row, lasting.row] });
      const alone = html("p", { class: "soft small" }, "With a second item, the cue can be flipped to it.");
      this.alone = alone;
      return [line("to", this.to).row, from.row, lasting.row, alone];
    }

    _showFlip() {
      const { items, cued, epochs, seconds } = this.scene;
      const flip = this.now.flip_cue;
      const others = Array.from({ length: items }, (_, item) => item).filter((item) => item !== cued || flip?.to === item);
      this.to.replaceChildren(html("option", { value: "" }, "not flipped"), ...others.map((item) => html("option", { value: item }, `item ${item + 1}`)));
      this.to.value = flip && flip.to < items ? flip.to : "";
      this.to.disabled = !others.length;
      this.alone.hidden = others.length > 0;
      const recall = epochs.find((epoch) => epoch.name === "recall");
      const steps = recall ? recall.stop - recall.start : 40;
      assign(this.from, { max: steps - 1 });
      assign(this.lasting, { max: steps });
      this.from.value = flip?.step ?? 0;
      this.lasting.value = flip?.steps ?? FLIP_STEPS;
      this.fromSaid.textContent = `${(Number(this.from.value) * seconds).toFixed(2)} s`;
      this.lastingSaid.textContent = `${(Number(this.lasting.value) * seconds).toFixed(2)} s`;
      for (const row of this.flipRows) row.hidden = !flip;
    }

    _flipWords() {
      const flip = this.now.flip_cue;
      if (!flip || flip.to >= this.scene.items) return "";
      return `to item ${flip.to + 1}, ${(flip.step * this.scene.seconds).toFixed(2)} s into recall`;
    }
  }

  window.swapscope.InterventionPanel = InterventionPanel;
})();
