// Angles, cyclic colours and the typed arrays that the API sends. Angles are radians on [-pi, pi); people see degrees.
(() => {
  "use strict";
  const TURN = 2 * Math.PI;
  const ARRAYS = { f4: Float32Array, f8: Float64Array, i1: Int8Array, u1: Uint8Array, i2: Int16Array, i4: Int32Array };

  const wrap = (angle) => ((((angle + Math.PI) % TURN) + TURN) % TURN) - Math.PI;
  const distance = (a, b) => Math.abs(wrap(a - b));
  const degrees = (angle) => (wrap(angle) * 180) / Math.PI;
  const radians = (angle) => wrap((angle * Math.PI) / 180);

  // "−45°", never "-0°"
  const label = (angle) => {
    const value = Math.round(degrees(angle));
    return `${value < 0 ? "−" : ""}${Math.abs(value)}°`;
  };

  // The nearest entry of a palette that goes once round the circle from -pi.
  const colour = (palette, angle) => {
    const steps = palette.length;
    return palette[Math.round(((wrap(angle) + Math.PI) / TURN) * steps) % steps];
  };

  // {dtype, bdata} -> typed array; a plain list passes through.
  const decode = (array) => {
    if (!array) return new Float32Array(0);
    if (Array.isArray(array)) return Float32Array.from(array, (value) => (value === null ? NaN : value));
    const text = atob(array.bdata);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const kind = ARRAYS[array.dtype.replace(/^[<>|=]/, "")];
    return new kind(bytes.buffer);
  };

  // Circular standard deviation, radians; NaN for none.
  const spread = (angles) => {
    if (!angles.length) return NaN;
    let c = 0;
    let s = 0;
    for (const angle of angles) {
      c += Math.cos(angle);
      s += Math.sin(angle);
    }
    return Math.sqrt(-2 * Math.log(Math.min(Math.hypot(c, s) / angles.length, 1)));
  };

  window.swapscope = Object.assign(window.swapscope || {}, {
    angles: { TURN, wrap, distance, degrees, radians, label, colour, decode, spread },
  });
})();
