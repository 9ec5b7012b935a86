// Attribution of the chosen output to inputs and steps: gradient * input and integrated gradients,
// one strip per input column in a diverging colour scale, each with its sum.

const kStrip = 18;  // pixels of a strip's height

class Attribution {
  constructor(parent, cursor) {
    this.cursor = cursor;
    const {attribution, back} = data.flow;
    this.back = back;
    byId('attribution-baseline').textContent =
        `Baseline of the integrated gradients: ${attribution.baseline}.`;
    this.pictures = [
      this.picture(
          parent, 'gradient × input', 'what the slope says',
          numbers(attribution.gradient_times_input)),
      this.picture(
          parent, 'integrated gradients', 'adds up to the output’s change from the baseline',
          numbers(attribution.integrated)),
    ];
    cursor.onMove.push(() => this.showValues());
    onChange(what => {
      if (redraws(what) && what !== 'view') this.draw();
    });
  }

  picture(parent, title, meaning, array) {
    const {columns} = data.flow.attribution;
    const canvas = html('canvas', {'aria-hidden': 'true'});
    const names = html(
        'div', {class: 'strip-names'}, ...columns.map(name => html('div', {title: name}, name)));
    const sums = columns.map((name, n) => html('div', {}, this.sumText(array, n)));
    const values = columns.map(() => html('span', {}));
    const right = html(
        'div', {class: 'plot-right strip-values'},
        html('div', {class: 'strip-column'}, html('div', {class: 'muted'}, 'here'), ...values),
        html('div', {class: 'strip-column'}, html('div', {class: 'muted'}, 'sum'), ...sums));
    const {row, frame} = plotRow([names], canvas, right);
    row.classList.add('strips');
    frame.style.height = `${columns.length * kStrip}px`;
    const range = html('span', {class: 'muted'});
    parent.append(
        html('h4', {}, title, html('span', {class: 'muted'}, ` ${meaning} `), range), row);
    this.cursor.add(frame);
    return {array, canvas, values, range};
  }

  sumText(array, column) {
    let sum = 0;
    for (let k = 0; k <= this.back; ++k) sum += array.at(k * array.shape[1] + column);
    return numberText(sum);
  }

  draw() {
    for (const {array, canvas, range} of this.pictures) {
      const high = magnitude(array, 1) || 1;
      range.textContent = `(blue −${axisText(high)}, orange ${axisText(high)})`;
      const {pen, width, height} = context(canvas);
      const columns = Math.min(this.back + 1, canvas.width);
      const bitmap = document.createElement('canvas');
      bitmap.width = columns;
      bitmap.height = array.shape[1];
      const inner = bitmap.getContext('2d');
      const image = inner.createImageData(columns, array.shape[1]);
      const picture = pooled(array, {first: 0, count: this.back + 1}, columns);
      colourWords(
          picture, {kind: 'signed', low: -high, high}, state.theme,
          new Uint32Array(image.data.buffer));
      inner.putImageData(image, 0, 0);
      pen.imageSmoothingEnabled = false;
      pen.drawImage(bitmap, 0, 0, width, height);
    }
  }

  showValues() {
    for (const {array, values} of this.pictures) {
      values.forEach((value, n) => {
        value.textContent = numberText(array.at(this.cursor.k * array.shape[1] + n), array.half);
      });
    }
  }
}
