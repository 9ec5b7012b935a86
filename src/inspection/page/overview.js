// Inputs and outputs over the visible time: the chosen input columns, the target and its forecast
// (forecasting models), and the outputs.

class Overview {
  constructor(parent) {
    this.inputs = new Set([this.firstInput()]);
    this.output = 0;
    this.plots = [];
    if (data.inputs.length > 0) this.addInputs(parent);
    if (data.forecast) this.addForecast(parent);
    if (!data.forecast || data.experiment) this.addOutputs(parent);
    new TimeAxis(parent);
    onChange(what => this.changed(what));
  }

  firstInput() {
    const target = data.forecast?.target;
    return Math.max(0, data.inputs.findIndex(input => input.name === target));
  }

  addInputs(parent) {
    const choices = html(
        'div',
        {class: 'chips', role: 'group', 'aria-label': 'input columns shown', id: 'input-choices'});
    data.inputs.forEach((input, n) => {
      const box = html('input', {
        type: 'checkbox',
        checked: this.inputs.has(n),
        onchange: () => {
          if (box.checked)
            this.inputs.add(n);
          else
            this.inputs.delete(n);
          this.inputPlot.draw();
        }
      });
      choices.append(html('label', {class: 'chip'}, box, ` ${input.name}`));
    });
    if (data.inputs.length > 1) {
      parent.append(html(
          'div', {class: 'choice-line'}, html('span', {class: 'muted'}, 'Inputs shown'), choices));
    }
    this.inputPlot = new TimePlot(parent, {
      label: [html('b', {}, 'inputs'), html('span', {}, 'scaled, as the network reads them')],
      height: 110,
      series:
          () => [...this.inputs].sort((a, b) => a - b).map((n, place) => ({
                                                             name: data.inputs[n].name,
                                                             array: numbers(data.inputs[n].values),
                                                             colour: lineColour(place)
                                                           })),
    });
    this.plots.push(this.inputPlot);
  }

  addForecast(parent) {
    const {target, ahead, observed, point, low, high, levels} = data.forecast;
    const share = Math.round(100 * (levels[levels.length - 1] - levels[0]));
    const ends = low && high ?
        `band: ${levels[0]} to ${levels[levels.length - 1]} quantile (${share} %)` :
        '';
    this.plots.push(new TimePlot(parent, {
      label: [
        html('b', {}, target),
        html('span', {}, `forecast ${countText(ahead, 'step')} ahead, in the data’s units; ${ends}`)
      ],
      height: 150,
      series: () =>
          [{name: 'observed', array: numbers(observed), colour: themeColour('ink'), width: 1.2},
           {name: 'forecast', array: numbers(point), colour: themeColour('accent'), width: 1.8},
    ],
      band: () => low && high ?
          {low: numbers(low), high: numbers(high), colour: themeColour('band')} :
          null,
    }));
  }

  addOutputs(parent) {
    if (data.outputs.length === 0) return;
    if (data.outputs.length > 1) {
      const select = html(
          'select', {
            id: 'output-choice',
            onchange: () => {
              this.output = select.selectedIndex;
              this.outputPlot.draw();
            }
          },
          ...data.outputs.map(output => html('option', {}, output.name)));
      parent.append(html(
          'div', {class: 'choice-line'}, html('label', {class: 'muted'}, 'Output shown ', select)));
    }
    this.outputPlot = new TimePlot(parent, {
      label: [html('b', {}, 'outputs'), html('span', {}, 'as the network writes them')],
      height: 110,
      series: () => runsShown(true)
                        .map(run => ({
                               name: data.outputs[this.output].name + run.suffix,
                               array: outputArray(this.output, run.mode),
                               colour: themeColour(run.dash ? 'muted' : 'accent'),
                               dash: run.dash,
                             }))
                        .filter(line => line.array !== null),
    });
    this.plots.push(this.outputPlot);
  }

  changed(what) {
    for (const plot of this.plots) {
      if (what === 'step')
        plot.showValues();
      else if (what === 'mode' || redraws(what))
        plot.draw();
    }
  }
}
