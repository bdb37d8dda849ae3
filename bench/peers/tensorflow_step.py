"""A CIFAR ResNet's training step in Python TensorFlow: one tf.function, TensorFlow's own fused batch norm.

In bfloat16, activations and convolutions are bfloat16; weights, statistics, loss and update float32, as ours are.
No running statistics are kept: a little less work than ours.
"""
import argparse

from protocol import give_up, serve

try:
    import tensorflow as tf
except ImportError as missing:
    give_up(f"its Python can't load tensorflow ({missing})")

flags = argparse.ArgumentParser()
flags.add_argument("--depth", type=int, required=True)
flags.add_argument("--batch", type=int, required=True)
flags.add_argument("--precision", choices=("float32", "bfloat16"), required=True)
flags.add_argument("--warm-up", type=int, required=True)
options = flags.parse_args()

MOMENTUM, WEIGHT_DECAY, RATE = 0.9, 1e-4, 0.1
activations = tf.as_dtype(options.precision)
trained = []


def parameter(value):
    trained.append(tf.Variable(value))
    return trained[-1]


def conv_norm(inputs, outputs, stride):
    kernel = parameter(tf.random.normal((3, 3, inputs, outputs), stddev=(2 / (9 * inputs)) ** 0.5))
    scale, offset = parameter(tf.ones(outputs)), parameter(tf.zeros(outputs))

    def apply(x):
        y = tf.nn.conv2d(x, tf.cast(kernel, activations), stride, "SAME")
        normal, *_ = tf.raw_ops.FusedBatchNormV3(x=y, scale=scale, offset=offset, mean=[], variance=[], epsilon=1e-5, is_training=True)
        return normal

    return apply


def block(inputs, outputs, stride):
    first, second = conv_norm(inputs, outputs, stride), conv_norm(outputs, outputs, 1)
    missing = (outputs - inputs) // 2

    def apply(x):
        y = second(tf.nn.relu(first(x)))
        if stride == 2:
            x = tf.pad(x[:, ::2, ::2, :], ((0, 0), (0, 0), (0, 0), (missing, missing)))
        return tf.nn.relu(y + x)

    return apply


def network(depth):
    layers, width = [conv_norm(3, 16, 1), tf.nn.relu], 16
    for stage, outputs in enumerate((16, 32, 64)):
        for index in range((depth - 2) // 6):
            layers.append(block(width, outputs, 2 if stage > 0 and index == 0 else 1))
            width = outputs
    weight, bias = parameter(tf.random.normal((width, 10), stddev=(2 / width) ** 0.5)), parameter(tf.zeros(10))

    def apply(images):
        x = tf.cast(images, activations)
        for layer in layers:
            x = layer(x)
        return tf.matmul(tf.reduce_mean(tf.cast(x, tf.float32), (1, 2)), weight) + bias

    return apply


forward = network(options.depth)
velocities = [tf.Variable(tf.zeros(v.shape)) for v in trained]
images = tf.random.normal((options.batch, 32, 32, 3))
labels = tf.random.uniform((options.batch,), 0, 10, tf.int32)


@tf.function
def train(images, labels):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, forward(images)))
    for weight, gradient, velocity in zip(trained, tape.gradient(loss, trained), velocities):
        velocity.assign(MOMENTUM * velocity + gradient + WEIGHT_DECAY * weight)
        weight.assign_sub(RATE * velocity)
    return loss


gpus = tf.config.list_physical_devices("GPU")
device = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "gpu") if gpus else "cpu"
serve(lambda: float(train(images, labels).numpy()), options.warm_up, tf.__version__, device)
