/** The environment the service is started with. Pure. */

/** Variables of Electron and of Node that would change what the service's own Node does. */
const foreign = /^(ELECTRON_.*|NODE_OPTIONS|NODE_PATH|NODE_CHANNEL_.*|NODE_REPL_.*|NODE_V8_COVERAGE|CHROME_DESKTOP|GOOGLE_API_KEY|GDK_BACKEND)$/

export function serviceEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined || foreign.test(name) ? [] : [[name, value]])))
}
