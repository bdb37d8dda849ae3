// The parts of TensorFlow that our kernels use.
#pragma once
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace workbench {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;

template <class T>
inline const T* values(OpKernelContext* context, int i) {
  return reinterpret_cast<const T*>(context->input(i).data());
}

// Returns null and sets the context's status if there is not enough memory.
template <class T>
inline T* output(OpKernelContext* context, int i, const TensorShape& shape) {
  Tensor* tensor = nullptr;
  const absl::Status status = context->allocate_output(i, shape, &tensor);
  if (!status.ok()) {
    context->CtxFailure(status);
    return nullptr;
  }
  return reinterpret_cast<T*>(tensor->data());
}

// Runs task(from, to) over 0 … count in TensorFlow's own threads. @param cost rough cycles per element
template <class F>
inline void inParallel(OpKernelContext* context, long count, long cost, const F& task) {
  context->device()->tensorflow_cpu_worker_threads()->workers->ParallelFor(count, cost, task);
}

}  // namespace workbench
