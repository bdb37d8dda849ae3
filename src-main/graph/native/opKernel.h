// The parts of TensorFlow that our kernels use.
#pragma once
#include "compute/compute.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace workbench {

using tensorflow::bfloat16;
using tensorflow::DEVICE_CPU;
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

// Returns a function that runs tasks in TensorFlow's own threads.
inline Parallel parallelIn(OpKernelContext* context) {
  auto* workers = context->device()->tensorflow_cpu_worker_threads()->workers;
  return [workers](long count, long cost, const Task& task) { workers->ParallelFor(count, cost, task); };
}

}  // namespace workbench
