// What Dash and the keyboard call of the Explore page.
(() => {
  "use strict";
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const shown = () => (window.swapscope.explore?.root.isConnected ? window.swapscope.explore : null);

  const OF_BUTTON = {
    "explore-add": (view) => view.editor.add(),
    "explore-reset": (view) => view.reset(),
    "explore-copy": (view) => view.copy(),
    "explore-resample": (view) => view.change({ seed: (view.state.seed % 1e6) + 1 }),
    "explore-unpick": (view) => view.unpick(),
    "explore-again": (view) => view.ask(performance.now()),
    "explore-circle": (view) => circle(view),
  };

  // A circle is drawn with the next drags, until the button is pressed again.
  const circle = (view) => {
    view.circling = !view.circling;
    view.root.classList.toggle("is-circling", view.circling);
    document.getElementById("explore-circle").setAttribute("aria-pressed", String(view.circling));
  };

  const next = (values, value) => values[(values.indexOf(value) + 1) % values.length];
  const step = (view, by) => {
    view.timeline.pause();
    view.timeline.go(view.timeline.step + by);
  };

  // The keys of the whole page; frontend/parts/explore_help.py lists them for people.
  const KEYS = {
    Escape: (view) => view.unpick(),
    " ": (view) => view.timeline.toggle(),
    ",": (view) => step(view, -1),
    ".": (view) => step(view, 1),
    "[": (view) => view.timeline.go(view.timeline.epochEdge(-1)),
    "]": (view) => view.timeline.go(view.timeline.epochEdge(1)),
    a: (view) => view.change({ axes: next(["pca", "plane", "items"], view.state.axes) }),
    c: (view) => view.look({ colour: next(["swap", "item", "angle", "epoch"], view.state.colour) }),
    v: (view) => view.look({ view: next(["circle", "line"], view.state.view) }),
    m: (view) => view.look({ marks: next(["none", "planes", "points", "both"], view.state.marks) }),
    l: (view) => circle(view),
    r: (view) => OF_BUTTON["explore-resample"](view),
    x: (view) => view.change({ interventions: window.swapscope.intervention.NONE }),
    o: (view) => view.state.other && view.look({ front: next(["first", "other"], view.state.front) }),
    "?": () => document.getElementById("explore-help")?.click(),
  };

  const busyWith = (target) => target.closest("input:not([type=radio], [type=range]), select, textarea, [contenteditable], [role=listbox], [role=dialog]");

  document.addEventListener("keydown", (event) => {
    const view = shown();
    if (!view || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key !== "Escape" && busyWith(event.target)) return;
    // a button that has the focus is pressed by the space bar itself
    if (event.key === " " && event.target.closest("button, a, summary, input, [role=button]")) return;
    if (/^\d$/.test(event.key)) view.pick({ item: Number(event.key) - 1 });
    else if (KEYS[event.key]) KEYS[event.key](view);
    else return;
    if (event.key !== "Escape") event.preventDefault();
  });

  // The effect of each neuron on the display that is shown, until that changes.
  window.swapscope.rankFor = async (view, progress) => {
    const { state, boot, networks } = view;
    const asked = { ...state, delay: state.delay, runs: Math.max(state.runs, 200) };
    const without = state.interventions.silenced;
    const still = () => view.root.isConnected && JSON.stringify(view.state.display) === JSON.stringify(state.display);
    const ask = (neuron) => networks.first.simulator.once({ ...asked, interventions: { ...state.interventions, silenced: neuron === null ? without : [...new Set([...without, neuron])] } });
    return window.swapscope.rankNeurons(boot.neurons, { ask, progress, stopped: () => !still(), single: state.display.report.length === 1 });
  };

  // ---- what Dash calls ----
  const functions = (window.dash_clientside = window.dash_clientside || {});
  let opening = 0; // when the page that is waited for was asked for
  // Graphs appear a moment after their page; wait for them by frames.
  const whenReady = (ready, then) => {
    if (ready()) then();
    else requestAnimationFrame(() => whenReady(ready, then));
  };
  functions.swapscope = Object.assign(functions.swapscope || {}, {
    exploreOpen(boot) {
      window.swapscope.explore?.stop();
      const since = performance.now();
      opening = since;
      const ready = () => document.querySelectorAll("#explore .js-plotly-plot .main-svg").length >= 4;
      // a busy machine takes its time; another page, or this one opened anew, ends the waiting
      const left = () => opening !== since || (performance.now() - since > 20000 && !document.getElementById("explore"));
      whenReady(() => left() || ready(), () => {
        if (!left() && ready()) window.swapscope.explore = new window.swapscope.Explore(boot);
      });
      return since;
    },
    exploreControls(runs, noise, delay, axes, colour, view, marks, front, other) {
      shown()?.controls({ runs, noise, delay, axes, colour, view, marks, front, other });
    },
    exploreSwitch(network, boot) {
      if (!network || network === boot.network.id) return;
      // the same display and settings, on another network
      set("url", { pathname: `/explore/${encodeURIComponent(network)}`, search: location.search, refresh: "callback-nav" });
    },
    exploreAct() {
      const view = shown();
      const trigger = window.dash_clientside.callback_context.triggered[0];
      if (!view || !trigger?.value) return;
      const id = trigger.prop_id.split(".")[0];
      if (id === "explore-example") {
        const chosen = view.boot.examples.find((one) => one.name === trigger.value);
        if (chosen) view.change({ display: chosen.display, pick: null });
        set("explore-example", { value: null });
      } else OF_BUTTON[id]?.(view);
    },
  });
})();
