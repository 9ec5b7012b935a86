// Trains an LSTM on arrays: it reads numbers, two of them marked, and outputs the sum of the marked
// ones at the end (the adding problem of Hochreiter and Schmidhuber 1997).
//
//     train_on_arrays [MODEL.safetensors]
#include <cstdio>
#include <random>
#include <sluice/sluice.hpp>
#include <vector>

namespace {

constexpr std::size_t kSteps = 40;

struct Sequences {
  std::vector<float> x, sums;  // [B, T, 2] number and mark, [B, 1]

  Sequences(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&random](std::size_t end) { return random() % end; };
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t first = below(kSteps / 2), second = kSteps / 2 + below(kSteps / 2);
      float sum = 0.0f;
      for (std::size_t t = 0; t < kSteps; ++t) {
        const float number = static_cast<float>(below(1000)) / 1000.0f;
        const bool marked = t == first || t == second;
        x.insert(x.end(), {number, marked ? 1.0f : 0.0f});
        sum += marked ? number : 0.0f;
      }
      sums.push_back(sum);
    }
  }
  sluice::Batch batch() const {
    return {.x = x, .batch = sums.size(), .targets = sums, .judged = sluice::JudgedSteps::last};
  }
};

}  // namespace

int main(int argc, char** argv) try {
  const Sequences data(2000, 1), held_out(500, 2);
  sluice::Trainer trainer(sluice::Model::create({.input = 2, .hidden = {32}, .output = 1}),
                          {.schedule = {.rate = 1e-2}, .threads = 2});
  const sluice::Batch validation = held_out.batch();
  std::printf("mean squared error before: %.4f (predicting the mean: 0.1667)\n",
              trainer.loss(validation));
  const auto show = [](const sluice::FitProgress& progress) {
    std::printf("epoch %2zu: %.4f on validation\n", progress.epoch, progress.validation);
    return progress.validation > 0.001;  // good enough: stop
  };
  trainer.fit(data.batch(), {.epochs = 40, .batch = 50, .progress = show}, &validation);
  std::printf("after: %.4f\n", trainer.loss(validation));
  if (argc > 1) trainer.model().save(argv[1]);
} catch (const sluice::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
