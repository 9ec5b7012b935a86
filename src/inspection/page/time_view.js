// The visible time range and its cursor, shared by all drawings over time. Pointer: a click chooses
// a step, a drag zooms.

const kDragPixels = 5;
const tracks = [];   // {frame, cursor}
let trackWidth = 1;  // the same for every track: they share one grid

// The horizontal extent of step t, in pixels from the left edge of the drawing.
function stepEdges(step, width) {
  const {first, count} = state.view;
  return [(step - first) / count * width, (step + 1 - first) / count * width];
}

function stepAt(x, width) {
  const {first, count} = state.view;
  return first + Math.max(0, Math.min(count - 1, Math.floor(x / width * count)));
}

function placeCursors() {
  const inView = state.step >= state.view.first && state.step < state.view.first + state.view.count;
  const [left, right] = stepEdges(state.step, trackWidth);
  for (const {cursor} of tracks) {
    cursor.style.display = inView ? '' : 'none';
    cursor.style.width = `${Math.max(1, right - left)}px`;
    cursor.style.transform = `translateX(${left}px)`;
  }
}

function measureTracks() {
  trackWidth = Math.max(1, ...tracks.map(track => track.frame.clientWidth));
}

// Adds the cursor and the pointer handling to the drawing in `frame`; a click calls
// `choose(step, y share)`.
function addTrack(frame, choose) {
  const cursor = html('div', {class: 'cursor'});
  const range = html('div', {class: 'drag-range', hidden: true});
  frame.append(cursor, range);
  tracks.push({frame, cursor});
  let start = null;
  const place = event => {
    const box = frame.getBoundingClientRect();
    const x = Math.max(0, Math.min(box.width - 1e-6, event.clientX - box.left));
    return {x, width: box.width, y: (event.clientY - box.top) / box.height};
  };
  const isDrag = (from, to) => Math.abs(to.x - from.x) > kDragPixels;
  frame.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    start = place(event);
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener('pointermove', event => {
    if (start === null) return;
    const now = place(event);
    range.hidden = !isDrag(start, now);
    range.style.left = `${Math.min(start.x, now.x)}px`;
    range.style.width = `${Math.abs(start.x - now.x)}px`;
  });
  frame.addEventListener('pointerup', event => {
    if (start === null) return;
    const now = place(event);
    if (isDrag(start, now)) {
      const ends = [stepAt(start.x, now.width), stepAt(now.x, now.width)].sort((a, b) => a - b);
      zoomTo(ends[0], ends[1] - ends[0] + 1);
    } else {
      choose(stepAt(now.x, now.width), Math.max(0, Math.min(1 - 1e-9, now.y)));
    }
    start = null;
    range.hidden = true;
  });
  frame.addEventListener('pointercancel', () => {
    start = null;
    range.hidden = true;
  });
}

function zoomTo(first, count) {
  const all = data.steps.count;
  const steps = Math.max(Math.min(8, all), Math.min(all, Math.round(count)));
  const begin = Math.max(0, Math.min(all - steps, Math.round(first)));
  if (begin === state.view.first && steps === state.view.count) return;
  state.view = {first: begin, count: steps};
  announce('view');
}

// Zooms about the chosen step: factor < 1 shows fewer steps.
function zoomBy(factor) {
  const {first, count} = state.view;
  const inView = state.step >= first && state.step < first + count;
  const share = inView ? (state.step - first + 0.5) / count : 0.5;
  zoomTo(state.step + 0.5 - share * count * factor, count * factor);
}

// Scrolls the view to the chosen step if that is outside. Returns whether it moved.
function followStep() {
  const {first, count} = state.view;
  if (state.step >= first && state.step < first + count) return false;
  const begin = state.step < first ? state.step - Math.floor(count / 4) :
                                     state.step - Math.floor(3 * count / 4);
  state.view = {first: Math.max(0, Math.min(data.steps.count - count, begin)), count};
  return true;
}

// Labels below a stack of plots.
class TimeAxis {
  constructor(parent) {
    this.canvas = html('canvas', {class: 'time-axis', 'aria-hidden': 'true'});
    const {row} = plotRow([], this.canvas, html('div', {class: 'plot-right'}));
    row.classList.add('axis-row');
    parent.append(row);
    onChange(what => {
      if (redraws(what)) this.draw();
    });
  }

  draw() {
    const {pen, width} = context(this.canvas);
    const {first, count} = state.view;
    pen.fillStyle = themeColour('muted');
    pen.textAlign = 'center';
    const widest = pen.measureText(stepText(first + count - 1)).width + 24;
    let free = -Infinity;
    for (const row of ticks(
             data.steps.first + first, data.steps.first + first + count - 1,
             Math.max(1, width / widest))) {
      const step = Math.round(row - data.steps.first);
      if (step !== row - data.steps.first) continue;
      const text = stepText(step);
      const x = (stepEdges(step, width)[0] + stepEdges(step, width)[1]) / 2;
      const half = pen.measureText(text).width / 2;
      const middle = Math.max(half, Math.min(width - half, x));
      if (middle - half < free) continue;
      pen.fillRect(Math.round(x), 0, 1, 5);
      pen.fillText(text, middle, 18);
      free = middle + half + 12;
    }
  }
}
