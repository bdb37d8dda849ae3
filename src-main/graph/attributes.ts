/** Attributes of operations, in the format of tfjs-node's binding. */
import type { TFEOpAttr, TFJSBinding } from './tensorflow'

export interface Attributes {
  /** @param value a data type of the binding, such as `TF_FLOAT` */
  type: (name: string, value: number) => TFEOpAttr
  dims: (name: string, value: number[]) => TFEOpAttr
  text: (name: string, value: string) => TFEOpAttr
  number: (name: string, value: number) => TFEOpAttr
  integer: (name: string, value: number) => TFEOpAttr
  flag: (name: string, value: boolean) => TFEOpAttr
  ints: (name: string, value: number[]) => TFEOpAttr
}

export function attributes(binding: TFJSBinding): Attributes {
  return {
    type: (name, value) => ({ name, type: binding.TF_ATTR_TYPE, value }),
    dims: (name, value) => ({ name, type: binding.TF_ATTR_SHAPE, value }),
    text: (name, value) => ({ name, type: binding.TF_ATTR_STRING, value }),
    number: (name, value) => ({ name, type: binding.TF_ATTR_FLOAT, value }),
    integer: (name, value) => ({ name, type: binding.TF_ATTR_INT, value }),
    flag: (name, value) => ({ name, type: binding.TF_ATTR_BOOL, value }),
    ints: (name, value) => ({ name, type: binding.TF_ATTR_INT, value }),
  }
}
