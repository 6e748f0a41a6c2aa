// What the Explore page shows, as the query of its address and back. Angles in the address are degrees with one decimal.
(() => {
  "use strict";
  const { degrees, radians } = window.swapscope.angles;
  const DEFAULTS = { runs: 200, noise: 1, delay: null, seed: 1, axes: "pca", colour: "item", view: "circle", playhead: null };
  const CHOICES = { axes: ["pca", "plane"], colour: ["item", "angle", "epoch"], view: ["circle", "line"] };
  const LIMITS = { runs: [50, 500], noise: [0, 2], seed: [1, 1e9], playhead: [0, 1000] };
  const short = (angle) => String(Math.round(degrees(angle) * 10) / 10 + 0);

  // The same state from the same address: angles are kept at what the address can say.
  const rounded = (display) => ({
    report: display.report.map((angle) => radians(Number(short(angle)))),
    probe: display.probe.map((angle) => radians(Number(short(angle)))),
    cued: display.cued,
    cue: display.cue === null ? null : radians(Number(short(display.cue))),
  });

  const pickWords = ({ item, run, bin }) => (run !== undefined ? `run${run + 1}` : item !== undefined ? `item${item + 1}` : `bin${bin}`);

  const readPick = (text) => {
    const found = /^(item|run|bin)(-?[\d.]+)$/.exec(text ?? "");
    if (!found) return null;
    return found[1] === "bin" ? { bin: Number(found[2]) } : { [found[1]]: Number(found[2]) - 1 };
  };

  const write = (state) => {
    const { display } = state;
    const query = new URLSearchParams();
    query.set("items", display.probe.map((probe, i) => `${short(probe)}:${short(display.report[i])}`).join(","));
    query.set("cue", display.cue === null ? `${display.cued + 1}` : `${display.cued + 1}@${short(display.cue)}`);
    for (const [name, usual] of Object.entries(DEFAULTS)) if (state[name] !== usual) query.set(name, state[name]);
    if (state.pick) query.set("pick", pickWords(state.pick));
    return query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%40", "@");
  };

  const readDisplay = (query) => {
    const pairs = (query.get("items") ?? "").split(",").map((pair) => pair.split(":").map(Number));
    if (!pairs.length || pairs.length > 8 || pairs.some((pair) => pair.length !== 2 || !pair.every(Number.isFinite))) return null;
    const [item, place] = (query.get("cue") ?? "1").split("@");
    const cued = Math.min(Math.max(Number.parseInt(item, 10) - 1 || 0, 0), pairs.length - 1);
    const cue = place !== undefined && Number.isFinite(Number(place)) ? radians(Number(place)) : null;
    return { probe: pairs.map((pair) => radians(pair[0])), report: pairs.map((pair) => radians(pair[1])), cued, cue };
  };

  // The state of an address; what is missing or makes no sense takes its usual value. delays: [shortest, longest] trained.
  const read = (search, usualDisplay, delays) => {
    const query = new URLSearchParams(search);
    const state = { ...DEFAULTS, display: readDisplay(query) ?? rounded(usualDisplay), pick: null };
    for (const [name, allowed] of Object.entries(CHOICES)) if (allowed.includes(query.get(name))) state[name] = query.get(name);
    for (const [name, [low, high]] of Object.entries({ ...LIMITS, delay: delays })) {
      const value = Number(query.get(name));
      if (query.has(name) && Number.isFinite(value)) state[name] = Math.min(Math.max(value, low), high);
    }
    state.pick = readPick(query.get("pick"));
    return state;
  };

  window.swapscope.address = { DEFAULTS, read, write, rounded };
})();
