// The state of the page: the report's data, the chosen step, unit and layer, the chosen run
// (untouched, changed by the experiment, or their difference), and the visible time range.

const kSignals = ['f', 'i', 'g', 'o', 'c', 'tanh_c', 'h'];
const kSignalNames = {
  f: 'forget gate',
  i: 'input gate',
  g: 'candidate',
  o: 'output gate',
  c: 'cell state',
  tanh_c: 'squashed cell state',
  h: 'hidden state',
};
const kGates = ['f', 'i', 'o'];

const data = JSON.parse(byId('data').textContent);

const state = {
  step: data.flow ? data.flow.step : data.steps.count - 1,
  unit: 0,
  layer: 0,
  mode: 'untouched',
  theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
  view: {first: 0, count: data.steps.count},
};

const opened = new Map();  // ARRAY -> Numbers, [changed, untouched] -> Difference

function numbers(array) {
  if (!array) return null;
  if (!opened.has(array)) opened.set(array, new Numbers(array));
  return opened.get(array);
}

function inMode(key, untouched, changed, mode) {
  if (mode === 'untouched' || !data.experiment) return numbers(untouched);
  if (mode === 'changed') return numbers(changed);
  if (!untouched || !changed) return null;
  if (!opened.has(key)) opened.set(key, new Difference(numbers(changed), numbers(untouched)));
  return opened.get(key);
}

// [T, H] (h: [T, P]) of a layer, null where the cell has no such signal.
function signalArray(layer, name, mode = state.mode) {
  const changed = data.experiment?.layers[layer]?.signals[name];
  return inMode(`${layer}.${name}`, data.layers[layer].signals[name], changed, mode);
}

function outputArray(index, mode) {
  const changed = data.experiment?.outputs[index]?.values;
  return inMode(`output.${index}`, data.outputs[index].values, changed, mode);
}

// The signal of one unit at one step of the chosen layer; NaN where there is none.
function signalValue(name, step, unit, mode = state.mode) {
  const array = signalArray(state.layer, name, mode);
  if (array === null || step < 0 || step >= array.shape[0] || unit >= array.shape[1]) return NaN;
  return array.at(step * array.shape[1] + unit);
}

function signalText(name, step, unit, mode = state.mode) {
  const array = signalArray(state.layer, name, mode);
  return numberText(signalValue(name, step, unit, mode), array !== null && array.half);
}

function layerNow() {
  return data.layers[state.layer];
}

function isProjected(layer = layerNow()) {
  return layer.state !== layer.units;
}

// A reverse layer runs from the last step to the first: its previous step is the next row.
function stepBefore(step) {
  return layerNow().direction === 'reverse' ? step + 1 : step - 1;
}

function rowText(step) {
  return `row ${data.steps.first + step}`;
}

function stepText(step) {
  return data.steps.labels ? data.steps.labels[step] : rowText(step);
}

function stepLongText(step) {
  const label = data.steps.labels ? `${data.steps.labels[step]}, ` : '';
  return `${label}${rowText(step)}, step ${step} of 0–${data.steps.count - 1}`;
}

function unitFigures() {
  return data.units.find(row => row.layer === state.layer && row.unit === state.unit) || null;
}

// Drawings register a callback that receives what changed: 'step', 'unit', 'layer', 'mode', 'view',
// 'theme', 'size', and once 'start'.
const listeners = [];

function onChange(draw) {
  listeners.push(draw);
}

// Whether everything that depends on time, size or colours must be redrawn.
function redraws(what) {
  return ['start', 'view', 'theme', 'size'].includes(what);
}

function announce(what) {
  for (const draw of listeners) draw(what);
}
