// The controls: slider, selects, buttons and keyboard shortcuts.

const kKeys = {
  ArrowLeft: event => chooseStep(state.step - (event.shiftKey ? farStep() : 1)),
  ArrowRight: event => chooseStep(state.step + (event.shiftKey ? farStep() : 1)),
  Home: () => chooseStep(0),
  End: () => chooseStep(data.steps.count - 1),
  ArrowUp: () => chooseUnit(state.unit - 1),
  ArrowDown: () => chooseUnit(state.unit + 1),
  '[': () => chooseLayer(state.layer - 1),
  ']': () => chooseLayer(state.layer + 1),
  '+': () => zoomBy(0.5),
  '-': () => zoomBy(2),
  '0': () => zoomTo(0, data.steps.count),
  t: () => switchTheme(),
  '?': () => byId('help').showModal(),
};

function farStep() {
  return Math.max(10, Math.round(data.steps.count / 100));
}

function handleKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || byId('help').open) return;
  if (event.target.closest('select, input[type=number], input[type=radio]')) return;
  const act = kKeys[event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
}

function startControls() {
  const {layers, steps} = data;
  const slider = byId('step');
  slider.max = steps.count - 1;
  slider.addEventListener('input', () => chooseStep(Number(slider.value)));
  const layer = byId('layer');
  layer.append(...layers.map(
      ({name, units}, n) => html('option', {value: n}, `${name} (${countText(units, 'unit')})`)));
  layer.addEventListener('change', () => chooseLayer(layer.selectedIndex));
  const unit = byId('unit');
  unit.addEventListener('change', () => chooseUnit(Number(unit.value)));
  byId('zoom-in').addEventListener('click', () => zoomBy(0.5));
  byId('zoom-out').addEventListener('click', () => zoomBy(2));
  byId('zoom-all').addEventListener('click', () => zoomTo(0, steps.count));
  byId('theme').addEventListener('click', switchTheme);
  byId('keys').addEventListener('click', () => byId('help').showModal());
  byId('mode').hidden = !data.experiment;
  for (const radio of document.querySelectorAll('input[name=mode]')) {
    radio.addEventListener('change', () => chooseMode(radio.value));
  }
  document.addEventListener('keydown', handleKey);
  onChange(what => showControls(what));
}

function showControls(what) {
  const start = what === 'start';
  if (start || what === 'step') {
    byId('step').value = state.step;
    byId('step').setAttribute('aria-valuetext', stepLongText(state.step));
    byId('step-text').textContent = stepLongText(state.step);
  }
  if (start || what === 'view') {
    const {first, count} = state.view;
    const all = countText(data.steps.count, 'step');
    byId('view-text').textContent = count === data.steps.count ?
        `all ${all} in view` :
        `${count} of ${all} in view, from ${stepText(first)}`;
  }
  if (start || what === 'unit' || what === 'layer') {
    byId('unit').max = layerNow().units - 1;
    byId('unit').value = state.unit;
    byId('layer').selectedIndex = state.layer;
    for (const place of document.querySelectorAll('.chosen-unit'))
      place.textContent = `unit ${state.unit} of ${layerNow().name}`;
  }
}

function startHead() {
  const {model, steps, experiment} = data;
  byId('title').textContent = data.title;
  byId('model-line').textContent = [
    model.description, `${countText(model.inputs, 'input')}`,
    `${countText(model.outputs, 'output')}`, countText(model.parameters, 'parameter')
  ].join(' · ');
  const last = steps.count - 1;
  byId('steps-line').textContent =
      `${countText(steps.count, 'step')}: ${stepText(0)} to ${stepText(last)}` +
      (steps.labels ? ` (rows ${steps.first} to ${steps.first + last})` : '');
  byId('experiment').hidden = !experiment;
  if (!experiment) return;
  byId('expression').textContent = experiment.set;
  const {metric} = experiment;
  if (!metric) return;
  const percent = signedPercentText((metric.after / metric.before - 1) * 100);
  byId('experiment-metric').textContent = `${metric.name} ${numberText(metric.before)} untouched, ${
      numberText(metric.after)} changed (${percent} %).`;
}
