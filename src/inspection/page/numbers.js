// Formats numbers: four significant digits, a typographic minus sign, and words for missing values.

const kSmallestNormalHalf = 2 ** -14;

function withMinus(text) {
  return text.replace(/^-/, '−');
}

function exponential(value, digits) {
  return value.toExponential(digits).replace('e+', 'e');
}

// `half`: the value was rounded to f16, which keeps its 11 bits only from 2^-14 on.
function numberText(value, half = false) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (half && size < kSmallestNormalHalf) return '<6e-5';
  if (size < 1e-3 || size >= 1e8) return withMinus(exponential(value, 3));
  return withMinus(size >= 9999.5 ? value.toFixed(0) : value.toPrecision(4));
}

// Formats the norm of a gradient; values that underflow f32 arrive as 0.
function gradientText(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  return value === 0 ? '< 1e-38' : withMinus(exponential(value, 2));
}

// Axis label with as few digits as needed.
function axisText(value) {
  const short = Number(value.toPrecision(3));
  const size = Math.abs(short);
  return withMinus(size !== 0 && (size < 1e-3 || size >= 1e6) ? exponential(short) : String(short));
}

function percentText(share) {
  return share === null || share === undefined ? '–' : (100 * share).toFixed(0);
}

function signedPercentText(percent) {
  if (percent === null || percent === undefined) return '–';
  return (percent > 0 ? '+' : '') + withMinus(percent.toFixed(Math.abs(percent) < 10 ? 2 : 1));
}

function correlationText(r) {
  return r === null ? '–' : withMinus(r.toFixed(2));
}

function countText(count, noun) {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

// At most `most` round values between low and high.
function ticks(low, high, most) {
  const rough = (high - low) / most;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= rough);
  const found = [];
  for (let n = Math.ceil(low / step); n * step <= high * (1 + 1e-12); ++n) found.push(n * step);
  return found;
}
