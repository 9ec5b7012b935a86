#include "vectors/plain_optimizer.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

namespace sluice::vectors {
namespace {

using Kind = OptimizerRecipe::Kind;

// Words and numbers, in lower case, without what stands between them.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char ch : text) {
    const auto byte = static_cast<unsigned char>(ch);
    if (std::isalnum(byte) != 0 || ch == '.' || ch == '_' || ch == '-' || ch == '+') {
      words.back() += static_cast<char>(std::tolower(byte));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  words.erase(std::remove_if(words.begin(), words.end(),
                             [](const std::string& word) {
                               return word.find_first_of("abcdefghijklmnopqrstuvwxyz0123456789") ==
                                      std::string::npos;
                             }),
              words.end());
  return words;
}

std::optional<double> number(const std::string& word) {
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  if (end == word.c_str() || *end != '\0') return std::nullopt;
  return value;
}

class Parser {
 public:
  Parser(const std::string& text, std::string where)
      : text_(text), where_(std::move(where)), words_(words_of(text)) {}

  OptimizerRecipe parse() {
    if (words_.empty()) refuse(where_, "no optimiser");
    made_.kind = kind(words_[0]);
    if (made_.kind == Kind::adamw) made_.weight_decay = 0.01;
    if (made_.kind == Kind::adagrad) made_.epsilon = 1e-10;
    for (at_ = 1; at_ < words_.size();) take(words_[at_++]);
    return made_;
  }

 private:
  Kind kind(const std::string& word) const {
    if (word == "sgd") return Kind::sgd;
    if (word == "adam") return Kind::adam;
    if (word == "adamw") return Kind::adamw;
    if (word == "rmsprop") return Kind::rmsprop;
    if (word == "adagrad") return Kind::adagrad;
    refuse(where_, "an optimiser", "SGD, Adam, AdamW, RMSprop or Adagrad", text_);
  }

  void take(const std::string& word) {
    static const std::set<std::string> kFillers = {
        "with", "and",     "gradient", "grad",  "to",   "by",    "global",    "before",
        "step", "default", "defaults", "total", "l2",   "plain", "vanilla",   "2-norm",
        "at",   "a",       "the",      "of",    "full", "batch", "decoupled", "steps"};
    if (word == "lr" || word == "learning_rate" || word == "rate") {
      made_.rate = value(word);
    } else if (word == "momentum") {
      made_.momentum = value(word);
    } else if (word == "dampening") {
      made_.dampening = value(word);
    } else if (word == "beta1") {
      made_.beta1 = value(word);
    } else if (word == "beta2") {
      made_.beta2 = value(word);
    } else if (word == "betas") {
      made_.beta1 = value(word);
      made_.beta2 = value(word);
    } else if (word == "eps" || word == "epsilon") {
      made_.epsilon = value(word);
    } else if (word == "alpha" || word == "rho") {
      made_.alpha = value(word);
    } else if (word == "weight_decay" || word == "wd" || word == "decay") {
      made_.weight_decay = value(word);
    } else if (word == "nesterov") {
      made_.nesterov = flag();
    } else if (word == "amsgrad" || word == "centered" || word == "maximize") {
      if (flag()) refuse(where_, "an option of the optimiser", "none such", word);
    } else if (word.find("clip") != std::string::npos || word.find("norm") != std::string::npos) {
      if (at_ < words_.size() && number(words_[at_])) made_.clip = value(word);
    } else if (kFillers.count(word) == 0) {
      refuse(where_, "a word of the optimiser that is not understood", "", word + " in " + text_);
    }
  }

  double value(const std::string& label) {
    if (at_ < words_.size()) {
      if (const auto found = number(words_[at_])) {
        ++at_;
        return *found;
      }
    }
    refuse(where_, "no number behind " + label, "one", text_);
  }

  bool flag() {
    if (at_ < words_.size() && (words_[at_] == "false" || words_[at_] == "true")) {
      return words_[at_++] == "true";
    }
    return true;
  }

  const std::string& text_;
  std::string where_;
  std::vector<std::string> words_;
  std::size_t at_ = 0;
  OptimizerRecipe made_;
};

}  // namespace

OptimizerRecipe parse_optimizer(const std::string& text, const std::string& where) {
  return Parser(text, where).parse();
}

void PlainOptimizer::step(Doubles& parameters, const Doubles& gradient) {
  first_.resize(parameters.size(), 0.0);
  second_.resize(parameters.size(), 0.0);
  ++steps_;
  const bool decoupled = recipe_.kind == Kind::adamw;
  for (std::size_t j = 0; j < parameters.size(); ++j) {
    double& p = parameters[j];
    const double d = gradient[j] + (decoupled ? 0.0 : recipe_.weight_decay * p);
    if (decoupled) p *= 1.0 - recipe_.rate * recipe_.weight_decay;
    p -= recipe_.rate * change(j, d);
  }
}

// What is subtracted, before the rate, for the gradient d of parameter j.
double PlainOptimizer::change(std::size_t j, double d) {
  double& m = first_[j];
  double& v = second_[j];
  const auto t = static_cast<double>(steps_);
  switch (recipe_.kind) {
    case Kind::sgd: {
      if (recipe_.momentum == 0.0) return d;
      m = steps_ == 1 ? d : recipe_.momentum * m + (1.0 - recipe_.dampening) * d;
      return recipe_.nesterov ? d + recipe_.momentum * m : m;
    }
    case Kind::rmsprop: {
      v = recipe_.alpha * v + (1.0 - recipe_.alpha) * d * d;
      const double scaled = d / (std::sqrt(v) + recipe_.epsilon);
      if (recipe_.momentum == 0.0) return scaled;
      m = recipe_.momentum * m + scaled;
      return m;
    }
    case Kind::adagrad:
      v += d * d;
      return d / (std::sqrt(v) + recipe_.epsilon);
    case Kind::adam:
    case Kind::adamw:
      break;
  }
  m = recipe_.beta1 * m + (1.0 - recipe_.beta1) * d;
  v = recipe_.beta2 * v + (1.0 - recipe_.beta2) * d * d;
  return m / (1.0 - std::pow(recipe_.beta1, t)) /
         (std::sqrt(v / (1.0 - std::pow(recipe_.beta2, t))) + recipe_.epsilon);
}

double norm(const Doubles& values) {
  double sum = 0.0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

void clip_gradient(Doubles& gradient, double limit) {
  const double scale = std::min(1.0, limit / (norm(gradient) + 1e-6));
  for (double& d : gradient) d *= scale;
}

}  // namespace sluice::vectors
