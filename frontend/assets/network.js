// The stage of a training in words, from the newest point of its curve.
(() => {
  "use strict";
  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.swapscope = Object.assign(functions.swapscope || {}, {
    networkStage(bell, job) {
      const last = window.swapscope.events.points(job).at(-1);
      if (!last || last.swap_weight === undefined || last.swap_weight === null) return window.dash_clientside.no_update;
      if (last.swap_weight <= 0) return "without swaps";
      return last.swap_weight < 1 ? `swaps grow (${Math.round(100 * last.swap_weight)} % of their rate)` : "with swaps";
    },
  });
})();
