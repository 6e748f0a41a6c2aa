// What the Explore page shows, as the query of its address and back. Angles in the address are degrees with one decimal.
(() => {
  "use strict";
  const { degrees, radians } = window.swapscope.angles;
  const DEFAULTS = { runs: 200, noise: 1, delay: null, seed: 1, axes: "pca", colour: "swap", view: "circle", marks: "planes", other: null, front: "first", playhead: null };
  const CHOICES = { axes: ["pca", "plane", "items"], colour: ["swap", "item", "angle", "epoch"], view: ["circle", "line"], marks: ["none", "planes", "points", "both"], front: ["first", "other"] };
  const LIMITS = { runs: [50, 500], noise: [0, 2], seed: [1, 1e9], playhead: [0, 1000] };
  const short = (angle) => String(Math.round(degrees(angle) * 10) / 10 + 0);

  // The same state from the same address: angles are kept at what the address can say.
  const rounded = (display) => ({
    report: display.report.map((angle) => radians(Number(short(angle)))),
    probe: display.probe.map((angle) => radians(Number(short(angle)))),
    cued: display.cued,
    cue: display.cue === null ? null : radians(Number(short(display.cue))),
  });

  // plotly's camera as nine numbers: eye, centre, up; null is the usual one.
  const writeCamera = ({ eye, center, up }) => [eye, center, up].flatMap(({ x, y, z }) => [x, y, z]).map((value) => Math.round(value * 1000) / 1000).join("_");
  const readCamera = (text) => {
    const numbers = (text ?? "").split("_").map(Number);
    if (numbers.length !== 9 || !numbers.every(Number.isFinite)) return null;
    const [eye, center, up] = [0, 3, 6].map((at) => ({ x: numbers[at], y: numbers[at + 1], z: numbers[at + 2] }));
    return { eye, center, up };
  };

  const write = (state) => {
    const { display } = state;
    const query = new URLSearchParams();
    query.set("items", display.probe.map((probe, i) => `${short(probe)}:${short(display.report[i])}`).join(","));
    query.set("cue", display.cue === null ? `${display.cued + 1}` : `${display.cued + 1}@${short(display.cue)}`);
    for (const [name, usual] of Object.entries(DEFAULTS)) if (state[name] !== usual) query.set(name, state[name]);
    window.swapscope.intervention.write(query, state.interventions);
    if (state.pick) query.set("pick", window.swapscope.pick.write(state.pick));
    if (state.camera) query.set("camera", writeCamera(state.camera));
    return query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%40", "@").replaceAll("%7E", "~");
  };

  const readDisplay = (query) => {
    const pairs = (query.get("items") ?? "").split(",").map((pair) => pair.split(":").map(Number));
    if (!pairs.length || pairs.length > 8 || pairs.some((pair) => pair.length !== 2 || !pair.every(Number.isFinite))) return null;
    const [item, place] = (query.get("cue") ?? "1").split("@");
    const cued = Math.min(Math.max(Number.parseInt(item, 10) - 1 || 0, 0), pairs.length - 1);
    const cue = place !== undefined && Number.isFinite(Number(place)) ? radians(Number(place)) : null;
    return { probe: pairs.map((pair) => radians(pair[0])), report: pairs.map((pair) => radians(pair[1])), cued, cue };
  };

  // The state of an address; what is missing or makes no sense takes its usual value. `boot` is that of frontend/pages/explore.py.
  const read = (search, boot) => {
    const query = new URLSearchParams(search);
    const state = { ...DEFAULTS, display: readDisplay(query) ?? rounded(boot.usual) };
    for (const [name, allowed] of Object.entries(CHOICES)) if (allowed.includes(query.get(name))) state[name] = query.get(name);
    for (const [name, [low, high]] of Object.entries({ ...LIMITS, delay: [boot.delays[0], boot.longest] })) {
      const value = Number(query.get(name));
      if (query.has(name) && Number.isFinite(value)) state[name] = Math.min(Math.max(value, low), high);
    }
    if (boot.others.some((one) => one.id === query.get("other"))) state.other = query.get("other");
    if (!state.other) state.front = "first";
    state.interventions = window.swapscope.intervention.read(query, boot.neurons);
    state.pick = window.swapscope.pick.read(query.get("pick"));
    state.camera = readCamera(query.get("camera"));
    return state;
  };

  window.swapscope.address = { DEFAULTS, read, write, rounded };
})();
