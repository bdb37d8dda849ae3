// TensorFlow's ops for batch normalisation with the sum and the ReLU that follow it, and their gradients.
#include "opKernel.h"

namespace workbench {
namespace {

void requireRows(OpKernelContext* context, const TensorShape& shape) {
  const auto channels = shape.dims() == 4 ? shape.dim_size(3) : 0;
  const bool fits = (channels == 16 || channels == 32 || channels == 64) && shape.num_elements() > 0 &&
                    shape.num_elements() % rowWidth == 0;
  OP_REQUIRES(context, fits,
              tensorflow::errors::InvalidArgument(
                  "images must be [batch, height, width, channels] with 16, 32 or 64 channels, not ",
                  shape.DebugString()));
}

void requireChannels(OpKernelContext* context, int first, int last, int64_t channels) {
  for (int i = first; i <= last; i++)
    OP_REQUIRES(context, context->input(i).NumElements() == channels,
                tensorflow::errors::InvalidArgument("input ", i, " must have one value per channel"));
}

void requireShape(OpKernelContext* context, int first, const TensorShape& shape) {
  for (int i = first; i < context->num_inputs(); i++)
    OP_REQUIRES(context, context->input(i).shape() == shape,
                tensorflow::errors::InvalidArgument("input ", i, " must have the shape of the images"));
}

template <class T>
class NormOp : public OpKernel {
 public:
  explicit NormOp(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("relu", &relu_));
  }
  void Compute(OpKernelContext* context) override {
    const TensorShape& shape = context->input(0).shape();
    requireRows(context, shape);
    if (!context->status().ok()) return;
    const int channels = static_cast<int>(shape.dim_size(3));
    requireChannels(context, 1, 4, channels);
    requireShape(context, 5, shape);
    Norm<T> of;
    of.count = shape.num_elements();
    of.channels = channels;
    of.relu = relu_;
    of.x = values<T>(context, 0);
    of.scale = values<float>(context, 1);
    of.offset = values<float>(context, 2);
    of.mean = values<float>(context, 3);
    of.variance = values<float>(context, 4);
    of.residual = context->num_inputs() > 5 ? values<T>(context, 5) : nullptr;
    of.y = output<T>(context, 0, shape);
    of.newMean = output<float>(context, 1, {channels});
    of.newVariance = output<float>(context, 2, {channels});
    of.batchMean = output<float>(context, 3, {channels});
    of.batchInverse = output<float>(context, 4, {channels});
    if (context->status().ok()) norm(parallelIn(context), of);
  }

 private:
  bool relu_;
};

template <class T>
class NormGradOp : public OpKernel {
 public:
  explicit NormGradOp(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("relu", &relu_));
    OP_REQUIRES_OK(construction, construction->GetAttr("residuals", &residuals_));
  }
  void Compute(OpKernelContext* context) override {
    const TensorShape& shape = context->input(0).shape();
    requireRows(context, shape);
    if (!context->status().ok()) return;
    const int channels = static_cast<int>(shape.dim_size(3));
    requireChannels(context, 1, 3, channels);
    requireShape(context, 4, shape);
    NormGrad<T> of;
    of.count = shape.num_elements();
    of.channels = channels;
    of.relu = relu_;
    of.x = values<T>(context, 0);
    of.scale = values<float>(context, 1);
    of.batchMean = values<float>(context, 2);
    of.batchInverse = values<float>(context, 3);
    of.y = values<T>(context, 4);
    of.dy = values<T>(context, 5);
    of.dy2 = context->num_inputs() > 6 ? values<T>(context, 6) : nullptr;
    of.dx = output<T>(context, 0, shape);
    of.dscale = output<float>(context, 1, {channels});
    of.doffset = output<float>(context, 2, {channels});
    T* rest = output<T>(context, 3, residuals_ > 0 ? shape : TensorShape({0}));
    of.dresidual = residuals_ > 0 ? rest : nullptr;
    if (context->status().ok()) normGrad(parallelIn(context), of);
  }

 private:
  bool relu_;
  int residuals_;
};

absl::Status firstLikeImages(tensorflow::shape_inference::InferenceContext* context) {
  for (int i = 0; i < context->num_outputs(); i++)
    context->set_output(i, i == 0 ? context->input(0) : context->UnknownShape());
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
    .SetShapeFn(firstLikeImages);

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
    .SetShapeFn(firstLikeImages);

#define KERNELS(T, Values)                                                                                   \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchNorm").Device(DEVICE_CPU).TypeConstraint<T>("T"), NormOp<Values>); \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchNormGrad").Device(DEVICE_CPU).TypeConstraint<T>("T"), NormGradOp<Values>)
KERNELS(float, float);
KERNELS(bfloat16, BFloat16);

}  // namespace
}  // namespace workbench
