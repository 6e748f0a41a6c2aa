// What is done to a network while it runs, in the form that the API takes:
// {silenced: [neuron, from 0], noise: {epoch: multiplier}, push: {axis, size, epoch} or null, flip_cue: {to, step, steps} or null}.
(() => {
  "use strict";
  const NONE = Object.freeze({ silenced: [], noise: {}, push: null, flip_cue: null });
  const EPOCHS = ["stimulus", "delay", "cue", "gap", "recall"];
  const PUSHES = { role: "role axis", plane_x: "behaviour plane, x", plane_y: "behaviour plane, y", memory: "memory axis" };
  const number = (text, low, high, usual) => {
    const value = Number(text);
    return text !== undefined && text !== "" && Number.isFinite(value) ? Math.min(Math.max(value, low), high) : usual;
  };

  const isNone = ({ silenced, noise, push, flip_cue: flip }) =>
    !silenced.length && !Object.values(noise).some((factor) => factor !== 1) && !push?.size && !flip;

  // What of it can be asked of a display, or null if that is nothing: the cue cannot be flipped to an item that is not
  // there, and an item that is alone has no role.
  const asked = (wanted, display) => {
    const flip = wanted.flip_cue && wanted.flip_cue.to < display.report.length ? wanted.flip_cue : null;
    const some = { ...wanted, flip_cue: flip, push: wanted.push?.size && (wanted.push.axis !== "role" || display.report.length > 1) ? wanted.push : null };
    if (isNone(some)) return null;
    const { silenced, noise, push } = some;
    return { ...(silenced.length ? { silenced } : {}), ...(Object.keys(noise).length ? { noise } : {}), ...(push ? { push } : {}), ...(flip ? { flip_cue: flip } : {}) };
  };

  // In the address: silence=3.17 (neurons from 1), noiseby=delay:2, push=role:1.5:recall, flip=2:8:10 (item from 1, step, steps).
  const write = (query, { silenced, noise, push, flip_cue: flip }) => {
    if (silenced.length) query.set("silence", silenced.map((neuron) => neuron + 1).join("."));
    const factors = Object.entries(noise).filter(([, factor]) => factor !== 1);
    if (factors.length) query.set("noiseby", factors.map((pair) => pair.join(":")).join(","));
    if (push?.size) query.set("push", [push.axis, push.size, push.epoch].join(":"));
    if (flip) query.set("flip", [flip.to + 1, flip.step, flip.steps].join(":"));
  };

  const read = (query, neurons) => {
    const silenced = (query.get("silence") ?? "").split(".").map((text) => Number(text) - 1);
    const found = { ...NONE, silenced: [...new Set(silenced)].filter((one) => Number.isInteger(one) && one >= 0 && one < neurons), noise: {} };
    for (const pair of (query.get("noiseby") ?? "").split(",")) {
      const [epoch, factor] = pair.split(":");
      const value = number(factor, 0, 3, 1);
      if (EPOCHS.includes(epoch) && value !== 1) found.noise[epoch] = value;
    }
    const [axis, size, epoch] = (query.get("push") ?? "").split(":");
    if (axis in PUSHES && EPOCHS.includes(epoch)) found.push = { axis, size: number(size, -5, 5, 0), epoch };
    const flip = (query.get("flip") ?? "").split(":");
    if (flip.length === 3 && flip[0] > 0) found.flip_cue = { to: Math.round(number(flip[0], 1, 16, 1)) - 1, step: Math.round(number(flip[1], 0, 1000, 0)), steps: Math.round(number(flip[2], 1, 1000, 1)) };
    return found;
  };

  window.swapscope.intervention = { NONE, EPOCHS, PUSHES, isNone, asked, read, write };
})();
