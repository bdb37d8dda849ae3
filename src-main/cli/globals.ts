/** Options of every command, given before or after its name. */
export interface Globals {
  json?: true
  dataDir?: string
}
