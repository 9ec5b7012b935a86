#include "peers/onednn_layers.hpp"

#include <algorithm>
#include <utility>

namespace sluice::bench {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

constexpr Kind kKinds[] = {Kind::weight_ih, Kind::weight_hh, Kind::bias};
constexpr memory::dim kGates = 4;  // i, f, c, o: PyTorch's i, f, g, o

std::size_t index_of(Kind kind) { return static_cast<std::size_t>(kind); }

memory::desc desc_of(const memory::dims& dims, Tag tag) {
  return {dims, memory::data_type::f32, tag};
}

}  // namespace

OnednnLayers::OnednnLayers(const dnnl::engine& engine, const Sizes& sizes, const memory& src,
                           const memory& diff_src)
    : engine_(engine), stream_(engine), sizes_(sizes) {
  const memory::desc out = desc_of({sizes.steps, sizes.batch, sizes.hidden}, Tag::tnc);
  dst_ = memory(out, engine);
  diff_dst_ = memory(out, engine);
  const memory::desc state = desc_of({sizes.layers, 1, sizes.batch, sizes.hidden}, Tag::ldnc);
  state_ = memory(state, engine);
  std::fill_n(static_cast<char*>(state_.get_data_handle()), state.get_size(), 0);
  make_primitives(src, diff_src);
  lay_out_parameters();
  forward_arguments_ = {
      {DNNL_ARG_SRC_LAYER, src},
      {DNNL_ARG_SRC_ITER, state_},
      {DNNL_ARG_SRC_ITER_C, state_},
      {DNNL_ARG_WEIGHTS_LAYER, as_asked(Kind::weight_ih, forward_desc_.weights_layer_desc())},
      {DNNL_ARG_WEIGHTS_ITER, as_asked(Kind::weight_hh, forward_desc_.weights_iter_desc())},
      {DNNL_ARG_BIAS, weights_[index_of(Kind::bias)]},
      {DNNL_ARG_DST_LAYER, dst_},
      {DNNL_ARG_WORKSPACE, memory(forward_desc_.workspace_desc(), engine)}};
  backward_arguments_ = forward_arguments_;
  backward_arguments_[DNNL_ARG_WEIGHTS_LAYER] =
      as_asked(Kind::weight_ih, backward_desc_.weights_layer_desc());
  backward_arguments_[DNNL_ARG_WEIGHTS_ITER] =
      as_asked(Kind::weight_hh, backward_desc_.weights_iter_desc());
  backward_arguments_[DNNL_ARG_DIFF_SRC_LAYER] = diff_src;
  backward_arguments_[DNNL_ARG_DIFF_SRC_ITER] = memory(state, engine);
  backward_arguments_[DNNL_ARG_DIFF_SRC_ITER_C] = memory(state, engine);
  backward_arguments_[DNNL_ARG_DIFF_WEIGHTS_LAYER] = diff_[index_of(Kind::weight_ih)];
  backward_arguments_[DNNL_ARG_DIFF_WEIGHTS_ITER] = diff_[index_of(Kind::weight_hh)];
  backward_arguments_[DNNL_ARG_DIFF_BIAS] = diff_[index_of(Kind::bias)];
  backward_arguments_[DNNL_ARG_DIFF_DST_LAYER] = diff_dst_;
}

// The first state is given, though it is zero: without one, version 2.6.3 computes a wrong gradient
// of weight_hh. The weights' formats are oneDNN's choice.
void OnednnLayers::make_primitives(const memory& src, const memory& diff_src) {
  const memory::desc none, in = src.get_desc(), out = dst_.get_desc(), state = state_.get_desc();
  const memory::desc w = desc_of(dims(Kind::weight_ih, sizes_.layers), Tag::any);
  const memory::desc r = desc_of(dims(Kind::weight_hh, sizes_.layers), Tag::any);
  const memory::desc bias = desc_of(dims(Kind::bias, sizes_.layers), Tag::ldgo);
  const auto direction = dnnl::rnn_direction::unidirectional_left2right;
  forward_desc_ = {dnnl::lstm_forward::desc(dnnl::prop_kind::forward_training, direction, in, state,
                                            state, w, r, bias, out, none, none),
                   engine_};
  backward_desc_ = {
      dnnl::lstm_backward::desc(dnnl::prop_kind::backward, direction, in, state, state, w, r, bias,
                                out, none, none, diff_src.get_desc(), state, state, w, r, bias,
                                diff_dst_.get_desc(), none, none),
      engine_, forward_desc_};
  forward_ = dnnl::lstm_forward(forward_desc_);
  backward_ = dnnl::lstm_backward(backward_desc_);
}

void OnednnLayers::lay_out_parameters() {
  const memory::desc descs[] = {backward_desc_.diff_weights_layer_desc(),
                                backward_desc_.diff_weights_iter_desc(),
                                backward_desc_.diff_bias_desc()};
  std::size_t count = 0;
  for (const memory::desc& desc : descs) count += padded(desc.get_size() / sizeof(float));
  parameters_.resize(count);
  gradient_.resize(count);
  std::size_t at = 0;
  for (const memory::desc& desc : descs) {
    weights_.emplace_back(desc, engine_, parameters_.data() + at);
    diff_.emplace_back(desc, engine_, gradient_.data() + at);
    at += padded(desc.get_size() / sizeof(float));
  }
}

// The weights themselves, or the copy that repack() makes of them in the wanted format.
memory OnednnLayers::as_asked(Kind kind, const memory::desc& wanted) {
  const memory& own = weights_[index_of(kind)];
  if (wanted == own.get_desc()) return own;
  memory copy(wanted, engine_);
  copies_.push_back({dnnl::reorder(own, copy), own, copy});
  return copy;
}

void OnednnLayers::repack() {
  for (Copy& copy : copies_) copy.reorder.execute(stream_, copy.from, copy.to);
  stream_.wait();
}

void OnednnLayers::forward() {
  forward_.execute(stream_, forward_arguments_);
  stream_.wait();
}

// oneDNN adds to what is there.
void OnednnLayers::backward() {
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  backward_.execute(stream_, backward_arguments_);
  stream_.wait();
}

void OnednnLayers::set(Kind kind, memory::dim layer, Tensor tensor) {
  memory from = plain(kind, tensor), to = part(weights_[index_of(kind)], kind, layer);
  dnnl::reorder(from, to).execute(stream_, from, to);
  stream_.wait();
}

Tensor OnednnLayers::gradient(Kind kind, memory::dim layer) const {
  Tensor tensor = empty_tensor(kind);
  memory from = part(diff_[index_of(kind)], kind, layer), to = plain(kind, tensor);
  dnnl::reorder(from, to).execute(stream_, from, to);
  stream_.wait();
  return tensor;
}

memory OnednnLayers::part(const memory& matrices, Kind kind, memory::dim layer) const {
  const memory::dims size = dims(kind, 1);
  memory::dims first(size.size(), 0);
  first[0] = layer;
  return {matrices.get_desc().submemory_desc(size, first), engine_, matrices.get_data_handle()};
}

// PyTorch's [4H, I] is [1, 1, I, 4, H] with the inputs innermost.
memory OnednnLayers::plain(Kind kind, Tensor& tensor) const {
  return {desc_of(dims(kind, 1), kind == Kind::bias ? Tag::ldgo : Tag::ldgoi), engine_,
          tensor.values.data()};
}

memory::dims OnednnLayers::dims(Kind kind, memory::dim layers) const {
  if (kind == Kind::bias) return {layers, 1, kGates, sizes_.hidden};
  return {layers, 1, kind == Kind::weight_ih ? sizes_.input : sizes_.hidden, kGates, sizes_.hidden};
}

Tensor OnednnLayers::empty_tensor(Kind kind) const {
  const auto rows = static_cast<std::size_t>(kGates * sizes_.hidden);
  if (kind == Kind::bias) return {{rows}, std::vector<float>(rows)};
  const auto columns =
      static_cast<std::size_t>(kind == Kind::weight_ih ? sizes_.input : sizes_.hidden);
  return {{rows, columns}, std::vector<float>(rows * columns)};
}

}  // namespace sluice::bench
