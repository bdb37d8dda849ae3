/**
 * Reads Python pickles of the kind in CIFAR's Python files (protocol 2: dictionaries, lists, numbers, byte strings and
 * numpy arrays of bytes), and nothing else. Nothing is ever called or loaded: the three numpy names are only
 * recognised, others are rejected. Strings and arrays are views of the input; time and memory grow with the number of
 * opcodes, which is limited.
 */

/** Why a pickle is rejected, in words that follow the file's name. */
export class PickleError extends Error {}

export interface ByteArray {
  kind: 'array'
  shape: number[]
  /** Whether the array is in column-major order. */
  fortran: boolean
  bytes: Uint8Array
}

type Global = { kind: 'global'; name: 'reconstruct' | 'ndarray' | 'dtype' }
type Dtype = { kind: 'dtype'; byte: boolean }
type EmptyArray = { kind: 'empty-array'; filled: ByteArray | null }
type Value = null | boolean | number | Uint8Array | Value[] | Tuple | Map<string, Value> | Global | Dtype | EmptyArray
interface Tuple {
  kind: 'tuple'
  items: Value[]
}

const globals: Record<string, Global['name']> = {
  'numpy.core.multiarray _reconstruct': 'reconstruct',
  'numpy._core.multiarray _reconstruct': 'reconstruct',
  'numpy ndarray': 'ndarray',
  'numpy dtype': 'dtype',
}

/** Limit of opcodes; CIFAR-100's training file needs about 200,000. */
const maxOpcodes = 1_000_000

/** Returns the dictionary of a pickle: lists of integers and byte arrays by key; values of other kinds are left out. */
export function readPickle(input: Uint8Array): Map<string, number[] | ByteArray> {
  const value = new Unpickler(input).run()
  if (!(value instanceof Map)) throw new PickleError('is not a dictionary')
  const entries = new Map<string, number[] | ByteArray>()
  for (const [key, item] of value) {
    if (Array.isArray(item) && item.every((n) => typeof n === 'number')) entries.set(key, item)
    else if (isKind(item, 'empty-array') && item.filled) entries.set(key, item.filled)
  }
  return entries
}

function isKind<K extends 'tuple' | 'global' | 'dtype' | 'empty-array'>(
  value: Value | undefined,
  kind: K,
): value is Extract<Value, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
}

class Unpickler {
  private at = 0
  private readonly view: DataView
  private stack: Value[] = []
  /** Stacks below each open mark. */
  private readonly below: Value[][] = []
  private readonly memo = new Map<number, Value>()

  constructor(private readonly input: Uint8Array) {
    this.view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  }

  run(): Value {
    if (this.input[0] !== 0x80 || this.input[1] !== 2) throw new PickleError('is not a Python pickle of protocol 2')
    this.at = 2
    for (let n = 0; n < maxOpcodes; n++) {
      const opcode = this.readBytes(1)[0] as number
      if (opcode === 0x2e /* . STOP */) return this.pop()
      this.execute(opcode)
    }
    throw new PickleError('is a pickle of too many parts')
  }

  private execute(opcode: number): void {
    switch (opcode) {
      case 0x7d: // } EMPTY_DICT
        return this.push(new Map())
      case 0x5d: // ] EMPTY_LIST
        return this.push([])
      case 0x28: // ( MARK
        this.below.push(this.stack)
        this.stack = []
        return
      case 0x4e: // N NONE
        return this.push(null)
      case 0x88: // NEWTRUE
        return this.push(true)
      case 0x89: // NEWFALSE
        return this.push(false)
      case 0x4b: // K BININT1
        return this.push(this.number(1, () => this.view.getUint8(this.at)))
      case 0x4d: // M BININT2
        return this.push(this.number(2, () => this.view.getUint16(this.at, true)))
      case 0x4a: // J BININT
        return this.push(this.number(4, () => this.view.getInt32(this.at, true)))
      case 0x55: // U SHORT_BINSTRING
        return this.push(this.readBytes(this.number(1, () => this.view.getUint8(this.at))))
      case 0x54: // T BINSTRING
      case 0x58: // X BINUNICODE
        return this.push(this.readBytes(this.number(4, () => this.view.getUint32(this.at, true))))
      case 0x71: // q BINPUT
        return void this.memo.set(
          this.number(1, () => this.view.getUint8(this.at)),
          this.top(),
        )
      case 0x72: // r LONG_BINPUT
        return void this.memo.set(
          this.number(4, () => this.view.getUint32(this.at, true)),
          this.top(),
        )
      case 0x68: // h BINGET
        return this.recall(this.number(1, () => this.view.getUint8(this.at)))
      case 0x6a: // j LONG_BINGET
        return this.recall(this.number(4, () => this.view.getUint32(this.at, true)))
      case 0x63: // c GLOBAL
        return this.global()
      case 0x29: // ) EMPTY_TUPLE
        return this.pushTuple([])
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.pushTuple(this.popMany(opcode - 0x84))
      case 0x74: // t TUPLE
        return this.pushTuple(this.popToMark())
      case 0x61: // a APPEND
        return this.append([this.pop()])
      case 0x65: // e APPENDS
        return this.append(this.popToMark())
      case 0x73: // s SETITEM
        return this.setItems(this.popMany(2))
      case 0x75: // u SETITEMS
        return this.setItems(this.popToMark())
      case 0x52: // R REDUCE
        return this.reduce()
      case 0x62: // b BUILD
        return this.build()
      default:
        throw new PickleError(
          `has the opcode 0x${opcode.toString(16).padStart(2, '0')} at byte ${this.at - 1}, which CIFAR's files don't use`,
        )
    }
  }

  private readBytes(length: number): Uint8Array {
    if (this.at + length > this.input.length) throw new PickleError('is truncated: it ends in the middle of a value')
    this.at += length
    return this.input.subarray(this.at - length, this.at)
  }

  private number(bytes: number, read: () => number): number {
    if (this.at + bytes > this.input.length) throw new PickleError('is truncated: it ends in the middle of a number')
    const value = read()
    this.at += bytes
    return value
  }

  private push(value: Value): void {
    this.stack.push(value)
  }

  private pushTuple(items: Value[]): void {
    this.push({ kind: 'tuple', items })
  }

  private top(): Value {
    const value = this.stack.at(-1)
    if (value === undefined) throw new PickleError('is corrupt: it uses more values than it contains')
    return value
  }

  private pop(): Value {
    const value = this.top()
    this.stack.pop()
    return value
  }

  private popMany(count: number): Value[] {
    if (this.stack.length < count) throw new PickleError('is corrupt: it uses more values than it contains')
    return this.stack.splice(this.stack.length - count, count)
  }

  private popToMark(): Value[] {
    const items = this.stack
    const below = this.below.pop()
    if (!below) throw new PickleError('is corrupt: it closes a mark that it never opened')
    this.stack = below
    return items
  }

  private recall(index: number): void {
    const value = this.memo.get(index)
    if (value === undefined) throw new PickleError('is corrupt: it refers to a missing value')
    this.push(value)
  }

  private append(items: Value[]): void {
    const list = this.top()
    if (!Array.isArray(list)) throw new PickleError('is corrupt: it appends to something that is not a list')
    for (const item of items) list.push(item)
  }

  private setItems(items: Value[]): void {
    const target = this.top()
    if (!(target instanceof Map) || items.length % 2 !== 0)
      throw new PickleError('is corrupt: it sets items of something that is not a dictionary')
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]
      if (!(key instanceof Uint8Array) || key.length > 100) throw new PickleError('has a key that is not a short text')
      target.set(Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1'), items[i + 1] ?? null)
    }
  }

  private line(): string {
    const end = this.input.indexOf(0x0a, this.at)
    if (end < 0 || end - this.at > 200) throw new PickleError('is corrupt: a name in it does not end')
    const text = Buffer.from(this.input.subarray(this.at, end)).toString('latin1')
    this.at = end + 1
    return text
  }

  private global(): void {
    const name = `${this.line()} ${this.line()}`
    const known = Object.hasOwn(globals, name) ? globals[name] : undefined
    if (!known)
      throw new PickleError(
        `wants to load ${JSON.stringify(name.replace(' ', '.'))}, which CIFAR's files don't; nothing was run`,
      )
    this.push({ kind: 'global', name: known })
  }

  private reduce(): void {
    const [callable, args] = this.popMany(2)
    if (!isKind(callable, 'global') || !isKind(args, 'tuple'))
      throw new PickleError('is corrupt: it calls something that is not a numpy array')
    if (callable.name === 'reconstruct') return this.push({ kind: 'empty-array', filled: null })
    const [code] = args.items
    if (callable.name === 'dtype' && code instanceof Uint8Array)
      return this.push({ kind: 'dtype', byte: Buffer.from(code.subarray(0, 4)).toString('latin1') === 'u1' })
    throw new PickleError('is corrupt: it calls something that is not a numpy array')
  }

  /** State of a numpy array (version, shape, dtype, fortran, bytes), or of a dtype of bytes, which is ignored. */
  private build(): void {
    const [target, state] = this.popMany(2)
    if (isKind(target, 'dtype')) return this.push(target)
    if (!isKind(target, 'empty-array') || !isKind(state, 'tuple'))
      throw new PickleError('is corrupt: it fills something that is not a numpy array')
    const [, shape, dtype, fortran, bytes] = state.items
    if (
      !isKind(shape, 'tuple') ||
      !isKind(dtype, 'dtype') ||
      !(bytes instanceof Uint8Array) ||
      typeof fortran !== 'boolean'
    )
      throw new PickleError('is corrupt: a numpy array in it has no bytes')
    if (!dtype.byte) throw new PickleError('contains numbers that are not bytes')
    const sizes = shape.items.map((size) => (typeof size === 'number' ? size : NaN))
    if (sizes.reduce((product, size) => product * size, 1) !== bytes.length)
      throw new PickleError('is corrupt: a numpy array in it has the wrong size')
    target.filled = { kind: 'array', shape: sizes, fortran, bytes }
    this.push(target)
  }
}
