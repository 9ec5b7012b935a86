// Sluice's stream for bench/streams/run.py: each row is a whole step, as who cannot wait between
// rows pushes it.
#include <algorithm>

#include "streaming/session.hpp"
#include "streams/worker.hpp"

namespace sluice::bench {
namespace {

class SluiceEngine : public Engine {
 public:
  explicit SluiceEngine(const StreamCase& of) : session_(model(of), 0, MissingRow::refuse) {}

  void reset() override { session_.reset(); }
  float push(const float* x) override {
    float y = 0.0f;
    session_.push({x, session_.model().inputs()}, {&y, 1});
    return y;
  }
  nlohmann::json about() const override { return {{"kernels", kernels::chosen().name}}; }

 private:
  static std::shared_ptr<const streaming::StreamModel> model(const StreamCase& of) {
    const Architecture architecture{
        .input = of.input, .hidden = std::vector(of.layers, of.hidden), .output = 1, .biases = 1};
    auto network = std::make_shared<engine::Network>(architecture);
    std::vector<float> parameters(network->count());
    for (const Parameter& parameter : network->list()) {
      const std::vector<float> values = of.tensor(parameter.name);
      std::copy(values.begin(), values.end(), parameters.data() + parameter.offset);
    }
    network->set_parameters(parameters);
    return std::make_shared<streaming::StreamModel>(network);
  }

  streaming::Session session_;
};

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  return run_stream_worker(argc, argv, "sluice", [](const StreamCase& of) {
    return std::unique_ptr<Engine>(std::make_unique<SluiceEngine>(of));
  });
}
