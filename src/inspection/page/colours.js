// Colour scales as tables of 256 colours (ABGR words for ImageData). Zero has the colour of the
// page's background: gates run from the background (closed) to ink (open); signed values from blue
// through the background to orange, a pair that every common colour blindness keeps apart. The
// stops are evenly spaced in lightness.

const kScales = {
  light: {
    open: ['#f4f6f8', '#c9dde2', '#93bcc8', '#5595a8', '#246c84', '#0a4459'],
    signed: [
      '#08427f', '#2f73b6', '#7eabd6', '#c6dbed', '#f6f6f4', '#f8d9b8', '#eda860', '#c9701a',
      '#803d05'
    ],
    missing: '#d6d6d6',
  },
  dark: {
    open: ['#15191e', '#1c3640', '#255c6c', '#358a9d', '#63b9c6', '#c4f1f2'],
    signed: [
      '#a5d2ff', '#5aa2ea', '#2f6fb3', '#1f4266', '#15191e', '#5a3a19', '#a8651f', '#ec9a44',
      '#ffd9a6'
    ],
    missing: '#3d4248',
  },
};

// Colours of lines (Okabe and Ito's palette, adjusted for each theme).
const kLines = {
  light: ['#0b6e8a', '#b85c00', '#7a4fa3', '#2f7d32', '#a6204f', '#5d6670'],
  dark: ['#5cc4dd', '#f0a04b', '#bd9be6', '#7cc77f', '#f284a5', '#a9b3bd'],
};

function channels(hex) {
  return [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
}

function table(stops) {
  const words = new Uint32Array(256);
  for (let n = 0; n < 256; ++n) {
    const place = n / 255 * (stops.length - 1);
    const left = Math.min(Math.floor(place), stops.length - 2);
    const low = channels(stops[left]);
    const high = channels(stops[left + 1]);
    const [r, g, b] = low.map((value, k) => Math.round(value + (high[k] - value) * (place - left)));
    words[n] = (255 << 24 | b << 16 | g << 8 | r) >>> 0;
  }
  return words;
}

const kTables = {};
for (const theme of ['light', 'dark']) {
  const missing = channels(kScales[theme].missing);
  kTables[theme] = {
    open: table(kScales[theme].open),
    signed: table(kScales[theme].signed),
    missing: (255 << 24 | missing[2] << 16 | missing[1] << 8 | missing[0]) >>> 0,
  };
}

// scale: {kind: 'open' | 'signed', low, high}. Clamps values outside the range.
function colourWords(values, scale, theme, words) {
  const colours = kTables[theme][scale.kind];
  const missing = kTables[theme].missing;
  const factor = 255 / (scale.high - scale.low);
  for (let n = 0; n < values.length; ++n) {
    const value = values[n];
    const place = (value - scale.low) * factor;
    words[n] = value !== value ? missing : colours[place <= 0 ? 0 : place >= 255 ? 255 : (place + 0.5) | 0];
  }
}

function gradientOf(scale, theme) {
  return `linear-gradient(to top, ${kScales[theme][scale.kind].join(', ')})`;
}

function themeColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
