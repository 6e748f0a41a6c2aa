// Brushing: dragging over the response figure picks the responses on that arc, dragging round states picks their runs.
(() => {
  "use strict";
  const { wrap, degrees } = window.swapscope.angles;
  const FAR = 4; // px that a pointer moves before a click is a drag
  const tenth = (angle) => Math.round(angle * 10) / 10 + 0;

  // `began(place)` says whether a drag that starts there is one of ours; `moved(place)` at most once a frame.
  const follow = (graph, { began, moved, ended }) => {
    const at = (event) => {
      const box = graph.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    graph.addEventListener("pointerdown", (down) => {
      if (down.button !== 0 || !began(at(down), down)) return;
      let last = null;
      let due = 0;
      const move = (event) => {
        if (!last && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < FAR) return;
        last = at(event);
        due ||= requestAnimationFrame(() => {
          due = 0;
          moved(last);
        });
      };
      const stop = (event) => {
        window.removeEventListener("pointermove", move, true);
        window.removeEventListener("pointerup", stop, true);
        window.removeEventListener("pointercancel", stop, true);
        cancelAnimationFrame(due);
        if (last && event.type === "pointerup") moved(at(event));
        ended?.(Boolean(last));
      };
      window.addEventListener("pointermove", move, true);
      window.addEventListener("pointerup", stop, true);
      window.addEventListener("pointercancel", stop, true);
    }, true);
  };

  // brushed({arc}) while an arc of the circle, or a stretch of the unrolled axis, is dragged over.
  const brushResponses = (graph, brushed) => {
    let from = 0;
    let turned = 0;
    let last = 0;
    const angleAt = ([x, y]) => {
      const { _size: size, polar, xaxis } = graph._fullLayout;
      if (!polar) return Math.min(Math.max(xaxis.p2d(x - size.l), -180), 179.9);
      return degrees(Math.atan2(size.t + size.h / 2 - y, x - size.l - size.w / 2));
    };
    const inside = ([x, y]) => {
      const { _size: size, polar } = graph._fullLayout;
      if (!polar) return x >= size.l && x <= size.l + size.w && y <= size.t + size.h;
      const radius = Math.min(size.w, size.h) / 2;
      const away = Math.hypot(x - size.l - size.w / 2, y - size.t - size.h / 2);
      return away > 0.2 * radius && away < 1.25 * radius;
    };
    follow(graph, {
      began(place) {
        if (!inside(place)) return false;
        from = last = angleAt(place);
        turned = 0;
        return true;
      },
      moved(place) {
        const now = angleAt(place);
        const step = graph._fullLayout.polar ? degrees(wrap(((now - last) * Math.PI) / 180)) : now - last;
        turned = Math.min(Math.max(turned + step, -359), 359);
        last = now;
        const ends = [from, from + turned].sort((a, b) => a - b).map((angle) => tenth(((((angle + 180) % 360) + 360) % 360) - 180));
        brushed({ arc: ends });
      },
    });
  };

  // circled([place]) while states are circled: with the shift key held, or while `on()`; `done(any)` at its end.
  const circleStates = (graph, { on, circled, done }) => {
    let path = [];
    follow(graph, {
      began(place, event) {
        if (!event.shiftKey && !on()) return false;
        event.preventDefault();
        path = [place];
        return true;
      },
      moved(place) {
        path.push(place);
        circled(path);
      },
      ended: (any) => done(any),
    });
    // plotly turns the scene on mouse events, which a circle is not meant for
    graph.addEventListener("mousedown", (event) => (event.shiftKey || on()) && event.stopPropagation(), true);
  };

  const within = (path, x, y) => {
    let inside = false;
    for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
      const [xi, yi] = path[i];
      const [xj, yj] = path[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  };

  window.swapscope.brush = { brushResponses, circleStates, within };
})();
