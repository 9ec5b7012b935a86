// Trains an LSTM with a custom loss and a custom optimiser through sluice::Pass: forward, a loss of
// y, backward to the gradient of every weight. The network learns sample and hold: at each step it
// outputs the value that x had at the last mark. The loss is the squared error plus a penalty on
// every jump between consecutive outputs.
//
//     own_loss
#include <cstdio>
#include <random>
#include <sluice/sluice.hpp>
#include <vector>

namespace {

constexpr std::size_t kBatch = 32, kSteps = 24;
constexpr float kJump = 0.05f, kRate = 0.3f, kMomentum = 0.9f;

// y, t, d_y: [B, T]. Returns the loss averaged over all outputs, and its gradient in d_y.
float loss(const std::vector<float>& y, const std::vector<float>& t, std::vector<float>& d_y) {
  float sum = 0.0f;
  const float share = 1.0f / static_cast<float>(y.size());
  for (std::size_t n = 0; n < y.size(); ++n) d_y[n] = 0.0f;
  for (std::size_t n = 0; n < y.size(); ++n) {
    sum += (y[n] - t[n]) * (y[n] - t[n]);
    d_y[n] += 2.0f * share * (y[n] - t[n]);
    if (n % kSteps == 0) continue;
    const float jump = y[n] - y[n - 1];
    sum += kJump * jump * jump;
    d_y[n] += 2.0f * kJump * share * jump;
    d_y[n - 1] -= 2.0f * kJump * share * jump;
  }
  return share * sum;
}

}  // namespace

int main() try {
  sluice::Model model = sluice::Model::create({.input = 2, .hidden = {24}, .output = 1});
  sluice::Pass pass(model, {.batch = kBatch, .steps = kSteps});
  std::vector<float> weights(model.flat_parameters().begin(), model.flat_parameters().end());
  std::vector<float> velocity(weights.size(), 0.0f);
  std::vector<float> x(kBatch * kSteps * 2), t(kBatch * kSteps), y(t.size()), d_y(t.size());
  std::mt19937 random(1);
  for (int step = 1; step <= 600; ++step) {
    for (std::size_t n = 0; n < t.size(); ++n) {
      const bool marked = n % kSteps == 0 || random() % 8 == 0;
      x[2 * n] = static_cast<float>(random() % 1000) / 500.0f - 1.0f;
      x[2 * n + 1] = marked ? 1.0f : 0.0f;
      t[n] = marked ? x[2 * n] : t[n - 1];
    }
    pass.forward({.x = x}, y);
    const float now = loss(y, t, d_y);
    pass.backward({.d_y = d_y});
    for (std::size_t j = 0; j < weights.size(); ++j) {  // SGD with momentum
      velocity[j] = kMomentum * velocity[j] - kRate * pass.gradient()[j];
      weights[j] += velocity[j];
    }
    model.set_flat_parameters(weights);
    if (step % 100 == 0) std::printf("step %d: loss %.4f\n", step, static_cast<double>(now));
  }
} catch (const sluice::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 3;
}
