// The arrays of the report: base64 of little-endian f16 or f32 values, row-major. An array is
// decoded at its first use; f16 arrays stay 16 bits wide and are read through a table of all 65,536
// values.

const f16Values = (() => {
  const values = new Float32Array(65536);
  for (let bits = 0; bits < 32768; ++bits) {
    const exponent = bits >> 10;
    const fraction = bits & 1023;
    let value = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    if (exponent === 31) value = fraction === 0 ? Infinity : NaN;
    values[bits] = value;
    values[bits + 32768] = -value;
  }
  return values;
})();

function bytesOfBase64(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

class Numbers {
  constructor(array) {
    this.shape = array.shape;
    this.half = array.type === 'f16';
    this.length = array.shape.reduce((product, size) => product * size, 1);
    this.packed = array;
    this.raw = null;
  }

  // The data are little-endian, as are all platforms with a current browser.
  unpack() {
    const bytes = bytesOfBase64(this.packed.data);
    const Type = this.half ? Uint16Array : Float32Array;
    if (bytes.length !== this.length * Type.BYTES_PER_ELEMENT) {
      throw new Error(`an array of shape [${this.shape}] holds ${bytes.length} bytes`);
    }
    this.raw = new Type(bytes.buffer, 0, this.length);
    this.packed.data = null;
  }

  at(index) {
    if (this.raw === null) this.unpack();
    return this.half ? f16Values[this.raw[index]] : this.raw[index];
  }
}

// changed - untouched, [same shape]. Not rounded to f16, so values print without "< 6e-5".
class Difference {
  constructor(changed, untouched) {
    this.shape = untouched.shape;
    this.length = untouched.length;
    this.half = false;
    this.parts = [changed, untouched];
    this.raw = null;
  }

  at(index) {
    if (this.raw === null) {
      const [changed, untouched] = this.parts;
      this.raw = new Float32Array(this.length);
      for (let i = 0; i < this.length; ++i) this.raw[i] = changed.at(i) - untouched.at(i);
    }
    return this.raw[index];
  }
}

// One column of an array [rows, columns].
class Column {
  constructor(array, column) {
    this.array = array;
    this.columns = array.shape[1];
    this.column = column;
    this.length = array.shape[0];
    this.half = array.half;
  }

  at(row) {
    return this.array.at(row * this.columns + this.column);
  }
}

// The `share` quantile of |value| over the finite values; the largest |value| where that is 0.
// Samples at most 200,000 values, enough for a colour scale.
function magnitude(array, share) {
  const stride = Math.max(1, Math.floor(array.length / 200000));
  const found = new Float32Array(Math.ceil(array.length / stride));
  let count = 0;
  for (let i = 0; i < array.length; i += stride) {
    const value = Math.abs(array.at(i));
    if (Number.isFinite(value)) found[count++] = value;
  }
  if (count === 0) return 0;
  const sorted = found.subarray(0, count).sort();
  return sorted[Math.floor((count - 1) * share)] || sorted[count - 1];
}

// {low, high} of all finite values of the arrays; null where there are none.
function extent(arrays) {
  let low = Infinity;
  let high = -Infinity;
  for (const array of arrays) {
    for (let i = 0; i < array.length; ++i) {
      const value = array.at(i);
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? {low, high} : null;
}
