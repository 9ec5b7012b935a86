"""Checks of the values: what console, heat maps, drawing and curves show is what stands in the data."""
import math
import random

from report_data import SIGNALS, number_text

NOT_IN_CELL = "not in this cell"


def places(report, layer, count):
    """Corners, the smallest values (which f16 does not hold in full), then steps and units by chance, always the same."""
    rng = random.Random(11)
    steps, units = report.steps, report.layers[layer]["units"]
    corners = [(0, 0), (0, units - 1), (steps - 1, 0), (steps - 1, units - 1)]
    smallest = [report.signal(layer, name).smallest() for name in shown_signals(report, layer) if name != "h"]
    return corners + smallest + [(rng.randrange(steps), rng.randrange(units)) for _ in range(count)]


def luminance(pixel):
    return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]


def shown_signals(report, layer):
    return [name for name in SIGNALS if report.has(layer, name)]


def the_console_gives_every_value(page, report):
    for layer in range(len(report.layers)):
        page.set(layer=layer)
        for name in SIGNALS:
            array = report.signal(layer, name)
            for step, unit in places(report, layer, 30):
                value = page.value(name, step, unit)
                if array is None or unit >= array.shape[1] or math.isnan(array.at(step, unit)):
                    assert value is None or math.isnan(value), (layer, name, step, unit, value)
                else:
                    assert value == array.at(step, unit), (layer, name, step, unit, value, array.at(step, unit))


def the_drawn_unit_has_the_values_of_the_data(page, report):
    for layer in range(len(report.layers)):
        page.set(layer=layer)
        for step, unit in places(report, layer, 8):
            page.set(step=step, unit=unit)
            for name in SIGNALS:
                expected = report.signal(layer, name).text(step, unit) if report.has(layer, name) and not (
                    name == "h" and report.projected(layer)) else NOT_IN_CELL
                if name == "h" and report.projected(layer):
                    expected = "projected"
                shown = page.text(f'.unit-drawing text[data-signal="{name}"]')
                assert shown == expected, (layer, step, unit, name, shown, expected)
            check_old_state(page, report, layer, step, unit)
            check_gates(page, report, layer, step, unit)


def check_old_state(page, report, layer, step, unit):
    before, array = report.before(layer, step), report.signal(layer, "c")
    shown = page.text('.unit-drawing text[data-signal="before"]')
    if array is None:
        assert shown == NOT_IN_CELL
    elif 0 <= before < report.steps:
        old = array.text(before, unit)
        assert shown == old, (layer, step, unit, shown, old)
        filled = page.text('[data-step="S4"]')
        assert old in filled and filled.endswith(f"= {array.text(step, unit)}"), filled
        for gate in ("f", "i"):
            assert (report.signal(layer, gate).text(step, unit) in filled) if report.has(layer, gate) else True
    else:
        assert shown == "before the report"


def check_gates(page, report, layer, step, unit):
    """A gate's bar is as long as the gate is open."""
    for n, gate in enumerate(["f", "g", "i", "o"]):
        if gate == "g" or not report.has(layer, gate):
            continue
        width = page.run("return Number(document.querySelectorAll('.unit-drawing rect.trough + rect')[arguments[0]]"
                         ".getAttribute('width'));", n)
        assert abs(width / 120 - report.signal(layer, gate).at(step, unit)) < 1e-3, (gate, width)


def a_click_in_a_map_chooses_its_unit_and_step(page, report):
    layer = len(report.layers) - 1
    page.set(layer=layer)
    rng = random.Random(7)
    units = report.layers[layer]["units"]
    for name in shown_signals(report, layer):
        step, unit = rng.randrange(report.steps), rng.randrange(units)
        page.set(step=0, unit=0)
        projected = name == "h" and report.projected(layer)
        page.click(f'.plot-frame[data-signal="{name}"]', (step + 0.5) / report.steps, (unit + 0.5) / units)
        state = page.state()
        width, height = page.run("const e = document.querySelector(arguments[0]); return [e.clientWidth, e.clientHeight];",
                                 f'.plot-frame[data-signal="{name}"]')
        # The pointer stands on whole pixels: a cell smaller than two may be missed by one.
        assert abs(state["step"] - step) <= (report.steps / width if report.steps * 2 > width else 0), (name, state, step)
        if not projected:
            assert abs(state["unit"] - unit) <= (1 if units * 2 > height else 0), (name, state, unit)
        else:
            assert state["unit"] == 0
        if not projected:
            value = page.run("return document.querySelector(arguments[0]).closest('.plot').querySelector('.plot-value')"
                             ".textContent;", f'.plot-frame[data-signal="{name}"]')
            expected = report.signal(layer, name).text(state["step"], state["unit"])
            assert value == expected, (name, state, value, expected)
        cursor = page.run("const c = document.querySelector(arguments[0]).getBoundingClientRect(),"
                          "f = document.querySelector(arguments[1]).getBoundingClientRect();"
                          "return [(c.left - f.left) / f.width, (c.right - f.left) / f.width];",
                          f'.plot-frame[data-signal="{name}"] .cursor', f'.plot-frame[data-signal="{name}"]')
        middle = (state["step"] + 0.5) / report.steps
        assert cursor[0] - 1e-3 <= middle <= cursor[1] + 1e-3, (cursor, middle)


def pooled(array, unit, first, count, columns, column):
    steps = [first + n for n in range(count) if n * columns // count == column]
    return sum(array.at(step, unit) for step in steps) / len(steps)


def a_map_shows_every_unit_and_step_in_its_place(page, report):
    """Darker is more open, in the light theme: the order of colours is the order of values. All in view, then zoomed in."""
    name = next((gate for gate in ("f", "i", "o") if report.has(0, gate)), None)
    if name is None:
        return False
    if page.state()["theme"] != "light":
        page.press("t")
    page.set(layer=0)
    array = report.signal(0, name)
    width = page.run("return document.querySelector(arguments[0]).width;", f'.plot-frame[data-signal="{name}"] canvas')
    for zoomed in (False, True):
        if zoomed:
            page.drag(f'.plot-frame[data-signal="{name}"]', 0.4, 0.6)
            page.settle()
        view = page.state()["view"]
        columns = min(view["count"], width)
        rng = random.Random(3)
        found = []
        for _ in range(40):
            column, unit = rng.randrange(columns), rng.randrange(array.shape[1])
            pixel = page.pixel(name, (column + 0.5) / columns, (unit + 0.5) / array.shape[1])
            found.append((pooled(array, unit, view["first"], view["count"], columns, column), luminance(pixel)))
        found.sort()
        wrong = [pair for pair in zip(found, found[1:]) if pair[1][0] - pair[0][0] > 0.01 and pair[1][1] > pair[0][1]]
        assert wrong == [], wrong
        assert found[0][1] - found[-1][1] > 50 * (found[-1][0] - found[0][0]), "too few colours"
    assert view["count"] < report.steps
    for step in (0, report.steps - 1):
        page.set(step=step)
        moved = page.state()["view"]
        assert moved["count"] == view["count"] and 0 <= step - moved["first"] < moved["count"], (step, moved)
    page.find("#zoom-all").click()
    assert page.state()["view"] == {"first": 0, "count": report.steps}
    page.settle()


def the_units_curves_and_figures_are_its_own(page, report):
    rows = {(row["layer"], row["unit"]): row for row in report.json["units"]}
    for layer in range(len(report.layers)):
        page.set(layer=layer)
        for step, unit in places(report, layer, 3):
            page.set(step=step, unit=unit)
            shown = dict(page.run("return [...document.querySelectorAll('#unit-curves .legend-line')].map(e => "
                                  "[e.querySelector('.legend-name').textContent, e.querySelector('.legend-value').textContent]);"))
            expected = {name: report.signal(layer, name).text(step, unit) for name in shown_signals(report, layer)
                        if name != "tanh_c" and not (name == "h" and report.projected(layer))}
            assert shown == expected, (layer, step, unit, shown, expected)
            row = rows.get((layer, unit))
            if row is not None and row["memory"]:
                changes = page.run("return [...document.querySelectorAll('#unit-figures .memory td.number')].map(e => e.textContent);")
                assert changes == [number_text(change) for _, change in row["memory"]], (layer, unit, changes)


DATA_CHECKS = [the_units_curves_and_figures_are_its_own, the_console_gives_every_value,
               the_drawn_unit_has_the_values_of_the_data,
               a_click_in_a_map_chooses_its_unit_and_step, a_map_shows_every_unit_and_step_in_its_place]
