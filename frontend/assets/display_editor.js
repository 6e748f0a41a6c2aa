// The display editor: items as the network knows them (a torus of location and report) and as a participant sees them.
// A display is {report: [rad], probe: [rad], cued: index, cue: rad or null}; cue is null while it lies on the cued item.
(() => {
  "use strict";
  const { wrap, distance, radians, degrees, label, colour } = window.swapscope.angles;
  const { svg, html, assign, draggable } = window.swapscope.draw;
  const STEP = radians(5);
  const SNAP = radians(7);
  const MOST = 8;
  const TORUS = { left: 44, top: 12, size: 244 };
  const RING = { centre: 150, items: 84, wheel: 132, cue: 46 };

  const DIRECTIONS = { ArrowLeft: ["probe", -1], ArrowRight: ["probe", 1], ArrowDown: ["report", -1], ArrowUp: ["report", 1] };

  class DisplayEditor {
    // root: an empty element. palette: colours round the circle from -180 degrees. changed(display, event) after each change.
    constructor(root, { palette, changed }) {
      this.palette = palette;
      this.changed = changed;
      this.display = { report: [0], probe: [0], cued: 0, cue: null };
      this.torus = svg("svg", { viewBox: "0 0 300 300", class: "display-torus", role: "group", "aria-label": "Items by location and report, both wrap around" });
      this.ring = svg("svg", { viewBox: "0 0 300 300", class: "display-ring", role: "group", "aria-label": "The display as the participant sees it" });
      this.list = html("ul", { class: "display-list", "aria-label": "Items" });
      root.replaceChildren(
        html("div", { class: "display-views" },
          html("figure", {}, this.torus, html("figcaption", {}, "Location × report, wraps around")),
          html("figure", {}, this.ring, html("figcaption", {}, "As the participant sees it"))),
        this.list,
      );
      this._backdrop();
    }

    set(display) {
      const count = display.report.length;
      this.display = { ...display, report: [...display.report], probe: [...display.probe] };
      if (count !== this.nodes?.length) this._build(count);
      this._paint();
    }

    add(event) {
      if (this.display.report.length >= MOST) return;
      const free = (taken) => {
        // the middle of the widest gap
        const sorted = [...taken].map(wrap).sort((a, b) => a - b);
        let best = [0, 0];
        sorted.forEach((angle, i) => {
          const next = i + 1 < sorted.length ? sorted[i + 1] : sorted[0] + 2 * Math.PI;
          if (next - angle > best[0]) best = [next - angle, angle];
        });
        return wrap(best[1] + best[0] / 2);
      };
      const { report, probe } = this.display;
      this._emit({ ...this.display, report: [...report, free(report)], probe: [...probe, free(probe)] }, event);
    }

    remove(index, event) {
      const { report, probe, cued, cue } = this.display;
      if (report.length < 2) return;
      const rest = (values) => values.filter((_, i) => i !== index);
      const next = cued > index ? cued - 1 : Math.min(cued, report.length - 2);
      this._emit({ report: rest(report), probe: rest(probe), cued: next, cue: cued === index ? null : cue }, event);
    }

    cueItem(index, event) {
      this._emit({ ...this.display, cued: index, cue: null }, event);
    }

    // The cue goes to a location; near an item it takes that item, elsewhere the nearest item counts as the cued one.
    cueAt(angle, event) {
      const away = this.display.probe.map((probe) => distance(probe, angle));
      const nearest = away.indexOf(Math.min(...away));
      this._emit({ ...this.display, cued: nearest, cue: away[nearest] <= SNAP ? null : wrap(angle) }, event);
    }

    moveItem(index, changes, event) {
      const display = { ...this.display, report: [...this.display.report], probe: [...this.display.probe] };
      if (changes.probe !== undefined) display.probe[index] = wrap(changes.probe);
      if (changes.report !== undefined) display.report[index] = wrap(changes.report);
      this._emit(display, event);
    }

    _emit(display, event) {
      this.set(display);
      this.changed(this.display, event);
    }

    cuePlace() {
      return this.display.cue ?? this.display.probe[this.display.cued];
    }

    _backdrop() {
      const { left, top, size } = TORUS;
      const { centre, items, wheel } = RING;
      const strip = this.palette.map((fill, i) =>
        svg("rect", { x: left - 14, y: top + size - ((i + 1) * size) / this.palette.length, width: 7, height: size / this.palette.length + 0.5, fill }));
      const grid = [-90, 0, 90].flatMap((tick) => {
        const at = ((tick + 180) / 360) * size;
        return [
          svg("line", { x1: left + at, x2: left + at, y1: top, y2: top + size, class: "grid" }),
          svg("line", { y1: top + at, y2: top + at, x1: left, x2: left + size, class: "grid" }),
        ];
      });
      const ticks = [-180, 0, 180].flatMap((tick) => {
        const at = ((tick + 180) / 360) * size;
        const text = `${tick < 0 ? "−" : ""}${Math.abs(tick)}°`;
        return [
          svg("text", { x: left + at, y: top + size + 27, "text-anchor": "middle" }, text),
          svg("text", { x: left - 18, y: top + size - at + 4, "text-anchor": "end" }, text),
        ];
      });
      const clip = svg("clipPath", { id: "display-torus-clip" }, svg("rect", { x: left, y: top, width: size, height: size, rx: 6 }));
      this.cueLine = svg("line", { class: "cue-line", y1: top, y2: top + size });
      this.torusItems = svg("g", { "clip-path": "url(#display-torus-clip)" });
      this.torusCue = svg("path", { d: "M0 0 l7 11 h-14 z", class: "cue-handle", tabindex: 0, role: "slider" });
      this.torus.replaceChildren(clip, ...strip,
        svg("rect", { x: left, y: top, width: size, height: size, rx: 6, class: "frame" }), ...grid, ...ticks,
        this.cueLine, this.torusItems, this.torusCue);

      const arc = (from, to, radius) => {
        const at = (angle) => `${centre + radius * Math.cos(angle)} ${centre - radius * Math.sin(angle)}`;
        return `M${at(from)} A${radius} ${radius} 0 0 0 ${at(to)}`;
      };
      const unit = (2 * Math.PI) / this.palette.length;
      const colours = this.palette.map((stroke, i) =>
        svg("path", { d: arc(-Math.PI + (i - 0.5) * unit, -Math.PI + (i + 0.55) * unit, wheel), stroke, class: "wheel" }));
      this.ringItems = svg("g");
      this.ringCue = svg("g", { class: "cue-hand", tabindex: 0, role: "slider" },
        svg("line", { x1: 15, x2: 34, y1: 0, y2: 0 }), svg("path", { d: "M32 -8 L48 0 L32 8 z", class: "cue-handle" }));
      this.ring.replaceChildren(...colours,
        svg("circle", { cx: centre, cy: centre, r: items, class: "orbit" }),
        svg("path", { d: `M${centre - 6} ${centre}h12M${centre} ${centre - 6}v12`, class: "fixation" }),
        this.ringItems, this.ringCue);

      const key = (event) => {
        const move = DIRECTIONS[event.key];
        if (!move) return false;
        this.cueAt(this._pastItem(this.cuePlace(), move[1]), event);
        return true;
      };
      draggable(this.torusCue, this.torus, { key, move: ([x], event) => this.cueAt(this._angleAtX(x), event) });
      draggable(this.ringCue, this.ring, { key, move: (place, event) => this.cueAt(this._angleAround(place), event) });
    }

    // One key press moves the cue by 5 degrees, or to the other side of the item that would catch it again.
    _pastItem(angle, sign) {
      const next = wrap(angle + sign * STEP);
      const caught = this.display.cue === null && distance(next, this.display.probe[this.display.cued]) <= SNAP;
      return caught ? wrap(angle + sign * 2 * STEP) : next;
    }

    _angleAtX(x) {
      return ((x - TORUS.left) / TORUS.size) * 2 * Math.PI - Math.PI;
    }

    _angleAtY(y) {
      return Math.PI - ((y - TORUS.top) / TORUS.size) * 2 * Math.PI;
    }

    _angleAround([x, y]) {
      return Math.atan2(RING.centre - y, x - RING.centre);
    }

    _build(count) {
      const at = document.activeElement?.closest?.("[data-item]");
      const focus = at && [at.closest(".display-ring, .display-torus, .display-list"), Math.min(Number(at.dataset.item), count - 1)];
      this.nodes = Array.from({ length: count }, (_, index) => this._item(index));
      this.torusItems.replaceChildren(...this.nodes.flatMap((node) => [...node.ghosts, node.torus]));
      this.ringItems.replaceChildren(...this.nodes.flatMap((node) => [node.spoke, node.mark, node.ring]));
      this.list.replaceChildren(...this.nodes.map((node) => node.row));
      focus?.[0]?.querySelector(`[data-item="${focus[1]}"]`)?.focus();
    }

    _item(index) {
      const disc = (radius) => svg("g", { class: "item", tabindex: 0, role: "button", "data-item": index },
        svg("circle", { r: radius + 4, class: "halo" }), svg("circle", { r: radius, class: "disc" }), svg("text", { y: 4, "text-anchor": "middle" }, `${index + 1}`));
      const torus = disc(10);
      const ring = disc(16);
      const mark = svg("circle", { r: 8, class: "mark", tabindex: 0, role: "slider", "data-item": index });
      const key = (event) => {
        const move = DIRECTIONS[event.key];
        if (move) this.moveItem(index, { [move[0]]: this.display[move[0]][index] + move[1] * STEP }, event);
        else if (event.key === "Enter" || event.key === " ") this.cueItem(index, event);
        else if (event.key === "Delete" || event.key === "Backspace") this.remove(index, event);
        else return false;
        return true;
      };
      const click = (event) => this.cueItem(index, event);
      draggable(torus, this.torus, { key, click, move: ([x, y], event) => this.moveItem(index, { probe: this._angleAtX(x), report: this._angleAtY(y) }, event) });
      draggable(ring, this.ring, { key, click, move: (place, event) => this.moveItem(index, { probe: this._angleAround(place) }, event) });
      const turn = (event) => {
        const move = DIRECTIONS[event.key];
        if (!move) return false;
        this.moveItem(index, { report: this.display.report[index] + move[1] * STEP }, event);
        return true;
      };
      draggable(mark, this.ring, { key: turn, click, move: (place, event) => this.moveItem(index, { report: this._angleAround(place) }, event) });
      const cueButton = html("button", { type: "button", class: "item-cue", "data-item": index });
      cueButton.addEventListener("click", click);
      const removeButton = html("button", { type: "button", class: "item-remove", "aria-label": `Remove item ${index + 1}`, title: "Remove" }, "×");
      removeButton.addEventListener("click", (event) => this.remove(index, event));
      const row = html("li", {}, cueButton, removeButton);
      const ghosts = [0, 1, 2].map(() => svg("circle", { r: 10, class: "disc ghost" }));
      return { torus, ring, mark, ghosts, row, cueButton, removeButton, spoke: svg("line", { class: "spoke" }) };
    }

    _paint() {
      const { report, probe, cued, cue } = this.display;
      this.nodes.forEach((node, i) => {
        const isCued = i === cued && cue === null;
        const fill = colour(this.palette, report[i]);
        const x = TORUS.left + ((wrap(probe[i]) + Math.PI) / (2 * Math.PI)) * TORUS.size;
        const y = TORUS.top + ((Math.PI - wrap(report[i])) / (2 * Math.PI)) * TORUS.size;
        const name = `Item ${i + 1}: location ${label(probe[i])}, report ${label(report[i])}${isCued ? ", cued" : ""}. Enter cues it, arrow keys move it.`;
        for (const [group, px, py] of [[node.torus, x, y], [node.ring, ...this._around(probe[i], RING.items)]]) {
          assign(group, { transform: `translate(${px} ${py})`, class: isCued ? "item is-cued" : "item", "aria-label": name, "aria-pressed": String(isCued) });
          group.children[1].setAttribute("fill", fill);
        }
        const shiftX = x < TORUS.left + TORUS.size / 2 ? TORUS.size : -TORUS.size;
        const shiftY = y < TORUS.top + TORUS.size / 2 ? TORUS.size : -TORUS.size;
        [[shiftX, 0], [0, shiftY], [shiftX, shiftY]].forEach(([dx, dy], g) => assign(node.ghosts[g], { cx: x + dx, cy: y + dy, fill }));
        const [mx, my] = this._around(report[i], RING.wheel);
        const [sx, sy] = this._around(probe[i], RING.items);
        assign(node.mark, { cx: mx, cy: my, fill, class: isCued ? "mark is-cued" : "mark", "aria-label": `Report of item ${i + 1}`, "aria-valuetext": label(report[i]), "aria-valuemin": -180, "aria-valuemax": 180, "aria-valuenow": Math.round(degrees(report[i])) });
        assign(node.spoke, { x1: sx, y1: sy, x2: mx, y2: my, stroke: fill });
        node.row.className = isCued ? "is-cued" : "";
        assign(node.cueButton, { "aria-label": `Cue item ${i + 1}`, "aria-pressed": String(isCued), title: isCued ? "This item is cued" : "Cue this item" });
        const swatch = html("span", { class: "swatch", style: `background:${fill}` }, `${i + 1}`);
        node.cueButton.replaceChildren(swatch, html("span", {}, `${label(probe[i])}`), html("span", {}, `${label(report[i])}`), html("span", { class: "tag" }, isCued ? "cued" : ""));
        assign(node.removeButton, { disabled: report.length < 2 });
      });
      this._paintCue();
    }

    _paintCue() {
      const place = this.cuePlace();
      const off = this.display.cue !== null;
      const x = TORUS.left + ((wrap(place) + Math.PI) / (2 * Math.PI)) * TORUS.size;
      assign(this.cueLine, { x1: x, x2: x, class: off ? "cue-line is-off" : "cue-line" });
      const said = { "aria-label": "Cue", "aria-valuetext": off ? `${label(place)}, between the items` : `${label(place)}, on item ${this.display.cued + 1}`, "aria-valuemin": -180, "aria-valuemax": 180, "aria-valuenow": Math.round(degrees(place)) };
      assign(this.torusCue, { transform: `translate(${x} ${TORUS.top + TORUS.size + 1})`, ...said });
      assign(this.ringCue, { transform: `translate(${RING.centre} ${RING.centre}) rotate(${-degrees(place)})`, ...said });
    }

    _around(angle, radius) {
      return [RING.centre + radius * Math.cos(angle), RING.centre - radius * Math.sin(angle)];
    }
  }

  window.swapscope.DisplayEditor = DisplayEditor;
})();
