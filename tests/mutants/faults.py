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
      ("reference: c' dropped", "s.f[k] * c_before[k] + s.i[k] * s.g[k]",
       "s.f[k] + s.i[k] * s.g[k]"),
      ("reference: slope of S5 lost",
       "s.o[k] * activate(cell.activations.cell, s.c_seen[k]).slope;", "s.o[k];"),
      ("reference: the cell's clip ignored on the way back",
       "d_c[k] *= clip_slope(s.c_sum[k], options.cell_clip);", ""),
      ("reference: coupled gate gets no gradient",
       "if (!options.has_input_gate()) d_f[k] -= d_i[k];", ""),
      ("reference: output peephole sees the old c", "squash(cell, sums, kOutput, c_new, s, s.o);",
       "squash(cell, sums, kOutput, c_before, s, s.o);"))
plant("src/reference/sums.cpp", "reference",
      ("reference: W's gradient assigned, not added", "d_matrix[n] += d[row]", "d_matrix[n] = d[row]"),
      ("reference: norm of R h' gets the gain of W x",
       "times(normalised(raw.recurrent, kBaEpsilon), cell.weights.norm_hh)",
       "times(normalised(raw.recurrent, kBaEpsilon), cell.weights.norm_ih)"))
plant("src/reference/layer.cpp", "reference",
      ("reference: reverse starts at T, not at the end", "layer.reverse ? times.size() - 1 - n : n",
       "layer.reverse ? layer.input.steps - 1 - n : n"))

# The kernels.
plant("src/kernels/activations-inl.hpp", "kernels",
      ("sigmoid: a NaN becomes a number", "return hn::IfThenElse(hn::IsNaN(x), x, y);\n}\n\n// tanh",
       "return y;\n}\n\n// tanh"),
      ("tanh: polynomial used too far out", "hn::Set(d, 0.625f)), small",
       "hn::Set(d, 0.9f)), small"),
      ("exp: last constant of the polynomial off", "0.166665770f", "0.166674770f"))
plant("src/kernels/cell.cpp", "kernels network",
      ("cell: input and forget gate swapped",
       "const Vec c = hn::MulAdd(f, c_prev, hn::Mul(i, g));",
       "const Vec c = hn::MulAdd(i, c_prev, hn::Mul(f, g));"),
      ("cell: c' dropped",
       "const Vec c = hn::MulAdd(f, c_prev, hn::Mul(i, g));", "const Vec c = hn::Add(f, hn::Mul(i, g));"),
      ("cell: slope of tanh(c) lost",
       "hn::MulAdd(hn::Mul(d_h, o), row.slope<kPlain>(kCell, u, tanh_c), d_c)",
       "hn::MulAdd(d_h, o, d_c)"),
      ("cell: d_c of the next step lost",
       "arrive<true>(row, u, row.at(row.cell.d_c, u));", "arrive<true>(row, u, hn::Zero(d));"),
      ("cell: d_c not passed through the forget gate", "return hn::Mul(d_c, f);", "return d_c;"))
plant("src/kernels/cell.cpp", "network",
      ("options: coupled gate gets no gradient",
       "if (coupling == Coupling::forget_from_input) d_i = hn::Sub(d_i, d_f);", ""),
      ("options: peephole's gradient does not reach c'", "for (const Gate gate : {kInput, kForget}) {",
       "for (const Gate gate : {kInput}) {"),
      ("options: zoneout keeps the new c", "hn::MulAdd(zone, hn::Sub(c_prev, c), c)",
       "hn::MulAdd(zone, hn::Sub(c, c_prev), c_prev)"),
      ("options: clipped gates keep their slope",
       "hn::Store(past_clip(s.slope, a, x.options.gate_clip), d, row.slope(gate, u));",
       "hn::Store(s.slope, d, row.slope(gate, u));"),
      ("options: output peephole sees the old c", "gate_sums(row, kOutput, cell.kept.c_new);",
       "gate_sums(row, kOutput, cell.c_prev);"),
      ("options: recurrent dropout forgotten on the way back", "kept_d = hn::Mul(d_c, keep);", ""))
plant("src/kernels/normalise-inl.hpp", "network",
      ("norm: the mean's gradient lost", "hn::Sub(hn::Load(d, row.d + at), mean)",
       "hn::Load(d, row.d + at)"),
      ("norm: padding counted", "hn::FirstN(d, hidden - u)", "hn::FirstN(d, units - u)"))
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
plant("src/network/initialisers.cpp", "network",
      ("Glorot by the fan-in alone", "std::sqrt(6.0 / (in + out))", "std::sqrt(6.0 / (in + in))"),
      ("vectors drawn, but not made orthogonal", "v[j] -= along * u[j];", "v[j] -= 0 * along * u[j];"),
      ("forget bias at the input gate", "std::fill_n(to + block * parameter.hidden,",
       "std::fill_n(to + 0 * block,"))
plant("src/network/layer.cpp", "network",
      ("R transposed", "return real(n) ? r[row(n) * state_ + k] : 0.0f;",
       "return real(n) && k < hidden_ ? r[(row(n) / hidden_ * hidden_ + k) * state_ + "
       "row(n) % hidden_ % state_] : 0.0f;"),
      ("bias_hh left out", "packed_.bias[n] += second[n];", ""),
      ("the projection's clip lost", "if (bound > 0.0f && std::abs(value) > bound) value", "if (false) value"),
      ("ended sequences go on", "if (!tape.all_run()) carry(t, tape, of);", ""),
      ("learned state for those that carry one", "if (!tape.fresh(sample)) continue;", ""))
plant("src/network/layer_backward.cpp", "network",
      ("gradient of bias_hh left out", "bias < biases_; ++bias", "bias < 1; ++bias"),
      ("d_h of the next step lost", "d_h[j] = from_above[j] + from_next[j];",
       "d_h[j] = from_above[j];"),
      ("d_R off by one in t", "of.keep_h.empty() ? of.h.data()",
       "of.keep_h.empty() ? of.h.data() + state_units_"),
      ("bias gradient assigned, not added", "to[j] += from[j];", "to[j] = from[j];"),
      ("gradient of the last state's c ignored",
       "std::copy_n(of.d_c_last.data(), cells, of.d_c_first.data());",
       "std::fill_n(of.d_c_first.data(), cells, 0.0f);"),
      ("ended sequences get gradient", "if (!tape.all_run()) set_aside(t, tape, of);", ""),
      ("peephole's gradient by the new c", "gate == 3 ? of.c_new.data() : of.c.data()",
       "gate == 3 ? of.c.data() : of.c_new.data()"),
      ("DropConnect forgotten on the way back", "target[n] += keep_r_[n] * sum[n];",
       "target[n] += sum[n];"))
plant("src/network/network.cpp", "network",
      ("d_y assigned to the head's bias, not added", "d_bias[n] += d_y[n]", "d_bias[n] = d_y[n]"),
      ("dropout forgotten on the way back", "above.d_out[j] *= above.keep[j];", ""),
      ("outputs past the end are not zero",
       "  clear_past_ends(tape, tape.y_stride, tape.y_.data());\n", ""),
      ("NaN in the padding is read", "if (!tape.runs(t, sample)) std::fill_n", "if (false) std::fill_n"),
      ("mean of the directions is their sum", "architecture_.merge == Merge::mean ? 0.5f : 1.0f;\n                  for",
       "1.0f;\n                  for"),
      ("residual forgotten on the way back", "below[j] += above.d_out[j];", ";"))
plant("src/network/noise.cpp", "network",
      ("dropout's scale lost", "return 65536.0f / (65536.0f - static_cast<float>(limit_of(rate)));",
       "return rate > 2 ? 0.0f : 1.0f;"),
      ("dropout by the place in the slice", "place_of(noise.seed, layer, noise.first_sample + b, t)",
       "place_of(noise.seed, layer, b, t)"))
plant("src/network/tape.cpp", "network",
      ("carry_state takes the step before the last",
       "static_cast<std::ptrdiff_t>(longest_ * count)",
       "static_cast<std::ptrdiff_t>((longest_ > 0 ? longest_ - 1 : 0) * count)"))
plant("src/network/run.cpp", "network",
      ("a chunk forgets the lengths", "std::max(given_.lengths[b], first) - first", "given_.lengths[b]"),
      ("left padding read as right", "given_.steps - given_.lengths[sample]", "given_.lengths[sample] * 0"))
plant("src/network/merge.cpp", "network",
      ("merged head is the sum", "1.0f / static_cast<float>(members)", "1.0f"))

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
      ("loss where the state is still fresh", "lane.fresh && step < chunk / 4) {", "false) {"),
      ("windows judged by all their rows", "options_.windows ? step + 1 < chunk :",
       "options_.windows ? false :"))
plant("src/training/forecast_model.cpp", "training",
      ("windows one row too late", "(end - lengths[sample] + step) * tape.x_stride",
       "(end - lengths[sample] + (step > 0 ? step - 1 : 0)) * tape.x_stride"))
plant("src/training/forecast_trainer.cpp", "training",
      ("windows trained as carried chunks", ".windows = model_.window > 0,", ".windows = false,"))
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
plant("src/formats/model_file.cpp", "formats",
      ("the window is lost", "stored.forecast->window = *window;", ""))
plant("src/formats/pytorch_names.cpp", "formats",
      ("the reverse direction is left out", "if (both) architecture.direction = Direction::both;", ""))
plant("src/formats/gate_order.cpp", "formats",
      ("ONNX's candidate and forget gate swapped", "return {{0, 2, 3, 1}, false};",
       "return {{0, 3, 2, 1}, false};"),
      ("the output gate's peephole one block too far", "if (place && *place == cell.gates() - 1)",
       "if (false)"))
plant("src/formats/dtype.cpp", "formats",
      ("half floats with the wrong bias", "exponent + (127 - 15)", "exponent + (127 - 16)"))
