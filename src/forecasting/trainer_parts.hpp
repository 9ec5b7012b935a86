// The training of one forecasting model. Private to forecast_trainer.cpp (data, linear part) and
// forecast_lstm_fit.cpp (the LSTM).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "core/aligned.hpp"
#include "core/threads.hpp"
#include "data/frame.hpp"
#include "forecasting/forecast_trainer.hpp"
#include "forecasting/members.hpp"
#include "forecasting/validation.hpp"
#include "training/lstm_fit.hpp"

namespace sluice::forecasting {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Thrown by a pulse to end the work early.
struct Cut {};

class ForecastTraining {
 public:
  ForecastTraining(const data::Table& table, const ForecastOptions& options)
      : table_(table), options_(options), pool_(options.threads) {}

  TrainingResult run();

 private:
  void describe();
  void set_split(const data::Split& split);
  void find_period();
  std::size_t hidden() const;
  std::size_t chunk() const;
  std::size_t steps_per_epoch() const;
  void fit_linear();
  training::FitData fit_data(std::size_t fit_end) const;
  training::FitOptions fit_options(std::uint64_t salt) const;
  bool find_linear_part();
  void train_network();
  std::optional<double> validate(CrossFit& judge);
  void earn(const CrossFit& judge);
  void refit(std::size_t fit_end);
  void refit_parts(std::size_t fit_end, const ForecastModel& before);
  bool refit_network(std::size_t fit_end, const ForecastModel& before);
  std::vector<float> validation_outputs();
  void report(const Members& fit, const char* phase, std::size_t steps, double loss,
              double validation, const Stopwatch& clock);
  void begin(const char* phase);
  void tell();
  void beat();
  bool told_to_stop() const { return options_.stop != nullptr && options_.stop->load(); }
  double time_left() const {
    return options_.time_limit > 0 ? options_.time_limit - clock_.seconds()
                                   : std::numeric_limits<double>::infinity();
  }

  const data::Table& table_;
  const ForecastOptions& options_;
  ThreadPool pool_;
  Stopwatch clock_;
  const char* phase_ = "";
  double told_ = 0.0;  // time of the last progress report
  data::Frame frame_;
  std::vector<std::vector<double>> linear_;  // forecasts of the current linear part, [K][rows, N]
  FloatVector inputs_;                       // the network's inputs, from linear_
  Validation validation_;
  std::vector<engine::Network> members_;
  double seconds_per_step_ = 0.0, best_validation_ = 0.0;
  std::optional<Error> failure_;
  ForecastModel model_;
};

}  // namespace sluice::forecasting
