// A diagram of one unit: the cell state runs along the top from c' to c, the gates are below it.
// Bars show how far each gate is open; the width of a stream is its value, blue below zero, orange
// above.

const kBroadest = 16;  // width in pixels of a stream of magnitude 1 or more

const kCards = {
  // left edge of each card; all are 140 x 122 at y = 214
  f: {x: 150, tag: 'S1', title: 'forget gate', gate: true},
  g: {x: 330, tag: 'S2', title: 'candidate', gate: false},
  i: {x: 490, tag: 'S3', title: 'input gate', gate: true},
  o: {x: 670, tag: 'S6', title: 'output gate', gate: true},
};

function streamWidth(value) {
  return Number.isNaN(value) ? 1.5 : 1.5 + (kBroadest - 1.5) * Math.min(1, Math.abs(value));
}

class UnitDrawing {
  constructor(parent) {
    this.texts = {};
    this.fills = {};
    this.streams = {};
    this.root = svg('svg', {
      viewBox: '0 0 1080 400',
      role: 'img',
      'aria-labelledby': 'unit-heading',
      class: 'unit-drawing'
    });
    parent.append(this.root);
    this.drawStreams();
    this.drawBus();
    for (const [name, card] of Object.entries(kCards)) this.drawCard(name, card);
    this.box('before', 10, 40, 120, 60, '', 'c′ before');
    this.box('c', 600, 36, 170, 68, 'S4', 'cell state c');
    this.box('tanh_c', 775, 128, 170, 58, 'S5', 'tanh_c');
    this.box('h', 900, 238, 170, 74, 'S7', 'hidden state h');
    for (const [x, y, sign] of [[220, 70, '×'], [480, 165, '×'], [480, 70, '+'], [860, 275, '×']])
      this.node(x, y, sign);
    this.label('kept', 232, 38, 'start');
    this.label('written', 496, 136, 'start');
    this.root.append(
        svg('text', {x: 1070, y: 52, class: 'small', 'text-anchor': 'end'}, 'to the next step'));
    this.root.append(
        svg('text', {x: 1070, y: 334, class: 'small', 'text-anchor': 'end'}, 'to the next step,'));
    this.root.append(
        svg('text', {x: 1070, y: 352, class: 'small', 'text-anchor': 'end'}, 'layer and head'));
  }

  stream(name, path) {
    this.streams[name] = svg('path', {d: path, class: 'stream'});
    this.root.append(this.streams[name]);
  }

  drawStreams() {
    this.stream('before', 'M130 70 H220');
    this.stream('kept', 'M220 70 H480');
    this.stream('g', 'M400 214 V165 H480');
    this.stream('written', 'M480 165 V70');
    this.stream('c', 'M480 70 H600');
    this.stream('cOut', 'M770 70 H1066');
    this.stream('cDown', 'M860 70 V128');
    this.stream('tanh_c', 'M860 186 V275');
    this.stream('h', 'M860 275 H900');
    for (const path of ['M220 214 V84', 'M560 214 V165 H494', 'M810 275 H846']) {
      this.root.append(svg('path', {d: path, class: 'control'}));
    }
    this.root.append(svg('path', {d: 'M1058 62 L1070 70 L1058 78', class: 'arrow'}));
  }

  drawBus() {
    this.root.append(svg('path', {
      d: 'M150 372 H740 M220 372 V336 M400 372 V336 M560 372 V336 M740 372 V336',
      class: 'control'
    }));
    this.root.append(
        svg('text', {x: 10, y: 367, class: 'small'}, 'inputs x and'),
        svg('text', {x: 10, y: 385, class: 'small'}, 'h′ of all units'));
  }

  text(name, attributes) {
    this.texts[name] = svg('text', attributes);
    this.texts[name].dataset.signal = name;
    this.root.append(this.texts[name]);
  }

  label(name, x, y, anchor) {
    this.text(name, {x, y, class: 'small number', 'text-anchor': anchor});
  }

  box(name, x, y, width, height, tag, title) {
    this.root.append(svg('rect', {x, y, width, height, rx: 6, class: 'card'}));
    this.root.append(svg('text', {x: x + 10, y: y + 20, class: 'small'}, `${tag} ${title}`.trim()));
    this.text(name, {x: x + 10, y: y + height - 14, class: 'value number'});
  }

  drawCard(name, {x, tag, title, gate}) {
    const y = 214;
    this.root.append(svg('rect', {x, y, width: 140, height: 122, rx: 6, class: 'card'}));
    this.root.append(
        svg('text', {x: x + 10, y: y + 21, class: 'small'}, `${tag} ${title} ${name}`));
    this.text(name, {x: x + 10, y: y + 53, class: 'value number'});
    this.root.append(svg('rect', {x: x + 10, y: y + 68, width: 120, height: 14, class: 'trough'}));
    this.fills[name] = svg('rect', {y: y + 68, height: 14});
    this.root.append(this.fills[name]);
    const ends = gate ? ['closed', 'open'] : ['−1', '1'];
    this.root.append(svg('text', {x: x + 10, y: y + 104, class: 'small'}, ends[0]));
    this.root.append(
        svg('text', {x: x + 130, y: y + 104, class: 'small', 'text-anchor': 'end'}, ends[1]));
  }

  node(x, y, sign) {
    this.root.append(svg('circle', {cx: x, cy: y, r: 14, class: 'node'}));
    this.root.append(svg('text', {x, y: y + 6, class: 'sign', 'text-anchor': 'middle'}, sign));
  }

  draw() {
    const values = {before: stateBefore().value};
    for (const name of kSignals) values[name] = unitValue(name);
    this.writeTexts(values);
    for (const [name, card] of Object.entries(kCards)) this.fill(name, card, values[name]);
    Object.assign(values, this.parts(values), {cOut: values.c, cDown: values.c});
    for (const [name, path] of Object.entries(this.streams)) this.flow(path, values[name]);
  }

  writeTexts(values) {
    for (const name of kSignals)
      this.write(name, name === 'h' && isProjected() ? 'projected' : unitText(name));
    this.write('before', stateBefore().text);
    const {kept, written} = this.parts(values);
    this.write(
        'kept',
        Number.isNaN(kept) ? '' : `kept: ${has('f') ? 'f c′' : 'c′'} = ${numberText(kept)}`);
    this.write(
        'written',
        Number.isNaN(written) ? '' : `${has('i') ? 'i g' : 'g'} = ${numberText(written)}`);
  }

  // The two terms of S4; a missing gate acts as 1.
  parts({before, f, i, g, c}) {
    if (Number.isNaN(c)) return {kept: NaN, written: NaN};
    return {kept: before * (has('f') ? f : 1), written: g * (has('i') ? i : 1)};
  }

  write(name, text) {
    this.texts[name].textContent = text;
    this.texts[name].classList.toggle('missing', !/\d/.test(text));
  }

  // A gate's bar starts at the left, the candidate's in the middle, towards its sign.
  fill(name, {x, gate}, value) {
    const clamped = Number.isNaN(value) ? 0 : Math.max(gate ? 0 : -1, Math.min(1, value));
    const from = gate ? x + 10 : x + 70 + Math.min(0, clamped) * 60;
    const width = gate ? clamped * 120 : Math.abs(clamped) * 60;
    const fill = this.fills[name];
    fill.setAttribute('x', from);
    fill.setAttribute('width', width);
    fill.setAttribute('class', gate ? 'open' : clamped < 0 ? 'below' : 'above');
  }

  flow(path, value) {
    const none = Number.isNaN(value);
    path.setAttribute('class', none ? 'stream none' : value < 0 ? 'stream below' : 'stream above');
    path.style.strokeWidth = streamWidth(value);
  }
}
