// Filling a network's flat parameters tensor by tensor: each exactly once and of the right size.
#pragma once

#include <string>
#include <vector>

#include "model/parameters.hpp"
#include "vectors/fields.hpp"

namespace sluice::vectors {

class Parameters {
 public:
  /// `where` names the case in messages.
  Parameters(const Architecture& architecture, std::string where);

  /// Throws Error(data) where there is no such tensor, it is set already, or the size is wrong.
  void set(Role role, std::size_t layer, std::size_t direction, const Doubles& values);
  void set(const std::string& name, const Array& array);
  /// All of them. Throws Error(data) that names a tensor that was not set.
  Doubles take() const;

  const std::vector<Parameter>& list() const { return list_; }

 private:
  void put(std::size_t index, const Doubles& values);

  std::string where_;
  std::vector<Parameter> list_;
  std::vector<bool> set_;
  Doubles values_;
};

}  // namespace sluice::vectors
