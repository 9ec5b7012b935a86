"""Checks of the parts that not every report has: tables, the gradient flow, the experiment."""
import math

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from report_data import Array

KEYS = {  # a column's head -> what it sorts by
    "layer": lambda row: row["layer"], "unit": lambda row: row["unit"],
    **{f"{gate} {bound}": lambda row, key=f"{gate}_{end}": row[key]
       for gate in "fio" for bound, end in (("> 0.9", "high"), ("< 0.1", "low"))},
    "half-life": lambda row: math.inf if row["half_life"] is None else row["half_life"],
    "remembers": lambda row: row["remembers"],
    "input": lambda row: row["input"] and abs(row["input"]["r"]),
    "calendar": lambda row: row["calendar"] and abs(row["calendar"]["r"]),
    "without it %": lambda row: row["ablation"], "note": lambda row: row["note"] or None,
}


def table_order(page):
    return [tuple(pair) for pair in page.run(
        "return [...document.querySelectorAll('#unit-table tbody tr')].map(e => [Number(e.dataset.layer), Number(e.dataset.unit)]);")]


def sorts(values, down):
    """Whether the values stand in order, those without a value last."""
    there = [value for value in values if value is not None]
    return values[:len(there)] == there and there == sorted(there, reverse=down)


def every_head_sorts_the_table_both_ways(page, report):
    rows = {(row["layer"], row["unit"]): row for row in report.json["units"]}
    if not rows:
        assert not page.visible("#units") or report.json["gates"]
        return False
    heads = page.all("#unit-table th")
    assert len(heads) >= len(KEYS) - 1
    for head in heads:
        button = head.find_element(By.CSS_SELECTOR, "button")
        key = KEYS[button.get_attribute("textContent")]
        seen = set()
        for _ in range(2):
            button.send_keys(Keys.ENTER)
            order = table_order(page)
            assert set(order) == set(rows)
            direction = head.get_attribute("aria-sort")
            assert sorts([key(rows[place]) for place in order], direction == "descending"), (button.text, direction)
            seen.add(direction)
        assert seen == {"ascending", "descending"}
        assert len([other for other in heads if other.get_attribute("aria-sort") != "none"]) == 1


def a_row_chooses_its_unit(page, report):
    rows = report.json["units"]
    if not rows:
        return False
    for row in (rows[-1], rows[len(rows) // 2]):
        selector = f'#unit-table tr[data-layer="{row["layer"]}"][data-unit="{row["unit"]}"]'
        page.run("arguments[0].scrollIntoView({block: 'center'});", page.find(selector))
        page.find(f"{selector} button").send_keys(Keys.ENTER)
        state = page.state()
        assert (state["layer"], state["unit"]) == (row["layer"], row["unit"])
        assert "chosen" in page.find(selector).get_attribute("class")
        assert len(page.all("#unit-table tr.chosen")) == 1
        assert page.find(".chosen-unit").text == f'unit {row["unit"]} of {report.layers[row["layer"]]["name"]}'
    return True


def the_table_follows_the_keys(page, report):
    if not report.json["units"]:
        return False
    order = table_order(page)
    for layer, unit in (order[-1], order[0]):
        page.set(layer=layer, unit=unit)
        row, frame = page.run("return ['#unit-table tr.chosen', '.table-frame'].map(s => document.querySelector(s)."
                              "getBoundingClientRect()).map(b => [b.top, b.bottom]);")
        assert frame[0] <= row[0] and row[1] <= frame[1] + 1, (layer, unit, row, frame)
    return True


def flow_values(page):
    return {line[0]: line[1] for line in page.run(
        "return [...document.querySelectorAll('#flow-curves .legend-line')].map(e => [e.title || "
        "e.querySelector('.legend-name').textContent, e.querySelector('.legend-value').textContent]);")}


def gradient_text(value):
    if value == 0:
        return "< 1e-38"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def the_gradient_is_read_at_the_pointer_and_by_key(page, report):
    flow = report.json["flow"]
    assert page.visible("#flow") == (flow is not None)
    if flow is None:
        return False
    size, layer = flow["back"] + 1, page.state()["layer"]
    expected = {"h, RNN": Array(flow["rnn"]["d_h"])} if flow["rnn"] else {}
    for n, arrays in enumerate(flow["layers"]):
        name = report.layers[n]["name"].replace(" forward", "")
        expected.update({f"c, {name}": Array(arrays["d_c"]), f"h, {name}": Array(arrays["d_h"])})
    width = page.run("return document.getElementById('flow-plot').clientWidth;")
    for k in (size // 3, size - 1):
        element, right, down = page.point("#flow-plot", (k + 0.5) / size, 0.3)
        page.actions().move_to_element_with_offset(element, right, down).perform()
        if k == size - 1:
            element.send_keys(Keys.END)
        else:
            aimed, k = k, int(page.text("#flow-place").split()[0])
            assert abs(k - aimed) <= (size / width if 2 * size > width else 0), (k, aimed)
        shown = flow_values(page)
        for name, array in expected.items():
            assert shown[name] == gradient_text(array.at(k)), (k, name, shown)
        own, unit = Array(flow["layers"][layer]["units_d_c"]), page.state()["unit"]
        assert shown[f"c, unit {unit}"] == gradient_text(abs(own.at(k, unit)))
    assert page.text("#flow-place").startswith(f"{size - 1} step")
    attribution = Array(flow["attribution"]["integrated"])
    here = page.run("return [...document.querySelectorAll('#attribution .strips')].at(-1)"
                    ".querySelector('.strip-column').innerText.split('\\n').slice(1);")
    expected = [attribution.text(size - 1, n) for n in range(attribution.shape[1])]
    assert here == expected, (here, expected)
    element.send_keys(Keys.HOME)
    page.click("#flow-plot", 0.5 / size, 0.5)
    assert page.state()["step"] == flow["step"]
    return True


def an_experiment_shows_untouched_changed_and_difference(page, report):
    experiment = report.json["experiment"]
    assert page.visible("#mode") == page.visible("#experiment") == (experiment is not None)
    if experiment is None:
        return False
    assert page.text("#expression") == experiment["set"]
    page.set(layer=0)
    array, changed = report.signal(0, "h"), report.signal(0, "h", changed=True)
    places = [(step, unit) for step in range(0, report.steps, 7) for unit in range(array.shape[1])]
    for mode in ("untouched", "changed", "difference"):
        page.find(f'#mode input[value="{mode}"]').click()
        page.settle()
        for step, unit in places[:: max(1, len(places) // 60)]:
            old, new = array.at(step, unit), changed.at(step, unit)
            expected = {"untouched": old, "changed": new, "difference": new - old}[mode]
            assert math.isclose(page.value("h", step, unit), expected, rel_tol=2e-7, abs_tol=1e-9), (mode, step, unit)
    most = max(places, key=lambda place: abs(changed.at(*place) - array.at(*place)))
    assert changed.at(*most) != array.at(*most), "the experiment changed nothing"
    page.set(step=most[0], unit=most[1])
    assert page.visible("#difference-note")
    assert page.text('.unit-drawing text[data-signal="h"]') == changed.text(*most)
    page.find('#mode input[value="untouched"]').click()
    assert page.text('.unit-drawing text[data-signal="h"]') == array.text(*most)
    return True


def outputs_or_a_forecast_are_shown(page, report):
    shown = page.run("return [...document.querySelectorAll('#overview .plot-label > b')].map(e => e.textContent);")
    forecast = report.json["forecast"]
    assert ("outputs" in shown) == (forecast is None or report.json["experiment"] is not None), shown
    if forecast is None:
        return
    assert forecast["target"] in shown
    step = report.steps // 2
    page.set(step=step)
    values = page.run("return [...document.querySelectorAll('#overview .legend-line')].map(e => "
                      "[e.querySelector('.legend-name').textContent, e.querySelector('.legend-value').textContent]);")
    assert ["observed", Array(forecast["observed"]).text(step)] in values, values
    assert ["forecast", Array(forecast["point"]).text(step)] in values, values


def nothing_was_logged_or_asked_for_meanwhile(page, _report):
    assert page.console() == []
    assert page.requests() == []


PART_CHECKS = [every_head_sorts_the_table_both_ways, a_row_chooses_its_unit, the_table_follows_the_keys,
               the_gradient_is_read_at_the_pointer_and_by_key,
               an_experiment_shows_untouched_changed_and_difference, outputs_or_a_forecast_are_shown,
               nothing_was_logged_or_asked_for_meanwhile]
