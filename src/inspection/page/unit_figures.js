// The chosen unit: its curves over time and its statistics.

class UnitFigures {
  constructor(curves, figures) {
    this.figures = figures;
    const plot = (names, label, height, range) => new TimePlot(curves, {
      label,
      height,
      range,
      series: () => runsShown().flatMap(
          run => names.map((name, n) => ({name, n, run}))
                     .filter(({name}) => this.hasRow(name, run.mode))
                     .map(({name, n, run: {mode, dash, suffix}}) => ({
                            name: name + suffix,
                            array: new Column(signalArray(state.layer, name, mode), state.unit),
                            colour: lineColour(n),
                            dash,
                          }))),
    });
    const unit = {low: 0, high: 1};
    this.gates =
        plot(kGates, [html('b', {}, 'gates'), html('span', {}, '0 closed, 1 open')], 120, unit);
    this.plots = [
      this.gates,
      plot(['c'], [html('b', {}, 'c'), html('span', {}, 'cell state, the memory')], 90, null),
      plot(
          ['h', 'g'],
          [html('b', {}, 'h, g'), html('span', {}, 'what is shown, what could be written')], 90,
          null),
    ];
    new TimeAxis(curves);
    onChange(what => this.changed(what));
  }

  hasRow(name, mode) {
    const array = signalArray(state.layer, name, mode);
    return array !== null && state.unit < array.shape[1] && !(name === 'h' && isProjected());
  }

  changed(what) {
    if (what === 'step') {
      for (const plot of this.plots) plot.showValues();
      return;
    }
    this.gates.range = state.mode === 'difference' ? null : {low: 0, high: 1};
    for (const plot of this.plots) plot.draw();
    if (['start', 'unit', 'layer'].includes(what)) this.writeFigures();
  }

  writeFigures() {
    this.figures.replaceChildren();
    const row = unitFigures();
    if (row === null) {
      this.figures.append(html('p', {class: 'muted'}, 'The report has no figures of this unit.'));
      return;
    }
    const list = html('dl', {});
    const line = (term, text, help) =>
        list.append(html('dt', {title: help}, term), html('dd', {}, text));
    const steps = value => value === null || value === undefined ?
        '–' :
        countText(Number(value.toPrecision(3)), 'step');
    line(
        'Half-life', row.half_life === null ? 'does not decay' : steps(row.half_life),
        'steps until half of the cell state is forgotten');
    line(
        'Remembers', steps(row.remembers),
        'steps after which a change of the inputs can still be seen in the cell state');
    line(
        'Strongest input', this.link(row.input),
        'the input column that the cell state follows most, with its correlation r');
    if (row.calendar)
      line(
          'Strongest calendar', this.link(row.calendar),
          'the time of day, week or year that it follows most');
    line(
        'Without it',
        row.ablation === null ? '–' : `${this.metric()} ${signedPercentText(row.ablation)} %`,
        'how the error changes without this unit');
    if (row.note) line('Note', row.note, '');
    this.figures.append(list);
    if (row.memory?.length > 0) this.figures.append(this.memory(row.memory));
  }

  metric() {
    return data.metric ? data.metric.name : 'error';
  }

  link(found) {
    return found ? `${found.name}, r = ${correlationText(found.r)}` : '–';
  }

  memory(pairs) {
    const most = Math.max(...pairs.map(([, change]) => Math.abs(change))) || 1;
    const rows = pairs.map(
        ([k, change]) => html(
            'tr', {}, html('th', {scope: 'row'}, String(k)),
            html(
                'td', {},
                html(
                    'div', {class: 'small-bar', style: `width:${Math.abs(change) / most * 100}%`})),
            html('td', {class: 'number'}, numberText(change))));
    return html(
        'table', {class: 'memory'}, html('caption', {}, 'What is left of a change, k steps later'),
        html(
            'thead', {},
            html(
                'tr', {}, html('th', {scope: 'col'}, 'k'), html('th', {}),
                html('th', {scope: 'col'}, 'change'))),
        html('tbody', {}, ...rows));
  }
}
