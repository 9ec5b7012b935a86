// From a tick to a forecast in microseconds: prepare() computes between ticks everything that does
// not depend on the next one. Reads ticks as lines of numbers from standard input and prints one
// line for each.
//
//     tick_to_forecast model.safetensors [WINDOW] < ticks.txt
//
// With WINDOW each forecast depends on exactly the last WINDOW ticks.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sluice/error.hpp>
#include <sluice/model.hpp>
#include <sluice/stream.hpp>
#include <vector>

namespace {

bool read_tick(std::vector<float>& x) {
  for (float& value : x) {
    if (std::scanf("%f%*[,; \t]", &value) != 1) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2 && argc != 3) {
    std::fputs("usage: tick_to_forecast MODEL [WINDOW] < ticks\n", stderr);
    return 2;
  }
  sluice::StreamOptions options;
  if (argc == 3) {
    const long window = std::strtol(argv[2], nullptr, 10);
    if (window < 1) {
      std::fprintf(stderr, "WINDOW: expected a number of ticks, got '%s'\n", argv[2]);
      return 2;
    }
    options.window = static_cast<std::size_t>(window);
  }
  sluice::Stream stream(sluice::Model::load(argv[1]), options);
  std::vector<float> tick(stream.inputs()), forecast(stream.outputs());
  std::vector<double> waits;
  stream.prepare();
  while (read_tick(tick)) {
    const auto start = std::chrono::steady_clock::now();
    const sluice::Status status = stream.push(tick, forecast);  // the latency that matters
    const std::chrono::duration<double, std::micro> wait = std::chrono::steady_clock::now() - start;
    if (status != sluice::Status::ok) {
      std::fprintf(stderr, "tick %zu: %s\n", waits.size() + 1, sluice::message(status));
      return 3;
    }
    waits.push_back(wait.count());
    for (std::size_t n = 0; n < forecast.size(); ++n)
      std::printf(n == 0 ? "%g" : ",%g", static_cast<double>(forecast[n]));
    std::puts("");
    std::fflush(stdout);
    stream.prepare();  // before the next tick comes
  }
  if (waits.empty() || std::feof(stdin) == 0) {
    std::fprintf(stderr, "tick %zu: expected %zu numbers\n", waits.size() + 1, tick.size());
    return 3;
  }
  std::sort(waits.begin(), waits.end());
  std::fprintf(stderr, "%zu ticks, from tick to forecast %.2f us (median)\n", waits.size(),
               waits[waits.size() / 2]);
  return 0;
} catch (const sluice::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
