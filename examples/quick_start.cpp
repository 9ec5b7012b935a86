#include <cstdio>
#include <sluice/sluice.hpp>
#include <vector>

int main() {
  // Learns to give the running mean of what it reads: 64 sequences of 30 steps.
  std::vector<float> x(64 * 30), mean(64 * 30), y(1);
  for (std::size_t n = 0; n < x.size(); ++n) {
    x[n] = static_cast<float>((n * 7919) % 101) / 101.0f;
    mean[n] = n % 30 == 0 ? x[n] : 0.8f * mean[n - 1] + 0.2f * x[n];
  }
  const sluice::Batch data{.x = x, .batch = 64, .targets = mean};
  sluice::Trainer trainer(sluice::Model::create({.input = 1, .hidden = {16}, .output = 1}),
                          {.schedule = {.rate = 1e-2}});
  const sluice::FitResult result = trainer.fit(data, {.epochs = 300, .batch = 16});
  std::printf("mean squared error %.4f\n", result.loss);

  sluice::Stream stream(trainer.model());
  for (const float value : {0.9f, 0.9f, 0.1f}) {
    if (stream.push({&value, 1}, y) == sluice::Status::ok) std::printf("%.2f\n", y[0]);
  }
}
