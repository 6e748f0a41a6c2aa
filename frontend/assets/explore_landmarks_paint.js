// Draws planes of items and slow points over the state space, and gives the same to plotly's traces that are saved.
(() => {
  "use strict";
  const { colour, label } = window.swapscope.angles;
  const EMPTY = { x: [], y: [], z: [] };
  const SIZE = 5; // px, half a slow point

  const planesOf = ({ landmarks, marks, steps }) => {
    const shown = (marks === "planes" || marks === "both") && landmarks?.planes;
    return shown && shown.steps === steps ? shown : null;
  };
  const pointsOf = ({ landmarks, marks }) => ((marks === "points" || marks === "both") && landmarks?.points) || [];

  // Point `i` of `count` that belongs to item `k` at a step; [x, y, z].
  const at = (values, planes, count, k, step, i) => {
    const start = 3 * (count * (planes.steps * k + step) + i);
    return [values[start], values[start + 1], values[start + 2]];
  };

  // Squares in the items' planes, and on each the states that hold the reports round the wheel.
  const paintPlanes = (layer) => {
    const planes = planesOf(layer.picture);
    if (!planes) return;
    const { pen, picture } = layer;
    const dim = picture.landmarks.stale.planes ? 0.35 : 1;
    const { roles, palette } = layer.look;
    for (const k of [1, 0]) {
      const corners = [0, 1, 2, 3].map((i) => layer.place(...at(planes.corners, planes, 4, k, picture.step, i)));
      const shade = k ? roles["non-target"] : roles.cued;
      pen.beginPath();
      corners.forEach((corner, i) => (i ? pen.lineTo(...corner) : pen.moveTo(...corner)));
      pen.closePath();
      Object.assign(pen, { fillStyle: shade, strokeStyle: shade, lineWidth: 1.5, globalAlpha: 0.13 * dim });
      pen.fill();
      pen.globalAlpha = 0.8 * dim;
      pen.stroke();
      ring(layer, planes, k, palette, dim);
    }
  };

  const ring = (layer, planes, k, palette, dim) => {
    const { pen, picture } = layer;
    const count = planes.reports.length;
    const places = Array.from({ length: count }, (_, i) => layer.place(...at(planes.rings, planes, count, k, picture.step, i)));
    Object.assign(pen, { lineWidth: 3, globalAlpha: 0.95 * dim });
    places.forEach((place, i) => {
      const next = places[(i + 1) % count];
      pen.strokeStyle = colour(palette, planes.reports[i] + Math.PI / count);
      pen.beginPath();
      pen.moveTo(...place);
      pen.lineTo(...next);
      pen.stroke();
    });
  };

  // Slow points of the playhead's epoch: diamonds, filled where they are stable, in the colour of the report they hold.
  const paintPoints = (layer) => {
    const { pen, picture } = layer;
    const epoch = layer.epochAt(picture.step);
    layer.slow = [];
    for (const point of pointsOf(picture)) {
      if (point.epoch !== epoch) continue;
      const [x, y] = layer.place(point.x, point.y, point.z);
      layer.slow.push({ ...point, left: x, top: y });
      const shade = point.holds === null ? layer.look.roles.uniform : colour(layer.look.palette, point.holds);
      pen.beginPath();
      for (const [dx, dy] of [[0, -SIZE], [SIZE, 0], [0, SIZE], [-SIZE, 0]]) pen.lineTo(x + dx, y + dy);
      pen.closePath();
      Object.assign(pen, { globalAlpha: picture.landmarks.stale.points ? 0.4 : 1, lineWidth: 2, strokeStyle: point.stable ? "#12151b" : shade, fillStyle: point.stable ? shade : layer.surface });
      pen.fill();
      pen.stroke();
    }
  };

  // The slow point under a place on the canvas, in words; null for none.
  const slowWords = (layer, left, top) => {
    const near = (layer.slow ?? []).find((point) => Math.abs(point.left - left) + Math.abs(point.top - top) < SIZE + 3);
    if (!near) return null;
    const holds = near.holds === null ? "" : `, holds ${label(near.holds)}`;
    return `slow point of the ${near.epoch}: ${near.stable ? "stable" : "unstable"}${holds}, speed ${near.speed.toPrecision(2)}`;
  };

  // What is seen, in words, at a step; "" where there are no planes.
  const planeWords = (landmarks, marks, steps, step, epochs) => {
    const planes = planesOf({ landmarks, marks, steps });
    if (!planes) return "";
    const [one, other] = planes.items.map((item) => item + 1);
    const mean = (from, to) => planes.angle.slice(from, to).reduce((sum, angle) => sum + angle, 0) / (to - from);
    const end = (name) => epochs.find((epoch) => epoch.name === name)?.stop;
    const before = end("delay") ? `, ${Math.round(mean(Math.max(end("delay") - 3, 0), end("delay")))}° at the end of the delay` : "";
    const after = `${Math.round(mean(Math.max(steps - 3, 0), steps))}° at the end`;
    return `Planes of items ${one} and ${other}, each when it is cued: ${Math.round(planes.angle[step])}° apart now${before}, ${after}; below ${Math.round(planes.floor[step])}° they cannot be told apart.`;
  };

  // The same as plotly's traces: {trace name: {x, y, z}}.
  const landmarkTraces = (landmarks, state, step, steps) => {
    const planes = planesOf({ landmarks, marks: state.marks, steps });
    const points = pointsOf({ landmarks, marks: state.marks });
    const lines = (k) => {
      if (!planes) return EMPTY;
      const square = [0, 1, 2, 3, 0].map((i) => at(planes.corners, planes, 4, k, step, i));
      const count = planes.reports.length;
      const round = Array.from({ length: count + 1 }, (_, i) => at(planes.rings, planes, count, k, step, i % count));
      const all = [...square, [NaN, NaN, NaN], ...round];
      return { x: all.map((one) => one[0]), y: all.map((one) => one[1]), z: all.map((one) => one[2]) };
    };
    return {
      "plane of the cued item": lines(0),
      "plane of the other item": lines(1),
      "slow points": { x: points.map((one) => one.x), y: points.map((one) => one.y), z: points.map((one) => one.z) },
    };
  };

  Object.assign(window.swapscope, { paintPlanes, paintPoints, planeWords, slowWords, landmarkTraces });
})();
