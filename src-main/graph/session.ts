/** A recorded graph with its variables; each function is one call of a TensorFlow session. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { graphTag } from './graphDef'
import type { TFJSBinding } from './tensorflow'

export interface FunctionSignature {
  inputs: { name: string; shape: number[]; dtype: number }[]
  fetches: string[]
}

export type Values = Float32Array | Int32Array | Uint8Array

export class Session {
  private readonly id: number
  private open = true

  /** @param savedModel the graph; it is written to a temporary folder, because the addon loads only from files */
  constructor(
    private readonly binding: TFJSBinding,
    savedModel: Uint8Array,
    private readonly functions: ReadonlyMap<string, FunctionSignature>,
    private readonly variables: readonly { name: string; shape: number[] }[],
  ) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mcnn-graph-'))
    try {
      fs.writeFileSync(path.join(dir, 'saved_model.pb'), savedModel)
      this.id = binding.loadSavedModel(dir, graphTag)
    } finally {
      fs.rmSync(dir, { recursive: true, force: true })
    }
  }

  /**
   * Runs a recorded function and blocks until it is done.
   * @param inputs row by row, in the order and shapes of the recording
   * @returns the outputs in the order of the recording
   */
  run(name: string, inputs: readonly Values[]): Values[] {
    const fn = this.functions.get(name)
    if (!fn) throw new Error(`No function ${name} was recorded.`)
    if (inputs.length !== fn.inputs.length)
      throw new Error(`${name} takes ${fn.inputs.length} inputs, ${inputs.length} given.`)
    return this.call(
      fn.inputs.map((input, i) => ({ ...input, values: inputs[i] as Values })),
      fn.fetches,
    )
  }

  /** Returns the current values of the variables by name. */
  getVariables(names: readonly string[] = this.variables.map((v) => v.name)): Map<string, Float32Array> {
    const values = this.call(
      [],
      names.map((name) => `${name}/get`),
    )
    return new Map(names.map((name, i) => [name, values[i] as Float32Array]))
  }

  /** Sets variables; others keep their values. */
  setVariables(values: ReadonlyMap<string, Float32Array>): void {
    const feeds = this.variables.flatMap(({ name, shape }) => {
      const given = values.get(name)
      return given ? [{ name: `${name}/value`, shape, dtype: this.binding.TF_FLOAT, values: given }] : []
    })
    const unknown = [...values.keys()].filter((name) => !this.variables.some((v) => v.name === name))
    if (unknown.length > 0) throw new Error(`No such variable: ${unknown.join(', ')}`)
    this.call(
      feeds,
      feeds.map((feed) => feed.name.replace(/\/value$/, '/confirm')),
    )
  }

  /** Frees the graph and its variables. */
  close(): void {
    if (!this.open) return
    this.open = false
    this.binding.deleteSavedModel(this.id)
  }

  private call(feeds: { name: string; shape: number[]; dtype: number; values: Values }[], fetches: string[]): Values[] {
    const ids = feeds.map((feed) => this.binding.createTensor(feed.shape, feed.dtype, feed.values))
    try {
      return this.binding
        .runSavedModel(
          this.id,
          ids,
          feeds.map((feed) => `${feed.name}:0`).join(','),
          fetches.map((name) => `${name}:0`).join(','),
        )
        .map(({ id }) => {
          const values = this.binding.tensorDataSync(id)
          this.binding.deleteTensor(id)
          return values
        })
    } finally {
      for (const id of ids) this.binding.deleteTensor(id)
    }
  }
}
