// A model in one .safetensors file, see docs/formats.md: tensors under PyTorch's names, and JSON
// under the metadata key `sluice`. A PyTorch state dictionary without that key loads too, as a
// plain network.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/network.hpp"
#include "forecasting/forecast_model.hpp"
#include "formats/chain.hpp"
#include "formats/pytorch_names.hpp"
#include "formats/seal.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {

/// The newest format version this program reads; it reads all older ones and writes the oldest one
/// that can represent the model.
inline constexpr std::size_t kModelFormat = 2;

struct StoredModel {
  /// State policy of training and inference: "carried"; "reset:T": windows of T steps from a zero
  /// state; "unknown" if never stated.
  std::string state = "unknown";
  std::string written_by;  ///< "sluice 0.1.0"; empty for a plain state dictionary.
  /// How a state dictionary was interpreted, "lstm (3 -> 5) -> fc.weight [2, 5]", and the tensors
  /// left out on request; empty for our own files.
  std::string assumed;
  std::vector<std::string> left_out;
  std::optional<forecasting::ForecastModel> forecast;  ///< A forecasting model, with its network.
  std::optional<engine::Network> plain;                ///< A bare network.

  /// The LSTM, or null if the model is linear only.
  const engine::Network* network() const;
};

/// T of the state policy "reset:T", 0 for "carried" and "unknown", nullopt for anything else.
std::optional<std::size_t> window_of(const std::string& state);

/// Throws Error(usage) for an unknown policy.
void check_state(const std::string& state);
/// Also throws for "carried" if a direction reads from the end.
void check_state(const std::string& state, const Architecture& architecture);

/// The error for a model that is not a forecasting model where one is required.
Error not_a_forecaster(const std::string& path);

/// Result of checking a file's test vectors.
struct Verification {
  std::size_t checked = 0;     ///< Numbers compared; 0: the file has no test vectors.
  double largest_error = 0.0;  ///< Relative to the scale of the outputs.
  /// Effect of rounding alone on the outputs, on the same scale, at the most sensitive step
  /// (sensitivity.hpp); 0 if the error was too small to need it.
  double rounding = 0.0;
  /// Whether each error is at most the effect of rounding at its step.
  bool within_rounding = true;
  Seal seal = Seal::none;

  /// Whether the outputs were reproduced exactly, or as well as any machine can if the network
  /// amplifies rounding, provided that the file was not changed.
  bool passed() const { return exact() || (within_rounding && seal != Seal::broken); }
  bool exact() const { return largest_error <= kTolerance; }
  static constexpr double kTolerance = 1e-5;
};

/// Saves a bare network; `state` is "unknown", "carried" or "reset:T". Throws Error(usage) for
/// another, and for "carried" if a direction reads from the end.
void save_model(const std::string& path, const engine::Network& network, const std::string& state);
/// The bytes of that file.
std::string serialize_model(const engine::Network& network, const std::string& state);

/// The bytes of the file, with test vectors: inputs drawn from a fixed seed and the model's
/// outputs.
std::string serialize_model(const forecasting::ForecastModel& model);

/// Writes the whole file or nothing.
void save_model(const std::string& path, const forecasting::ForecastModel& model);

/// Loads and verifies. Throws Error(file), or Error(model) naming file and tensor or field, if the
/// file is truncated, damaged, of another kind or a newer version, has an unknown tensor, or holds
/// test vectors that this program does not reproduce. `request` completes a state dictionary
/// (chain.hpp); using it on one of our own files throws Error(usage).
StoredModel load_model(const std::string& path, const ChainRequest& request = {});
/// Loads from the bytes of a file; `name` is its name in messages.
StoredModel load_model(std::string_view bytes, const std::string& name);

/// As load_model, but reports the test vectors instead of judging them.
struct LoadedWithVerification {
  StoredModel model;
  Verification verification;
};
LoadedWithVerification load_and_verify(const std::string& path, const ChainRequest& request = {});

/// A state dictionary's network as a model.
StoredModel stored_state_dict(StateDictNetwork made);

}  // namespace sluice::formats
