#include "streams/worker.hpp"

#include <chrono>
#include <exception>
#include <iostream>

#include "core/float_mode.hpp"
#include "formats/npy.hpp"
#include "streams/read_rate.hpp"

namespace sluice::bench {
namespace {

using nlohmann::json;

std::size_t layers_in(const std::filesystem::path& folder) {
  std::size_t layers = 0;
  while (std::filesystem::exists(folder / ("weight_hh_l" + std::to_string(layers) + ".npy")))
    ++layers;
  return layers;
}

StreamCase read_stream_case(const std::filesystem::path& folder) {
  StreamCase of;
  of.folder = folder;
  const formats::NpyArray x = formats::read_npy((folder / "x.npy").string());
  const formats::NpyArray r = formats::read_npy((folder / "weight_hh_l0.npy").string());
  of.rows = x.shape.at(0);
  of.input = x.shape.at(1);
  of.hidden = r.shape.at(1);
  of.layers = layers_in(folder);
  of.x = x.as_floats();
  return of;
}

// Nanoseconds a row over so many rows, one after the other.
double time_rows(Engine& engine, const StreamCase& of, std::size_t rows) {
  float sum = 0.0f;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t n = 0, row = 0; n < rows; ++n, row = row + 1 < of.rows ? row + 1 : 0)
    sum += engine.push(of.x.data() + row * of.input);
  const std::chrono::duration<double, std::nano> gone = std::chrono::steady_clock::now() - start;
  volatile float kept = sum;
  static_cast<void>(kept);
  return gone.count() / static_cast<double>(rows);
}

}  // namespace

std::vector<float> StreamCase::tensor(const std::string& name) const {
  return formats::read_npy((folder / (name + ".npy")).string()).as_floats();
}

int run_stream_worker(int argc, char** argv, const std::string& name, MakeEngine make) try {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " CASE_DIR\n";
    return 2;
  }
  const FlushDenormals flush;
  const StreamCase of = read_stream_case(argv[1]);
  const std::unique_ptr<Engine> engine = make(of);
  engine->reset();
  std::vector<float> y;
  for (std::size_t row = 0; row < of.rows; ++row)
    y.push_back(engine->push(of.x.data() + row * of.input));
  const std::size_t shape[] = {of.rows, 1};
  formats::write_npy((of.folder / (name + ".y.npy")).string(), shape, y);
  std::cout << engine->about().dump() << "\nready" << std::endl;
  for (std::string word; std::cin >> word;) {
    if (word == "rows") {
      std::size_t rows = 0;
      std::cin >> rows;
      std::cout << json{{"ns", time_rows(*engine, of, rows)}}.dump() << std::endl;
    } else if (word == "machine") {
      std::cout << machine_rates().dump() << std::endl;
    } else {
      std::cout << "{}" << std::endl;
      break;
    }
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << argv[0] << ": " << error.what() << "\n";
  return 1;
}

}  // namespace sluice::bench
