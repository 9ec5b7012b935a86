#include "peers/worker.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string_view>

#include "core/float_mode.hpp"
#include "core/threads.hpp"
#include "formats/npy.hpp"
#include "kernels/fma_peak.hpp"
#include "sluice/error.hpp"

namespace sluice::bench {
namespace {

using nlohmann::json;

std::string path_of(const Case& test_case, const std::string& file) {
  return (test_case.folder / file).string();
}

std::string name_of(Kind kind, std::size_t layer) {
  const char* kinds[] = {"weight_ih", "weight_hh", "bias"};
  return kinds[static_cast<int>(kind)] + ("_l" + std::to_string(layer));
}

// What this process held at most. Not getrusage's: that one begins with the parent's.
double peak_rss_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024 / 1e6;
  }
  return 0.0;
}

// A line that the driver reads.
void say(const std::string& line) { std::cout << line << std::endl; }

void write_first_step(const Case& test_case, const std::string& name, Trainer& trainer) {
  std::ofstream loss(path_of(test_case, name + ".loss.txt"));
  loss.precision(17);
  loss << trainer.forward_backward() << "\n";
  for (std::size_t layer = 0; layer < test_case.layers; ++layer) {
    for (const Kind kind : {Kind::weight_ih, Kind::weight_hh, Kind::bias}) {
      const Tensor gradient = trainer.gradient(kind, layer);
      formats::write_npy(path_of(test_case, name + "." + name_of(kind, layer) + ".npy"),
                         gradient.shape, gradient.values);
    }
  }
}

json run_round(Trainer& trainer, std::size_t count) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> ms, losses;
  for (std::size_t k = 0; k < count; ++k) {
    const Clock::time_point start = Clock::now();
    losses.push_back(trainer.forward_backward());
    trainer.update();
    ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  return {{"ms", ms}, {"loss", losses}};
}

json measure_peak(std::size_t threads) {
  json peak;
  for (std::size_t n = 1; n <= threads; ++n) {
    ThreadPool pool(n);
    peak[std::to_string(n)] = kernels::fma_peak_gflops(kernels::chosen(), pool);
  }
  return {{"fma_peak_gflops", peak}};
}

void answer(Trainer& trainer, std::size_t threads) {
  constexpr std::string_view kRound = "round ";
  for (std::string line; std::getline(std::cin, line);) {
    if (line.starts_with(kRound)) {
      say(run_round(trainer, std::stoul(line.substr(kRound.size()))).dump());
    } else if (line == "peak") {
      say(measure_peak(threads).dump());
    } else if (line == "quit") {
      say(json{{"peak_rss_mb", peak_rss_mb()}}.dump());
      return;
    } else {
      throw Error(ErrorCode::usage,
                  {.what = "unknown line", .expected = "round K, peak or quit", .got = line});
    }
  }
}

std::vector<float> floats_of(const formats::NpyArray& array, std::size_t dimensions) {
  if (array.shape.size() != dimensions) {
    throw Error(ErrorCode::shape, {.where = array.path,
                                   .what = "wrong number of dimensions",
                                   .expected = std::to_string(dimensions),
                                   .got = std::to_string(array.shape.size())});
  }
  return array.as_floats();
}

}  // namespace

Case read_case(const std::filesystem::path& folder) {
  const formats::NpyArray x = formats::read_npy((folder / "x.npy").string());
  const formats::NpyArray target = formats::read_npy((folder / "target.npy").string());
  Case made{.folder = folder, .x = floats_of(x, 3), .target = floats_of(target, 3)};
  made.steps = x.shape[0];
  made.batch = x.shape[1];
  made.input = x.shape[2];
  made.hidden = target.shape[2];
  while (std::filesystem::exists(folder / (name_of(Kind::bias, made.layers) + ".npy")))
    ++made.layers;
  return made;
}

Tensor read_tensor(const Case& test_case, Kind kind, std::size_t layer) {
  const formats::NpyArray array =
      formats::read_npy(path_of(test_case, name_of(kind, layer) + ".npy"));
  return {array.shape, floats_of(array, kind == Kind::bias ? 1 : 2)};
}

int run_worker(int argc, char** argv, const std::string& name, MakeTrainer make) {
  const std::string_view count = argc == 3 ? argv[2] : "";
  std::size_t threads = 0;
  std::from_chars(count.data(), count.data() + count.size(), threads);
  if (threads == 0) {
    std::fprintf(stderr, "usage: %s CASE_DIR THREADS\n", argv[0]);
    return 2;
  }
  try {
    const FlushDenormals flush;
    const double start_mb = peak_rss_mb();
    const Case test_case = read_case(argv[1]);
    const std::unique_ptr<Trainer> trainer = make(test_case, threads);
    write_first_step(test_case, name, *trainer);
    json about = trainer->about();
    about.update({{"compiler", BENCH_COMPILER}, {"start_rss_mb", start_mb}});
    say(about.dump());
    say("ready");
    answer(*trainer, threads);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    return 1;
  }
  return 0;
}

}  // namespace sluice::bench
