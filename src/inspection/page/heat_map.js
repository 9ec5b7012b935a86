// A heat map of units by steps: pooled and coloured once per layer, zoom and theme into a bitmap of
// one pixel per cell. The cursors are separate elements above it, so moving them redraws nothing.

// [units, columns]: the mean of the steps of each column, without NaN.
function pooled(array, view, columns) {
  const units = array.shape[1];
  const sums = new Float32Array(columns * units);
  const counts = new Uint32Array(columns * units);
  for (let n = 0; n < view.count; ++n) {
    const start = Math.floor(n * columns / view.count) * units;
    const row = (view.first + n) * units;
    for (let unit = 0; unit < units; ++unit) {
      const value = array.at(row + unit);
      if (value !== value) continue;
      sums[start + unit] += value;
      ++counts[start + unit];
    }
  }
  const picture = new Float32Array(columns * units);
  for (let column = 0; column < columns; ++column) {
    for (let unit = 0; unit < units; ++unit) {
      picture[unit * columns + column] =
          sums[column * units + unit] / counts[column * units + unit];
    }
  }
  return picture;
}

// The scale of a signal: 0..1 for gates, -1..1 for outputs of tanh, else symmetric about 0 by its
// own range, which the label states.
function scaleOf(name, array, mode) {
  if (mode !== 'difference') {
    if (kGates.includes(name)) return {kind: 'open', low: 0, high: 1, note: '0 closed, 1 open'};
    const high = magnitude(array, 1);
    if (['g', 'tanh_c'].includes(name) && high <= 1)
      return {kind: 'signed', low: -1, high: 1, note: ''};
  }
  const high = magnitude(array, 0.995) || 1;
  return {kind: 'signed', low: -high, high, note: '99.5 % lie within'};
}

function heightOf(units) {
  const pixels = units <= 16 ? 9 : units <= 40 ? 4 : units <= 80 ? 2 : 1;
  return Math.max(84, units * pixels);  // At least the height of its label.
}

class HeatMap {
  constructor(name) {
    this.name = name;
    this.scale = null;
    this.scaleKey = null;
    this.canvas = html('canvas', {'aria-hidden': 'true'});
    this.bitmap = document.createElement('canvas');
    this.value = html('span', {class: 'plot-value'});
    this.bar = html('div', {class: 'colour-bar'});
    this.ends = ['high', 'middle', 'low'].map(place => html('span', {class: place}));
    this.note = html('div', {class: 'plot-note'});
    const scale =
        html('div', {class: 'scale'}, this.bar, html('div', {class: 'scale-ends'}, ...this.ends));
    const label =
        [html('b', {}, name), html('span', {}, kSignalNames[name]), this.value, this.note];
    const {row, frame} = plotRow(label, this.canvas, html('div', {class: 'plot-right'}, scale));
    Object.assign(this, {row, frame});
    frame.dataset.signal = name;
    this.unitCursor = html('div', {class: 'unit-cursor'});
    frame.append(this.unitCursor);
    addTrack(frame, (step, y) => this.choose(step, y));
  }

  array() {
    return signalArray(state.layer, this.name);
  }

  choose(step, y) {
    const rows = this.array().shape[1];
    if (!(this.name === 'h' && isProjected())) chooseUnit(Math.floor(y * rows));
    chooseStep(step);
  }

  draw() {
    const array = this.array();
    this.row.hidden = array === null;
    if (array === null) return;
    const key = `${state.layer} ${state.mode}`;
    if (this.scaleKey !== key) {
      this.scale = scaleOf(this.name, array, state.mode);
      this.scaleKey = key;
    }
    const units = array.shape[1];
    this.frame.style.height = `${heightOf(units)}px`;
    const {pen, width, height} = context(this.canvas);
    const columns = Math.max(1, Math.min(state.view.count, this.canvas.width));
    this.bitmap.width = columns;
    this.bitmap.height = units;
    const inner = this.bitmap.getContext('2d');
    const image = inner.createImageData(columns, units);
    colourWords(
        pooled(array, state.view, columns), this.scale, state.theme,
        new Uint32Array(image.data.buffer));
    inner.putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.bitmap, 0, 0, width, height);
    this.bar.style.background = gradientOf(this.scale, state.theme);
    const {low, high} = this.scale;
    [high, (low + high) / 2, low].forEach((value, n) => {
      this.ends[n].textContent = axisText(value);
    });
    this.note.textContent = this.scale.note;
  }

  placeUnit() {
    const array = this.array();
    if (array === null) return;
    const rows = array.shape[1];
    const own = !(this.name === 'h' && isProjected());
    this.unitCursor.style.display = own ? '' : 'none';
    this.unitCursor.style.top = `${state.unit / rows * 100}%`;
    this.unitCursor.style.height = `${100 / rows}%`;
    this.showValue();
  }

  showValue() {
    const own = !(this.name === 'h' && isProjected());
    this.value.textContent = own ? signalText(this.name, state.step, state.unit) : 'projected';
  }
}
