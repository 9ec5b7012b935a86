"""A report page open in Debian's chromium, without a window; and what a test asks of it."""
import json
import pathlib

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1280,1000",
             "--force-device-scale-factor=1"]
READY = """const done = arguments[0];
if (!window.sluice) done('window.sluice is missing');
else sluice.ready.then(() => done(''), error => done(String(error.stack)));"""
MOVED = """const [step, done] = arguments;
sluice.setStep(step);
const ask = () => sluice.timings.last_move_ms === null ? setTimeout(ask, 1) : done(sluice.timings.last_move_ms);
ask();"""
# The colour of a map at a place given as shares of its width and height; read from a copy, as Chromium warns of a canvas
# that is read often.
PIXEL = """const [name, x, y] = arguments;
const canvas = document.querySelector(`.plot-frame[data-signal="${name}"] canvas`);
const copy = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d');
copy.drawImage(canvas, Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1, 0, 0, 1, 1);
return Array.from(copy.getImageData(0, 0, 1, 1).data);"""


class Page:
    def __init__(self, path, theme="light"):
        options = webdriver.ChromeOptions()
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_script_timeout(60)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                    {"features": [{"name": "prefers-color-scheme", "value": theme}]})
        self.driver.get_log("performance")  # what the browser did before
        self.url = pathlib.Path(path).resolve().as_uri()
        self.driver.get(self.url)
        self.fault = self.driver.execute_async_script(READY)

    def close(self):
        self.driver.quit()

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def state(self):
        return self.run("const {step, unit, layer, mode, theme, view} = sluice.state;"
                        "return {step, unit, layer, mode, theme, view};")

    def set(self, layer=None, step=None, unit=None):
        for name, value in (("Layer", layer), ("Step", step), ("Unit", unit)):
            if value is not None:
                self.run(f"sluice.set{name}(arguments[0]);", value)
        if layer is not None:
            self.settle()

    def settle(self):
        """Waits until drawings that take their turn are done."""
        self.driver.execute_async_script("const done = arguments[0]; setTimeout(() => requestAnimationFrame(() => "
                                         "setTimeout(done, 20)), 60);")

    def value(self, signal, step, unit):
        return self.run("return sluice.value(...arguments);", signal, step, unit)

    def move_ms(self, step):
        return self.driver.execute_async_script(MOVED, step)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).textContent;", selector)

    def visible(self, selector):
        return self.run("const e = document.querySelector(arguments[0]); return e !== null && e.getClientRects().length > 0;",
                        selector)

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def actions(self):
        return ActionChains(self.driver)

    def point(self, selector, x, y):
        """Where a share (x, y) of an element lies, as an offset from the middle of the part of it that is in sight."""
        element = self.find(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'});", element)
        box = self.run("const b = arguments[0].getBoundingClientRect(); return [b.width, b.height];", element)
        return element, round(x * box[0] - box[0] / 2), round(y * box[1] - box[1] / 2)

    def click(self, selector, x, y):
        element, right, down = self.point(selector, x, y)
        self.actions().move_to_element_with_offset(element, right, down).click().perform()

    def drag(self, selector, x0, x1):
        element, start, down = self.point(selector, x0, 0.5)
        end = self.point(selector, x1, 0.5)[1]
        self.actions().move_to_element_with_offset(element, start, down).click_and_hold().move_by_offset(
            end - start, 0).release().perform()

    def pixel(self, signal, x, y):
        return self.run(PIXEL, signal, x, y)[:3]

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if url.split("#")[0] != self.url]

    def screenshot(self, path, width=1280):
        """The whole page, from its head to its foot."""
        height = self.run("return document.documentElement.scrollHeight;")
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.settle()
        self.driver.save_screenshot(str(path))
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
