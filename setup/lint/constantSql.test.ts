import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'
import { constantSql } from './constantSql.mjs'

const linter = new Linter()

function messages(code: string, options: object = {}): string[] {
  const config: Linter.Config = {
    plugins: { own: { rules: { sql: constantSql } } },
    rules: { 'own/sql': ['error', options] },
    languageOptions: { ecmaVersion: 2024, sourceType: 'module' },
  }
  return linter.verify(code, [config]).map(({ message }) => message)
}

describe('constantSql', () => {
  it.each([
    'db.prepare("SELECT 1")',
    'db.prepare(`SELECT 1`)',
    'const from = "runs"; db.prepare(`SELECT * FROM ${from} WHERE id = ?`)',
    'import { from } from "./x"; class A { constructor(db) { db.prepare(`SELECT ${from}`) } }',
    'import { columns } from "./x"; class A { #db; one(name) { return this.#db.prepare(`SELECT ${columns[name]} FROM runs`) } }',
    'import { states } from "./x"; db.prepare(`SELECT ${states.map((s) => `sum(state = \'${s}\')`).join(", ")}`)',
    'function f(db) { const sql = `SELECT ${1}`; db.prepare(sql) }',
    'const found = /x/.exec(text); shape.exec(`${text}`)',
    'function f(db, steps) { db.pragma(`user_version = ${steps.length}`) }',
  ])('accepts %s', (code) => {
    expect(messages(code)).toEqual([])
  })

  it.each([
    ['a parameter', "function f(db, id) { db.prepare(`SELECT * FROM runs WHERE id = '${id}'`) }", 'id'],
    ['a parameter alone', 'function f(db, sql) { db.exec(sql) }', 'sql'],
    ['a sum', 'function f(db, id) { db.prepare("SELECT " + id) }', 'id'],
    [
      'a local that holds one',
      'function f(db, id) { const where = `id = ${id}`; db.prepare(`SELECT 1 WHERE ${where}`) }',
      'id',
    ],
    ['a field', 'class A { #db; f(asked) { this.#db.prepare(`SELECT 1 WHERE ${asked.where}`) } }', 'asked'],
    ['what a call makes', 'function f(db, id) { db.prepare(`SELECT ${String(id)}`) }', 'String(id)'],
    ['what may change', 'let table = "runs"; function f(db) { db.prepare(`SELECT * FROM ${table}`) }', 'table'],
    [
      'a part of something destructured',
      'function f(db, asked) { const { where } = asked; db.prepare(`SELECT 1 WHERE ${where}`) }',
      'where',
    ],
    ['a condition', 'function f(db, id) { db.prepare(id ? "SELECT 1" : id) }', 'id'],
    ['a pragma of a path', 'function f(db, path) { db.pragma(`journal = ${path}`) }', 'path'],
  ])('rejects %s', (_, code, text) => {
    expect(messages(code)).toEqual([`SQL may contain constants only: bind “${text}” as a value.`])
  })

  it('accepts the expressions that its options name', () => {
    expect(
      messages('function f(db, asked) { db.prepare(`SELECT 1 WHERE ${asked.where} ORDER BY ${orderOf(asked)}`) }', {
        members: ['asked.where'],
        calls: ['orderOf'],
      }),
    ).toEqual([])
    expect(messages('function f(db, steps) { for (const step of steps) db.exec(step) }', { names: ['step'] })).toEqual(
      [],
    )
  })
})
