// The training step by Sluice.
#include <algorithm>
#include <vector>

#include "core/threads.hpp"
#include "peers/worker.hpp"
#include "sluice/version.hpp"
#include "training/array_fit.hpp"

namespace sluice::bench {
namespace {

constexpr double kRate = 1e-3;
constexpr Kind kKinds[] = {Kind::weight_ih, Kind::weight_hh, Kind::bias};

Role role_of(Kind kind) {
  constexpr Role kRoles[] = {Role::weight_ih, Role::weight_hh, Role::bias_ih};
  return kRoles[static_cast<int>(kind)];
}

Architecture architecture_of(const Case& test_case) {
  return {.input = test_case.input,
          .hidden = std::vector<std::size_t>(test_case.layers, test_case.hidden)};
}

class SluiceTrainer : public Trainer {
 public:
  SluiceTrainer(const Case& test_case, std::size_t threads)
      : pool_(threads),
        fit_(architecture_of(test_case),
             {.steps = test_case.steps, .batch = test_case.batch, .rate = kRate}, pool_) {
    std::vector<float> parameters(fit_.network().count());
    for (std::size_t layer = 0; layer < test_case.layers; ++layer) {
      for (const Kind kind : kKinds) {
        const Tensor tensor = read_tensor(test_case, kind, layer);
        std::copy(tensor.values.begin(), tensor.values.end(),
                  parameters.begin() + static_cast<std::ptrdiff_t>(place(kind, layer).offset));
      }
    }
    fit_.set_parameters(parameters);
    std::copy(test_case.target.begin(), test_case.target.end(), fit_.target().begin());
    for (std::size_t t = 0; t < test_case.steps; ++t) {
      for (std::size_t b = 0; b < test_case.batch; ++b)
        std::copy_n(test_case.x.data() + (t * test_case.batch + b) * test_case.input,
                    test_case.input, fit_.parts().x(t, b));
    }
  }

  double forward_backward() override { return fit_.forward_backward(); }

  void update() override { fit_.update(); }

  Tensor gradient(Kind kind, std::size_t layer) const override {
    const Parameter& parameter = place(kind, layer);
    const float* from = fit_.gradient().data() + parameter.offset;
    return {parameter.shape, {from, from + parameter.count}};
  }

  nlohmann::json about() const override {
    return {
        {"version", version()}, {"threads", pool_.threads()}, {"kernels", kernels::chosen().name}};
  }

 private:
  const Parameter& place(Kind kind, std::size_t layer) const {
    const std::vector<Parameter>& list = fit_.network().list();
    return *std::find_if(list.begin(), list.end(), [&](const Parameter& parameter) {
      return parameter.layer == layer && parameter.role == role_of(kind);
    });
  }

  ThreadPool pool_;
  training::ArrayFit fit_;
};

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;  // NOLINT(google-build-using-namespace)
  return run_worker(argc, argv, "sluice",
                    [](const Case& test_case, std::size_t threads) -> std::unique_ptr<Trainer> {
                      return std::make_unique<SluiceTrainer>(test_case, threads);
                    });
}
