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

  const linearTicks = (low, high, about) => {
    const rough = (high - low) / about;
    const power = 10 ** Math.floor(Math.log10(rough));
    const part = rough / power;
    const step = power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
    const digit = Math.floor(Math.log10(step * 1.000001));
    const exponent = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
    const label = (at) => {
      if (at === 0) return "0";
      if (exponent >= -4 && exponent < 7) return grouped(at.toFixed(Math.max(0, -digit)));
      return grouped(trimmed((at / 10 ** exponent).toFixed(Math.max(0, exponent - digit)))) + "×10" + superscript(exponent);
    };
    const ticks = [];
    for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) ticks.push([i * step, label(i * step)]);
    return ticks;
  };
  const logTicks = (low, high, about) => {
    const every = Math.max(1, Math.ceil((high - low) / about));
    const digits = high - low < 0.6 * about ? [1, 2, 5] : [1];
    const ordinary = (exponent) => exponent >= -4 && exponent < 6;
    const inFigures = ordinary(Math.ceil(low)) && ordinary(Math.floor(high));
    const ticks = [];
    for (let exponent = Math.floor(low); exponent <= Math.ceil(high); exponent++) {
      if (((exponent % every) + every) % every) continue;
      for (const digit of digits) {
        const place = Math.log10(digit) + exponent;
        if (place < low || place > high) continue;
        const label = inFigures || exponent === 0
          ? grouped((digit * 10 ** exponent).toFixed(Math.max(0, -exponent)))
          : (digit === 1 ? "" : digit + "×") + "10" + superscript(exponent);
        ticks.push([digit * 10 ** exponent, label]);
      }
    }
    return ticks.length >= 3 ? ticks : linearTicks(10 ** low, 10 ** high, about).filter(([at]) => at > 0);
  };
  const axis = (log, low, high, margin, from, to) => {
    if (log) [low, high] = [Math.log10(low), Math.log10(high)];
    const size = Math.max(Math.abs(low), Math.abs(high)), middle = (low + high) / 2;
    // A curve of one value lies in the middle, on an axis of its size.
    const length = high - low > 1e-6 * size ? high - low : log || size === 0 ? 1 : size;
    [low, high] = [middle - (0.5 + margin) * length, middle + (0.5 + margin) * length];
    return {
      place: (value) => from + (((log ? Math.log10(value) : value) - low) / (high - low)) * (to - from),
      value: (place) => low + ((place - from) / (to - from)) * (high - low),
      ticks: (about) => (log ? logTicks : linearTicks)(low, high, about),
    };
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

  const shared = { scale: "auto", late: false, smoothing: 0, view: null, step: null };
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

  class Chart {
    constructor(figure) {
      this.data = JSON.parse(figure.querySelector("script").textContent);
      this.follows = figure.closest(".curves") !== null;
      this.plot = figure.querySelector(".plot");
      this.tip = html("div", "tip");
      this.tip.hidden = true;
      this.plot.append(this.tip);
      this.hidden = new Set();
      this.drawn = [];
      this.id = charts.length;
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
      const all = range(this.data.lines.flatMap((line) => line.x));
      this.steps = all || [0, 1];
      // A run begins at no steps, whenever it was first recorded.
      if (this.steps[0] <= 0.5 * this.steps[1]) this.steps[0] = 0;
      this.draw();
    }

    lines() {
      return this.data.lines.map((line, i) => ({ ...line, i })).filter((line) => !this.hidden.has(line.i));
    }

    draw() {
      const old = this.plot.querySelector("svg");
      const width = Math.max(240, Math.round(this.plot.clientWidth || 520));
      const height = this.data.wide && width > 600 ? 340 : Math.min(270, Math.max(210, Math.round(width * 0.52)));
      const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": old.getAttribute("aria-label") });
      const lines = this.lines();
      const view = (this.follows && shared.view) || this.steps;
      const seen = [];
      // High values of the first steps hide what comes later.
      const from = this.follows && shared.late ? view[0] + 0.2 * (view[1] - view[0]) : view[0];
      for (const line of lines) {
        line.x.forEach((x, i) => {
          if (x < from || x > view[1]) return;
          if (line.y[i] !== null) seen.push(line.y[i]);
          if (line.low && line.low[i] !== null) seen.push(line.low[i], line.high[i]);
        });
      }
      let values = range(seen);
      const wanted = this.follows ? shared.scale : "auto";
      const log = values !== null && values[1] > 0 && (wanted === "log" || (wanted === "auto" && this.data.log && values[0] > 0));
      // What is not positive has no place on a logarithmic axis.
      if (log && values[0] <= 0) values = range(seen.filter((value) => value > 0));
      this.log = log;
      if (values === null) {
        svg.append(make("text", { class: "axis", x: width / 2, y: height / 2, "text-anchor": "middle" }, lines.length ? "no finite values" : "all curves are hidden"));
        old.replaceWith(svg);
        this.x = null;
        return;
      }
      const top = 10, bottom = height - 38, right = width - 14;
      const ticks = axis(log, values[0], values[1], 0.05, bottom, top).ticks(5);
      const left = Math.max(36, 16 + 6.9 * Math.max(...ticks.map(([, label]) => label.length)));
      const x = (this.x = axis(false, view[0], view[1], 0, left, right));
      const y = (this.y = axis(log, values[0], values[1], 0.05, bottom, top));
      Object.assign(this, { svg, left, right, top, bottom, width });
      for (const [at, label] of ticks) {
        const place = y.place(at).toFixed(1);
        svg.append(make("line", { class: "grid", x1: left, x2: right, y1: place, y2: place }));
        svg.append(make("text", { class: "axis", x: left - 7, y: Number(place) + 4, "text-anchor": "end" }, label));
      }
      let end = -Infinity;
      for (const [at, label] of x.ticks(width / 95)) {
        if (!Number.isInteger(at)) continue;
        const place = x.place(at), half = label.length * 3.5;
        svg.append(make("line", { class: "rule", x1: place, x2: place, y1: bottom, y2: bottom + 4 }));
        if (place - half < end + 6) continue;
        const anchor = place + half > width ? "end" : "middle";
        svg.append(make("text", { class: "axis", x: anchor === "end" ? width - 1 : place, y: bottom + 17, "text-anchor": anchor }, label));
        end = place + half;
      }
      svg.append(make("line", { class: "rule", x1: left, x2: right, y1: bottom, y2: bottom }));
      svg.append(make("text", { class: "axis soft", x: right, y: height - 5, "text-anchor": "end" }, "step"));
      const clip = "clip" + this.id;
      const defs = make("clipPath", { id: clip });
      defs.append(make("rect", { x: left - 3, y: top - 4, width: right - left + 6, height: bottom - top + 5 }));
      const body = make("g", { "clip-path": `url(#${clip})` });
      svg.append(defs, body);
      for (const line of lines) this.line(body, line);
      this.cross = make("g");
      svg.append(this.cross);
      old.replaceWith(svg);
      this.point();
    }

    line(body, line) {
      const style = `--c:var(--c${line.colour})`;
      const { x, y } = this;
      const ok = (value) => value !== null && (!this.log || value > 0);
      const path = (values) => {
        let d = "", pen = false;
        values.forEach((value, i) => {
          if (!ok(value)) return void (pen = false);
          d += `${pen ? "L" : "M"}${x.place(line.x[i]).toFixed(1)} ${y.place(value).toFixed(1)}`;
          pen = true;
        });
        return d;
      };
      const smooth = this.follows && shared.smoothing > 0 && !line.dots;
      if (line.low) {
        let d = "", run = [];
        const close = () => {
          if (run.length) {
            const there = run.map((i) => `${x.place(line.x[i]).toFixed(1)} ${y.place(line.high[i]).toFixed(1)}`);
            const floor = (i) => (ok(line.low[i]) ? y.place(line.low[i]) : this.bottom);
            const back = run.reverse().map((i) => `${x.place(line.x[i]).toFixed(1)} ${floor(i).toFixed(1)}`);
            d += "M" + there.concat(back).join("L") + "Z";
          }
          run = [];
        };
        line.y.forEach((value, i) => (ok(value) && ok(line.high[i]) ? run.push(i) : close()));
        close();
        body.append(make("path", { class: smooth ? "band faded" : "band", style, d }));
      }
      const drawn = smooth ? smoothed(line.x, line.y, width(this.steps)) : line.y;
      if (smooth) body.append(make("path", { class: "line raw", style, d: path(line.y) }));
      body.append(make("path", { class: "line", style, d: path(drawn) }));
      line.y.forEach((value, i) => {
        const alone = !ok(line.y[i - 1] ?? null) && !ok(line.y[i + 1] ?? null);
        if (ok(value) && (line.dots || alone)) {
          body.append(make("circle", { class: "dot", style, r: 2.7, cx: x.place(line.x[i]).toFixed(1), cy: y.place(value).toFixed(1) }));
        }
      });
      for (const at of line.bad || []) {
        const mark = make("text", { class: "bad", x: x.place(at).toFixed(1), y: this.bottom - 3, "text-anchor": "middle" }, "×");
        mark.append(make("title", {}, `${line.name} is not finite at step ${grouped(String(at))}`));
        body.append(mark);
      }
      this.drawn[line.i] = drawn;
    }

    // Shows the shared step, with values if the pointer is here.
    point() {
      if (!this.x || !this.cross) return;
      this.cross.replaceChildren();
      const step = shared.step;
      if (step === null || step < this.steps[0] || step > this.steps[1]) {
        this.tip.hidden = true;
        return;
      }
      const place = this.x.place(step);
      if (place < this.left - 1 || place > this.right + 1) return;
      this.cross.append(make("line", { class: "cross", x1: place, x2: place, y1: this.top, y2: this.bottom }));
      const rows = [];
      for (const line of this.lines()) {
        if (!line.x.length || step < line.x[0] - 0.5 || step > line.x[line.x.length - 1] + 0.5) continue;
        const i = nearest(line.x, step), value = this.drawn[line.i][i];
        if (value !== null && (!this.log || value > 0)) {
          const at = { r: 4, cx: this.x.place(line.x[i]), cy: this.y.place(value) };
          this.cross.append(make("circle", { class: "dot", style: `--c:var(--c${line.colour})`, ...at }));
        }
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
      const room = this.plot.clientWidth, size = this.tip.offsetWidth;
      const shown = (place / this.width) * room;
      const left = shown + 14 + size <= room ? shown + 14 : shown - 14 - size;
      this.tip.style.left = Math.max(0, Math.min(room - size, left)) + "px";
    }

    at(event) {
      const box = this.svg.getBoundingClientRect();
      const place = ((event.clientX - box.left) / box.width) * this.width;
      return this.x.value(Math.min(this.right, Math.max(this.left, place)));
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
      if (!this.x) return;
      const step = this.at(event);
      if (this.from !== undefined) this.brush(step);
      show(this.snap(step), this);
    }

    down(event) {
      if (!this.x) return;
      if (event.pointerType === "mouse" && event.button === 0 && this.follows) {
        this.from = this.at(event);
        this.plot.setPointerCapture(event.pointerId);
      }
      show(this.snap(this.at(event)), this);
    }

    brush(step) {
      if (this.brushed) this.brushed.remove();
      const [a, b] = [this.x.place(this.from), this.x.place(step)].sort((p, q) => p - q);
      this.brushed = make("rect", { class: "brush", x: a, width: b - a, y: this.top, height: this.bottom - this.top });
      this.svg.append(this.brushed);
    }

    up(event) {
      const from = this.from;
      this.from = undefined;
      if (this.brushed) this.brushed.remove();
      if (from === undefined || !this.x) return;
      const to = this.at(event);
      if (Math.abs(this.x.place(from) - this.x.place(to)) > 8) zoom([from, to].sort((a, b) => a - b));
    }

    leave() {
      if (this.from === undefined) show(null, null);
    }

    key(event) {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") zoom(null);
      if (!way || !this.x) return;
      event.preventDefault();
      const steps = [...new Set(this.lines().flatMap((line) => line.x))].sort((a, b) => a - b);
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
    const late = document.getElementById("late");
    late.addEventListener("click", () => {
      shared.late = !shared.late;
      late.setAttribute("aria-pressed", String(shared.late));
      redraw();
    });
    unzoom.addEventListener("click", () => zoom(null));
  }

  let waiting = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(redraw);
  });
  // Paper has no pointer.
  addEventListener("beforeprint", () => show(null, null));

  const viewer = document.getElementById("viewer");
  const enlarge = (image) => {
    const large = image.cloneNode();
    large.removeAttribute("tabindex");
    // A small sheet is shown as large as fits.
    const fit = Math.min((innerWidth * 0.94) / image.naturalWidth, (innerHeight * 0.84) / image.naturalHeight);
    large.style.width = Math.floor(image.naturalWidth * Math.min(fit, image.classList.contains("pixels") ? 8 : 2)) + "px";
    viewer.replaceChildren(large, html("p", "", image.alt));
    viewer.showModal();
  };
  for (const image of document.querySelectorAll(".picture img")) {
    image.addEventListener("click", () => enlarge(image));
    image.addEventListener("keydown", (event) => { if (event.key === "Enter") enlarge(image); });
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
