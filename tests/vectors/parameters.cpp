#include "vectors/parameters.hpp"

#include <algorithm>

namespace sluice::vectors {

Parameters::Parameters(const Architecture& architecture, std::string where)
    : where_(std::move(where)),
      list_(parameter_list(architecture)),
      set_(list_.size(), false),
      values_(parameter_count(list_), 0.0) {
  check(architecture);
}

void Parameters::set(Role role, std::size_t layer, std::size_t direction, const Doubles& values) {
  for (std::size_t j = 0; j < list_.size(); ++j) {
    const Parameter& one = list_[j];
    if (one.role == role && one.layer == layer && one.direction == direction) {
      return put(j, values);
    }
  }
  refuse(where_, "a tensor that the network does not have");
}

void Parameters::set(const std::string& name, const Array& array) {
  for (std::size_t j = 0; j < list_.size(); ++j) {
    if (list_[j].name != name) continue;
    expect_shape(array, list_[j].shape, where_ + "." + name);
    return put(j, array.data);
  }
  refuse(where_, "a tensor that the network does not have", "", name);
}

void Parameters::put(std::size_t index, const Doubles& values) {
  const Parameter& one = list_[index];
  if (set_[index]) refuse(where_, "a tensor given twice", "", one.name);
  if (values.size() != one.count) {
    refuse(where_ + "." + one.name, "a tensor of another size",
           std::to_string(one.count) + " values", std::to_string(values.size()));
  }
  std::copy(values.begin(), values.end(),
            values_.begin() + static_cast<std::ptrdiff_t>(one.offset));
  set_[index] = true;
}

Doubles Parameters::take() const {
  for (std::size_t j = 0; j < list_.size(); ++j) {
    if (!set_[j]) refuse(where_, "a tensor is missing", list_[j].name);
  }
  return values_;
}

}  // namespace sluice::vectors
