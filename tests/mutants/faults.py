"""The faults that run.py plants, one at a time: every one of them must make its tests fail.

A fault replaces `old`, which must stand exactly once in `file`, by `new`. `tests` are the programs
(tests/<name>, without _test) of which each must fail. Faults of one file stand together: that way
each costs one compilation.
"""
from typing import NamedTuple


class Fault(NamedTuple):
    name: str
    file: str
    old: str
    new: str
    tests: tuple


FAULTS = []


def plant(file, tests, *faults):
    FAULTS.extend(Fault(name, file, old, new, tuple(tests.split())) for name, old, new in faults)


# The truth.
plant("src/reference/cell.cpp", "reference",
      ("reference: candidate and output gate swapped",
       "s.g[n] = std::tanh(gate_sum(weights, kCandidate, k, step));",
       "s.g[n] = std::tanh(gate_sum(weights, kOutput, k, step));"),
      ("reference: c' dropped", "s.f[n] * step.c_before[k] + s.i[n] * s.g[n]",
       "s.f[n] + s.i[n] * s.g[n]"),
      ("reference: R transposed", "w.weight_hh[row * w.hidden + j] * step.h_before[j]",
       "w.weight_hh[gate * w.hidden * w.hidden + j * w.hidden + k] * step.h_before[j]"),
      ("reference: d_R assigned, not added",
       "d_w.weight_hh[row * d_w.hidden + j] += d_a[row]",
       "d_w.weight_hh[row * d_w.hidden + j] = d_a[row]"),
      ("reference: slope of tanh(c) lost", "* s.o[n] * (1.0 - s.tanh_c[n] * s.tanh_c[n])",
       "* s.o[n]"),
      ("reference: d_c of the next step lost", "d.d_c[k] += d.d_h[k] * s.o[n]",
       "d.d_c[k] = d.d_h[k] * s.o[n]"))
plant("src/reference/lstm.cpp", "reference",
      ("reference: off by one in t", "const std::size_t before = now - batch;",
       "const std::size_t before = t > 1 ? now - 2 * batch : now - batch;"),
      ("reference: d_h of the next step lost", "d.d_h[k] += d_above[now * hidden + k];",
       "d.d_h[k] = d_above[now * hidden + k];"))

# The kernels.
plant("src/kernels/activations-inl.hpp", "kernels",
      ("sigmoid: a NaN becomes a number", "return hn::IfThenElse(hn::IsNaN(x), x, y);\n}\n\n// tanh",
       "return y;\n}\n\n// tanh"),
      ("tanh: polynomial used too far out", "hn::Set(d, 0.625f)), small",
       "hn::Set(d, 0.9f)), small"),
      ("exp: last constant of the polynomial off", "0.166665770f", "0.166674770f"))
plant("src/kernels/cell.cpp", "kernels network",
      ("cell: input and forget gate swapped",
       "hn::MulAdd(f, hn::Load(d, cell.c_prev + at), hn::Mul(i, g))",
       "hn::MulAdd(i, hn::Load(d, cell.c_prev + at), hn::Mul(f, g))"),
      ("cell: c' dropped", "hn::MulAdd(f, hn::Load(d, cell.c_prev + at), hn::Mul(i, g))",
       "hn::Add(f, hn::Mul(i, g))"),
      ("cell: slope of tanh(c) lost", "hn::MulAdd(hn::Mul(d_h, o), tanh_slope(tanh_c), ",
       "hn::MulAdd(hn::Mul(d_h, o), hn::Set(d, 1.0f), "),
      ("cell: d_c of the next step lost", "tanh_slope(tanh_c), hn::Load(d, cell.d_c + at));",
       "tanh_slope(tanh_c), hn::Zero(d));"),
      ("cell: d_c not passed through the forget gate",
       "hn::Store(hn::Mul(d_c, f), d, cell.d_c + at);", "hn::Store(d_c, d, cell.d_c + at);"))
plant("src/kernels/products.cpp", "kernels network",
      ("product: bias dropped", "p.bias == nullptr ? hn::Zero(d)", "true ? hn::Zero(d)"),
      ("product: one k short", "k < p.w.inner; ++k", "k + 1 < p.w.inner; ++k"),
      ("outer product: assigned, not added", "c[j] += line[j]", "c[j] = line[j]"))
plant("src/kernels/products.cpp", "kernels",
      ("outer product: writes behind its columns",
       "const std::size_t columns = std::min(s.k - k, kVectors * lanes);",
       "const std::size_t columns = kVectors * lanes;"),
      ("outer product: rows behind the first block lost",
       "first < s.rows; first += kOuterBlock", "first < 1; first += kOuterBlock"))

# The network.
plant("src/network/architecture.cpp", "network",
      ("forget bias at the input gate", "first[parameter.hidden + j] = 1.0f", "first[j] = 1.0f"))
plant("src/network/network.cpp", "network",
      ("R transposed", "pack(packed.r, r, hidden);", "pack_transposed(packed.r, r, hidden);"),
      ("bias_hh left out", "b < architecture_.biases; ++b) sum", "b < 1; ++b) sum"),
      ("gradient of bias_hh left out", "std::size_t bias = 0; bias < architecture_.biases; ++bias",
       "std::size_t bias = 0; bias < 1; ++bias"),
      ("d_h of the next step lost", "from_above[j] + from_next[j]", "from_above[j]"),
      ("d_R off by one in t", "of.h.data(), of.units, hidden, rows,",
       "of.h.data() + tape.batch() * of.units, of.units, hidden, rows,"),
      ("bias gradient assigned, not added", "d_bias[u] += line[u]", "d_bias[u] = line[u]"),
      ("d_y assigned to the head's bias, not added", "d_bias[n] += d_y[n]", "d_bias[n] = d_y[n]"))
plant("src/network/network.cpp", "network",
      ("gradient of the last state's c ignored",
       "std::copy_n(of.d_c_last.data(), state, of.d_c_first.data());",
       "std::fill_n(of.d_c_first.data(), state, 0.0f);"),
      ("dropout's scale lost", "(bits & 0xffff) < limit ? 0.0f : scale",
       "(bits & 0xffff) < limit ? 0.0f : 1.0f"),
      ("dropout forgotten on the way back", "if (!of.keep.empty()) multiply_by(",
       "if (false) multiply_by("),
      ("dropout by the place in the slice", "mix64((dropout.first_sample + b) << 32 | t)",
       "mix64(b << 32 | t)"))
plant("src/network/tape.cpp", "network",
      ("carry_state takes the first state",
       "const auto last = static_cast<std::ptrdiff_t>(steps_ * count);",
       "const auto last = static_cast<std::ptrdiff_t>(0 * count);"),
      ("carry_state takes the step before the last",
       "const auto last = static_cast<std::ptrdiff_t>(steps_ * count);",
       "const auto last = static_cast<std::ptrdiff_t>((steps_ - 1) * count);"))

# Training.
plant("src/training/losses.cpp", "training",
      ("quantile's sign", "short_by > 0     ? -levels[q]", "short_by > 0     ? levels[q]"),
      ("quantile levels turned round",
       "std::max(levels[q] * short_by, (levels[q] - 1.0f) * short_by)",
       "std::max(-levels[q] * short_by, (1.0f - levels[q]) * short_by)"),
      ("missing target counted", "if (std::isnan(target[j])) {", "if (false) {"),
      ("cross-entropy without its target", "(static_cast<long>(j) == target_class ? 1.0f : 0.0f)",
       "0.0f"))
plant("src/training/optimizer.cpp", "training",
      ("Adam's correction lost", "const double correction1 = 1.0 - std::pow(options_.beta1, power);",
       "const double correction1 = 1.0;"),
      ("Adam's second correction lost",
       "std::sqrt(1.0 - std::pow(options_.beta2, power));", "1.0;"),
      ("momentum lost", "momentum * first_[j] + d", "d"),
      ("AdamW's decay through the moments",
       "static_cast<float>(decoupled ? 0.0 : options_.weight_decay)",
       "static_cast<float>(options_.weight_decay)"),
      ("clipping never", "if (norm > limit) {", "if (false) {"),
      ("clipping tensors that are short too", "if (norm > limit) {", "if (norm > 0.0) {"),
      ("cosine without its warm-up", "if (at < warm_up) return", "if (false) return"))
plant("src/training/normal_equations.cpp", "training",
      ("ridge: sees a target behind the fitted rows",
       "const Origins origins{first, fit_end - layout.horizon};",
       "const Origins origins{first, fit_end - layout.horizon + 1};"),
      ("ridge: regressors not centred",
       "row[j] = (row[j] - equations.offset[i] * equations.offset[j])", "row[j] = (row[j])"))
plant("src/training/regressors.cpp", "training",
      ("ridge: lags read the future", "inputs.target[t - std::min(lag, t)]",
       "inputs.target[t - std::min(lag, t) + (lag == 0 && t + 1 < inputs.rows() ? 1 : 0)]"),
      ("ridge: known columns one row late", "inputs.known.data() + (t + 1) * layout.known_width",
       "inputs.known.data() + t * layout.known_width"))

plant("src/training/lanes.cpp", "training",
      ("lanes start all at the same row", "begin + random.below(end - begin) : begin",
       "0 : begin"))
plant("src/training/lstm_fit.cpp", "training",
      ("gradient of the last slice alone", "gradient_[j] += slice.gradient[j]",
       "gradient_[j] = slice.gradient[j]"),
      ("loss where the state is still fresh", "if (lane.fresh && step < chunk / 4) {",
       "if (false) {"))
plant("src/training/alpha.cpp", "training",
      ("LSTM trusted without its standard error",
       "difference.mean + difference.error < best_score", "difference.mean < best_score"))
plant("src/training/forecast_model.cpp", "training",
      ("network sees a season that has not been",
       "const std::size_t back = period - 1 - h % period;\n    out[h] = series[back > t ? t : t - back];",
       "out[h] = series[std::min(t + 1 + h % period, series.size() - 1)];"))
plant("src/training/forecast_trainer.cpp", "training",
      ("network fitted to targets behind its rows", "row + 1 + h < fit_end; ++h",
       "row + 1 + h < frame_.rows; ++h"),
      ("period found in rows to be judged by",
       "std::span(frame_.target.front()).first(model_.split.train_end)",
       "std::span(frame_.target.front())"))

# Data.
plant("src/data/csv.cpp", "data",
      ("CSV: a doubled quote ends the cell", "if (!more() || buffer_[at_] != '\"') break;",
       "break;"),
      ("CSV: lines inside quotes not counted",
       "} else if (ch == '\\n' || (ch == '\\r' && !(more() && buffer_[at_] == '\\n'))) {",
       "} else if (false) {"))
plant("src/data/time_grid.cpp", "data",
      ("times: repeated ones pass", "if (times[row] == times[row - 1]) {", "if (false) {"),
      ("times: a gap counts as one row", "place += difference / step;", "place += 1;"),
      ("times: off the grid passes", "if (difference % step != 0) {", "if (false) {"))
plant("src/data/calendar_time.cpp", "data",
      ("times: minutes lost", "hour * kHour + minute * kMinute", "hour * kHour"))

plant("src/data/features.cpp", "data",
      ("scaled by rows to be judged by",
       "const std::span<const double> values(table.at(name).values.data(), train_end);",
       "const std::span<const double> values(table.at(name).values);"),
      ("missing values not carried on", "to[row * stride] = last;",
       "to[row * stride] = std::isnan(value) ? 0.0 : value;"),
      ("mask turned round", "std::isnan(values.values[row]) ? 1.0 : 0.0",
       "std::isnan(values.values[row]) ? 0.0 : 1.0"))

# Evaluation.
plant("src/evaluation/metrics.cpp", "evaluation",
      ("MASE by steps of one, not of the period", "training[t] - training[t - period]",
       "training[t] - training[t - 1]"),
      ("pinball loss turned round",
       "above >= 0.0 ? levels_[q] * above : (levels_[q] - 1.0) * above",
       "above >= 0.0 ? (1.0 - levels_[q]) * above : -levels_[q] * above"),
      ("missing truth scored", "if (std::isnan(truth[h])) continue;\n    const double error",
       "const double error"))
plant("src/evaluation/baselines.cpp", "evaluation",
      ("seasonal naive reads the future", "series[t + 1 - period + h % period]",
       "series[std::min(t + 1 + h % period, series.size() - 1)]"),
      ("drift from the last two values", "(series[t] - series[0]) / steps",
       "(series[t] - series[t > 0 ? t - 1 : 0])"))

# Formats.
plant("src/formats/safetensors.cpp", "formats",
      ("safetensors: a gap between tensors passes", "if (entry.begin != previous_end) {",
       "if (false) {"),
      ("safetensors: trailing bytes pass", "if (end != data.size()) {", "if (false) {"))
plant("src/formats/dtype.cpp", "formats",
      ("half floats with the wrong bias", "exponent + (127 - 15)", "exponent + (127 - 16)"))
