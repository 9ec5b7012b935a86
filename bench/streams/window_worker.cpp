// Sluice's whole windows for bench/streams/windows.py: `WORKER CASE_DIR THREADS`, then a number of
// runs on each line of standard input, answered by their times in ms as JSON.
#include <chrono>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/threads.hpp"
#include "engine/run.hpp"
#include "formats/npy.hpp"

namespace {

using namespace sluice;  // NOLINT(google-build-using-namespace)

engine::Network read_network(const std::string& folder, std::size_t inputs) {
  Architecture architecture{.input = inputs, .hidden = {}};
  for (std::size_t layer = 0;; ++layer) {
    const std::string path = folder + "/weight_hh_l" + std::to_string(layer) + ".npy";
    try {
      architecture.hidden.push_back(formats::read_npy(path).shape.at(1));
    } catch (const std::exception&) {
      break;
    }
  }
  engine::Network network(architecture);
  std::vector<float> parameters(network.count());
  for (const Parameter& parameter : network.list()) {
    const std::vector<float> values =
        formats::read_npy(folder + "/" + parameter.name + ".npy").as_floats();
    std::copy(values.begin(), values.end(), parameters.data() + parameter.offset);
  }
  network.set_parameters(parameters);
  return network;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " CASE_DIR THREADS\n";
    return 2;
  }
  const std::string folder = argv[1];
  const formats::NpyArray x = formats::read_npy(folder + "/x.npy");
  const std::vector<float> values = x.as_floats();
  const engine::Network network = read_network(folder, x.shape.at(2));
  ThreadPool pool(std::stoul(argv[2]));
  const engine::Sequences sequences{
      .x = values, .batch = x.shape[1], .steps = x.shape[0], .time_first = true, .pool = &pool};
  const std::size_t shape[] = {x.shape[0], x.shape[1], network.architecture().width()};
  std::vector<float> y(shape[0] * shape[1] * shape[2]);
  const auto run = [&] {
    State state;
    engine::run(network, sequences, state, y);
  };
  run();
  formats::write_npy(folder + "/sluice.y.npy", shape, y);
  std::cout << "ready" << std::endl;
  for (std::size_t count = 0; std::cin >> count;) {
    nlohmann::json times = nlohmann::json::array();
    for (std::size_t n = 0; n < count; ++n) {
      const auto start = std::chrono::steady_clock::now();
      run();
      const std::chrono::duration<double, std::milli> gone =
          std::chrono::steady_clock::now() - start;
      times.push_back(gone.count());
    }
    std::cout << times.dump() << std::endl;
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << argv[0] << ": " << error.what() << "\n";
  return 1;
}
