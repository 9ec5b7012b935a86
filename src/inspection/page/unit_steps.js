// The seven steps of one unit as a list: each equation with the chosen step's numbers filled in.

const kNotInCell = 'not in this cell';

// The run whose numbers the unit shows: differences satisfy no equation, so for them it is the
// changed run.
function unitMode() {
  return state.mode === 'difference' ? 'changed' : state.mode;
}

function has(name) {
  return !Number.isNaN(signalValue(name, state.step, state.unit, unitMode()));
}

function unitText(name) {
  return has(name) ? signalText(name, state.step, state.unit, unitMode()) : kNotInCell;
}

function unitValue(name) {
  return signalValue(name, state.step, state.unit, unitMode());
}

// c' is the cell state one step before; unknown at the report's first step.
function stateBefore() {
  const before = stepBefore(state.step);
  const known = before >= 0 && before < data.steps.count;
  const value = known ? signalValue('c', before, state.unit, unitMode()) : NaN;
  const text = known ? signalText('c', before, state.unit, unitMode()) : 'before the report';
  return {value, text: signalArray(state.layer, 'c', unitMode()) === null ? kNotInCell : text};
}

// A factor of a product; left out where the cell does not have the signal (it acts as 1).
function product(factors) {
  return factors.filter(factor => factor !== null).join(' × ');
}

function inBrackets(text) {
  return text.startsWith('−') ? `(${text})` : text;
}

const kSteps = [
  {
    tag: 'S1',
    signal: 'f',
    name: 'Forget gate',
    plain: 'how much of the old cell state stays',
    equation: 'f = σ(W_f x + R_f h′ + b_f)',
    filled: () => `f = ${unitText('f')}`
  },
  {
    tag: 'S2',
    signal: 'g',
    name: 'Candidate (“temporary memory”)',
    plain: 'what could be written now',
    equation: 'g = tanh(W_g x + R_g h′ + b_g)',
    filled: () => `g = ${unitText('g')}`
  },
  {
    tag: 'S3',
    signal: 'i',
    name: 'Input gate (“update gate”)',
    plain: 'how much of the candidate is written',
    equation: 'i = σ(W_i x + R_i h′ + b_i)',
    filled: () => `i = ${unitText('i')}`
  },
  {
    tag: 'S4',
    signal: 'c',
    name: 'Cell state',
    plain: 'the memory: what was kept plus what was written',
    equation: 'c = f c′ + i g',
    filled: () => {
      const kept = product([has('f') ? unitText('f') : null, inBrackets(stateBefore().text)]);
      const written = product([has('i') ? unitText('i') : null, inBrackets(unitText('g'))]);
      return `c = ${kept} + ${written} = ${unitText('c')}`;
    }
  },
  {
    tag: 'S5',
    signal: 'tanh_c',
    name: 'Squashed cell state (“memory activation”)',
    plain: 'the memory between −1 and 1',
    equation: 'tanh_c = tanh(c)',
    filled: () => `tanh(${unitText('c')}) = ${unitText('tanh_c')}`
  },
  {
    tag: 'S6',
    signal: 'o',
    name: 'Output gate',
    plain: 'how much of the memory is shown',
    equation: 'o = σ(W_o x + R_o h′ + b_o)',
    filled: () => `o = ${unitText('o')}`
  },
  {
    tag: 'S7',
    signal: 'h',
    name: 'Hidden state',
    plain: 'what the other units and the next layer see',
    equation: 'h = o tanh_c',
    filled: () => {
      if (isProjected())
        return 'o × tanh_c of all units goes through the projection: h has rows of its own';
      if (!has('tanh_c')) return `h = ${unitText('h')}`;
      return `h = ${product([has('o') ? unitText('o') : null, inBrackets(unitText('tanh_c'))])} = ${
          unitText('h')}`;
    }
  },
];

class UnitSteps {
  constructor(parent) {
    this.lines = kSteps.map(step => {
      const filled = html('span', {class: 'filled'});
      filled.dataset.step = step.tag;
      parent.append(html(
          'li', {}, html('span', {class: 'tag'}, step.tag),
          html(
              'div', {}, html('b', {}, step.name), html('span', {class: 'muted'}, ` ${step.plain}`),
              html(
                  'div', {class: 'equation'}, html('span', {class: 'math'}, step.equation),
                  filled))));
      return {step, filled};
    });
  }

  draw() {
    for (const {step, filled} of this.lines) {
      const there = step.signal === 'h' || has(step.signal);
      filled.textContent = there ? step.filled() : kNotInCell;
    }
  }
}
