#include "cli/inspect_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "cli/interrupt.hpp"
#include "cli/row_reader.hpp"
#include "cli/seven_steps.hpp"
#include "cli/stream_rows.hpp"
#include "data/csv.hpp"
#include "formats/model_file.hpp"
#include "inspection/trace.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

using inspection::Range;
using inspection::Trace;
using inspection::Where;

// Records the newest step and the cell state before it.
class Newest final : public TraceSink {
 public:
  explicit Newest(const Architecture& arch)
      : now_(arch, {.layers = {}, .units = {}, .steps = {0, 1}, .direction = {}}), before_(now_) {}

  void step(const TraceStep& step) noexcept override {
    if (step.layer == 0 && step.direction == 0) std::swap(now_, before_);
    TraceStep here = step;
    here.step = 0;
    now_.step(here);
  }

  const Trace& now() const { return now_; }
  float c_before(std::size_t part, std::size_t unit) const {
    const std::vector<float>& c = before_.parts()[part].signals[inspection::kC];
    return c.empty() || std::isnan(c[unit]) ? 0.0f : c[unit];
  }

 private:
  Trace now_, before_;
};

class Screen {
 public:
  Screen(const Architecture& arch, const Where& where) : arch_(arch), where_(where) {}

  void draw(const Newest& newest, std::size_t row, const std::string& label,
            const std::string& answer) {
    std::string text = terminal_ ? "\033[H\033[J" : "";
    text += fmt::format("step {}{}{}\n", row, label.empty() ? "" : ", ", label);
    const bool named = where_.units.last != Range{}.last;
    for (std::size_t n = 0; n < newest.now().parts().size(); ++n) {
      const Trace::Part& part = newest.now().parts()[n];
      if (!where_.holds(part.layer, part.direction, 0)) continue;
      const std::size_t last = std::min(where_.units.last, part.units.last);
      const std::size_t end = named ? last : std::min<std::size_t>(4, last);
      for (std::size_t unit = where_.units.first; unit < end; ++unit) {
        text += fmt::format("\n{}, unit {}\n", newest.now().name(part), unit);
        text += seven_steps(part, unit, 0, newest.c_before(n, unit));
      }
    }
    text += fmt::format("\n  S8  {}\n", answer);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    // At most ten frames a second, so that a person can read them.
    if (terminal_) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }

 private:
  const Architecture& arch_;
  Where where_;
  bool terminal_ = ::isatty(STDOUT_FILENO) != 0;
};

}  // namespace

void watch(const std::string& path, const std::string& data, const std::string& select) {
  const formats::StoredModel model = formats::load_model(path);
  if (model.network() == nullptr) {
    throw Error(ErrorCode::usage, {.where = path,
                                   .what = "the model has no LSTM, only a linear part",
                                   .hint = "train it with --hidden 64"});
  }
  const Architecture& arch = model.network()->architecture();
  Where where;
  if (!select.empty()) where = inspection::parse_where(select, arch, {0, 1});
  Newest newest(arch);
  const std::unique_ptr<StreamRows> rows = StreamRows::open(path, model, {}, &newest);
  const std::atomic<bool>& interrupted = interrupt_flag();
  Screen screen(arch, where);
  const std::unique_ptr<data::CsvReader> csv = open_rows(*rows, data, interrupted);
  if (!csv->next() || interrupted) return;
  RowReader reader(*rows, *csv);
  const std::vector<std::string> outputs = rows->outputs();
  std::size_t number = 0;
  over_rows(*csv, reader, interrupted, [&](const RowReader::Row& row, const std::string& place) {
    const std::span<const double> answer = rows->push(row.values, row.time, place);
    std::string text;
    for (std::size_t n = 0; n < std::min<std::size_t>(answer.size(), 6); ++n)
      text += fmt::format("{}{} {:.6g}", n == 0 ? "" : "  ", outputs[n], answer[n]);
    screen.draw(newest, number++, row.time_text, text);
  });
}

}  // namespace sluice::cli
