// Layers of one size in one pair of oneDNN's LSTM primitives, forward and backward. The optimiser's
// weights have the format in which oneDNN writes their gradient; where a primitive asks for another
// one it gets a copy, which repack() renews: once a training step, never inside a pass.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/aligned.hpp"
#include "peers/worker.hpp"

namespace sluice::bench {

class OnednnLayers {
 public:
  struct Sizes {
    dnnl::memory::dim steps, batch, input, hidden, layers;  // input == hidden where layers > 1
  };
  /// `src` [T, B, I] is read by both passes, `diff_src` written by the backward one.
  OnednnLayers(const dnnl::engine& engine, const Sizes& sizes, const dnnl::memory& src,
               const dnnl::memory& diff_src);

  const dnnl::memory& dst() const { return dst_; }            ///< [T, B, H]
  const dnnl::memory& diff_dst() const { return diff_dst_; }  ///< [T, B, H], read by backward
  std::span<float> parameters() { return parameters_; }
  std::span<const float> gradient() const { return gradient_; }

  /// A tensor of layer `layer` of these, in PyTorch's order.
  void set(Kind kind, dnnl::memory::dim layer, Tensor tensor);
  Tensor gradient(Kind kind, dnnl::memory::dim layer) const;

  void repack();
  void forward();
  void backward();

 private:
  using Arguments = std::unordered_map<int, dnnl::memory>;
  struct Copy {
    dnnl::reorder reorder;
    dnnl::memory from, to;
  };

  void make_primitives(const dnnl::memory& src, const dnnl::memory& diff_src);
  void lay_out_parameters();
  dnnl::memory as_asked(Kind kind, const dnnl::memory::desc& wanted);
  dnnl::memory part(const dnnl::memory& matrices, Kind kind, dnnl::memory::dim layer) const;
  dnnl::memory plain(Kind kind, Tensor& tensor) const;
  dnnl::memory::dims dims(Kind kind, dnnl::memory::dim layers) const;
  Tensor empty_tensor(Kind kind) const;

  dnnl::engine engine_;
  mutable dnnl::stream stream_;
  Sizes sizes_;
  dnnl::memory dst_, diff_dst_;
  dnnl::memory state_;  // [layers, 1, B, H] zeros: h and c before the first step
  dnnl::lstm_forward::primitive_desc forward_desc_;
  dnnl::lstm_backward::primitive_desc backward_desc_;
  dnnl::lstm_forward forward_;
  dnnl::lstm_backward backward_;
  FloatVector parameters_, gradient_;         // all tensors, one after another, in oneDNN's format
  std::vector<dnnl::memory> weights_, diff_;  // by Kind: views of those
  std::vector<Copy> copies_;
  Arguments forward_arguments_, backward_arguments_;
};

}  // namespace sluice::bench
