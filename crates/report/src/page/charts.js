"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const SVG = "http://www.w3.org/2000/svg";
  const make = (name, attributes = {}, text) => {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const html = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // Numbers as the rest of the page writes them.
  const superscript = (n) => String(n).replace(/[-0-9]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
  const grouped = (text) => {
    const [whole, decimals] = text.split(".");
    const commas = whole.replace(/\B(?=(\d{3})+$)/g, ",").replace("-", "−");
    return decimals === undefined ? commas : commas + "." + decimals;
  };
  const trimmed = (text) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
  const short = (value) => {
    if (value === 0) return "0";
    const exponent = Math.floor(Math.log10(Math.abs(value)));
    if (exponent >= -4 && exponent < 7) return grouped(trimmed(value.toFixed(Math.max(0, 4 - exponent))));
    const [mantissa, power] = value.toExponential(4).split("e");
    return grouped(trimmed(mantissa)) + "×10" + superscript(Number(power));
  };

  // Round numbers between two, where the ticks that were drawn do not suit what is shown.
  const round = (low, high, about) => {
    const rough = (high - low) / about, power = 10 ** Math.floor(Math.log10(rough)), part = rough / power;
    const step = power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
    const found = [];
    for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) found.push(Number((i * step).toPrecision(12)));
    return found;
  };

  // Means weighted by exp(-distance / width): the same to both sides, so that nothing is late.
  const smoothed = (x, y, width) => {
    const sum = new Float64Array(x.length), weight = new Float64Array(x.length);
    for (const way of [1, -1]) {
      let s = 0, w = 0, last = null;
      for (let k = 0; k < x.length; k++) {
        const i = way > 0 ? k : x.length - 1 - k;
        if (last !== null) {
          const decay = Math.exp(-Math.abs(x[i] - last) / width);
          s *= decay;
          w *= decay;
        }
        last = x[i];
        sum[i] += s;
        weight[i] += w;
        if (y[i] !== null) {
          s += y[i];
          w += 1;
          if (way > 0) {
            sum[i] += y[i];
            weight[i] += 1;
          }
        }
      }
    }
    return y.map((value, i) => (value === null ? null : sum[i] / weight[i]));
  };

  // What all curves of the page have in common.
  const shared = { scale: "auto", whole: false, smoothing: 0, view: null, step: null };
  const charts = [];
  const range = (values) => {
    let low = Infinity, high = -Infinity;
    for (const value of values) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return low <= high ? [low, high] : null;
  };
  const nearest = (x, at) => {
    let low = 0, high = x.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (x[middle] < at) low = middle;
      else high = middle;
    }
    return Math.abs(x[low] - at) <= Math.abs(x[high] - at) ? low : high;
  };

  // Pictures of curves are in the page; this chooses what of them is shown, and adds what depends on the pointer.
  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.data = JSON.parse(figure.querySelector("script").textContent);
      this.follows = figure.closest(".curves") !== null;
      this.plot = figure.querySelector(".plot");
      this.frame = figure.querySelector(".frame");
      this.cut = figure.querySelector(".cut");
      this.tip = html("div", "tip");
      this.tip.setAttribute("role", "status");
      this.tip.hidden = true;
      this.plot.append(this.tip);
      this.own = make("g");
      this.cross = make("g");
      this.frame.prepend(this.own);
      this.frame.append(this.cross);
      this.hidden = new Set();
      this.drawn = [];
      figure.querySelectorAll(".key").forEach((key, i) => {
        key.addEventListener("click", () => {
          const hide = !this.hidden.delete(i);
          if (hide) this.hidden.add(i);
          key.setAttribute("aria-pressed", String(!hide));
          this.draw();
        });
      });
      this.plot.addEventListener("pointermove", (event) => this.move(event));
      this.plot.addEventListener("pointerdown", (event) => this.down(event));
      this.plot.addEventListener("pointerup", (event) => this.up(event));
      this.plot.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") this.leave(); });
      this.plot.addEventListener("dblclick", () => zoom(null));
      this.plot.addEventListener("keydown", (event) => this.key(event));
      this.plot.addEventListener("blur", () => this.leave());
      this.steps = this.data.steps;
      this.draw();
    }

    lines() {
      return this.data.lines.map((line, i) => ({ ...line, i })).filter((line) => !this.hidden.has(line.i));
    }

    // What is between the edges: steps, and values or their logarithms.
    draw() {
      const wanted = this.follows && shared.scale !== "auto" ? shared.scale : this.data.auto;
      this.chosen = this.data.views.find((view) => view.scale === wanted) || this.data.views[0];
      if (!this.chosen) return;
      this.log = this.chosen.scale === "log";
      const whole = (this.follows && shared.whole) || !this.chosen.part;
      this.x = (this.follows && shared.view) || this.steps;
      this.y = this.chosen[whole ? "all" : "part"];
      const own = this.x !== this.steps || this.hidden.size > 0 ? this.fit() : null;
      if (own) this.y = own;
      const shown = (element, yes) => element.classList.toggle("off", !yes);
      this.frame.querySelectorAll(".view").forEach((view) =>
        shown(view, !own && view.dataset.scale === this.chosen.scale && view.dataset.range === (whole ? "all" : "part")));
      this.frame.querySelectorAll(".steps").forEach((steps) => shown(steps, this.x === this.steps));
      if (this.cut) this.cut.hidden = whole || own !== null;
      this.ticks(own !== null);
      // The curves were drawn for what is shown at first.
      const base = this.chosen.part || this.chosen.all;
      const part = (at, [low, high]) => (10000 * (at - low)) / (high - low);
      this.frame.querySelectorAll(".body").forEach((body) => {
        shown(body, body.dataset.scale === this.chosen.scale);
        const left = part(this.x[0], this.steps), top = 10000 - part(this.y[1], base);
        const box = [left, top, part(this.x[1], this.steps) - left, 10000 - part(this.y[0], base) - top];
        if (body.dataset.scale === this.chosen.scale) body.setAttribute("viewBox", box.join(" "));
      });
      this.frame.querySelectorAll("[data-line]").forEach((of) => shown(of, !this.hidden.has(Number(of.dataset.line))));
      for (const mark of this.frame.querySelectorAll(".bad")) {
        const at = this.across(Number(mark.dataset.step));
        mark.setAttribute("x", at + "%");
        if (at < 0 || at > 100) shown(mark, false);
      }
      this.smooth((at) => 10000 - part(at, base));
      this.point();
    }

    // The range of what is seen of the curves that are not hidden; none where nothing is.
    fit() {
      const seen = [];
      for (const line of this.lines()) {
        line.x.forEach((x, i) => {
          if (x < this.x[0] || x > this.x[1]) return;
          for (const value of [line.y[i], line.low && line.low[i], line.high && line.high[i]]) {
            if (value !== null && value !== undefined && (!this.log || value > 0)) seen.push(this.log ? Math.log10(value) : value);
          }
        });
      }
      const found = range(seen);
      if (!found) return null;
      let [low, high] = found;
      if (!shared.whole && this.chosen.part && this.x === this.steps) {
        [low, high] = [Math.max(low, this.chosen.part[0]), Math.min(high, this.chosen.part[1])];
      }
      const size = Math.max(Math.abs(low), Math.abs(high));
      const room = high - low > 1e-6 * size ? 0.05 * (high - low) : this.log || size === 0 ? 0.5 : 0.5 * size;
      return [low - room, high + room];
    }

    // Ticks of a range that was not foreseen.
    ticks(rows) {
      this.own.replaceChildren();
      const tick = (line, text, label) => {
        this.own.append(make("line", { class: "grid", stroke: "currentColor", ...line }));
        this.own.append(make("text", { class: "soft", fill: "currentColor", "font-size": 12, ...text }, label));
      };
      if (this.x !== this.steps) {
        for (const step of round(...this.x, this.plot.clientWidth / 110)) {
          const x = this.across(step) + "%";
          if (Number.isInteger(step)) tick({ x1: x, x2: x, y1: "0%", y2: "100%" }, { x, y: "100%", dy: 16.1, "text-anchor": "middle" }, short(step));
        }
      }
      if (!rows) return;
      const values = this.log ? round(10 ** this.y[0], 10 ** this.y[1], 5).filter((value) => value > 0) : round(...this.y, 5);
      for (const value of values) {
        const y = this.fall(value) + "%";
        tick({ x1: "0%", x2: "100%", y1: y, y2: y }, { x: "0%", y, dx: -7, dy: 4.2, "text-anchor": "end" }, short(value));
      }
    }

    across(step) {
      return (100 * (step - this.x[0])) / (this.x[1] - this.x[0]);
    }

    // Of the height, from above.
    fall(value) {
      return 100 - (100 * ((this.log ? Math.log10(value) : value) - this.y[0])) / (this.y[1] - this.y[0]);
    }

    // Adds a smoothed curve over each, which pales.
    smooth(place) {
      const body = [...this.frame.querySelectorAll(".body")].find((body) => body.dataset.scale === this.chosen.scale);
      this.frame.querySelectorAll(".smooth").forEach((path) => path.remove());
      const smoothing = this.follows && shared.smoothing > 0;
      for (const line of this.lines()) {
        const smooth = smoothing && !line.dots;
        body.querySelector(`[data-line="${line.i}"]`).classList.toggle("pale", smooth);
        this.drawn[line.i] = smooth ? smoothed(line.x, line.y, width(this.steps)) : line.y;
        if (!smooth) continue;
        let d = "", pen = false;
        this.drawn[line.i].forEach((value, i) => {
          if (value === null || (this.log && value <= 0)) return void (pen = false);
          const x = (10000 * (line.x[i] - this.steps[0])) / (this.steps[1] - this.steps[0]);
          d += `${pen ? "L" : "M"}${x.toFixed(0)} ${place(this.log ? Math.log10(value) : value).toFixed(0)}`;
          pen = true;
        });
        const look = { fill: "none", stroke: "currentColor", "stroke-width": 1.7, "vector-effect": "non-scaling-stroke" };
        body.append(make("path", { class: `smooth s${line.colour}`, ...look, d }));
      }
    }

    // Shows the shared step, with values if the pointer is here.
    point() {
      this.cross.replaceChildren();
      const step = shared.step;
      if (!this.chosen || step === null || step < this.x[0] || step > this.x[1]) {
        this.tip.hidden = true;
        return;
      }
      const place = this.across(step);
      this.cross.append(make("line", { class: "cross", x1: place + "%", x2: place + "%", y1: "0%", y2: "100%" }));
      const rows = [];
      for (const line of this.lines()) {
        if (!line.x.length || step < line.x[0] - 0.5 || step > line.x[line.x.length - 1] + 0.5) continue;
        const i = nearest(line.x, step), value = this.drawn[line.i][i];
        const [cx, cy] = [this.across(line.x[i]), value === null || (this.log && value <= 0) ? -1 : this.fall(value)];
        if (cy >= 0 && cy <= 100) this.cross.append(make("circle", { class: `s${line.colour} here`, r: 4, cx: cx + "%", cy: cy + "%" }));
        rows.push([line, i, value]);
      }
      this.tip.hidden = shared.at !== this;
      if (this.tip.hidden) return;
      this.tip.replaceChildren(html("b", "", "step " + grouped(String(Math.round(step)))));
      for (const [line, i, value] of rows) {
        const row = html("div", "row"), dot = html("i");
        dot.style.setProperty("--c", `var(--c${line.colour})`);
        const text = html("em", "", value === null ? "not finite" : short(value));
        // A line with fewer points shows that of another step.
        const away = Math.abs(line.x[i] - step) >= 0.5 ? ` at ${grouped(String(Math.round(line.x[i])))}` : "";
        const band = line.low && line.low[i] !== null && line.high[i] > line.low[i];
        if (band) text.append(" ", html("small", "", `${short(line.low[i])} to ${short(line.high[i])}`));
        row.append(dot, html("span", "", line.name + away), text);
        this.tip.append(row);
      }
      const room = this.plot.clientWidth, size = this.tip.offsetWidth, box = this.frame.getBoundingClientRect();
      const shown = box.left - this.plot.getBoundingClientRect().left + (place / 100) * box.width;
      const left = shown + 14 + size <= room ? shown + 14 : shown - 14 - size;
      this.tip.style.left = Math.max(0, Math.min(room - size, left)) + "px";
    }

    at(event) {
      const box = this.frame.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
      return this.x[0] + share * (this.x[1] - this.x[0]);
    }

    // The step of the nearest point of any line.
    snap(step) {
      let best = null;
      for (const line of this.lines()) {
        if (!line.x.length) continue;
        const found = line.x[nearest(line.x, step)];
        if (best === null || Math.abs(found - step) < Math.abs(best - step)) best = found;
      }
      return best;
    }

    move(event) {
      if (!this.chosen) return;
      const step = this.at(event);
      if (this.from !== undefined) this.brush(step);
      show(this.snap(step), this);
    }

    down(event) {
      if (!this.chosen) return;
      if (event.pointerType === "mouse" && event.button === 0 && this.follows) {
        this.from = this.at(event);
        this.plot.setPointerCapture(event.pointerId);
      }
      show(this.snap(this.at(event)), this);
    }

    brush(step) {
      if (this.brushed) this.brushed.remove();
      const [a, b] = [this.across(this.from), this.across(step)].sort((p, q) => p - q);
      this.brushed = make("rect", { class: "brush", x: a + "%", width: b - a + "%", y: 0, height: "100%" });
      this.frame.append(this.brushed);
    }

    up(event) {
      const from = this.from;
      this.from = undefined;
      if (this.brushed) this.brushed.remove();
      if (from === undefined || !this.chosen) return;
      const to = this.at(event);
      if (Math.abs(this.across(from) - this.across(to)) > 1.5) zoom([from, to].sort((a, b) => a - b));
    }

    leave() {
      if (this.from === undefined) show(null, null);
    }

    key(event) {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") zoom(null);
      if (!way || !this.chosen) return;
      event.preventDefault();
      const inside = (step) => step >= this.x[0] && step <= this.x[1];
      const steps = [...new Set(this.lines().flatMap((line) => line.x))].filter(inside).sort((a, b) => a - b);
      if (!steps.length) return;
      const jump = event.shiftKey ? Math.ceil(steps.length / 20) : 1;
      const now = shared.step === null ? (way > 0 ? -1 : steps.length) : nearest(steps, shared.step);
      show(steps[Math.min(steps.length - 1, Math.max(0, now + way * jump))], this);
    }
  }

  const width = ([low, high]) => Math.max(1e-9, (high - low) * 0.12 * (shared.smoothing / 100) ** 2);
  const show = (step, at) => {
    Object.assign(shared, { step, at });
    for (const chart of charts) chart.point();
  };
  const redraw = () => charts.forEach((chart) => chart.draw());
  const unzoom = document.getElementById("unzoom");
  const zoom = (view) => {
    shared.view = view;
    if (unzoom) unzoom.hidden = view === null;
    redraw();
  };
  for (const figure of document.querySelectorAll(".chart")) charts.push(new Chart(figure));

  const controls = document.getElementById("controls");
  if (controls && charts.length) {
    controls.hidden = false;
    const scales = controls.querySelectorAll("[data-scale]");
    scales.forEach((button) => {
      button.addEventListener("click", () => {
        shared.scale = button.dataset.scale;
        scales.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
        redraw();
      });
    });
    const slider = document.getElementById("smoothing"), told = document.getElementById("smoothed");
    slider.addEventListener("input", () => {
      shared.smoothing = Number(slider.value);
      const of = charts.find((chart) => chart.follows);
      told.textContent = shared.smoothing ? `over ${grouped(String(Math.max(1, Math.round(width(of.steps)))))} steps` : "off";
      redraw();
    });
    const whole = document.getElementById("whole");
    whole.hidden = !charts.some((chart) => chart.follows && chart.data.views.some((view) => view.part));
    whole.addEventListener("click", () => {
      shared.whole = !shared.whole;
      whole.setAttribute("aria-pressed", String(shared.whole));
      redraw();
    });
    unzoom.addEventListener("click", () => zoom(null));
  }

  // Paper has no pointer.
  addEventListener("beforeprint", () => show(null, null));

  const viewer = document.getElementById("viewer");
  const enlarge = (image) => {
    const large = image.cloneNode();
    large.removeAttribute("tabindex");
    large.removeAttribute("role");
    // A small sheet is shown as large as fits.
    const fit = Math.min((innerWidth * 0.94) / image.naturalWidth, (innerHeight * 0.84) / image.naturalHeight);
    large.style.width = Math.floor(image.naturalWidth * Math.min(fit, image.classList.contains("pixels") ? 8 : 2)) + "px";
    viewer.replaceChildren(large, html("p", "", image.alt));
    viewer.showModal();
  };
  for (const image of document.querySelectorAll(".picture img")) {
    image.setAttribute("role", "button");
    image.addEventListener("click", () => enlarge(image));
    image.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      enlarge(image);
    });
  }
  viewer.addEventListener("click", () => viewer.close());

  for (const text of document.querySelectorAll("pre.copy")) {
    if (!navigator.clipboard) break;
    const box = html("div", "copied"), button = html("button", "", "copy");
    button.type = "button";
    text.replaceWith(box);
    box.append(text, button);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "copied";
      } catch {
        button.textContent = "select it by hand";
      }
      setTimeout(() => (button.textContent = "copy"), 1600);
    });
  }
})();
