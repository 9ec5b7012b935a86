// An LSTM as an audio effect, such as the model of a guitar amplifier: one input, one output, one
// row per sample. Reads and writes mono float32 samples without a header:
//
//     ffmpeg -i in.wav -f f32le -ac 1 -ar 48000 - | audio_effect amp.safetensors > out.f32
//
// In a plug-in, `process` is the audio callback: it allocates nothing, takes no locks, makes no
// system calls and restores the host's floating-point mode.
#include <array>
#include <chrono>
#include <cstdio>
#include <sluice/error.hpp>
#include <sluice/model.hpp>
#include <sluice/stream.hpp>
#include <span>

namespace {

class Effect {
 public:
  explicit Effect(const char* model) : stream_(sluice::Model::load(model)) {}

  bool fits() const { return stream_.inputs() == 1 && stream_.outputs() == 1; }

  // The callback: a block of samples, in place.
  void process(std::span<float> block) noexcept {
    for (float& sample : block) {
      const float dry = sample;
      // A NaN sample becomes silence and leaves the state unchanged.
      if (stream_.push({&dry, 1}, {&sample, 1}) != sluice::Status::ok) sample = 0.0f;
    }
  }

 private:
  sluice::Stream stream_;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fputs("usage: audio_effect MODEL < in.f32 > out.f32\n", stderr);
    return 2;
  }
  constexpr double kRate = 48000.0;
  Effect effect(argv[1]);
  if (!effect.fits()) {
    std::fprintf(stderr, "%s: expected a model of one input and one output\n", argv[1]);
    return 3;
  }
  std::array<float, 64> block{};
  std::size_t samples = 0;
  std::chrono::duration<double> busy{0};
  while (const std::size_t got = std::fread(block.data(), sizeof(float), block.size(), stdin)) {
    const auto start = std::chrono::steady_clock::now();
    effect.process(std::span(block).first(got));
    busy += std::chrono::steady_clock::now() - start;
    samples += got;
    if (std::fwrite(block.data(), sizeof(float), got, stdout) != got) return 3;
  }
  if (samples == 0) {
    std::fputs("no samples on standard input\n", stderr);
    return 3;
  }
  std::fprintf(stderr, "%zu samples, %.2f %% of real time at 48 kHz\n", samples,
               100.0 * busy.count() / (static_cast<double>(samples) / kRate));
  return 0;
} catch (const sluice::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
