// Batch normalisation with the sum and the ReLU that follow it in a residual network, in two passes over the images:
//   norm      y = relu(norm(x) [+ residual]), and the running statistics
//   normGrad  from the gradient of y (or the sum of two) the gradients of x, scale, offset [and the residual]
// TensorFlow has no such ops on the CPU in training: there, ReLU, sum and their gradients are separate passes.
// Images are float32 or bfloat16; statistics are float32, sums are float32 and double.
#include <algorithm>
#include <cmath>
#include <vector>

#include "compute.h"

namespace workbench {
namespace {

constexpr double epsilon = 1e-5;
// 1 − the momentum 0.9 of the running statistics.
constexpr float averageFactor = 0.1f;
// Rows that one thread works on at a time.
constexpr long chunkRows = 256;
// Approximate cycles, from which TensorFlow decides how many threads to wake.
constexpr long costOfChunk = 20000;

// Values per channel are repeated to the width of a row, so that one loop serves all numbers of channels.
constexpr int width = rowWidth, vectors = width / lanes;

class Rows {
 public:
  Rows(const Parallel& parallel, long count, int channels)
      : pixels(static_cast<double>(count / channels)),
        channels(channels),
        chunks((count / width + chunkRows - 1) / chunkRows),
        end_(count),
        parallel_(parallel) {}
  const double pixels;
  const int channels;
  const long chunks;
  // Runs task(chunk, first value, end). The results of a chunk do not depend on the thread or the order.
  template <class F>
  void each(F task) const {
    const auto some = [&](long from, long to) {
      for (long chunk = from; chunk < to; chunk++)
        task(chunk, chunk * chunkRows * width, std::min(end_, (chunk + 1) * chunkRows * width));
    };
    parallel_(chunks, costOfChunk, some);
  }

 private:
  const long end_;
  const Parallel& parallel_;
};

// One value per position of a row.
struct Row {
  float values[width];
  Vec at(int k) const { return load(values + k * lanes); }
  // Returns of(channel) at every position.
  template <class F>
  static Row by(int channels, F of) {
    Row row;
    for (int c = 0; c < channels; c++) row.values[c] = static_cast<float>(of(c));
    for (int i = channels; i < width; i++) row.values[i] = row.values[i - channels];
    return row;
  }
};

// Two sums over all pixels: float32 within a chunk, double over the chunks, always in the order of the chunks.
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

}  // namespace

template <class T>
void norm(const Parallel& parallel, const Norm<T>& of) {
  const Rows rows(parallel, of.count, of.channels);
  const int channels = of.channels;
  const T *x = of.x, *residual = of.residual;
  const float *scale = of.scale, *offset = of.offset, *mean = of.mean, *variance = of.variance;
  T* y = of.y;
  float *newMean = of.newMean, *newVariance = of.newVariance;
  float *batchMean = of.batchMean, *batchInverse = of.batchInverse;

  // Sums of differences from the first pixel: a mean far from zero loses no digits of the variance.
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
    const double unbiased = rows.pixels > 1 ? v * rows.pixels / (rows.pixels - 1) : v;
    newVariance[c] = variance[c] + averageFactor * (static_cast<float>(unbiased) - variance[c]);
  }
  const Row factor = Row::by(channels, [&](int c) { return scale[c] * batchInverse[c]; });
  const Row term = Row::by(channels, [&](int c) { return offset[c] - batchMean[c] * factor.values[c]; });
  const bool relu = of.relu;
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

template void norm(const Parallel&, const Norm<float>&);
template void norm(const Parallel&, const Norm<BFloat16>&);

template <class T>
void normGrad(const Parallel& parallel, const NormGrad<T>& of) {
  const Rows rows(parallel, of.count, of.channels);
  const int channels = of.channels;
  const T *x = of.x, *y = of.y, *dy = of.dy, *dy2 = of.dy2;
  const float *scale = of.scale, *batchMean = of.batchMean, *batchInverse = of.batchInverse;
  T *dx = of.dx, *dresidual = of.dresidual;
  float *dscale = of.dscale, *doffset = of.doffset;

  const bool relu = of.relu;
  // Returns the gradient before the ReLU at a position.
  const auto before = [=](long at) {
    Vec g = load(dy + at);
    if (dy2) g += load(dy2 + at);
    return relu ? whereAbove(load(y + at), g) : g;
  };
  const Row middle = Row::by(channels, [&](int c) { return batchMean[c]; });
  Sums sums(rows);
  rows.each([&](long chunk, long from, long to) {
    Vec sum[vectors] = {}, products[vectors] = {}, m[vectors];
    for (int k = 0; k < vectors; k++) m[k] = middle.at(k);
    for (long at = from; at < to; at += width)
      for (int k = 0; k < vectors; k++) {
        const Vec g = before(at + k * lanes);
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
  const auto ofImage = [&](int c) { return -slope(c) * batchInverse[c] * product[c] / rows.pixels; };
  const Row a = Row::by(channels, slope), b = Row::by(channels, ofImage);
  const auto constant = [&](int c) { return -slope(c) * sums.total(0, c) / rows.pixels - ofImage(c) * batchMean[c]; };
  const Row t = Row::by(channels, constant);
  rows.each([&](long, long from, long to) {
    Vec as[vectors], bs[vectors], ts[vectors];
    for (int k = 0; k < vectors; k++) as[k] = a.at(k), bs[k] = b.at(k), ts[k] = t.at(k);
    for (long at = from; at < to; at += width)
      for (int k = 0; k < vectors; k++) {
        // dresidual already holds this gradient, rounded like the gradient of the residual.
        const Vec g = dresidual ? load(dresidual + at + k * lanes) : before(at + k * lanes);
        store(dx + at + k * lanes, as[k] * g + (bs[k] * load(x + at + k * lanes) + ts[k]));
      }
  });
}

template void normGrad(const Parallel&, const NormGrad<float>&);
template void normGrad(const Parallel&, const NormGrad<BFloat16>&);

}  // namespace workbench
