// Batch normalisation with what stands around it in a residual network, each in two passes over the pictures:
//   WorkbenchNorm      y = relu(norm(x) [+ residual]), and the running statistics
//   WorkbenchNormGrad  from the gradient of y (or two of them, summed) those of x, scale, offset [and the residual]
// TensorFlow has no such ops on the CPU in training: there, relu, sum and their gradients are passes of their own.
// Pictures are [batch, height, width, channels], float32 or bfloat16; statistics and sums are float32 and double.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernel.h"
#include "vector.h"

namespace workbench {
namespace {

constexpr double epsilon = 1e-5;
// 1 − the momentum 0.9 of the running statistics.
constexpr float averageFactor = 0.1f;
// Rows that one thread works on at a time.
constexpr long chunkRows = 256;
// In cycles, roughly: by it TensorFlow decides how many threads are worth waking.
constexpr long costOfChunk = 20000;

// Pictures as rows of `width` values: four, two or one pixel, by the number of channels. What is known by channel is
// repeated to that width, so that one loop serves all three.
constexpr int width = 64, vectors = width / lanes;

class Rows {
 public:
  Rows(OpKernelContext* context, const TensorShape& shape)
      : pixels(static_cast<double>(shape.num_elements() / shape.dim_size(3))),
        channels(static_cast<int>(shape.dim_size(3))),
        chunks((shape.num_elements() / width + chunkRows - 1) / chunkRows),
        end_(shape.num_elements()),
        context_(context) {}
  const double pixels;
  const int channels;
  const long chunks;
  // task(chunk, first value, end). What is computed of a chunk does not depend on who does it or when.
  template <class F>
  void each(F task) const {
    const auto some = [&](long from, long to) {
      for (long chunk = from; chunk < to; chunk++) task(chunk, chunk * chunkRows * width, std::min(end_, (chunk + 1) * chunkRows * width));
    };
    inParallel(context_, chunks, costOfChunk, some);
  }

 private:
  const long end_;
  OpKernelContext* const context_;
};

// A value for each place of a row.
struct Row {
  float values[width];
  Vec at(int k) const { return load(values + k * lanes); }
  // of(channel) for every place.
  template <class F>
  static Row by(int channels, F of) {
    Row row;
    for (int c = 0; c < channels; c++) row.values[c] = static_cast<float>(of(c));
    for (int i = channels; i < width; i++) row.values[i] = row.values[i - channels];
    return row;
  }
};

// Two sums over all pixels: float32 within a chunk, double over the chunks, in their order whoever computed them.
class Sums {
 public:
  explicit Sums(const Rows& rows) : channels_(rows.channels), parts_(2 * rows.chunks * width) {}
  void keep(long chunk, const Vec* first, const Vec* second) {
    for (int k = 0; k < vectors; k++) {
      store(&parts_[2 * chunk * width + k * lanes], first[k]);
      store(&parts_[(2 * chunk + 1) * width + k * lanes], second[k]);
    }
  }
  double total(int which, int channel) const {
    double sum = 0;
    for (size_t row = which; row < parts_.size() / width; row += 2)
      for (int i = channel; i < width; i += channels_) sum += parts_[row * width + i];
    return sum;
  }

 private:
  int channels_;
  std::vector<float> parts_;
};

void requireRows(OpKernelContext* context, const TensorShape& shape) {
  const auto channels = shape.dims() == 4 ? shape.dim_size(3) : 0;
  const bool fits = (channels == 16 || channels == 32 || channels == 64) && shape.num_elements() > 0 && shape.num_elements() % width == 0;
  OP_REQUIRES(context, fits, tensorflow::errors::InvalidArgument("pictures must be [batch, height, width, channels] with 16, 32 or 64 channels, not ", shape.DebugString()));
}

void requireChannels(OpKernelContext* context, int first, int last, int64_t channels) {
  for (int i = first; i <= last; i++)
    OP_REQUIRES(context, context->input(i).NumElements() == channels, tensorflow::errors::InvalidArgument("input ", i, " must have one value a channel"));
}

void requireShape(OpKernelContext* context, int first, const TensorShape& shape) {
  for (int i = first; i < context->num_inputs(); i++)
    OP_REQUIRES(context, context->input(i).shape() == shape, tensorflow::errors::InvalidArgument("input ", i, " must have the shape of the pictures"));
}

template <class T>
class Norm : public OpKernel {
 public:
  explicit Norm(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("relu", &relu_));
  }
  void Compute(OpKernelContext* context) override;

 private:
  bool relu_;
};

template <class T>
void Norm<T>::Compute(OpKernelContext* context) {
  const TensorShape& shape = context->input(0).shape();
  requireRows(context, shape);
  if (!context->status().ok()) return;
  const Rows rows(context, shape);
  const int channels = rows.channels;
  requireChannels(context, 1, 4, channels);
  requireShape(context, 5, shape);
  const T *x = values<T>(context, 0), *residual = context->num_inputs() > 5 ? values<T>(context, 5) : nullptr;
  const float *scale = values<float>(context, 1), *offset = values<float>(context, 2), *mean = values<float>(context, 3), *variance = values<float>(context, 4);
  T* y = output<T>(context, 0, shape);
  float *newMean = output<float>(context, 1, {channels}), *newVariance = output<float>(context, 2, {channels});
  float *batchMean = output<float>(context, 3, {channels}), *batchInverse = output<float>(context, 4, {channels});
  if (!context->status().ok()) return;

  // Sums of differences from the first pixel: a mean far from zero costs no digits of the variance.
  float first[width];
  for (int c = 0; c < channels; c += lanes) store(first + c, load(x + c));
  const Row shift = Row::by(channels, [&](int c) { return first[c]; });
  Sums sums(rows);
  rows.each([&](long chunk, long from, long to) {
    Vec sum[vectors] = {}, squares[vectors] = {}, middle[vectors];
    for (int k = 0; k < vectors; k++) middle[k] = shift.at(k);
    for (long at = from; at < to; at += width)
      for (int k = 0; k < vectors; k++) {
        const Vec v = load(x + at + k * lanes) - middle[k];
        sum[k] += v;
        squares[k] += v * v;
      }
    sums.keep(chunk, sum, squares);
  });

  for (int c = 0; c < channels; c++) {
    const double d = sums.total(0, c) / rows.pixels, v = std::max(0.0, sums.total(1, c) / rows.pixels - d * d);
    batchMean[c] = static_cast<float>(first[c] + d);
    batchInverse[c] = static_cast<float>(1 / std::sqrt(v + epsilon));
    newMean[c] = mean[c] + averageFactor * (batchMean[c] - mean[c]);
    newVariance[c] = variance[c] + averageFactor * (static_cast<float>(rows.pixels > 1 ? v * rows.pixels / (rows.pixels - 1) : v) - variance[c]);
  }
  const Row factor = Row::by(channels, [&](int c) { return scale[c] * batchInverse[c]; });
  const Row term = Row::by(channels, [&](int c) { return offset[c] - batchMean[c] * factor.values[c]; });
  const bool relu = relu_;
  rows.each([&](long, long from, long to) {
    Vec f[vectors], t[vectors];
    for (int k = 0; k < vectors; k++) f[k] = factor.at(k), t[k] = term.at(k);
    for (long at = from; at < to; at += width)
      for (int k = 0; k < vectors; k++) {
        Vec v = load(x + at + k * lanes) * f[k] + t[k];
        if (residual) v += load(residual + at + k * lanes);
        store(y + at + k * lanes, relu ? positive(v) : v);
      }
  });
}

template <class T>
class NormGrad : public OpKernel {
 public:
  explicit NormGrad(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("relu", &relu_));
    OP_REQUIRES_OK(construction, construction->GetAttr("residuals", &residuals_));
  }
  void Compute(OpKernelContext* context) override;

 private:
  bool relu_;
  int residuals_;
};

template <class T>
void NormGrad<T>::Compute(OpKernelContext* context) {
  const TensorShape& shape = context->input(0).shape();
  requireRows(context, shape);
  if (!context->status().ok()) return;
  const Rows rows(context, shape);
  const int channels = rows.channels;
  requireChannels(context, 1, 3, channels);
  requireShape(context, 4, shape);
  const T *x = values<T>(context, 0), *y = values<T>(context, 4), *dy = values<T>(context, 5);
  const T* dy2 = context->num_inputs() > 6 ? values<T>(context, 6) : nullptr;
  const float *scale = values<float>(context, 1), *batchMean = values<float>(context, 2), *batchInverse = values<float>(context, 3);
  T* dx = output<T>(context, 0, shape);
  float *dscale = output<float>(context, 1, {channels}), *doffset = output<float>(context, 2, {channels});
  T* rest = output<T>(context, 3, residuals_ > 0 ? shape : TensorShape({0}));
  T* dresidual = residuals_ > 0 ? rest : nullptr;
  if (!context->status().ok()) return;

  const bool relu = relu_;
  // The gradient behind relu and sum, at a place.
  const auto behind = [=](long at) {
    Vec g = load(dy + at);
    if (dy2) g += load(dy2 + at);
    return relu ? (load(y + at) > 0 ? g : Vec{}) : g;
  };
  const Row middle = Row::by(channels, [&](int c) { return batchMean[c]; });
  Sums sums(rows);
  rows.each([&](long chunk, long from, long to) {
    Vec sum[vectors] = {}, products[vectors] = {}, m[vectors];
    for (int k = 0; k < vectors; k++) m[k] = middle.at(k);
    for (long at = from; at < to; at += width)
      for (int k = 0; k < vectors; k++) {
        const Vec g = behind(at + k * lanes);
        if (dresidual) store(dresidual + at + k * lanes, g);
        sum[k] += g;
        products[k] += g * (load(x + at + k * lanes) - m[k]);
      }
    sums.keep(chunk, sum, products);
  });

  // dx = scale / std · (g − mean(g) − x̂ · mean(g · x̂)), as a sum of three terms in g, x and 1.
  double product[width];
  for (int c = 0; c < channels; c++) {
    product[c] = sums.total(1, c) * batchInverse[c];
    doffset[c] = static_cast<float>(sums.total(0, c));
    dscale[c] = static_cast<float>(product[c]);
  }
  const auto slope = [&](int c) { return static_cast<double>(scale[c]) * batchInverse[c]; };
  const auto ofPicture = [&](int c) { return -slope(c) * batchInverse[c] * product[c] / rows.pixels; };
  const Row a = Row::by(channels, slope), b = Row::by(channels, ofPicture);
  const Row t = Row::by(channels, [&](int c) { return -slope(c) * sums.total(0, c) / rows.pixels - ofPicture(c) * batchMean[c]; });
  rows.each([&](long, long from, long to) {
    Vec as[vectors], bs[vectors], ts[vectors];
    for (int k = 0; k < vectors; k++) as[k] = a.at(k), bs[k] = b.at(k), ts[k] = t.at(k);
    for (long at = from; at < to; at += width)
      for (int k = 0; k < vectors; k++) {
        // What is behind relu and sum lies in dresidual already, rounded as the residual's gradient is.
        const Vec g = dresidual ? load(dresidual + at + k * lanes) : behind(at + k * lanes);
        store(dx + at + k * lanes, as[k] * g + (bs[k] * load(x + at + k * lanes) + ts[k]));
      }
  });
}

absl::Status pictureFirst(tensorflow::shape_inference::InferenceContext* context) {
  for (int i = 0; i < context->num_outputs(); i++) context->set_output(i, i == 0 ? context->input(0) : context->UnknownShape());
  return absl::OkStatus();
}

REGISTER_OP("WorkbenchNorm")
    .Attr("T: {float, bfloat16}")
    .Attr("relu: bool")
    .Attr("residuals: int >= 0")
    .Input("x: T")
    .Input("scale: float")
    .Input("offset: float")
    .Input("mean: float")
    .Input("variance: float")
    .Input("residual: residuals * T")
    .Output("y: T")
    .Output("new_mean: float")
    .Output("new_variance: float")
    .Output("batch_mean: float")
    .Output("batch_inverse: float")
    .SetShapeFn(pictureFirst);

REGISTER_OP("WorkbenchNormGrad")
    .Attr("T: {float, bfloat16}")
    .Attr("relu: bool")
    .Attr("residuals: int >= 0")
    .Attr("gradients: int >= 1")
    .Input("x: T")
    .Input("scale: float")
    .Input("batch_mean: float")
    .Input("batch_inverse: float")
    .Input("y: T")
    .Input("dy: gradients * T")
    .Output("dx: T")
    .Output("dscale: float")
    .Output("doffset: float")
    .Output("dresidual: T")
    .SetShapeFn(pictureFirst);

#define KERNELS(T, Values)                                                                                                 \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchNorm").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), Norm<Values>); \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchNormGrad").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), NormGrad<Values>)
KERNELS(float, float);
KERNELS(tensorflow::bfloat16, BFloat16);

}  // namespace
}  // namespace workbench
