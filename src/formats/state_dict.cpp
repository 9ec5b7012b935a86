// Groups tensors into modules by the endings of their names, and derives an LSTM's architecture
// from the shapes of its tensors.
#include "formats/state_dict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string before(const std::string& name, const std::string& end) {
  return name.substr(0, name.size() - end.size());
}

// A module's tensor is "PREFIX.weight", or "weight" for the top module.
bool is_weight(const Tensor& tensor) {
  return ends_with(tensor.name, ".weight") && tensor.shape.size() == 2;
}

bool has_bias(const SafeTensors& file, const MatrixModule& matrix) {
  const Tensor* bias = file.find(matrix.prefix + "bias");
  return bias != nullptr && bias->shape == std::vector<std::size_t>{matrix.outputs};
}

// Whether the tensor is one of `weight_ih_l0`, `bias_hh_l1_reverse`, .. under the prefix.
bool in_lstm(const std::string& name, const std::string& prefix) {
  if (name.compare(0, prefix.size(), prefix) != 0) return false;
  const std::string own = name.substr(prefix.size());
  for (const char* start : {"weight_ih_l", "weight_hh_l", "weight_hr_l", "bias_ih_l", "bias_hh_l"})
    if (own.rfind(start, 0) == 0) return true;
  return false;
}

bool in_cell(const std::string& name, const std::string& prefix) {
  for (const char* own : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
    if (name == prefix + own) return true;
  return false;
}

// Prefixes and names of all modules in lookup tables: a file may have 100,000 of each.
class Belonging {
 public:
  explicit Belonging(const StateDict& made)
      : lstms_(made.lstms.begin(), made.lstms.end()), cells_(made.cells.begin(), made.cells.end()) {
    for (const MatrixModule& matrix : made.matrices) {
      matrices_.insert(matrix.weight());
      if (matrix.bias) matrices_.insert(matrix.prefix + "bias");
    }
  }

  bool has(const std::string& name) const {
    if (matrices_.count(name) > 0) return true;
    // "encoder.lstm.weight_ih_l0": the text before the word is the prefix, possibly empty.
    for (const char* word : {"weight_ih", "weight_hh", "weight_hr", "bias_ih", "bias_hh"}) {
      const std::size_t at = name.rfind(word);
      if (at == std::string::npos) continue;
      const std::string prefix = name.substr(0, at);
      if (lstms_.count(prefix) > 0 && in_lstm(name, prefix)) return true;
      if (cells_.count(prefix) > 0 && in_cell(name, prefix)) return true;
    }
    return false;
  }

 private:
  std::unordered_set<std::string> lstms_, cells_, matrices_;
};

std::size_t rows_of(const Tensor& tensor, const std::string& path) {
  if (tensor.shape.size() != 2)
    refuse_tensor(path, tensor.name, "wrong number of dimensions", "2", to_string(tensor.shape));
  return tensor.shape[0];
}

void add_layers(const SafeTensors& file, const std::string& prefix, const std::string& path,
                Architecture& architecture) {
  const std::size_t projection = architecture.cell.projection;
  for (std::size_t layer = 0;; ++layer) {
    const Tensor* r = file.find(fmt::format("{}weight_hh_l{}", prefix, layer));
    if (r == nullptr) break;
    const std::size_t rows = rows_of(*r, path);
    const std::size_t state = projection != 0 ? projection : rows / 4;
    if (rows == 0 || rows % 4 != 0 || r->shape[1] != state) {
      refuse_tensor(path, r->name, "not the recurrent weights of an LSTM",
                    projection != 0 ? fmt::format("[4H, {}]", state) : "[4H, H]",
                    to_string(r->shape));
    }
    architecture.hidden.push_back(rows / 4);
  }
  if (architecture.hidden.empty())
    refuse_tensor(path, prefix + "weight_hh_l0", "missing tensor", "[4H, H]", "nothing");
}

}  // namespace

std::string MatrixModule::described() const {
  return fmt::format("{} [{}, {}]", weight(), outputs, inputs);
}

const MatrixModule* StateDict::find(const std::string& name) const {
  for (const MatrixModule& matrix : matrices) {
    if (matrix.name() == name || matrix.prefix == name || matrix.weight() == name) return &matrix;
  }
  return nullptr;
}

void refuse_tensor(const std::string& path, const std::string& tensor, const std::string& what,
                   const std::string& expected, const std::string& got) {
  throw Error(ErrorCode::model,
              {.where = path + (tensor.empty() ? "" : ", tensor '" + tensor + "'"),
               .what = what,
               .expected = expected,
               .got = got,
               .hint = "a plain LSTM's state dictionary has weight_ih_l0, weight_hh_l0 and so on"});
}

StateDict state_dict(const SafeTensors& file) {
  StateDict made;
  for (const Tensor& tensor : file.tensors) {
    if (ends_with(tensor.name, "weight_ih_l0"))
      made.lstms.push_back(before(tensor.name, "weight_ih_l0"));
    if (ends_with(tensor.name, "weight_ih")) made.cells.push_back(before(tensor.name, "weight_ih"));
    if (!is_weight(tensor)) continue;
    MatrixModule matrix{before(tensor.name, "weight"), tensor.shape[0], tensor.shape[1]};
    matrix.bias = has_bias(file, matrix);
    made.matrices.push_back(std::move(matrix));
  }
  const Belonging modules(made);
  for (const Tensor& tensor : file.tensors) {
    if (!modules.has(tensor.name)) made.others.push_back(tensor.name);
  }
  // Python's safetensors writes wider types first, sorted by name within a type.
  made.sorted = std::adjacent_find(file.tensors.begin(), file.tensors.end(),
                                   [](const Tensor& a, const Tensor& b) {
                                     return a.dtype == b.dtype && b.name < a.name;
                                   }) == file.tensors.end();
  return made;
}

Architecture lstm_of(const SafeTensors& file, const std::string& prefix, const std::string& path) {
  Architecture architecture{.input = 0, .hidden = {}, .output = 0, .biases = 0};
  const Tensor& first = file.at(prefix + "weight_ih_l0", path);
  rows_of(first, path);
  architecture.input = first.shape[1];
  const Tensor* projection = file.find(prefix + "weight_hr_l0");
  if (projection != nullptr) architecture.cell.projection = rows_of(*projection, path);
  if (projection != nullptr && architecture.cell.projection == 0)
    refuse_tensor(path, projection->name, "a projection to nothing", "[P, H]",
                  to_string(projection->shape));
  add_layers(file, prefix, path, architecture);
  const bool both =
      std::any_of(file.tensors.begin(), file.tensors.end(), [&prefix](const Tensor& tensor) {
        return in_lstm(tensor.name, prefix) && ends_with(tensor.name, "_reverse");
      });
  if (both) architecture.direction = Direction::both;
  architecture.biases = file.find(prefix + "bias_hh_l0") != nullptr   ? 2
                        : file.find(prefix + "bias_ih_l0") != nullptr ? 1
                                                                      : 0;
  return architecture;
}

std::string describe_lstm(const std::string& prefix, const Architecture& architecture) {
  const std::size_t layers = architecture.layers();
  return fmt::format("{} ({} -> {}{}{}{})",
                     prefix.empty() ? "LSTM" : prefix.substr(0, prefix.size() - 1),
                     architecture.input, architecture.hidden.back(),
                     layers > 1 ? fmt::format(", {} layers", layers) : "",
                     architecture.cell.projection > 0
                         ? fmt::format(", projected to {}", architecture.cell.projection)
                         : "",
                     architecture.direction == Direction::both ? ", both directions" : "");
}

}  // namespace sluice::formats
