// What is picked on the Explore page, and which runs that lights up. A pick is one of
// {item}: runs that ended nearest an item (-1: nearest none); {run}: a run, and with it all that ended where it did;
// {arc: [from, to]}: responses on an arc, degrees, counter-clockwise; {runs: [run]}: those that were circled in the state space.
(() => {
  "use strict";
  const { degrees, label, radians } = window.swapscope.angles;
  const around = (angle) => ((angle % 360) + 360) % 360;

  const onArc = ([from, to], angle) => around(degrees(angle) - from) <= around(to - from) + 1e-6;

  // [bool] a run, or null when nothing is picked.
  const lit = (pick, { responses, nearest }) => {
    if (!pick) return null;
    if (pick.run !== undefined) return pick.run < nearest.length ? Array.from(nearest, (item) => item === nearest[pick.run]) : null;
    if (pick.item !== undefined) return Array.from(nearest, (item) => item === pick.item);
    if (pick.arc) return Array.from(responses, (angle) => onArc(pick.arc, angle));
    const circled = new Set(pick.runs);
    return Array.from(nearest, (_, run) => circled.has(run));
  };

  // In words, for `picked` of a result's runs on a display.
  const words = (pick, { responses, nearest }, selected, display) => {
    const count = selected.filter(Boolean).length;
    const runs = `${count} of ${responses.length} runs`;
    if (pick.runs) {
      const ends = pick.runs.filter((run) => run < nearest.length).map((run) => nearest[run]);
      const items = [...new Set(ends)].sort((a, b) => a - b);
      const share = items.map((item) => `${ends.filter((end) => end === item).length} ${item < 0 ? "near no item" : `near item ${item + 1}`}`);
      return `${runs} circled: they end ${share.join(", ") || "nowhere"}. Esc shows all.`;
    }
    if (pick.arc) return `${runs} report between ${label(radians(pick.arc[0]))} and ${label(radians(pick.arc[1]))}. Esc shows all.`;
    const item = pick.run === undefined ? pick.item : nearest[pick.run];
    const cued = item === display.cued && display.cue === null ? ", cued" : "";
    const run = pick.run === undefined ? "" : `Run ${pick.run + 1} reports ${label(responses[pick.run])}. `;
    return `${run}${runs} end near ${item < 0 ? "no item" : `item ${item + 1}${cued}`}. Esc shows all.`;
  };

  // ---- in the address: item2, item0 (near none), run17, arc-30~45, runs and a set of bits in base64 for addresses ----
  const bits = (runs) => {
    const bytes = new Uint8Array(Math.floor(Math.max(-1, ...runs) / 8) + 1);
    for (const run of runs) bytes[run >> 3] |= 1 << (run & 7);
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };

  const ofBits = (text) => {
    const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Array.from({ length: bytes.length * 8 }, (_, run) => run).filter((run) => bytes.charCodeAt(run >> 3) & (1 << (run & 7)));
  };

  const write = (pick) => {
    if (pick.run !== undefined) return `run${pick.run + 1}`;
    if (pick.item !== undefined) return `item${pick.item + 1}`;
    if (pick.arc) return `arc${pick.arc.map((angle) => Math.round(angle * 10) / 10).join("~")}`;
    return `runs${bits(pick.runs)}`;
  };

  const read = (text) => {
    const one = /^(item|run)(\d+)$/.exec(text ?? "");
    if (one) return { [one[1]]: Number(one[2]) - 1 };
    const arc = /^arc(-?[\d.]+)~(-?[\d.]+)$/.exec(text ?? "");
    if (arc) return { arc: [Number(arc[1]), Number(arc[2])] };
    const some = /^runs([\w-]*)$/.exec(text ?? "");
    try {
      return some ? { runs: ofBits(some[1]) } : null;
    } catch {
      return null; // not base64: a mistyped address
    }
  };

  window.swapscope.pick = { lit, words, read, write };
})();
