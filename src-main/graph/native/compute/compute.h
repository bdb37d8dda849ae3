// The arithmetic of our kernels, without TensorFlow: the setup compiles this folder once per instruction level
// (levels.json), and the rest of the addon once for all levels.
#pragma once
#include <functional>

#include "vector.h"

namespace workbench {

// Runs task(from, to) over parts of 0 … count, in several threads. `cost`: approximate cycles per element.
using Task = std::function<void(long from, long to)>;
using Parallel = std::function<void(long count, long cost, const Task& task)>;

constexpr int bands = 4;
// Pixels of a row that are computed together, so that each kernel value is read once for all of them.
constexpr int together = 8;

struct Sizes {
  long batch, height, width;
  // Channels of the layer's input, and of one band of its output.
  int inputs, filters;
  long padded() const { return (height + 2) * (width + 2); }
};

// The convolution of a multi-band layer and its gradients; T is float or BFloat16. bank.h explains the algorithm.
// inputs: 16, 32 or 64; filters: 4, 8 or 16; width: a multiple of `together`. base: [3][3][inputs][filters]
template <class T>
void bankForward(const Parallel& parallel, const Sizes& sizes, const T* x, const float* base, T* y);
template <class T>
void bankGradInput(const Parallel& parallel, const Sizes& sizes, const float* base, const T* dy, T* dx);
template <class T>
void bankGradFilter(const Parallel& parallel, const Sizes& sizes, const T* x, const T* dy, float* dbase);

// Images as rows of this many values: four, two or one pixel, by the number of channels.
constexpr int rowWidth = 64;

// Batch normalisation with the sum and the ReLU that follow it. count: a multiple of rowWidth; channels: 16, 32 or 64.
// All pointers without a comment have one value per channel.
template <class T>
struct Norm {
  long count;
  int channels;
  bool relu;
  // residual: null if nothing is added. [count]
  const T *x, *residual;
  const float *scale, *offset, *mean, *variance;
  T* y;  // [count]
  float *newMean, *newVariance, *batchMean, *batchInverse;
};
template <class T>
void norm(const Parallel& parallel, const Norm<T>& of);

template <class T>
struct NormGrad {
  long count;
  int channels;
  bool relu;
  // dy2: added to dy; null if there is none. [count]
  const T *x, *y, *dy, *dy2;
  const float *scale, *batchMean, *batchInverse;
  // dresidual: null if nothing was added. [count]
  T *dx, *dresidual;
  float *dscale, *doffset;
};
template <class T>
void normGrad(const Parallel& parallel, const NormGrad<T>& of);

}  // namespace workbench
