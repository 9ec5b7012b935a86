// Starts the page and applies every choice of step, unit, layer, run and theme. `window.sluice`
// offers the same functions to the console and the tests.

const timings = {
  first_map_ms: null,
  last_move_ms: null
};

function clamp(value, count) {
  return Math.max(0, Math.min(count - 1, Math.round(value) || 0));
}

// Measures the time from a choice to its painted frame; null while pending.
function timed(move) {
  const start = performance.now();
  timings.last_move_ms = null;
  move();
  requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => {
      timings.last_move_ms = performance.now() - start;
    };
    painted.port2.postMessage(null);
  });
}

function chooseStep(step) {
  timed(() => {
    state.step = clamp(step, data.steps.count);
    if (followStep()) announce('view');
    announce('step');
  });
}

function chooseUnit(unit) {
  const next = clamp(unit, layerNow().units);
  if (next === state.unit) return;
  state.unit = next;
  announce('unit');
}

function chooseLayer(layer) {
  const next = clamp(layer, data.layers.length);
  if (next === state.layer) return;
  state.layer = next;
  state.unit = clamp(state.unit, layerNow().units);
  announce('layer');
}

function chooseMode(mode) {
  state.mode = mode;
  byId('mode').querySelector(`[value=${mode}]`).checked = true;
  announce('mode');
}

function showTheme() {
  document.documentElement.dataset.theme = state.theme;
  byId('theme').textContent = state.theme === 'dark' ? 'Light' : 'Dark';
  byId('theme').setAttribute(
      'aria-label', `switch to the ${state.theme === 'dark' ? 'light' : 'dark'} theme`);
}

function switchTheme() {
  state.theme = state.theme === 'dark' ? 'light' : 'dark';
  showTheme();
  announce('theme');
}

function drawOnResize() {
  let width = byId('content').clientWidth;
  new ResizeObserver(() => {
    if (byId('content').clientWidth === width) return;
    width = byId('content').clientWidth;
    announce('size');
  }).observe(byId('content'));
}

function start() {
  showTheme();
  startHead();
  startControls();
  const maps = new HeatMaps(byId('heat-maps'), byId('signal-choices'));
  maps.drawAll();
  const overview = new Overview(byId('overview-plots'));
  const drawing = new UnitDrawing(byId('unit-drawing'));
  const steps = new UnitSteps(byId('unit-steps'));
  new UnitFigures(byId('unit-curves'), byId('unit-figures'));
  startFlow();
  startTables();
  onChange(what => {
    if (what !== 'step' && what !== 'unit') measureTracks();
    placeCursors();
    if (redraws(what) && what !== 'start') return;
    byId('difference-note').hidden = state.mode !== 'difference';
    drawing.draw();
    steps.draw();
  });
  drawOnResize();
  return maps;
}

async function ready() {
  const maps = start();
  await maps.settled;
  announce('start');
}

window.sluice = {
  ready: ready(),
  state,
  timings,
  setStep: chooseStep,
  setUnit: chooseUnit,
  setLayer: chooseLayer,
  value: (signal, step, unit) => signalValue(signal, step, unit),
};
