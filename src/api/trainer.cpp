// Implements include/sluice/trainer.hpp by the inner layers; no logic of its own.
#include "sluice/trainer.hpp"

#include <utility>

#include "api/model_parts.hpp"
#include "training/array_trainer.hpp"

namespace sluice {

struct Trainer::Parts {
  Model model;
  training::ArrayTrainer trainer;
};

Trainer::Trainer(Model model, const TrainerOptions& options) {
  model.parts_->changeable();  // throws for quantised weights, which cannot be trained
  const Architecture architecture = model.architecture();
  parts_ = std::unique_ptr<Parts>(new Parts{std::move(model), {architecture, options}});
}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

StepResult Trainer::step(const Batch& batch) {
  return parts_->trainer.step(parts_->model.parts_->changeable(), batch);
}
double Trainer::loss(const Batch& batch) const {
  return parts_->trainer.loss(parts_->model.parts_->network(), batch);
}
FitResult Trainer::fit(const Batch& data, const FitOptions& options, const Batch* validation) {
  const auto network = [this]() -> engine::Network& { return parts_->model.parts_->changeable(); };
  return parts_->trainer.fit(network, data, options, validation);
}
std::size_t Trainer::steps() const noexcept { return parts_->trainer.steps(); }
const Model& Trainer::model() const noexcept { return parts_->model; }
Model Trainer::release() && { return std::move(parts_->model); }

}  // namespace sluice
