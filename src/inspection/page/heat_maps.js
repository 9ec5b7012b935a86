// The stack of heat maps: one per selected signal of the chosen layer, each drawn in its own task
// so that the page stays responsive.

class HeatMaps {
  constructor(parent, choices) {
    this.maps = kSignals.map(name => new HeatMap(name));
    this.wanted = new Set(kSignals);
    this.turn = 0;
    this.settled = Promise.resolve();
    parent.append(...this.maps.map(map => map.row));
    for (const map of this.maps) choices.append(this.choice(map));
    new TimeAxis(parent);
    onChange(what => this.changed(what));
  }

  choice(map) {
    const box = html('input', {
      type: 'checkbox',
      checked: true,
      onchange: () => {
        if (box.checked)
          this.wanted.add(map.name);
        else
          this.wanted.delete(map.name);
        this.drawAll();
      }
    });
    map.choice = html('label', {class: 'chip'}, box, ` ${map.name}`);
    return map.choice;
  }

  shown() {
    return this.maps.filter(map => this.wanted.has(map.name) && map.array() !== null);
  }

  changed(what) {
    if (what === 'step') {
      for (const map of this.shown()) map.showValue();
    } else if (what === 'unit') {
      for (const map of this.shown()) map.placeUnit();
    } else if (what !== 'start') {  // At the start they are drawn before all else.
      this.drawAll();
    }
  }

  // Draws the first map now and queues the others; a newer call cancels the queue.
  drawAll() {
    const turn = ++this.turn;
    const shown = this.shown();
    for (const map of this.maps) {
      map.row.hidden = !shown.includes(map);
      map.choice.hidden = map.array() === null;
      if (!map.row.hidden) map.frame.style.height = `${heightOf(map.array().shape[1])}px`;
    }
    this.settled = this.drawInTurn(shown, turn);
  }

  async drawInTurn(maps, turn) {
    for (const map of maps) {
      if (turn !== this.turn) return;
      map.draw();
      map.placeUnit();
      if (timings.first_map_ms === null) timings.first_map_ms = performance.now();
      await new Promise(resolve => setTimeout(resolve, 0));
    }
  }
}
