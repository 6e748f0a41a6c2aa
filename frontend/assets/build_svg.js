// Making SVG and HTML nodes in one line, and reading a pointer's place in an SVG's own units.
(() => {
  "use strict";
  const SPACE = "http://www.w3.org/2000/svg";

  const assign = (node, attributes) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) node.removeAttribute(name);
      else node.setAttribute(name, value === true ? "" : value);
    }
    return node;
  };

  const make = (create) => (name, attributes = {}, ...children) => {
    const node = assign(create(name), attributes);
    node.append(...children);
    return node;
  };

  const svg = make((name) => document.createElementNS(SPACE, name));
  const html = make((name) => document.createElement(name));

  const place = (root, event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(root.getScreenCTM().inverse());
    return [point.x, point.y];
  };

  // Pointer and keyboard on one node. `move(place, event)` while dragged, `click()` when it was not, `key(event)` otherwise.
  const draggable = (node, root, { start, move, end, click, key }) => {
    let from = null;
    let dragged = false;
    node.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      node.setPointerCapture(event.pointerId);
      node.focus({ preventScroll: true });
      from = [event.clientX, event.clientY];
      dragged = false;
      start?.(place(root, event), event);
    });
    node.addEventListener("pointermove", (event) => {
      if (!from) return;
      if (!dragged && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 3) return;
      dragged = true;
      move(place(root, event), event);
    });
    const finish = (event) => {
      if (!from) return;
      from = null;
      if (dragged) end?.(event);
      else if (event.type === "pointerup") click?.(event);
    };
    node.addEventListener("pointerup", finish);
    node.addEventListener("pointercancel", finish);
    node.addEventListener("keydown", (event) => {
      if (key?.(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
  };

  window.swapscope = Object.assign(window.swapscope || {}, { draw: { svg, html, assign, place, draggable } });
})();
