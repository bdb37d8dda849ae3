"""Which kernels TensorFlow has for a GPU, by its own registry: needs its build for GPUs, but no GPU.

gpu_kernels.py KERNEL ... takes ops with their types as src-main/graph/gpuKernels.integration.test.ts names them, such as
'Conv2D T=float', and adds them to src-main/graph/gpuKernels.json: for each the inputs that it takes in host memory, by
place. A kernel that there is none of is an error. Used by hand, where a graph has a new op or TensorFlow is renewed.
"""
import json
import pathlib
import sys

import tensorflow
from tensorflow.core.framework import types_pb2
from tensorflow.python.framework import kernels, op_def_registry

file = pathlib.Path(__file__).parents[2] / "src-main/graph/gpuKernels.json"


def fits(kernel, types):
    allowed = {c.name: [types_pb2.DataType.Name(t)[3:].lower() for t in c.allowed_values.list.type] for c in kernel.constraint}
    return all(types.get(name) in names for name, names in allowed.items())


def host_inputs(wanted):
    op, *types = wanted.split(" ")
    types = dict(pair.split("=") for pair in types)
    found = [k for k in kernels.get_registered_kernels_for_op(op).kernel if k.device_type in ("GPU", "DEFAULT") and fits(k, types)]
    if not found:
        raise SystemExit(f"TensorFlow {tensorflow.__version__} has no GPU kernel for {wanted}.")
    # As TensorFlow chooses: one for GPUs before one for any device.
    best = min(found, key=lambda k: k.device_type != "GPU")
    names = [argument.name for argument in op_def_registry.get(op).input_arg]
    return [i for i, name in enumerate(names) if name in best.host_memory_arg]


if not tensorflow.test.is_built_with_cuda():
    raise SystemExit("This TensorFlow is not the build for GPUs.")
before = json.loads(file.read_text())
same = before["kernels"] if before["tensorflow"] == tensorflow.__version__ else {}
known = {**same, **{wanted: host_inputs(wanted) for wanted in sys.argv[1:]}}
lines = ",\n".join(f"  {json.dumps(wanted)}: {json.dumps(known[wanted])}" for wanted in sorted(known))
file.write_text(f'{{\n "tensorflow": "{tensorflow.__version__}",\n "kernels": {{\n{lines}\n }}\n}}\n')
