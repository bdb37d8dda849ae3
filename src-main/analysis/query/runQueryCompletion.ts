/** Completions at the caret of a query over runs. Pure. */
import { quoted } from './runQuery'
import { fieldNames, fields, isField, type Field } from './runQueryFields'

export interface Known {
  tags: readonly string[]
  studies: readonly string[]
}

export interface Option {
  /** Replaces `from` to `to` of the text. */
  insert: string
  label: string
  detail: string
}

export interface Completion {
  from: number
  to: number
  options: Option[]
}

const most = 8

/** Returns fields for a word without one, values after a field, and nothing within closed quotes. */
export function complete(text: string, caret: number, known: Known): Completion {
  const from = startOfTerm(text, caret)
  const word = text.slice(from, caret)
  const minus = word.startsWith('-') ? 1 : 0
  const found = /^-?([a-z]+)(:|=|!=)(.*)$/is.exec(word)
  const name = found?.[1]?.toLowerCase() ?? ''
  if (found && isField(name)) {
    const value = found[3] ?? ''
    const last = value.slice(value.lastIndexOf(',') + 1)
    return { from: caret - last.length, to: caret, options: valueOptions(name, last.replaceAll('"', ''), known) }
  }
  const typed = word.slice(minus).toLowerCase()
  const options = fieldNames
    .filter((field) => field.startsWith(typed) && !/[:<>=]/.test(word))
    .map((field): Option => ({
      insert: `${field}${fields[field].isCompared ? '>' : ':'}`,
      label: field,
      detail: fields[field].says,
    }))
  return { from: from + minus, to: caret, options: options.slice(0, typed === '' ? 12 : most) }
}

function valueOptions(name: Field, typed: string, known: Known): Option[] {
  const all = name === 'tag' ? known.tags : name === 'study' ? known.studies : fields[name].values
  const wanted = typed.toLowerCase()
  const starting = all.filter((value) => value.toLowerCase().startsWith(wanted))
  const within = all.filter((value) => !starting.includes(value) && value.toLowerCase().includes(wanted))
  return [...starting, ...within].slice(0, most).map((value) => ({ insert: quoted(value), label: value, detail: '' }))
}

function startOfTerm(text: string, caret: number): number {
  let start = 0
  let isQuoted = false
  for (let i = 0; i < caret; i++) {
    if (text[i] === '"') isQuoted = !isQuoted
    else if (!isQuoted && /\s/.test(text[i] ?? '')) start = i + 1
  }
  return start
}
