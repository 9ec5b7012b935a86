// Applies the request, then the modules' names, to the modules of one file. Every combination that
// names do not settle is an error that says which option settles it.
#include "formats/chain.hpp"

#include <fmt/format.h>

#include <utility>

#include "formats/module_words.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

constexpr const char* kOnnx = "an ONNX export of the whole model runs as it is";
constexpr const char* kExpected = "an LSTM and at most one linear layer behind it";

// "a, b, c", or the first few and the number of the rest: a file may have 100,000.
std::string shown(std::vector<std::string> names) {
  constexpr std::size_t kShown = 12;
  const std::size_t more = names.size() > kShown ? names.size() - kShown : 0;
  names.resize(names.size() - more);
  return fmt::format("{}{}", fmt::join(names, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string listed(const std::vector<std::string>& prefixes) {
  std::vector<std::string> names;
  names.reserve(prefixes.size());
  for (const std::string& prefix : prefixes)
    names.push_back(prefix.empty() ? "(no prefix)" : prefix.substr(0, prefix.size() - 1));
  return shown(std::move(names));
}

// Chooses the chain of one file from its modules and the request.
class Chooser {
 public:
  Chooser(const SafeTensors& file, const std::string& path, const ChainRequest& request)
      : file_(file), path_(path), request_(request), dict_(state_dict(file)) {
    check_activation();
    lstm_ = choose_lstm();
    architecture_ = lstm_of(file, lstm_, path);
    input_ = architecture_.input;
    width_ = architecture_.layer_output(architecture_.layers() - 1);
  }

  std::vector<Chain> choose() {
    if (!request_.head.empty() || !request_.before.empty()) return {requested()};
    if (!request_.module.empty()) return {made(nullptr, nullptr)};  // the LSTM alone
    for (const std::string& tensor : dict_.others) refuse_other(tensor);
    const std::vector<const MatrixModule*> there = matrices();
    if (request_.proved) return all_that_fit(there);
    if (there.empty()) return {made(nullptr, nullptr)};
    if (there.size() > 1) refuse_several(there);
    check_named(*there.front());
    return {made(nullptr, there.front())};
  }

 private:
  void check_activation() const {
    if (request_.activation.empty() || request_.activation == "none") return;
    throw Error(ErrorCode::usage,
                {.where = "--activation " + request_.activation,
                 .what = "a model file holds an LSTM and a linear head, no activation around it",
                 .expected = "none",
                 .got = "'" + request_.activation + "'",
                 .hint = fmt::format("after the head: convert with --activation none and apply it "
                                     "to the outputs; before the head: --head none, and compute "
                                     "the rest outside; or {}",
                                     kOnnx)});
  }

  std::string choose_lstm() const {
    const std::vector<std::string>& there = dict_.lstms;
    if (!request_.module.empty()) {
      for (const std::string& prefix : there) {
        if (prefix == request_.module || prefix == request_.module + ".") return prefix;
      }
      throw Error(ErrorCode::usage, {.where = "--module " + request_.module,
                                     .what = "no LSTM of that name in " + path_,
                                     .expected = listed(there)});
    }
    if (there.size() == 1 && dict_.cells.empty()) return there.front();
    throw no_single_lstm();
  }

  Error no_single_lstm() const {
    const std::vector<std::string>&lstms = dict_.lstms, &cells = dict_.cells;
    ErrorParts parts{.where = path_, .what = "not a model that Sluice knows"};
    parts.expected = "one LSTM, whose first tensor's name ends in weight_ih_l0";
    parts.got = fmt::format("{} of them", lstms.size());
    parts.hint = kOnnx;
    if (!lstms.empty()) {
      parts.what = "several recurrent modules, and a state dictionary does not say how they join";
      parts.got += ": " + listed(lstms);
      parts.hint = fmt::format("`sluice convert IN OUT --module {}` takes one alone; {}",
                               listed({lstms.front()}), kOnnx);
    }
    if (!cells.empty()) {
      if (lstms.empty()) parts.what = "cells, and a state dictionary does not hold their loop";
      parts.got += fmt::format("{} nn.LSTMCell (or GRUCell): {}", lstms.empty() ? ", but" : ", and",
                               listed(cells));
    }
    return Error(ErrorCode::model, std::move(parts));
  }

  std::vector<const MatrixModule*> matrices() const {
    std::vector<const MatrixModule*> all;
    for (const MatrixModule& matrix : dict_.matrices) all.push_back(&matrix);
    return all;
  }

  bool fits_behind(const MatrixModule& matrix) const { return matrix.inputs == width_; }
  bool fits_before(const MatrixModule& matrix) const { return matrix.outputs == input_; }
  bool may_embed(const MatrixModule& matrix) const {
    return !matrix.bias && matrix.inputs == input_;
  }
  NamedPlace place(const MatrixModule& matrix) const {
    return named_place(matrix.name(), lstm_.empty() ? "" : lstm_.substr(0, lstm_.size() - 1));
  }

  // Whether it precedes the LSTM in a file whose tensors are not sorted by name.
  bool lies_before(const MatrixModule& matrix) const {
    if (dict_.sorted) return false;
    for (const Tensor& tensor : file_.tensors) {
      if (tensor.name == matrix.weight()) return true;
      if (tensor.name == lstm_ + "weight_ih_l0") return false;
    }
    return false;
  }

  [[noreturn]] void refuse_other(const std::string& tensor) const {
    throw Error(ErrorCode::model,
                {.where = fmt::format("{}, tensor '{}'", path_, tensor),
                 .what = "a tensor that is not part of an LSTM with a linear head",
                 .expected = kExpected,
                 .got = "it",
                 .hint = fmt::format("`sluice convert IN OUT --head none` takes {} alone, --before "
                                     "NAME names the layer before it; {}",
                                     describe_lstm(lstm_, architecture_), kOnnx)});
  }

  [[noreturn]] void refuse_several(const std::vector<const MatrixModule*>& there) const {
    std::vector<std::string> all;
    std::string before, head;
    for (const MatrixModule* matrix : there) {
      all.push_back(matrix->described());
      const bool first = place(*matrix) == NamedPlace::before;
      if (first && before.empty()) before = " --before " + matrix->name();
      if (!first && fits_behind(*matrix) && head.empty()) head = " --head " + matrix->name();
    }
    throw Error(
        ErrorCode::model,
        {.where = path_,
         .what = "more than one linear layer or embedding, and a state dictionary does not say how "
                 "they join",
         .expected = kExpected,
         .got = fmt::format("{} and {}", describe_lstm(lstm_, architecture_), shown(all)),
         .hint = fmt::format(
             "`sluice convert IN OUT` with{}, or --head none for the LSTM alone; {}",
             before.empty() && head.empty() ? " --head NAME, --before NAME" : before + head,
             kOnnx)});
  }

  [[noreturn]] void refuse_place(const MatrixModule& matrix, const std::string& what,
                                 const std::string& hint) const {
    throw Error(ErrorCode::model, {.where = fmt::format("{}, tensor '{}'", path_, matrix.weight()),
                                   .what = what,
                                   .expected = kExpected,
                                   .got = fmt::format("{} beside {}", matrix.described(),
                                                      describe_lstm(lstm_, architecture_)),
                                   .hint = hint});
  }

  // Checks that names make the only matrix the head; otherwise throws with the option to add.
  void check_named(const MatrixModule& matrix) const {
    const std::string name = matrix.name();
    const std::string alone = "--head none takes the LSTM alone";
    const std::string say = fmt::format(
        "`sluice convert IN OUT` with --head {} if it is a linear layer right after the LSTM, "
        "--before {} if it comes before, or --expect x.npy y.npy, which proves it; {}",
        name, name, alone);
    const NamedPlace named = place(matrix);
    if (named == NamedPlace::before) {
      refuse_place(
          matrix, "by its name it belongs before the LSTM",
          fmt::format("`sluice convert IN OUT --before {}` says so; {}; {}", name, alone, kOnnx));
    }
    if (!fits_behind(matrix)) {
      refuse_place(
          matrix,
          "it is not a linear layer after the LSTM, whose outputs are " + std::to_string(width_),
          fmt::format("{}; {}", alone, kOnnx));
    }
    if (inside_sequential(name)) {
      refuse_place(
          matrix,
          "the module before it in its Sequential has no tensors: a Dropout, or an activation",
          fmt::format("`sluice convert IN OUT` with --head {} --activation none if it is "
                      "not an activation, or --expect x.npy y.npy, which proves it; {}; {}",
                      name, alone, kOnnx));
    }
    const bool generic =
        named == NamedPlace::generic && !fits_before(matrix) && !lies_before(matrix);
    if (named != NamedPlace::behind && !generic)
      refuse_place(matrix,
                   lies_before(matrix) && fits_behind(matrix) && named == NamedPlace::generic
                       ? "it comes before the LSTM in a file that is not sorted by name"
                       : "neither its name nor its shape says where it belongs",
                   say);
  }

  const MatrixModule& find(const char* option, const std::string& name) const {
    if (const MatrixModule* found = dict_.find(name)) return *found;
    std::vector<std::string> names;
    for (const MatrixModule& matrix : dict_.matrices) names.push_back(matrix.name());
    throw Error(ErrorCode::usage,
                {.where = fmt::format("{} {}", option, name),
                 .what = "no such layer in " + path_,
                 .expected = names.empty() ? "none: there is only the LSTM" : shown(names),
                 .got = "'" + name + "'"});
  }

  const MatrixModule* requested_head() const {
    if (request_.head.empty() || request_.head == "none") return nullptr;
    const MatrixModule& head = find("--head", request_.head);
    if (!fits_behind(head)) {
      throw Error(ErrorCode::model, {.where = fmt::format("{}, --head {}", path_, request_.head),
                                     .what = "it does not fit after the LSTM",
                                     .expected = fmt::format("[O, {}]", width_),
                                     .got = head.described()});
    }
    if (inside_sequential(head.name()) && request_.activation.empty() && !request_.proved)
      check_named(head);
    return &head;
  }

  const MatrixModule* requested_before() const {
    if (request_.before.empty()) return nullptr;
    const MatrixModule& before = find("--before", request_.before);
    if (fits_before(before) || may_embed(before)) return &before;
    throw Error(ErrorCode::model,
                {.where = fmt::format("{}, --before {}", path_, request_.before),
                 .what = "it does not fit before the LSTM",
                 .expected = fmt::format("[{}, N], or an embedding [V, {}]", input_, input_),
                 .got = before.described()});
  }

  Chain requested() const {
    const MatrixModule *head = requested_head(), *before = requested_before();
    if (before != nullptr && before == head) {
      throw Error(ErrorCode::usage, {.where = "--before " + request_.before,
                                     .what = "one layer is given both before the LSTM and after it",
                                     .expected = "two layers"});
    }
    Chain chain = made(before, head);
    if (request_.head == "none" || !request_.module.empty()) return chain;
    // The request names none of the remaining modules.
    for (const std::string& tensor : dict_.others) refuse_other(tensor);
    for (const MatrixModule& matrix : dict_.matrices) {
      if (&matrix == head || &matrix == before) continue;
      if (head != nullptr) refuse_other(matrix.weight());
      check_named(matrix);
      chain = made(before, &matrix);
      head = &matrix;
    }
    return chain;
  }

  std::vector<Chain> all_that_fit(const std::vector<const MatrixModule*>& there) const {
    std::vector<Chain> all;
    if (there.empty()) return {made(nullptr, nullptr)};
    if (there.size() > 2) refuse_several(there);
    if (there.size() == 1) {
      const MatrixModule* only = there.front();
      if (fits_behind(*only)) all.push_back(made(nullptr, only));
      if (fits_before(*only) || may_embed(*only)) all.push_back(made(only, nullptr));
    }
    for (const bool turned : {false, true}) {
      if (there.size() != 2) break;
      const MatrixModule *before = there[turned ? 1 : 0], *head = there[turned ? 0 : 1];
      if (fits_behind(*head) && (fits_before(*before) || may_embed(*before)))
        all.push_back(made(before, head));
    }
    if (all.empty()) refuse_several(there);
    return all;
  }

  // Whether it is a Linear whose product is folded into W. An Embedding is not: x is its vectors.
  bool folds(const MatrixModule& before) const {
    return fits_before(before) && (before.bias || !may_embed(before));
  }

  Chain made(const MatrixModule* before, const MatrixModule* head) const {
    Chain chain{.lstm = lstm_, .head = head != nullptr ? head->prefix : ""};
    if (before != nullptr && folds(*before)) {
      if (!request_.proved) {
        throw Error(
            ErrorCode::model,
            {.where = fmt::format("{}, --before {}", path_, before->name()),
             .what = "a state dictionary does not say whether an activation follows it",
             .expected = "--expect x.npy y.npy, which proves that there is none",
             .hint = fmt::format("--head none without --before takes the LSTM alone; {}", kOnnx)});
      }
      chain.folded = before->prefix;
      chain.text = before->described() + " -> ";
    } else if (before != nullptr) {
      chain.text = fmt::format("vectors of {} -> ", before->described());
    }
    chain.text += describe_lstm(lstm_, architecture_);
    if (head != nullptr) chain.text += " -> " + head->described();
    for (const Tensor& tensor : file_.tensors) {
      const bool own = tensor.name.rfind(lstm_ + "weight_", 0) == 0 ||
                       tensor.name.rfind(lstm_ + "bias_", 0) == 0;
      const auto in = [&](const std::string& prefix) {
        return !prefix.empty() &&
               (tensor.name == prefix + "weight" || tensor.name == prefix + "bias");
      };
      if (!own && !in(chain.head) && !in(chain.folded)) chain.left_out.push_back(tensor.name);
    }
    return chain;
  }

  const SafeTensors& file_;
  const std::string& path_;
  const ChainRequest& request_;
  StateDict dict_;
  std::string lstm_;
  Architecture architecture_;
  std::size_t input_ = 0, width_ = 0;
};

}  // namespace

std::vector<Chain> chains(const SafeTensors& file, const std::string& path,
                          const ChainRequest& request) {
  return Chooser(file, path, request).choose();
}

}  // namespace sluice::formats
