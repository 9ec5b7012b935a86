// A model in one .safetensors file, as docs/formats.md describes it: tensors under PyTorch's names,
// and one JSON text under the metadata key `sluice`. A PyTorch state dictionary without that text
// loads too, as a plain network.
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

/// The newest version of the description that this program reads; it reads all older ones, and
/// writes the oldest that says what a model needs.
inline constexpr std::size_t kModelFormat = 2;

struct StoredModel {
  /// How the model was trained and is to be run: "carried"; "reset:T": from a zero state over
  /// windows of T steps; "unknown" where nobody has said.
  std::string state = "unknown";
  std::string written_by;  ///< "sluice 0.1.0"; empty for a plain state dictionary.
  /// What a state dictionary was taken for, "lstm (3 -> 5) -> fc.weight [2, 5]", and the tensors
  /// that were left out as the caller asked; empty for a file of ours.
  std::string assumed;
  std::vector<std::string> left_out;
  std::optional<forecasting::ForecastModel>
      forecast;                          ///< A forecasting model; its network is in there.
  std::optional<engine::Network> plain;  ///< A bare network.

  /// The LSTM, or null where the model is its linear part alone.
  const engine::Network* network() const;
};

/// T of the state policy "reset:T", 0 of "carried" and "unknown"; nothing where it is none of them.
std::optional<std::size_t> window_of(const std::string& state);

/// Throws Error(usage) where it is none of them.
void check_state(const std::string& state);
/// The same, and for "carried" where a direction reads from the end.
void check_state(const std::string& state, const Architecture& architecture);

/// For who needs a forecasting model and was given another.
Error not_a_forecaster(const std::string& path);

/// What a file's test vectors say.
struct Verification {
  std::size_t checked = 0;     ///< Numbers compared; 0: the file has no test vectors.
  double largest_error = 0.0;  ///< Relative to the scale of the outputs.
  /// What rounding alone does to the outputs, on the same scale (sensitivity.hpp), at the most
  /// sensitive step; 0 where the error did not ask for it.
  double rounding = 0.0;
  bool within_rounding = true;  ///< Whether each error is at most what rounding does at its step.
  Seal seal = Seal::none;

  /// Reproduced; or as much of it as any machine can where rounding is made large by the network,
  /// unless the file was changed.
  bool passed() const { return exact() || (within_rounding && seal != Seal::broken); }
  bool exact() const { return largest_error <= kTolerance; }
  static constexpr double kTolerance = 1e-5;
};

/// The file of a bare network, `state` one of "unknown", "carried", "reset:T". Throws Error(usage)
/// for another, and for "carried" where a direction reads from the end.
void save_model(const std::string& path, const engine::Network& network, const std::string& state);
/// The bytes of that file.
std::string serialize_model(const engine::Network& network, const std::string& state);

/// The bytes of the file, test vectors included: inputs drawn from a fixed seed and what the model
/// makes of them.
std::string serialize_model(const forecasting::ForecastModel& model);

/// Writes the file whole or not at all.
void save_model(const std::string& path, const forecasting::ForecastModel& model);

/// Loads and verifies. Throws Error(file), or Error(model) naming file and tensor or field: cut,
/// damaged, of another kind, of a newer version, an unknown tensor, or test vectors that this
/// program does not reproduce. Of a state dictionary `request` says what its tensors do not
/// (chain.hpp); throws Error(usage) where it says something of a file of ours.
StoredModel load_model(const std::string& path, const ChainRequest& request = {});
/// From the bytes of a file; `name` is what messages call it.
StoredModel load_model(std::string_view bytes, const std::string& name);

/// As load_model, without judging the test vectors: for a report on them.
struct LoadedWithVerification {
  StoredModel model;
  Verification verification;
};
LoadedWithVerification load_and_verify(const std::string& path, const ChainRequest& request = {});

/// A state dictionary's network as a model.
StoredModel stored_state_dict(StateDictNetwork made);

}  // namespace sluice::formats
