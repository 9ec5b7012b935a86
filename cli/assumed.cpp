#include "cli/assumed.hpp"

#include <fmt/format.h>

namespace sluice::cli {

std::string assumed_text(const formats::StoredModel& model, bool proved) {
  if (model.assumed.empty()) return "";
  const char* doubt =
      "no activation after the LSTM or the head: a state dictionary does not say (`sluice convert "
      "--expect x.npy y.npy` proves it)";
  std::string text = proved ? fmt::format("proved: {}\n", model.assumed)
                            : fmt::format("assumed: {}; {}\n", model.assumed, doubt);
  if (!model.left_out.empty())
    text += fmt::format("left out: {}\n", fmt::join(model.left_out, ", "));
  return text;
}

}  // namespace sluice::cli
