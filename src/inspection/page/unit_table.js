// The table of units, with the ablation of the gates beside it. A click on a header sorts, a click
// on a row chooses the unit.

const kUnitColumns = [
  {head: 'layer', help: 'layer', value: row => row.layer, text: row => String(row.layer)},
  {head: 'unit', help: 'unit of the layer', value: row => row.unit, text: row => String(row.unit)},
  ...kGates.flatMap(
      gate => [['high', '> 0.9', 'open'], ['low', '< 0.1', 'closed']].map(
          ([end, bound, word]) => ({
            head: `${gate} ${bound}`,
            help: `share of the steps with the ${kSignalNames[gate]} ${word} (${gate} ${
                bound}), in %`,
            value: row => row[`${gate}_${end}`],
            text: row => percentText(row[`${gate}_${end}`])
          }))),
  {
    head: 'half-life',
    help: 'steps until half of the cell state is forgotten; ∞: it does not decay',
    value: row => row.half_life ?? Infinity,
    text: row => row.half_life === null ? '∞' : axisText(row.half_life)
  },
  {
    head: 'remembers',
    help: 'steps after which a change of the inputs can still be seen in the cell state',
    value: row => row.remembers,
    text: row => row.remembers === null ? '–' : axisText(row.remembers)
  },
  {
    head: 'input',
    help: 'the input that the cell state follows most, with its correlation r; sorted by |r|',
    value: row => row.input && Math.abs(row.input.r),
    text: row => foundText(row.input),
    wide: true
  },
  {
    head: 'calendar',
    help: 'the time of day, week or year that it follows most; sorted by |r|',
    optional: row => row.calendar,
    value: row => row.calendar && Math.abs(row.calendar.r),
    text: row => foundText(row.calendar),
    wide: true
  },
  {
    head: 'without it %',
    help: 'change of the error without this unit, in %',
    value: row => row.ablation,
    text: row => signedPercentText(row.ablation)
  },
  {
    head: 'note',
    help: 'what is odd about the unit',
    value: row => row.note || null,
    text: row => row.note || '',
    wide: true
  },
];

function foundText(found) {
  return found ? `${found.name} ${correlationText(found.r)}` : '–';
}

class UnitTable {
  constructor(table) {
    this.frame = table.parentElement;
    this.columns =
        kUnitColumns.filter(column => !column.optional || data.units.some(column.optional));
    this.sorted = {column: null, down: false};
    this.heads = this.columns.map(column => {
      const button = html(
          'button', {type: 'button', title: column.help, onclick: () => this.sort(column)},
          column.head);
      return html(
          'th', {scope: 'col', 'aria-sort': 'none', class: column.wide ? 'wide' : null}, button);
    });
    this.rows = data.units.map(row => ({row, line: this.line(row)}));
    this.body = html('tbody', {}, ...this.rows.map(({line}) => line));
    table.append(html('thead', {}, html('tr', {}, ...this.heads)), this.body);
    onChange(what => {
      if (['start', 'unit', 'layer'].includes(what)) this.mark();
    });
  }

  line(row) {
    const choose = () => {
      chooseLayer(row.layer);
      chooseUnit(row.unit);
    };
    const cells = this.columns.map(column => {
      const text = column.text(row);
      if (column.head !== 'unit')
        return html(
            'td', {class: column.wide ? 'wide' : 'number', title: column.wide ? text : null}, text);
      return html(
          'td', {class: 'number'},
          html(
              'button',
              {type: 'button', 'aria-label': `choose unit ${row.unit} of layer ${row.layer}`},
              text));
    });
    return html('tr', {onclick: choose, 'data-layer': row.layer, 'data-unit': row.unit}, ...cells);
  }

  // Descending first, ascending at the second click; missing values last; stable.
  sort(column) {
    const again = this.sorted.column === column;
    this.sorted = {
      column,
      down: again ? !this.sorted.down : column !== this.columns[0] && column !== this.columns[1]
    };
    const sign = this.sorted.down ? -1 : 1;
    const missing = value => value === null || value === undefined;
    this.rows.sort((a, b) => {
      const [left, right] = [column.value(a.row), column.value(b.row)];
      if (missing(left) || missing(right)) return missing(left) - missing(right);
      return left === right ? 0 : left < right ? -sign : sign;
    });
    this.body.append(...this.rows.map(({line}) => line));
    this.heads.forEach((head, n) => {
      const order = this.columns[n] !== column ? 'none' :
          this.sorted.down                     ? 'descending' :
                                                 'ascending';
      head.setAttribute('aria-sort', order);
    });
  }

  mark() {
    for (const {row, line} of this.rows) {
      const chosen = row.layer === state.layer && row.unit === state.unit;
      line.classList.toggle('chosen', chosen);
      line.setAttribute('aria-selected', chosen);
      if (chosen) this.bringIntoSight(line);
    }
  }

  // Scrolls only the table, not the page.
  bringIntoSight(line) {
    const head = this.heads[0].offsetHeight;
    const top = line.offsetTop - head;
    const bottom = line.offsetTop + line.offsetHeight - this.frame.clientHeight;
    if (this.frame.scrollTop > top) this.frame.scrollTop = top;
    if (this.frame.scrollTop < bottom) this.frame.scrollTop = bottom;
  }
}

function startTables() {
  byId('units').hidden = byId('units-link').hidden =
      data.units.length === 0 && data.gates.length === 0;
  new UnitTable(byId('unit-table'));
  byId('gate-part').hidden = data.gates.length === 0;
  const {metric} = data;
  if (metric)
    byId('metric').textContent =
        `${metric.name} ${numberText(metric.value)} on ${metric.on}, untouched.`;
  for (const {layer, gate, held_at, ablation} of data.gates) {
    byId('gate-rows')
        .append(html(
            'tr', {}, html('td', {class: 'number'}, String(layer)),
            html('td', {title: kSignalNames[gate] || null}, gate),
            html('td', {class: 'number'}, numberText(held_at)),
            html('td', {class: 'number'}, signedPercentText(ablation))));
  }
}
