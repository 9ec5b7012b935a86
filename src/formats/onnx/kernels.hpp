// The kernels of all operators; op_table.cpp lists the opsets of each.
#pragma once

#include <vector>

#include "formats/onnx/operator.hpp"

namespace sluice::formats::onnx::kernels {

using Values = std::vector<Value>;

// ops_shape.cpp: same elements, another shape
Values identity(const Call& call);
Values reshape(const Call& call);
Values squeeze(const Call& call);
Values unsqueeze(const Call& call);
Values flatten(const Call& call);
Values shape(const Call& call);
Values dropout(const Call& call);

// ops_move.cpp: elements reordered, repeated or selected
Values transpose(const Call& call);
Values expand(const Call& call);
Values tile(const Call& call);
Values slice(const Call& call);
Values split(const Call& call);
Values concat(const Call& call);
Values gather(const Call& call);
Values reverse_sequence(const Call& call);

// ops_constant.cpp
Values constant(const Call& call);
Values constant_of_shape(const Call& call);
Values range(const Call& call);
Values cast(const Call& call);

// ops_elementwise.cpp
Values add(const Call& call);
Values sub(const Call& call);
Values mul(const Call& call);
Values div(const Call& call);
Values pow(const Call& call);
Values equal(const Call& call);
Values less(const Call& call);
Values greater(const Call& call);
Values logical_not(const Call& call);
Values logical_and(const Call& call);
Values logical_or(const Call& call);
Values where(const Call& call);

// ops_unary.cpp
Values relu(const Call& call);
Values leaky_relu(const Call& call);
Values elu(const Call& call);
Values tanh(const Call& call);
Values sigmoid(const Call& call);
Values hard_sigmoid(const Call& call);
Values softplus(const Call& call);
Values softsign(const Call& call);
Values exp(const Call& call);
Values log(const Call& call);
Values sqrt(const Call& call);
Values reciprocal(const Call& call);
Values neg(const Call& call);
Values abs(const Call& call);

// ops_product.cpp
Values matmul(const Call& call);
Values gemm(const Call& call);

// ops_reduce.cpp: along axes
Values softmax(const Call& call);
Values log_softmax(const Call& call);
Values reduce_sum(const Call& call);
Values reduce_mean(const Call& call);
Values reduce_max(const Call& call);
Values global_average_pool(const Call& call);

// ops_normalise.cpp
Values batch_normalization(const Call& call);
Values layer_normalization(const Call& call);

// lstm.cpp
Values lstm(const Call& call);

}  // namespace sluice::formats::onnx::kernels
