// The program `audio_filter`: an LSTM learns a nonlinear filter of audio by example, and is judged
// on audio that it has not heard, with its weights as float32, float16 and int8. Prints what
// docs/streaming.md records.
//   audio_filter FOLDER [UPDATES]
// FOLDER gets filter.safetensors and the audio that calibrates int8, x.npy: `sluice convert
// --calibrate` makes the same of it.
//
// The filter, at 48 kHz: a one-pole low-pass at 4 kHz, an overdrive, tanh(6 x), and another one at
// 2 kHz. The audio: plucked strings, chords of three notes with eight harmonics that die away,
// drawn anew for every update; every piece begins in silence.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/threads.hpp"
#include "engine/run.hpp"
#include "formats/model_file.hpp"
#include "formats/npy.hpp"
#include "quantization/drift.hpp"
#include "quantization/quantize.hpp"
#include "training/array_fit.hpp"
#include "training/optimizer.hpp"

namespace sluice::experiments {
namespace {

constexpr double kPi = 3.14159265358979323846, kRate = 48000.0;
constexpr std::size_t kUnits = 32, kSteps = 512, kBatch = 32, kJudged = 100000;

// y += (1 - e^-w) (x - y)
class LowPass {
 public:
  explicit LowPass(double hertz) : share_(1.0 - std::exp(-2.0 * kPi * hertz / kRate)) {}
  double operator()(double x) { return y_ += share_ * (x - y_); }

 private:
  double share_, y_ = 0.0;
};

std::vector<float> filtered(const std::vector<float>& x) {
  LowPass before(4000.0), after(2000.0);
  std::vector<float> y;
  y.reserve(x.size());
  for (const float sample : x)
    y.push_back(static_cast<float>(after(std::tanh(6.0 * before(sample)))));
  return y;
}

// Chords that follow one another about every quarter of a second.
std::vector<float> audio(std::size_t samples, Random& random) {
  std::vector<float> x(samples);
  constexpr std::size_t kNotes = 3, kHarmonics = 8;
  for (std::size_t start = 0; start < samples;) {
    const double loud = random.uniform(0.02, 0.3);
    for (std::size_t note = 0; note < kNotes; ++note) {
      const double hertz = 80.0 * std::exp2(random.uniform(0.0, 3.5));
      for (std::size_t h = 1; h <= kHarmonics; ++h) {
        const double turn = 2.0 * kPi * hertz * static_cast<double>(h) / kRate;
        const double phase = random.uniform(0.0, 2.0 * kPi), decay = 3.0 * static_cast<double>(h);
        for (std::size_t t = start; t < samples; ++t) {
          const auto since = static_cast<double>(t - start);
          const double size = loud / static_cast<double>(h) * std::exp(-decay * since / kRate);
          if (size < 1e-5) break;
          x[t] += static_cast<float>(size * std::sin(turn * since + phase));
        }
      }
    }
    start += 6000 + random.below(12000);
  }
  return x;
}

double error_to_signal(const std::vector<float>& y, const std::vector<float>& truth) {
  double error = 0.0, signal = 0.0;
  for (std::size_t t = 0; t < y.size(); ++t) {
    const double off = static_cast<double>(y[t]) - truth[t];
    error += off * off;
    signal += static_cast<double>(truth[t]) * truth[t];
  }
  return error / signal;
}

engine::Network learnt(std::size_t updates) {
  const Architecture architecture{.input = 1, .hidden = {kUnits}, .output = 1};
  ThreadPool pool(2);
  Random random(1);
  training::ArrayFit fit(architecture, {.steps = kSteps, .batch = kBatch}, pool);
  std::vector<float> parameters = initial_parameters(architecture, {.seed = 1});
  training::Optimizer optimizer({}, parameters.size());
  training::Schedule schedule({.rate = 5e-3, .steps = updates});
  double loss = 0.0;
  for (std::size_t update = 0; update < updates; ++update) {
    fit.set_parameters(parameters);
    for (std::size_t b = 0; b < kBatch; ++b) {
      const std::vector<float> x = audio(kSteps, random), y = filtered(x);
      for (std::size_t t = 0; t < kSteps; ++t) {
        *fit.parts().x(t, b) = x[t];
        fit.target()[t * kBatch + b] = y[t];
      }
    }
    loss += fit.forward_backward();
    std::vector<float> gradient(fit.gradient().begin(), fit.gradient().end());
    training::clip_by_norm(gradient, 1.0);
    optimizer.step(parameters, gradient, schedule.rate(update));
    if ((update + 1) % 500 == 0) {
      std::fprintf(stderr, "update %zu of %zu: squared error %.3g\n", update + 1, updates,
                   2.0 * loss / 500);
      loss = 0.0;
    }
  }
  engine::Network network(architecture);
  network.set_parameters(parameters);
  return network;
}

void judge(const engine::Network& exact, const quantization::Calibration& calibration,
           const std::vector<float>& x) {
  const std::vector<float> truth = filtered(x);
  const engine::Network stored[] = {exact, quantization::to_f16(exact),
                                    quantization::to_int8(exact, calibration)};
  std::printf(
      "| weights | error-to-signal ratio | change | against float32, of its size, in each quarter "
      "of %zu samples |\n|---|---|---|---|\n",
      kJudged);
  double before = 0.0;
  for (const engine::Network& network : stored) {
    State state;
    const double ratio = error_to_signal(
        engine::run(network, {.x = x, .batch = 1, .steps = x.size()}, state), truth);
    if (before == 0.0) before = ratio;
    const quantization::Drift drift = quantization::measure_drift(exact, network, x, 0, kJudged);
    std::printf("| %s | %.4e | %+.3f %% |",
                engine::kWeightTypeNames[static_cast<std::size_t>(network.storage().weights)],
                ratio, 100.0 * (ratio / before - 1.0));
    for (const double quarter : drift.quarters) std::printf(" %.2g", quarter);
    std::printf(" |\n");
  }
}

int run(const std::string& folder, std::size_t updates) {
  const engine::Network network = learnt(updates);
  Random unheard(2);
  const std::vector<float> x = audio(kJudged, unheard), heard = audio(kJudged, unheard);
  formats::save_model(folder + "/filter.safetensors", network, "carried");
  formats::write_npy(folder + "/x.npy", std::vector<std::size_t>{heard.size(), 1}, heard);
  judge(network, quantization::calibrate(network, heard, 0), x);
  return 0;
}

}  // namespace
}  // namespace sluice::experiments

int main(int argc, char** argv) {
  const unsigned long updates = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 6000;
  if (argc < 2 || argc > 3 || updates == 0) {
    std::fputs("usage: audio_filter FOLDER [UPDATES]\n", stderr);
    return 2;
  }
  try {
    return sluice::experiments::run(argv[1], updates);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "audio_filter: %s\n", error.what());
    return 3;
  }
}
