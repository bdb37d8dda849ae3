"""Traces a step of a graph that `bench` has exported: time by op, as one JSON line on stdout."""
import collections
import ctypes
import json
import os
import pathlib
import sys
import time

try:
    import numpy as np
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2
except ImportError as missing:
    sys.exit(f"this Python can't load tensorflow ({missing})")

WARM_UP, TIMED, TRACED = 4, 10, 10
v1 = tf.compat.v1
folder = pathlib.Path(sys.argv[1])
exported = json.loads((folder / "calls.json").read_text())
*before, step = exported["calls"]
saved = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())

if tf.__version__ != exported["version"]:
    sys.exit(f"this Python has TensorFlow {tf.__version__}, the graph runs on {exported['version']}")
# Our own kernels are in the addon. What it wants of Node is never called here, so it need not be found: lazily.
system = ctypes.CDLL(None)
system.dlopen.restype, system.dlopen.argtypes, system.dlerror.restype = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int), ctypes.c_char_p
if not system.dlopen(os.fsencode(sys.argv[2]), os.RTLD_LAZY):
    sys.exit(f"our kernels could not be loaded ({os.fsdecode(system.dlerror())})")


def values(feed):
    return np.frombuffer((folder / feed["file"]).read_bytes(), tf.as_dtype(feed["dtype"]).as_numpy_dtype).reshape(feed["shape"])


def feeds(call):
    return {feed["name"]: values(feed) for feed in call["feeds"]}


def op_of(node):
    """A label reads `name = Op(inputs)`; what the executor adds by itself has none."""
    label = node.timeline_label
    return label.split(" = ", 1)[1].split("(")[0] if " = " in label else node.node_name


with v1.Graph().as_default(), v1.Session() as session:
    tf.graph_util.import_graph_def(saved.meta_graphs[0].graph_def, name="")
    for call in before:
        session.run(call["fetches"], feeds(call))
    fed = feeds(step)
    for _ in range(WARM_UP):
        session.run(step["fetches"], fed)
    ms = []
    for _ in range(TIMED):
        start = time.perf_counter()
        session.run(step["fetches"], fed)
        ms.append((time.perf_counter() - start) * 1e3)

    # The first traced one prepares the graph again.
    session.run(step["fetches"], fed, options=v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE), run_metadata=v1.RunMetadata())
    fastest = None
    for _ in range(TRACED):
        traced = v1.RunMetadata()
        session.run(step["fetches"], fed, options=v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE), run_metadata=traced)
        nodes = [node for device in traced.step_stats.dev_stats if "stream" not in device.device for node in device.node_stats]
        span = (max(n.all_start_micros + n.all_end_rel_micros for n in nodes) - min(n.all_start_micros for n in nodes)) / 1e3
        # What else the machine does only ever makes it slower.
        if fastest is None or span < fastest[0]:
            fastest = (span, nodes)

span, nodes = fastest
micros, count = collections.Counter(), collections.Counter()
for node in nodes:
    micros[op_of(node)] += node.op_end_rel_micros - node.op_start_rel_micros
    count[op_of(node)] += 1

gpus = tf.config.list_physical_devices("GPU")
print(json.dumps({
    "tensorflow": tf.__version__,
    "device": tf.config.experimental.get_device_details(gpus[0]).get("device_name", "gpu") if gpus else "cpu",
    "msStep": round(min(ms), 2),
    "msTraced": round(span, 2),
    "ops": [{"op": op, "count": count[op], "ms": round(total / 1e3, 3)} for op, total in micros.most_common()],
}))
