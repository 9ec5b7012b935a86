// Creates elements: HTML and SVG by tag, attributes and children; a canvas at device resolution.

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on'))
      element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false)
      element.setAttribute(name, value === true ? '' : value);
  }
}

function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function byId(id) {
  return document.getElementById(id);
}

// Sizes the canvas to its box, clears it and returns its context, scaled to CSS pixels.
function context(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d');
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return {pen, width, height};
}

// A row of a plot: label, drawing, scale and current value.
function plotRow(label, canvas, right) {
  const frame = html('div', {class: 'plot-frame'}, canvas);
  const row =
      html('div', {class: 'plot'}, html('div', {class: 'plot-label'}, ...label), frame, right);
  return {row, frame};
}
