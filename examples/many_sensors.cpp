// One model, many sensors, each with its own state: all rows that arrived since the last poll go
// through the network as one batch. Sensors come and go; all states are saved in one file.
//
//     many_sensors model.safetensors STATES
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <sluice/error.hpp>
#include <sluice/model.hpp>
#include <sluice/stream_pool.hpp>
#include <string>
#include <vector>

namespace {

// Stands in for reading real sensors: about half of them have sent a row.
void arrivals(std::size_t sensors, std::mt19937& random, std::vector<sluice::StreamPool::Id>& who,
              std::vector<float>& x, std::size_t inputs) {
  who.clear();
  x.clear();
  for (std::size_t sensor = 0; sensor < sensors; ++sensor) {
    if (random() % 2 == 0) continue;
    who.push_back(static_cast<sluice::StreamPool::Id>(sensor));
    for (std::size_t n = 0; n < inputs; ++n)
      x.push_back(std::sin(0.01f * static_cast<float>(random() % 628)));
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::fputs("usage: many_sensors MODEL STATES\n", stderr);
    return 2;
  }
  constexpr std::size_t kSensors = 1000, kLooks = 50;
  sluice::StreamPool pool(sluice::Model::load(argv[1]));
  std::ifstream kept(argv[2], std::ios::binary);
  if (kept) {  // the states of the last run
    const std::vector<char> bytes{std::istreambuf_iterator<char>(kept), {}};
    pool.restore(std::as_bytes(std::span(bytes)));
    std::printf("continuing with %zu sensors\n", pool.size());
  } else {
    pool.reserve(kSensors);
    while (pool.size() < kSensors) pool.add();
  }
  std::mt19937 random(1);
  std::vector<sluice::StreamPool::Id> who;
  std::vector<float> x, y;
  std::size_t rows = 0;
  std::chrono::duration<double, std::micro> busy{0};
  for (std::size_t look = 0; look < kLooks; ++look) {
    arrivals(pool.size(), random, who, x, pool.inputs());
    y.resize(who.size() * pool.outputs());
    const auto start = std::chrono::steady_clock::now();
    const sluice::Status status = pool.push(who, x, y);
    busy += std::chrono::steady_clock::now() - start;
    if (status != sluice::Status::ok) {
      std::fprintf(stderr, "%s\n", sluice::message(status));
      return 3;
    }
    rows += who.size();
  }
  // Write beside the old file and rename, so that a crash leaves one complete file.
  const std::vector<std::byte> states = pool.save();
  const std::string fresh = std::string(argv[2]) + ".new";
  std::ofstream file(fresh, std::ios::binary);
  file.write(reinterpret_cast<const char*>(states.data()),
             static_cast<std::streamsize>(states.size()));
  file.close();
  if (!file || std::rename(fresh.c_str(), argv[2]) != 0) {
    std::fprintf(stderr, "%s: cannot write the states\n", argv[2]);
    return 3;
  }
  std::printf("%zu rows of %zu sensors, %.2f us each\n", rows, pool.size(),
              busy.count() / static_cast<double>(rows));
  return 0;
} catch (const sluice::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
