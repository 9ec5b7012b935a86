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


# What all stand on.
plant("src/core/elementary.cpp", "core",
      ("exp: the low part of ln 2 lost", "low = n * kLn2Low", "low = 0.0 * kLn2Low"),
      ("exp: the last terms lost", "(rest - low)", "(0.5 * r * r - low)"),
      ("log: the low part of ln 2 lost", "s * (half + t) + exponent * kLn2Low", "s * (half + t)"),
      ("log: not reduced below 1", "m < 1.0 / std::numbers::sqrt2", "m < 0.0"),
      ("cosine: what rounding took is not given back", "(1.0 - one_less - half) + ", ""),
      ("sine: the wrong quarter's sign", "quarter.number < 2 ? value : -value", "quarter.number < 3 ? value : -value"),
      ("power: the exponent's lowest bit lost", "if (exponent & 1u)", "if (exponent & 2u)"))

# The truth.
plant("src/reference/cell.cpp", "reference",
      ("reference: c' dropped", "s.f[k] * c_before[k] + s.i[k] * s.g[k]",
       "s.f[k] + s.i[k] * s.g[k]"),
      ("reference: slope of S5 lost",
       "s.o[k] * activate(cell.activations.cell, s.c_seen[k]).slope;", "s.o[k];"),
      ("reference: the cell's clip ignored in the backward pass",
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
      ("activations: a NaN becomes a number", "return hn::Min(end, x)", "return hn::Min(x, end)"),
      ("tanh: rounded so that small ones cancel", "127.75f", "127.25f"),
      ("exp: last constant of the polynomial off", "0.166666254f", "0.166766254f"))
plant("src/kernels/cell-inl.hpp", "kernels engine",
      ("cell: input and forget gate swapped",
       "const Vec c = mul_add(f, c_prev, hn::Mul(i, g));       // S4",
       "const Vec c = mul_add(i, c_prev, hn::Mul(f, g));"),
      ("cell: c' dropped", "const Vec c = mul_add(f, c_prev, hn::Mul(i, g));       // S4",
       "const Vec c = hn::Add(f, hn::Mul(i, g));"))
plant("src/kernels/cell-inl.hpp", "engine",
      ("options: zoneout keeps the new c", "mul_add(zone, hn::Sub(c_prev, c), c)",
       "mul_add(zone, hn::Sub(c, c_prev), c_prev)"),
      ("options: clipped gates keep their slope",
       "hn::Store(past_clip(s.slope, a, x.options.gate_clip), d, row.slope(gate, u));",
       "hn::Store(s.slope, d, row.slope(gate, u));"),
      ("options: output peephole sees the old c", "sum(kOutput, row.cell.kept.c_new)",
       "sum(kOutput, row.cell.c_prev)"),
      ("options: with a norm the output peephole sees the old c",
       "gate_sums(row, kOutput, cell.kept.c_new);", "gate_sums(row, kOutput, cell.c_prev);"))
plant("src/kernels/cell_backward-inl.hpp", "kernels engine",
      ("cell: slope of tanh(c) lost",
       "mul_add(hn::Mul(d_h, o), row.slope<kForm>(kCell, u, tanh_c), d_c)",
       "mul_add(d_h, o, d_c)"),
      ("cell: d_c of the next step lost",
       "arrive<Form::plain>(row, u, row.at(row.cell.d_c, u));",
       "arrive<Form::plain>(row, u, hn::Zero(d));"),
      ("cell: d_c not passed through the forget gate", "return hn::Mul(d_c, f);", "return d_c;"))
plant("src/kernels/cell_backward-inl.hpp", "engine",
      ("options: clipped gates keep the slope of their values", "return hn::IfThenElse(was_clipped, hn::Zero(d), s);", "return s;"),
      ("options: gates clipped below keep their slope", "hn::Le(value, hn::Set(d, x->gate_low))", "hn::Lt(value, hn::Zero(d))"),
      ("options: coupled gate gets no gradient",
       "if (coupling == Coupling::forget_from_input) d_i = hn::Sub(d_i, d_f);", ""),
      ("options: peephole's gradient does not reach c'", "for (const Gate gate : {kInput, kForget}) {\n    d_c",
       "for (const Gate gate : {kInput}) {\n    d_c"),
      ("options: recurrent dropout forgotten in the backward pass", "kept_d = hn::Mul(d_c, keep);", ""))
plant("src/kernels/normalise-inl.hpp", "engine",
      ("norm: the mean's gradient lost", "hn::Sub(hn::Mul(given(at, real), hn::Load(d, row.gain + at)), mean)",
       "hn::Mul(given(at, real), hn::Load(d, row.gain + at))"),
      ("norm: padding counted", "hn::FirstN(d, hidden - u)", "hn::FirstN(d, units - u)"))
plant("src/kernels/lane_sums-inl.hpp", "kernels",
      ("sums: the upper half of the lanes lost", "hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v))",
       "hn::LowerHalf(half, v)"),
      ("sums: half of the parts lost", "hn::Add(sum.part[p], sum.part[p + count])", "sum.part[p]"),
      ("sums: eight values lost", "(eight.total() + (four.total() + ones.total()))",
       "(four.total() + ones.total())"))
plant("src/kernels/fused.hpp", "kernels",
      ("fused: rounded twice", "if ((bits & 1u) != 0) return", "return"),
      ("fused: rounded to the wrong side", "away ? bits + 1 : bits - 1", "away ? bits - 1 : bits + 1"),
      ("fused: what was lost, half of it", "(product - (sum - part)) + (addend - part)", "addend - part"))
plant("src/kernels/product-inl.hpp", "kernels engine",
      ("product: bias dropped", "p.bias == nullptr ? hn::Zero", "true ? hn::Zero"))
plant("src/kernels/product-inl.hpp", "kernels",
      ("product: the gates' padding multiplied", "a + block * p.a_block_stride",
       "a + block * (p.w.inner / p.a_blocks)"))
plant("src/kernels/tile-inl.hpp", "kernels engine",
      ("product: one k short", "for (; k < inner; ++k, panel += step)",
       "for (; k + 1 < inner; ++k, panel += step)"))
plant("src/kernels/products.cpp", "kernels engine",
      ("sums over rows: assigned, not added", "fresh ? tile.sum[r][v]",
       "true ? tile.sum[r][v]"),
      ("sums over rows: a fresh block after the first", "s.fresh && first == 0", "s.fresh"),
      ("sums over rows: the column of ones is zero", "std::fill_n(to, kColumns, 1.0f)",
       "std::fill_n(to, kColumns, 0.0f)"),
      ("sums over rows: a tile across two parts begins anew", "      r += together;\n      within += together;",
       "      r += together;\n      within = together;"))
plant("src/kernels/products.cpp", "kernels",
      ("sums over rows: those behind the first block lost",
       "first < s.rows; first += kOuterBlock", "first < 1; first += kOuterBlock"))
plant("src/kernels/product-inl.hpp", "kernels",
      ("one row: its last pair by the halves of another", "w_halves + (2 * k + v) * lanes", "w_halves + (2 * k + 1 - v) * lanes"))
plant("src/kernels/tile-inl.hpp", "kernels engine",
      ("halves: one gate's over the other's", "half, row + apart);", "half, row);"),
      ("halves: one gate's bias for both", "hn::Load(half, row + apart)", "hn::Load(half, row)"))
plant("src/kernels/kernel_table.hpp", "kernels engine",
      ("halves: the sums' gates mistaken", "first == first_half ? lanes / 2 : lanes", "lanes"))
plant("src/kernels/kernel_table.hpp", "kernels",
      ("halves: one that is half full is whole", "over <= lanes / 2", "over < lanes / 2"),
      ("places: gates out of order", "first * lanes + gate * (first", "first * lanes + (3 - gate) * (first"))
plant("src/kernels/products.cpp", "kernels",
      ("sums over rows: one panel's first block for all", "s.b + first * kWidth;", "s.b;"))
plant("src/kernels/cell-inl.hpp", "engine",
      ("options: an activation fills the padding", "const Vec value = real_units<kForm>(row, u, s.value);", "const Vec value = s.value;"))
plant("src/engine/activations.cpp", "training",
      ("recomputed, y is where h no longer is", "architecture.output > 0 || recomputes()", "architecture.output > 0"))
plant("src/kernels/step.cpp", "kernels engine",
      ("step: W x lost", "store_at<kHalves>(hn::Add(sum, load_at<kHalves>(to, units)), to, units)",
       "store_at<kHalves>(sum, to, units)"),
      ("step: what comes from above lost", "hn::Store(hn::Add(above, sum), TileTag(),",
       "hn::Store(sum, TileTag(),"))
plant("src/kernels/update.cpp", "training",
      ("quantile's sign", "hn::Lt(short_by, zero)", "hn::Gt(short_by, zero)"),
      ("quantile levels turned round", "hn::Set(d, 1.0f)), level)", "level), hn::Set(d, 1.0f))"),
      ("pinball: a missing target costs", "hn::IfThenElseZero(hn::Eq(target, target), hn::Sub(target, hn::LoadU(d, p.y + at)))",
       "hn::Sub(target, hn::LoadU(d, p.y + at))"))
plant("src/kernels/update.cpp", "training",
      ("squared error: the first row's target for all", "e.target + row * e.target_stride + at", "e.target + at"),
      ("squared error: its gradient not shared", "hn::Mul(hn::Set(d, e.share), error)", "error"))
plant("src/kernels/update.cpp", "kernels training",
      ("Adam: the second moment not squared", "hn::Mul(hn::Mul(hn::Set(d, u.new2), g), g)",
       "hn::Mul(hn::Set(d, u.new2), g)"))
plant("src/kernels/update.cpp", "kernels",
      ("Adam: the clip lost", "hn::Mul(hn::Set(d, u.scale), hn::LoadU(d, u.gradient + at))",
       "hn::LoadU(d, u.gradient + at)"))
plant("src/kernels/packed_matrix.hpp", "kernels engine",
      ("packing: columns beside the wanted ones", "std::copy_n(from + begin, there, to);",
       "std::copy_n(from, there, to);"),
      ("packing: one gate's weights in both halves", "n % lanes_ == 0 ? begin : begin + layout_.units", "begin"),
      ("packing: the first of the inner index again", ".from = runs[n].first + k,", ".from = runs[n].first,"))

# The network.
plant("src/model/initialisers.cpp", "model",
      ("Glorot by the fan-in alone", "std::sqrt(6.0 / (in + out))", "std::sqrt(6.0 / (in + in))"),
      ("vectors drawn, but not made orthogonal", "v[j] -= along * u[j];", "v[j] -= 0 * along * u[j];"),
      ("forget bias at the input gate", "std::fill_n(to + block * parameter.hidden,",
       "std::fill_n(to + 0 * block,"))
plant("src/engine/layer.cpp", "engine",
      ("R's rows by another gate", "return real(n) ? r + row(n) * state_ : nullptr; });",
       "return real(n) ? r + (row(n) + hidden_) % (4 * hidden_) * state_ : nullptr; });"),
      ("bias_hh left out", "packed_.bias[n] += second[n];", ""))
plant("src/engine/layer_forward.cpp", "engine",
      ("the projection's clip lost", "if (bound > 0.0f && std::abs(value) > bound) value", "if (false) value"),
      ("ended sequences go on",
       "emit(now, t);\n    }\n    if (!activations_.all_run()) carry(samples, t);",
       "emit(now, t);\n    }"),
      ("int8: ended sequences go on",
       "sums, &c, &h});\n    }\n    if (!activations_.all_run()) carry(samples, t);",
       "sums, &c, &h});\n    }"),
      ("learned state for those that carry one", "if (!activations_.fresh(sample)) continue;", ""))
plant("src/engine/layer_pass.cpp", "engine",
      ("peephole's gradient by the new c", "sum[3 * units_ + u] += d_a[3 * units_ + u] * c_new[u];",
       "sum[3 * units_ + u] += d_a[3 * units_ + u] * c[u];"),
      ("sums of lengths not cleared", "return activations_.all_run() && activations_.longest()",
       "return activations_.longest()"),
      ("new cell of the step before", "own_.c_new.empty() ? c_.row(t + 1, sample)", "own_.c_new.empty() ? c_.row(t, sample)"))
plant("src/engine/layer_backward.cpp", "engine",
      ("d_h of the next step lost", "d_h[j] = from_above[j] + from_next[j];",
       "d_h[j] = from_above[j];"),
      ("gradient of the last state's c ignored",
       "std::copy_n(own_.d_c_last.data(), batch_ * units_, own_.d_c_first.data());",
       "std::fill_n(own_.d_c_first.data(), batch_ * units_, 0.0f);"),
      ("ended sequences get gradient", "if (!activations_.all_run()) set_aside(samples, t);", ""),
      ("R's backward product over the padding", ".a_block_stride = units_};", ".a_block_stride = hidden_};"))
plant("src/engine/layer_backward.cpp", "training",
      ("what comes back between segments lost",
       "if (!together || steps.count() == 0) return;", "if (!together || steps.first > 0) return;"))
plant("src/engine/layer_gradients.cpp", "engine",
      ("gradient of bias_hh left out", "bias < layer_.biases(); ++bias", "bias < 1; ++bias"),
      ("d_R off by one in t", "own_.keep_h.empty() ? own_.h : own_.h_seen;\n",
       "own_.keep_h.empty() ? own_.tanh_c : own_.h_seen;\n"),
      ("bias gradient assigned, not added", "to[u] += last_row[layer_.sum_place(gate, u)];",
       "to[u] = last_row[layer_.sum_place(gate, u)];"),
      ("DropConnect forgotten in the backward pass", "to[i] += keep[begin + i] * turned[i]",
       "to[i] += turned[i]"),
      ("sums of the last segment alone", "activations_.of_all(steps).last == activations_.longest()", "true"))
plant("src/kernels/transpose.cpp", "kernels",
      ("transpose: never added", "to = t.add ? to + from[c] : from[c];", "to = from[c];"),
      ("transpose: vectors never added", "add ? hn::Add(hn::LoadU(d, to), values) : values", "values"),
      ("transpose: the last columns left out", "transpose_values(rest, 0, columns);", ""))
plant("src/engine/mini_batch.cpp", "engine",
      ("parts: the first part's lengths", "lengths.subspan(samples_[part].first, ", "lengths.subspan(0, "),
      ("parts: more than may be", "std::min({wanted, worth, most})", "std::min({wanted, worth, 2 * most})"),
      ("parts: of too little work", "steps * batch / kRows, 1)", "steps * batch, 1)"))
plant("src/engine/network.cpp", "engine",
      ("outputs past the end are not zero",
       "if (!y.empty())\n    clear_past_ends", "if (false)\n    clear_past_ends"),
      ("outputs past the end are not zero without a head",
       "activations.y_.empty() ? activations.between.back().out : activations.y_", "activations.y_"),
      ("NaN in the padding is read", "if (!activations.runs(t, sample))\n", "if (false)\n"),
      ("mean of the directions is their sum", "architecture_.merge == Merge::mean ? 0.5f : 1.0f;\n                  for",
       "1.0f;\n                  for"))
plant("src/engine/network_backward.cpp", "engine",
      ("assigned to the head's bias, not added", "bias[n] += activations.d_head_[inputs * activations.y_stride + n]",
       "bias[n] = activations.d_head_[inputs * activations.y_stride + n]"),
      ("dropout forgotten in the backward pass", "d_out[j] *= keep[j];", ";"),
      ("residual forgotten in the backward pass", "to[j] += above[j];", ";"))
plant("src/engine/network_backward.cpp", "training",
      ("recomputed from the wrong state", "activations.restore_boundary(index);", "activations.restore_boundary(0);"))
plant("src/engine/noise.cpp", "engine",
      ("dropout's scale lost", "65536.0f / (65536.0f - static_cast<float>(limit_of(rate)))",
       "(rate > 2 ? 0.0f : 1.0f)"),
      ("drawn: the second block as the first", "place += kTogether", "place += 0"),
      ("dropout by the place in the slice", "place_of(noise.seed, layer, noise.first_sample + b, t)",
       "place_of(noise.seed, layer, b, t)"))
plant("src/kernels/row_weights.cpp", "streaming",
      ("some groups: the larger ones of all", "groups_.larger - std::min(groups_.larger, first_group)", "groups_.larger"),
      ("some groups: each last one ends in a half", "ends_in_half() && groups.count > 0 && last_group == groups_.count", "ends_in_half()"))
plant("src/streaming/batch_step.cpp", "streaming",
      ("prepared: the sums of the row before", "  model_.network().prepare(*activations_);\n", ""),
      ("prepared: the state of the row before", "  load(0, state);\n", "  if (state == nullptr) load(0, state);\n"))
plant("src/streaming/row_runner.cpp", "streaming",
      ("two threads: both compute one share", "layers[phase - phase_of(0)].shares[1].step", "layers[phase - phase_of(0)].shares[0].step"),
      ("two threads: always", "threads == 0 && worth_two(model)", "threads == 0"))
plant("src/core/wavefront.cpp", "core engine",
      ("wavefront: the stage before is not waited for", "stages_[stage - 1].done.load(std::memory_order_acquire) > next",
       "next < pieces_"))
plant("src/engine/network_wavefront.cpp", "engine",
      ("layers apart: dropout left out", "if (noise != nullptr && !above.keep.empty())", "if (false)"),
      ("layers apart: what arrives passes no dropout", "arrive(layer, activations, steps, piece);", ""),
      ("layers apart: the last d_x not handed on", "activations.wants_d_x_ ? 0 : 1", "1"),
      ("layers apart: the pieces backwards in time", "pieces.at(pieces.count() - 1 - number)", "pieces.at(number)"),
      ("layers apart: what arrives from the segment's start", "above.from(piece.first - steps.first)", "above"),
      ("layers apart: no sums", "layer_sums(layer, activations, steps);", ";"))
plant("src/engine/network_backward.cpp", "engine",
      ("residual of a piece from the segment's start", "arriving(layer, activations, of_segment) + first;",
       "arriving(layer, activations, of_segment);"))
plant("src/engine/activations.cpp", "engine",
      ("carry_state takes the step before the last",
       "static_cast<std::ptrdiff_t>(longest() * count)",
       "static_cast<std::ptrdiff_t>((longest() > 0 ? longest() - 1 : 0) * count)"))
plant("src/engine/run.cpp", "engine",
      ("a chunk forgets the lengths", "std::max(length(b), first) - first", "length(b)"),
      ("left padding read as right", "given_.left_padded ? given_.steps - length(b) : 0", "0"),
      ("groups: the first group's lengths", "given_.lengths[samples_.first + b]", "given_.lengths[b]"),
      ("groups: the state of the group before", "activations_.set_batch(samples.count());", ""),
      ("groups: what lies past the ends is not cleared", "if (!sequences.lengths.empty()) std::fill",
       "if (false) std::fill"))
plant("src/engine/ensemble.cpp", "engine",
      ("merged head is the sum", "1.0f / static_cast<float>(members)", "1.0f"),
      ("merged members lie upon one another", "members * size, member * size}", "members * size, 0}"),
      ("one member is merged as several are", "if (members.size() == 1) {", "if (false) {"))
plant("src/formats/chain.cpp", "formats",
      ("names: a layer that fits before as well is the head", "!fits_before(matrix) && !lies_before(matrix)",
       "!lies_before(matrix)"),
      ("names: what is named before is the head", "if (named == NamedPlace::before) {", "if (false) {"),
      ("names: an n-th module is the head", "if (inside_sequential(name)) {", "if (false) {"))
plant("src/formats/folded_layer.cpp", "formats",
      ("folded: the bias stays what it was", "if (parameter.role == Role::bias_ih && first", "if (false && first"))

# Training.
plant("src/training/losses.cpp", "training",
      ("missing target counted", "if (std::isnan(target[j])) {", "if (false) {"),
      ("cross-entropy without its target", "(label ? 1.0 - loss.label_smoothing : 0.0)", "0.0"))
plant("src/training/optimizer.cpp", "training",
      ("Adam's correction lost", "const double correction1 = 1.0 - power(options_.beta1, steps_);",
       "const double correction1 = 1.0;"),
      ("Adam's second correction lost",
       "std::sqrt(1.0 - power(options_.beta2, steps_));", "1.0;"),
      ("momentum lost", "momentum * first_[j] + d", "d"),
      ("AdamW's decay through the moments",
       "static_cast<float>(decoupled ? 0.0 : options_.weight_decay)",
       "static_cast<float>(options_.weight_decay)"),
      ("clipping never", "norm > limit ? limit / norm : 1.0", "1.0"),
      ("clipping tensors that are short too", "norm > limit ? limit / norm : 1.0", "limit / norm"),
      ("the norm of the first block alone", "block < blocks; ++block) one(block);",
       "block < 1; ++block) one(block);"),
      ("cosine without its warm-up", "if (at < warm_up) return", "if (false) return"))
plant("src/forecasting/normal_equations.cpp", "forecasting",
      ("ridge: sees a target behind the fitted rows",
       "const Origins origins{first, fit_end - layout.horizon};",
       "const Origins origins{first, fit_end - layout.horizon + 1};"),
      ("ridge: regressors not centred",
       "row[j] = (row[j] - equations.offset[i] * equations.offset[j])", "row[j] = (row[j])"))
plant("src/forecasting/horizon_gram.cpp", "forecasting",
      ("ridge: a horizon's sums end a row late", "if (observed[origins.end + horizon_] != 0) add(origins.end, 1.0);", ""),
      ("ridge: runs of seen rows end unseen", "if (leaves != enters)", "if (enters && !leaves)"),
      ("ridge: sums over the missing rows", "if (seen(t) != sum_seen) continue;", "if (seen(t) == sum_seen) continue;"))
plant("src/forecasting/ridge_solver.cpp", "forecasting",
      ("ridge: a near factor taken for the horizon's own", "if (step == most_steps) return false;",
       "if (step == most_steps) return true;"))
plant("src/forecasting/regressors.cpp", "forecasting",
      ("ridge: lags read the future", "inputs.target[t - std::min(lag, t)]",
       "inputs.target[t - std::min(lag, t) + (lag == 0 && t + 1 < inputs.rows() ? 1 : 0)]"),
      ("ridge: known columns one row late", "inputs.known.data() + (t + 1) * layout.known_width",
       "inputs.known.data() + t * layout.known_width"))

plant("src/training/series_cursors.cpp", "training",
      ("cursors start all at the same row", "begin + random.below(end - begin) : begin",
       "0 : begin"))
plant("src/training/array_fit.cpp", "training",
      ("every part draws the first one's noise, of arrays", ".first_sample = samples.first});", ".first_sample = 0});"))
plant("src/forecasting/members.cpp", "forecasting",
      ("members are cut into parts", "own.most_parts = 1;", ";"))
plant("src/training/lstm_fit.cpp", "training",
      ("every part draws the first one's noise", ".first_sample = samples.first});", ".first_sample = 0});"),
      ("loss of the last sample alone", "loss += sample.loss;", "loss = sample.loss;"),
      ("loss where the state is still fresh", "cursor.fresh && step < rows_run_in(chunk)) {", "false) {"),
      ("windows judged by all their rows", "options_.windows ? step + 1 < chunk :",
       "options_.windows ? false :"))
plant("src/forecasting/forecast_model.cpp", "forecasting",
      ("windows one row too late", "inputs.data() + (end - lengths[sample]) * stride",
       "inputs.data() + (end - lengths[sample] - (end > lengths[sample])) * stride"))
plant("src/forecasting/forecast_lstm_fit.cpp", "forecasting",
      ("windows trained as carried chunks", ".windows = model_.window > 0,", ".windows = false,"))
plant("src/forecasting/alpha.cpp", "forecasting",
      ("LSTM trusted without its standard error",
       "difference.mean + difference.error < best_score", "difference.mean < best_score"))
plant("src/forecasting/forecast_model.cpp", "forecasting",
      ("network sees a season that has not been",
       "const std::size_t back = period - 1 - h % period;\n    out[h] = series[back > t ? t : t - back];",
       "out[h] = series[std::min(t + 1 + h % period, series.size() - 1)];"))
plant("src/forecasting/forecast_lstm_fit.cpp", "forecasting",
      ("network fitted to targets behind its rows", "row + 1 + h < fit_end; ++h",
       "row + 1 + h < frame_.rows; ++h"))
plant("src/forecasting/forecast_trainer.cpp", "forecasting",
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
plant("src/data/time_order.cpp", "data",
      ("times: repeated ones pass", "if (times[row] == times[row - 1])\n", "if (false)\n"),
      ("zones: the hour that comes twice is always the first", "found.at[second ? 1 : 0]", "found.at[0]"),
      ("zones: an hour that was skipped passes", "if (found.count == 0) {", "if (false) {"),
      ("zones: one row of the hour that comes twice passes", "if (passage.open && !passage.twice && dense) {", "if (false) {"),
      ("times: two rows in the wrong order are a clock put back",
       "        times[before - 1] != times[row])\n      return false;", "        false)\n      return false;"))
plant("src/data/time_grid.cpp", "data",
      ("times: a single row off the calendar passes", "if (!steps_between(first, first, step, column.clock)) {", "if (false) {"),
      ("times: a gap counts as one row", "place += *steps;", "place += 1;"),
      ("times: off the grid passes", "if (!steps || *steps < 1) return std::nullopt;", ""),
      ("times: a row on a holiday passes", "  check_holidays(column, walls, holidays);\n", ""))
plant("src/data/time_pattern.cpp", "data",
      ("times: minutes lost", "hour * kHour + at.minute * kMinute", "hour * kHour"),
      ("times: noon is midnight", "hour = hour % 12 + 12 * at.half;", "hour = hour % 12;"),
      ("times: every year has 53 weeks", "if (calendar_time((monday + 3) * kDay).year != at.year) return std::nullopt;", ""),
      ("times: offsets turned round", "if (west) offset = -offset;", ""))
plant("src/data/time_column.cpp", "data",
      ("times: an open order is guessed", "  fail_open(candidates_[0], candidates_[1]);", "  return candidates_[0];"),
      ("times: the order of the rows says nothing",
       "if (Candidate* found = only([](const Candidate& one) { return rises(one.walls); }))\n      return *found;", ""))
plant("src/data/step_search.cpp", "data",
      ("steps: weekends are gaps", ".weekdays = days_with_rows(days, kWeeksOfEvidence)", ".weekdays = kEveryDay"),
      ("steps: hours without rows are gaps", "  if (whole_day) step.sessions.clear();", "  step.sessions.clear();"))
plant("src/data/time_step.cpp", "data",
      ("steps: holidays have rows", "if ((step_.weekdays >> weekday_of(holiday) & 1) != 0) --days;", ""),
      ("steps: the 30th of February", "return first + std::min(step.day, length) - 1;", "return first + step.day - 1;"))
plant("src/data/table_grid.cpp", "data",
      ("grid: weeks taken for months", "  if (options.form.time_format.empty()) check_months(time);\n", ""),
      ("grid: few weeks are days with gaps", "if ((grid.row_of.back() + 1) * 6 <= rows * 10) return grid;", "return grid;"))
plant("src/data/table_header.cpp", "data",
      ("header: a cell too many is a name", "    if (!trailing) check_first_column();\n", ""))
plant("src/data/number_column.cpp", "data",
      ("numbers: thousands and decimals mixed", "if (!doubt_ || !has_small_ || pointed_line_ == 0) return;", "return;"),
      ("numbers: prices are text", " || has_signs(cell)) fail_text();", ") fail_text();"))
plant("src/data/cell.cpp", "data",
      ("numbers: groups of any size", "if (group == 0 || group > 3 || (groups > 0 && group != 3))", "if (false)"))
plant("src/data/dialect.cpp", "data",
      ("dialect: commas before all", "if (better(cut, best)) best = cut;", ""),
      ("dialect: units are a row", "    ++texts;\n", "    break;\n"))
plant("src/data/zone.cpp", "data",
      ("zones: no summer in years to come", "    if (change.utc > last) zone.changes_.push_back(change);\n", ""))
plant("src/data/frame.cpp", "data",
      ("clocks: times with and without offsets mix", "if (clocks && (spec.clock == \"local\") != table.clock.local()) {", "if (false) {"))

plant("src/data/features.cpp", "data",
      ("scaled by rows to be judged by",
       "const std::span<const double> values(table.at(name).values.data(), train_end);",
       "const std::span<const double> values(table.at(name).values);"))
plant("src/data/frame.cpp", "data",
      ("missing values not carried on", "if (!std::isnan(scaled)) last_[column] = scaled;",
       "last_[column] = std::isnan(scaled) ? 0.0 : scaled;"),
      ("mask turned round", "frame_.shared.push_back(missing ? 1.0 : 0.0);",
       "frame_.shared.push_back(missing ? 0.0 : 1.0);"))

# Evaluation.
plant("src/forecasting/metrics.cpp", "forecasting",
      ("MASE by steps of one, not of the period", "training[t] - training[t - period]",
       "training[t] - training[t - 1]"),
      ("pinball loss turned round",
       "above >= 0.0 ? levels_[q] * above : (levels_[q] - 1.0) * above",
       "above >= 0.0 ? (1.0 - levels_[q]) * above : -levels_[q] * above"),
      ("missing truth scored", "if (std::isnan(truth[h])) continue;\n    const double error",
       "const double error"))
plant("src/forecasting/baselines.cpp", "forecasting",
      ("seasonal naive reads the future", "series[t + 1 - period + h % period]",
       "series[std::min(t + 1 + h % period, series.size() - 1)]"),
      ("drift from the last two values", "(series[t] - series[0]) / steps",
       "(series[t] - series[t > 0 ? t - 1 : 0])"))

# Enough history, few rows, bounds.
plant("src/data/frame.cpp", "data forecasting",
      ("history counted from the first row, value or not",
       "if (frame_.since_seen[k] > 0 || !std::isnan(values[k])) ++frame_.since_seen[k];",
       "++frame_.since_seen[k];"),
      ("history of one target is enough", "*std::min_element(since_seen", "*std::max_element(since_seen"))
plant("src/forecasting/forecast_model.cpp", "forecasting",
      ("a window's first row looks back on nothing", "(window > 0 ? window - 1 :", "(window > 0 ? window - rows :"))
plant("src/forecasting/forecast_next.cpp", "forecasting",
      ("short history forecast without a word", "if (too_short && short_history", "if (false && short_history"))
plant("src/forecasting/backtest.cpp", "forecasting",
      ("origins without history scored", "unseen.first + (options.allow_short ? 0 : without)",
       "unseen.first"),
      ("ridge without the model's bounds", "value = model.features.targets[k].to_forecast(value);",
       "value = model.features.targets[k].scaler.to_units(value);"))
plant("src/forecasting/forecast_model.cpp", "forecasting",
      ("linear part without bounds", "to.linear.push_back(target.to_forecast(base));",
       "to.linear.push_back(target.scaler.to_units(base));"))
plant("src/forecasting/short_series.cpp", "forecasting",
      ("few rows: a rolling forecast fitted on all", "model = method.fit(t + 1);",
       "model = method.fit(inputs.rows());"),
      ("few rows: drift forgets the steps between", "const std::size_t seasons = 1 + h / period;", "const std::size_t seasons = 1;"),
      ("few rows: ridge taken for any gain", "if (!(better.mae < other.mae)) return false;",
       "return better.mae < other.mae;"))
plant("src/data/bounds.cpp", "data",
      ("no bound where a zero was seen", "return v < 0; }", "return v <= 0; }"),
      ("the upper bound ignored", "if (high && value > *high) return *high;", ""))
plant("src/forecasting/forecast_stream.cpp", "forecasting",
      ("a stream warm a row too soon", "return needed > there ? needed - there : 0;",
       "return needed > there + 1 ? needed - there - 1 : 0;"))

# Inspection.
plant("src/inspection/page.cpp", "inspection",
      ("page: the data end their script", r'next == "/" ? "<\\" : next', "next"),
      ("page: the data open a comment", r'next == "!" ? "\\u003c" : "<"', '"<"'),
      ("page: a title opens a tag", 'out += "&lt;";', "out += c;"),
      ("page: a script left out", "for (const std::string_view script : parts.scripts) page += script;",
       "page += parts.scripts.back();"))

# Formats.
plant("src/formats/safetensors.cpp", "formats",
      ("safetensors: a gap between tensors passes", "if (entry.begin != previous_end) {",
       "if (false) {"),
      ("safetensors: trailing bytes pass", "if (end != data.size()) {", "if (false) {"))
plant("src/data/autocorrelation.cpp", "data",
      ("a spectrum without its conjugate", "Fourier::product(std::conj(early[k]), late[k])",
       "Fourier::product(early[k], late[k])"),
      ("blocks that overlap", "start += block)", "start += block - 1)"))
plant("src/data/scaler.cpp", "data",
      ("moments of values that overflow", "return usual ? 1.0 :", "return true ? 1.0 :"))
plant("src/core/file.cpp", "core",
      ("a living writer's file is cleared", "nullptr, 10)), 0) == 0) return false;",
       "nullptr, 10)), 0) == 0) return true;"),
      ("room is not asked for", "error == ENOSPC || error == EFBIG", "error == ENOSPC"))
plant("src/formats/model_file.cpp", "formats",
      ("the window is lost", "stored.forecast->window = *window;", ""))
plant("src/formats/state_dict.cpp", "formats",
      ("the reverse direction is left out", "if (both) architecture.direction = Direction::both;", ""))
plant("src/formats/gate_order.cpp", "formats",
      ("ONNX's candidate and forget gate swapped", "return {{0, 2, 3, 1}, false};",
       "return {{0, 3, 2, 1}, false};"),
      ("the output gate's peephole one block too far", "if (place && *place == cell.gates() - 1)",
       "if (false)"))
plant("src/core/half.hpp", "core",
      ("half floats with the wrong bias", "exponent + (127 - 15)", "exponent + (127 - 16)"))

# Streams.
plant("src/kernels/row-inl.hpp", "kernels streaming",
      ("row: c' dropped", "const V c_new = mul_add(f, hn::Load(d, c), hn::Mul(i, g));",
       "const V c_new = hn::Add(f, hn::Mul(i, g));"),
      ("row: a half's input and forget gate swapped",
       "hn::LowerHalf(half, i_f), hn::UpperHalf(half, i_f)",
       "hn::UpperHalf(half, i_f), hn::LowerHalf(half, i_f)"),
      ("row: a group begins where the one before did", "    first += vectors;\n  }", "  }"))
plant("src/kernels/step.cpp", "kernels",
      ("step: backwards, every second group left out", "count - 1 - n : n", "count - 1 - n / 2 * 2 : n"))
plant("src/kernels/row.cpp", "kernels streaming",
      ("row: the last of several rows left out",
       "  if (row < args.rows) Part::template run<1, kSums>(args, vector, row);\n", ""),
      ("row: whole step: W x that comes last left out", "  if (!input_first) input.add(args.x, args.x_inner, w);\n", ""),
      ("row: whole step: a group of the next size", "if (sums < kSums) return whole_step_of", "if (sums + Sums::kLeast < kSums) return whole_step_of"),
      ("row: every second k left out of one row", "        add_one(k + 1, w + block.width);\n", ""),
      ("row: of several rows the half left out", "if (sums > 0) more_rows<Part, 2>(args, vector);", ""))
plant("src/kernels/products.cpp", "kernels engine",
      ("dots: without the bias", "d.bias[n] + sum.total()", "sum.total()"),
      ("dots: the first output's weights for all", "d.w + n * d.inner", "d.w"))
plant("src/engine/head.cpp", "engine",
      ("head: few outputs: the first row's place for all", "rows_.data() + n * padded(inputs_)", "rows_.data()"))
plant("src/kernels/int8_dot-inl.hpp", "kernels",
      ("int8: halves of 15 bits", "hn::ShiftRight<8>(q)", "hn::ShiftRight<7>(q)"),
      ("int8: a step off", "kBitsOfZero = 0x4B408000", "kBitsOfZero = 0x4B408001"))
plant("src/kernels/row_int8.cpp", "kernels",
      ("int8: beyond the range from the start", "at_most(d, kActivationSteps,", "at_most(d, 65000.0f,"),
      ("int8: a NaN becomes a number", "return mul_add(steps, hn::Zero(d), nan);", "return nan;"),
      ("int8: the rest of a row left out", "    if (k < inner) {  // pad", "    if (false) {  // pad"),
      ("int8: the lower halves left out", "hn::ConvertTo(d, low[r][v][gate]));", "hn::Zero(d));"),
      ("int8: the bias left out", "hn::Load(d, args.bias + base + at)", "hn::Zero(d)"))
plant("src/kernels/row_weights.cpp", "kernels",
      ("int8: scales of another unit", "scales.rows[gate * hidden + unit]",
       "scales.rows[gate * hidden + hidden - 1 - unit]"),
      ("int8: neighbours not side by side", "* depth + k % depth", "* depth + (depth - 1 - k % depth)"))
plant("src/engine/row_layer.cpp", "engine",
      ("int8: a later layer's x cut as the first one's", "layer == 0 ? network.storage().largest_input : 1.0f",
       "network.storage().largest_input"))
plant("src/engine/network.cpp", "engine",
      ("int8: the scales of the layer before", "scales += parameter.shape[0];", "scales += parameter.shape[0] / 4;"),
      ("int8: new parameters are whole numbers still", "for (Layer& layer : layers_) layer.run_products();", ""))
plant("src/quantization/quantize.cpp", "quantization",
      ("int8: the largest weight is 128", "largest / 127.0f", "largest / 128.0f"))
plant("src/engine/storage.cpp", "quantization",
      ("f16: not the head", "role == Role::weight_hr ||\n         role == Role::head_weight;",
       "role == Role::weight_hr;"))
plant("src/quantization/calibration.cpp", "quantization",
      ("int8: errors are not made up for", "wanted += owed / u_row[k];", ""),
      ("calibration: the candidate for h", "add_products(step.h.data(), step.h.size()",
       "add_products(step.g.data(), step.h.size()"),
      ("calibration: each part starts anew", "if (window > 0) state = {};", "state = {};"))
plant("src/formats/stored_network.cpp", "formats",
      ("int8: the range of x is not read",
       "storage.largest_input = read_scales(file, path, kLargestInput, 1, false).front();",
       "storage.largest_input = 1.0f;"),
      ("int8: -128 passes", "number == -128 || ", ""),
      ("f16: any type passes", "if (tensor.dtype != dtype) {", "if (false) {"))
plant("src/quantization/drift.cpp", "quantization",
      ("drift: quarters of a part, not of all", "4 * (first + n / width_) / steps_",
       "4 * (n / width_) / steps_"),
      ("drift: windows carry their state", "if (window > 0) exact_state = smaller_state = {};", ""))
plant("src/engine/row_layer.cpp", "streaming",
      ("stream: the second bias left out", "for (const Role role : {Role::bias_ih, Role::bias_hh}) {",
       "for (const Role role : {Role::bias_ih}) {"))
plant("src/streaming/stream_model.cpp", "streaming",
      ("stream: the learned state of c left out", "if (const float* c = network_->tensor(Role::initial_c, layer))",
       "if (const float* c = nullptr)"),
      ("stream: another range of x, the same fingerprint",
       "add(std::bit_cast<std::uint32_t>(storage.largest_input));", ""))
plant("src/model/architecture.cpp", "streaming",
      ("stream: a residual model taken for a plain stack", "architecture.cell.zoneout_h <= 0.0 && !architecture.residual",
       "architecture.cell.zoneout_h <= 0.0"))
plant("src/streaming/row_runner.cpp", "streaming",
      ("stream: the state of the groups not taken over", "  std::copy(layer.h_next.begin(), layer.h_next.end(), layer.h);\n", ""),
      ("stream: groups overwrite what the next ones read", "float* h = count > 1 ? layer.h_next.data() : layer.h;", "float* h = layer.h;"),
      ("stream: int8 sums of the row before", "    model_.row_kernels().sums(layer.shares[0].sums);\n", ""),
      ("two threads: sums of the row before", "if (!prepared) prepare();", ""),
      ("stream: denormals are kept",
       "  const FlushDenormals flush;\n  const kernels::RowKernels& kernels = model_.row_kernels();\n  layers",
       "  const kernels::RowKernels& kernels = model_.row_kernels();\n  layers"))
plant("src/streaming/session.cpp", "streaming",
      ("session: prepared once is prepared for ever", "  prepared_ = false;\n  for (std::size_t n = 0; n",
       "  for (std::size_t n = 0; n"),
      ("session: a new state, the old sums", "    c += arch.hidden[layer];\n  }\n  prepared_ = false;\n",
       "    c += arch.hidden[layer];\n  }\n"),
      ("session: a NaN reaches the state", "if (has_no_number(x)) {", "if (false) {"),
      ("session: the last outputs lost", "last_.data(), saved.floats.data() + floats * sizeof(float)",
       "states.data(), saved.floats.data()"),
      ("session: saved during a window's step", "  prepare();  // finishes what the last push left to do\n",
       ""))
plant("src/streaming/window.cpp", "streaming",
      ("window: one row too many", "const std::size_t next = (pushed_ + 1) % steps_;",
       "const std::size_t next = pushed_ % steps_;"),
      ("window: the dummy row has one",
       "  std::copy_n(state, model_.state_floats(), oldest_.state());\n}", "}"),
      ("window: forgets which state is the oldest", ": steps_;", ": 0;"))
plant("src/streaming/batch_step.cpp", "streaming",
      ("batch: the last of fewer rows than there is room for", "lengths_[sample] = sample < running_;",
       "lengths_[sample] = sample + 1 < running_;"),
      ("batch: the second layer reads x", "    std::copy_n(h_.begin(), rows.size(), x_.begin());\n", ""))
plant("src/streaming/pool.cpp", "streaming",
      ("pool: a stream twice in one call", "if (seen_[stream] == call_) return Status::repeated_stream;", ""),
      ("pool: a new stream has the state of an old one", "  reset(stream);\n  return stream;", "  return stream;"),
      ("pool: a removed stream keeps its number", "  used_[stream] = 0;\n", ""))
plant("src/streaming/saved_state.cpp", "streaming",
      ("saved: damage not seen", "if (checksum(head, bytes.subspan(sizeof head)) != head.checksum) {",
       "if (false) {"),
      ("saved: another model's state taken", "if (head.fingerprint != fingerprint) {", "if (false) {"))
plant("src/forecasting/forecast_stream.cpp", "forecasting",
      ("a gap of any length is filled", "static_cast<std::int64_t>(longest_gap()) + 1;",
       "static_cast<std::int64_t>(1000000);"),
      ("forecast: forgets a row too many", "return rows + 1;", "return rows - 1;"),
      ("forecast: a gap is no missing rows", "step < steps; ++step", "step + 8 < steps; ++step"),
      ("forecast: the calendar of UTC", "take(values, on.wall(now.time));", "take(values, now.time);"),
      ("forecast: the calendar of UTC in a gap", "take(nothing, on.wall(missing));", "take(nothing, missing);"),
      ("forecast: the last time not kept", "  last_ = now;\n", ""),
      ("forecast: a time off the grid stays there", "      on_grid = there;\n", ""),
      ("forecast: restored without its network's state",
       "  if (session_) session_->restore(saved.flags.subspan(size, of_session));\n", ""))
plant("src/engine/trace.cpp", "engine",
      ("trace: forget and input gate swapped", ".f = gate(1, lstm),", ".f = gate(0, lstm),"),
      ("trace: the reverse direction in the order of running", ".step = place(sample) + time,",
       ".step = place(sample) + position,"),
      ("trace: the cell before the step", ".c = units(layer.c, after),", ".c = units(layer.c, row),"),
      ("trace: steps that carry the state come too", "if (!activations.runs(time, sample)) continue;", ""))
plant("src/streaming/batch_step.cpp", "streaming",
      ("trace: every row of a stream is the first", "    ++traced_;\n", ""))
plant("src/reference/cell.cpp", "reference",
      ("reference: a changed cell is not seen", "  change(step, Signal::c, c_new);\n", ""),
      ("reference: a coupled gate before the change",
       "    change(step, Signal::f, s.f);\n  }\n  squash(cell, sums, kCandidate", "  }\n  squash(cell, sums, kCandidate"))
plant("src/reference/layer.cpp", "reference",
      ("reference: the gradient at c is that behind it", "copy(d.d_c_new, row(std::span(d_trace.d_c), at, w.hidden));",
       "copy(d.d_c, row(std::span(d_trace.d_c), at, w.hidden));"))
plant("src/inspection/where.cpp", "inspection",
      ("where: steps hold their last", "number(last_) + (half_open ? 0 : 1)", "number(last_) + 1"),
      ("where: a place named twice", "refuse(one, \"said twice\", \"each part once\");", "{}"))
plant("src/inspection/changed_run.cpp", "inspection",
      ("experiment: steps counted from the first that is run", "first_row_ + at.step);", "at.step);"),
      ("experiment: holds what it was in the step itself",
       "} else if (assignment.kind == Assignment::Kind::hold) {", "} else if (false) {"))
plant("src/inspection/ablation.cpp", "inspection",
      ("ablation: the reverse unit is the forward one", "direction * arch.state(layer) + unit;", "unit;"),
      ("ablation: the unit still reads itself",
       "} else if (parameter.role == Role::weight_hh && here) {", "} else if (false) {"),
      ("ablation: a held gate still has its peephole", "fill(parameter, peephole_row(arch, layer, gate), hidden);", ""),
      ("ablation: a held gate's second bias", "fill(parameter, *row, hidden);", ""))
plant("src/inspection/gradient_flow.cpp", "inspection",
      ("flow: forward in time", "const std::size_t t = back - k;", "const std::size_t t = k;"),
      ("attribution: the pieces' ends", "(static_cast<float>(sample) + 0.5f)", "(static_cast<float>(sample) + 1.0f)"),
      ("attribution: from zeros instead of the state", "give_state(activations, arch, state_before(subject, row - back, row));", ""))
plant("src/inspection/unit_figures.cpp", "inspection",
      ("figures: a clock's correlation by its sine alone",
       "std::sqrt(std::clamp((s * s + c * c - 2.0 * s * c * both) / rest, 0.0, 1.0))", "std::abs(s)"),
      ("figures: half-life in units of e", "std::numbers::ln2 * static_cast<double>(count)",
       "static_cast<double>(count)"))
plant("src/inspection/memory.cpp", "inspection",
      ("memory: every place from the first place's state", "each.push_back(each.back());\n", "each.push_back(each.front());\n"))
plant("src/inspection/report_series.cpp", "inspection",
      ("report: the rows of the data from its first", "(steps_);\n  for (std::size_t t = 0; t < steps_; ++t) one[t] = values[t * width + j];",
       "(steps_);\n  for (std::size_t t = 1; t < steps_; ++t) one[t] = values[t * width + j];"))
plant("src/inspection/forecast_subject.cpp", "inspection",
      ("subject: the forecast stands where it was made", "made.point[row] = all.at(row - 1, 0, 0, model.median());",
       "made.point[row] = all.at(row, 0, 0, model.median());"),
      ("subject: judged from a row later", "seen - 1 < last ? seen - 1 : 0", "seen < last ? seen : 0"))
plant("src/forecasting/members.cpp", "forecasting",
      ("members: all draw the same", "own.seed = mix64(options.seed + fits_.size());", "own.seed = mix64(options.seed);"),
      ("members: enough is not asked", "furthest_ < steps_ && enough_()", "furthest_ < steps_ && false"),
      ("members: in trouble the others stay behind", "steps_ = std::min(steps_, turn.step + 1);",
       "steps_ = std::min(steps_, turn.step);"),
      ("members: the loss of one", "sum += loss;", "sum = loss;"))
plant("src/inspection/rnn_beside.cpp", "inspection",
      ("rnn: an LSTM laid beside", "options.cell.kind = CellKind::rnn;", ""))
plant("src/inspection/forecast_subject.cpp", "inspection",
      ("subject: the calendar of UTC", "data::calendar_time(table.wall_at(row))",
       "data::calendar_time(table.time_at(row))"),
      ("subject: whole hours", "t.hour * 3600.0 + t.minute * 60.0 + t.second", "t.hour * 3600.0"))

# Training and differentiating on arrays.
plant("src/training/row_loss.cpp", "api",
      ("row loss: the weight is not in the gradient", "for (float& d : d_y) d *= weight;", ""),
      ("row loss: the weight is not in the terms", "sum.terms * weight}", "sum.terms}"),
      ("row loss: a class's weight is not in the terms",
       "sum.terms = loss_.class_weights[static_cast<std::size_t>(label)];", "sum.terms = 1.0;"))
plant("src/training/losses.cpp", "api",
      ("cross-entropy: smoothing goes to no class", "weight * (shared + ", "weight * (0.0 * shared + "))
plant("src/training/batch_view.hpp", "api",
      ("batch: a masked step is judged", "data_->mask.empty() || data_->mask[row(step, sample)] != 0", "true"),
      ("batch: the last step is that of the longest", "first_ + step + 1 == whole_length(sample)",
       "first_ + step + 1 == all_steps_"))
plant("src/training/array_trainer.cpp", "api",
      ("trainer: accumulated batches are not one", "gathered_.add(sum);", "gathered_ = sum;"),
      ("trainer: a carried state is dropped", "batch.carry_on ? carried(batch.batch) : batch.initial",
       "batch.carry_on ? State{} : batch.initial"))
plant("src/training/array_epochs.cpp", "api",
      ("trainer: chunks begin anew", "state = trainer_.carried(chosen.size());", "state = {};"),
      ("trainer: the last weights are kept, not the best", "source_().set_parameters(best_);", "(void)0;"),
      ("trainer: patience of one more", "epoch - result_.best_epoch >= options_.patience",
       "epoch - result_.best_epoch > options_.patience"))
plant("src/engine/array_pass.cpp", "api",
      ("pass: the gradient of the last state is forgotten", "if (from.d_last != nullptr)\n      load_d_last",
       "if (false)\n      load_d_last"),
      ("pass: noise without a seed", ".expected = !input.noise_seed", ".expected = false"),
      ("pass: gradients add up", "std::fill(gradient_.begin(), gradient_.end(), 0.0f);", ""))
plant("src/engine/state_arrays.cpp", "api",
      ("state: every layer's of the first", "array += batch * floats;\n    }\n  }\n\n  void store(const Activations& activations, "
       "const Architecture& architecture,\n             const Samples& samples, std::size_t batch, std::vector<float>& to) "
       "const {", "}\n  }\n\n  void store(const Activations& activations, const Architecture& architecture,\n"
       "             const Samples& samples, std::size_t batch, std::vector<float>& to) const {"))
plant("src/reference/plain_lstm.hpp", "reference",
      ("plain LSTM: input and forget gate swapped", "s.f[u] * before.c[u] + s.i[u] * s.g[u]",
       "s.i[u] * before.c[u] + s.f[u] * s.g[u]"),
      ("plain LSTM: R transposed in the backward pass", "from.R[u * H + k] * d_a[u]", "from.R[k * H + u] * d_a[u]"))
