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
  StreamCase stream_case;
  stream_case.folder = folder;
  const formats::NpyArray x = formats::read_npy((folder / "x.npy").string());
  const formats::NpyArray r = formats::read_npy((folder / "weight_hh_l0.npy").string());
  stream_case.rows = x.shape.at(0);
  stream_case.input = x.shape.at(1);
  stream_case.hidden = r.shape.at(1);
  stream_case.layers = layers_in(folder);
  stream_case.x = x.as_floats();
  return stream_case;
}

// Nanoseconds a row over so many rows, one after the other.
double time_rows(Engine& engine, const StreamCase& stream_case, std::size_t rows) {
  float sum = 0.0f;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t n = 0, row = 0; n < rows; ++n, row = row + 1 < stream_case.rows ? row + 1 : 0)
    sum += engine.push(stream_case.x.data() + row * stream_case.input);
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
  const StreamCase stream_case = read_stream_case(argv[1]);
  const std::unique_ptr<Engine> engine = make(stream_case);
  engine->reset();
  std::vector<float> y;
  for (std::size_t row = 0; row < stream_case.rows; ++row)
    y.push_back(engine->push(stream_case.x.data() + row * stream_case.input));
  const std::size_t shape[] = {stream_case.rows, 1};
  formats::write_npy((stream_case.folder / (name + ".y.npy")).string(), shape, y);
  std::cout << engine->about().dump() << "\nready" << std::endl;
  for (std::string word; std::cin >> word;) {
    if (word == "rows") {
      std::size_t rows = 0;
      std::cin >> rows;
      std::cout << json{{"ns", time_rows(*engine, stream_case, rows)}}.dump() << std::endl;
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
