// Gradient flow: the norm of the chosen output's gradient per layer at each step back, on a log
// scale. Values that underflow f32 are drawn on a separate line at the bottom. attribution.js
// shares the axis of steps back.

const kGutter = 18;  // pixels below the log scale, for zeros and values that underflow f32

class BackCursor {
  constructor(back) {
    this.back = back;
    this.k = 0;
    this.frames = [];
    this.onMove = [];
  }

  // A plot over steps 0..back; the pointer moves its cursor, and the arrow keys when focused.
  add(frame) {
    const cursor = html('div', {class: 'cursor'});
    frame.append(cursor);
    this.frames.push({frame, cursor});
    frame.addEventListener('pointermove', event => {
      const box = frame.getBoundingClientRect();
      this.move(Math.floor((event.clientX - box.left) / box.width * (this.back + 1)));
    });
    frame.addEventListener('click', () => chooseStep(data.flow.step - this.k));
  }

  move(k) {
    this.k = Math.max(0, Math.min(this.back, k));
    for (const {frame, cursor} of this.frames) {
      const step = frame.clientWidth / (this.back + 1);
      cursor.style.width = `${Math.max(1, step)}px`;
      cursor.style.transform = `translateX(${this.k * step}px)`;
    }
    for (const move of this.onMove) move();
  }
}

class FlowPlot {
  constructor(parent, cursor) {
    this.cursor = cursor;
    this.flow = data.flow;
    this.canvas = html('canvas', {'aria-hidden': 'true'});
    this.legend = html('div', {class: 'plot-right legend'});
    this.axis = html('div', {class: 'plot-axis'});
    const label = [
      html('b', {}, 'gradient'),
      html('span', {}, '|dL/dc| and |dL/dh| of each layer: the norm over its units, log scale'),
      this.axis
    ];
    const {row, frame} = plotRow(label, this.canvas, this.legend);
    Object.assign(this, {row, frame});
    frame.id = 'flow-plot';
    frame.style.height = '240px';
    setAttributes(frame, {
      tabindex: 0,
      role: 'slider',
      'aria-label': 'steps back from the chosen output',
      'aria-valuemin': 0,
      'aria-valuemax': this.flow.back
    });
    frame.addEventListener('keydown', event => this.key(event));
    parent.append(row);
    cursor.add(frame);
    cursor.onMove.push(() => this.showValues());
    onChange(what => {
      if (what === 'unit' || what === 'layer' || (redraws(what) && what !== 'view')) this.draw();
    });
  }

  key(event) {
    const far = Math.max(10, Math.round(this.flow.back / 100));
    const moves = {ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity};
    if (!(event.key in moves)) return;
    this.cursor.move(this.cursor.k + moves[event.key] * (event.shiftKey ? far : 1));
    event.preventDefault();
    event.stopPropagation();
  }

  lines() {
    const lines = [];
    this.flow.layers.forEach((layer, n) => {
      const colour = lineColour(n);
      const name = data.layers[n].name.replace(' forward', '');
      lines.push({name: `c, ${name}`, array: numbers(layer.d_c), colour, width: 2});
      lines.push({name: `h, ${name}`, array: numbers(layer.d_h), colour, width: 1.5, dash: [5, 3]});
    });
    const own = numbers(this.flow.layers[state.layer]?.units_d_c);
    if (own !== null && state.unit < own.shape[1]) {
      lines.push({
        name: `c, unit ${state.unit}`,
        array: new Column(own, state.unit),
        colour: themeColour('ink'),
        width: 0.8
      });
    }
    if (this.flow.rnn)
      lines.push({
        name: 'h, RNN',
        array: numbers(this.flow.rnn.d_h),
        colour: themeColour('muted'),
        width: 2,
        dash: [1, 3]
      });
    return lines;
  }

  draw() {
    const lines = this.lines();
    let low = Infinity;
    let high = -Infinity;
    for (const {array} of lines) {
      for (let k = 0; k < array.length; ++k) {
        const value = Math.abs(array.at(k));
        if (!(value > 0) || !Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    this.top = high > 0 ? Math.ceil(Math.log10(high) + 0.05) : 0;
    this.bottom =
        low < Infinity ? Math.min(this.top - 1, Math.floor(Math.log10(low))) : this.top - 1;
    const {pen, width, height} = context(this.canvas);
    this.height = height;
    this.drawAxis(pen, width);
    for (const line of lines) this.drawLine(pen, width, line);
    this.writeLegend(lines);
    this.cursor.move(this.cursor.k);
  }

  y(value) {
    const floor = this.height - kGutter;
    if (!(Math.abs(value) > 0)) return this.height - kGutter / 2;
    return (this.top - Math.log10(Math.abs(value))) / (this.top - this.bottom) * floor;
  }

  drawAxis(pen, width) {
    this.axis.replaceChildren();
    pen.fillStyle = themeColour('grid');
    for (const decade of ticks(this.bottom, this.top, 6)) {
      if (!Number.isInteger(decade)) continue;
      const y = Math.round(this.y(10 ** decade));
      pen.fillRect(0, y, width, 1);
      // Inside the scale, so that the lowest label does not touch the gutter's.
      const place = Math.max(6, Math.min(this.height - kGutter - 7, y));
      this.axis.append(html('span', {style: `top:${place}px`}, `1e${decade}`));
    }
    this.axis.append(html('span', {style: `top:${this.height - kGutter / 2}px`}, '< 1e-38'));
    pen.fillStyle = themeColour('sunken');
    pen.fillRect(0, this.height - kGutter, width, kGutter);
  }

  drawLine(pen, width, line) {
    const step = width / (this.flow.back + 1);
    pen.strokeStyle = line.colour;
    pen.lineWidth = line.width;
    pen.setLineDash(line.dash || []);
    pen.beginPath();
    for (let k = 0; k < line.array.length; ++k) {
      const x = (k + 0.5) * step;
      if (k === 0)
        pen.moveTo(x, this.y(line.array.at(k)));
      else
        pen.lineTo(x, this.y(line.array.at(k)));
    }
    pen.stroke();
    pen.setLineDash([]);
  }

  writeLegend(lines) {
    this.values = [];
    this.legend.replaceChildren();
    for (const line of lines) {
      const key = html('span', {
        class: 'key',
        style: `border-color:${line.colour};${line.dash ? 'border-top-style:dashed' : ''}`
      });
      const value = html('span', {class: 'legend-value'});
      this.values.push({line, value});
      this.legend.append(html(
          'div', {class: 'legend-line'}, html('div', {class: 'legend-name'}, key, line.name),
          value));
    }
  }

  showValues() {
    const {k} = this.cursor;
    for (const {line, value} of this.values || []) {
      value.textContent = k < line.array.length ? gradientText(Math.abs(line.array.at(k))) : '–';
    }
    const step = this.flow.step - k;
    const where = step >= 0 && step < data.steps.count ? stepText(step) : rowText(step);
    byId('flow-place').textContent = `${countText(k, 'step')} back: ${where}`;
    this.frame.setAttribute('aria-valuenow', k);
    this.frame.setAttribute(
        'aria-valuetext',
        this.values.map(({line, value}) => `${line.name} ${value.textContent}`).join(', '));
  }
}

function startFlow() {
  if (!data.flow) {
    byId('flow').hidden = true;
    byId('flow-link').hidden = true;
    return;
  }
  const {output, step, rnn, back} = data.flow;
  byId('flow-from').textContent =
      `From ${output} at ${stepText(step)} (${rowText(step)}), ${countText(back, 'step')} back.` +
      (rnn ? ` Beside it: ${rnn.description}.` : '');
  const cursor = new BackCursor(back);
  new FlowPlot(byId('flow-curves'), cursor);
  if (data.flow.attribution)
    new Attribution(byId('attribution'), cursor);
  else
    byId('attribution-part').hidden = true;
}
