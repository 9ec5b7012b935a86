// Lines over time on a canvas: each pixel column spans the minimum and maximum of its steps, so
// that no peak is lost when there are more steps than pixels. NaN leaves a gap.

class TimePlot {
  // `series()`: [{name, array, colour, dash, width}], `band()`: {low, high, colour} or null,
  // `range`: {low, high}; null: the range of the values.
  constructor(parent, {label, height, series, band = () => null, range = null}) {
    this.series = series;
    this.band = band;
    this.range = range;
    this.canvas = html('canvas', {'aria-hidden': 'true'});
    this.legend = html('div', {class: 'plot-right legend'});
    this.axis = html('div', {class: 'plot-axis'});
    const {row, frame} = plotRow([...label, this.axis], this.canvas, this.legend);
    frame.style.height = `${height}px`;
    Object.assign(this, {row, frame});
    parent.append(row);
    addTrack(frame, step => chooseStep(step));
    this.values = [];
  }

  draw() {
    const lines = this.series();
    this.row.hidden = lines.length === 0;
    if (lines.length === 0) return;
    const band = this.band();
    const arrays = lines.map(line => line.array).concat(band ? [band.low, band.high] : []);
    const found = this.range || extent(arrays) || {low: 0, high: 1};
    const margin = (found.high - found.low) * 0.06 || 0.5;
    this.low = found.low - margin;
    this.high = found.high + margin;
    const {pen, width, height} = context(this.canvas);
    this.height = height;
    this.drawAxis(pen, width, found);
    if (band) this.drawBand(pen, width, band);
    for (const line of lines) this.drawLine(pen, width, line);
    this.writeLegend(lines);
  }

  y(value) {
    return (this.high - value) / (this.high - this.low) * this.height;
  }

  drawAxis(pen, width, found) {
    this.axis.replaceChildren();
    pen.fillStyle = themeColour('grid');
    for (const value of ticks(found.low, found.high, this.height > 110 ? 4 : 3)) {
      const y = Math.round(this.y(value));
      pen.fillRect(0, y, width, 1);
      this.axis.append(html('span', {style: `top:${y}px`}, axisText(value)));
    }
  }

  // Calls `visit(x, minimum, maximum)` from left to right, `visit(x, NaN, NaN)` in a gap.
  walk(array, width, visit) {
    const {first, count} = state.view;
    const bins = Math.min(count, Math.max(1, Math.floor(width)));
    for (let bin = 0; bin < bins; ++bin) {
      const from = Math.floor(bin * count / bins);
      const to = Math.floor((bin + 1) * count / bins);
      let least = NaN;
      let greatest = NaN;
      for (let n = from; n < to; ++n) {
        const value = array.at(first + n);
        if (value !== value) continue;
        if (!(value >= least)) least = value;
        if (!(value <= greatest)) greatest = value;
      }
      visit((bin + 0.5) / bins * width, least, greatest);
    }
  }

  drawLine(pen, width, line) {
    pen.strokeStyle = line.colour;
    pen.lineWidth = line.width || 1.5;
    pen.setLineDash(line.dash || []);
    pen.lineJoin = 'round';
    pen.beginPath();
    let open = false;
    let before = NaN;
    this.walk(line.array, width, (x, least, greatest) => {
      if (least !== least) {
        open = false;
        return;
      }
      // Draws the end nearer to the previous column first.
      const [near, far] = Math.abs(before - least) <= Math.abs(before - greatest) ?
          [least, greatest] :
          [greatest, least];
      if (open) {
        pen.lineTo(x, this.y(near));
      } else {
        pen.moveTo(x - 1, this.y(near));  // A lone value is still a mark.
        pen.lineTo(x, this.y(near));
      }
      if (far !== near) pen.lineTo(x, this.y(far));
      before = far;
      open = true;
    });
    pen.stroke();
    pen.setLineDash([]);
  }

  drawBand(pen, width, band) {
    const tops = [];
    const bottoms = [];
    this.walk(band.high, width, (x, least, greatest) => tops.push([x, greatest]));
    this.walk(band.low, width, (x, least) => bottoms.push([x, least]));
    pen.fillStyle = band.colour;
    const known = n => tops[n][1] === tops[n][1] && bottoms[n][1] === bottoms[n][1];
    for (let start = 0, end; start < tops.length; start = end + 1) {
      for (end = start; end < tops.length && known(end); ++end)
        ;
      pen.beginPath();
      for (let n = start; n < end; ++n) pen.lineTo(tops[n][0], this.y(tops[n][1]));
      for (let n = end; n-- > start;) pen.lineTo(bottoms[n][0], this.y(bottoms[n][1]));
      pen.fill();
    }
  }

  writeLegend(lines) {
    this.values = [];
    this.legend.replaceChildren();
    for (const line of lines) {
      const style = line.dash ? `border-top-style:dashed` : '';
      const key = html('span', {class: 'key', style: `border-color:${line.colour};${style}`});
      const value = html('span', {class: 'legend-value'});
      this.values.push({line, value});
      this.legend.append(html(
          'div', {class: 'legend-line', title: line.name},
          html('div', {class: 'legend-name'}, key, line.name), value));
    }
    this.showValues();
  }

  showValues() {
    for (const {line, value} of this.values) {
      value.textContent = numberText(line.array.at(state.step), line.array.half);
    }
  }
}

function lineColour(index) {
  return kLines[state.theme][index % kLines[state.theme].length];
}

// The runs to draw in the current mode, as [{mode, dash, suffix}]: the untouched run is dashed
// below the changed one. `both`: draw both also when the untouched one is chosen.
function runsShown(both = false) {
  if (!data.experiment || (state.mode === 'untouched' && !both))
    return [{mode: 'untouched', suffix: ''}];
  if (state.mode === 'difference') return [{mode: 'difference', suffix: ', difference'}];
  return [
    {mode: 'untouched', dash: [4, 3], suffix: ', untouched'}, {mode: 'changed', suffix: ', changed'}
  ];
}
