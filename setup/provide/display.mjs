import { connect } from 'node:net'
import { isAbsolute, join } from 'node:path'

/**
 * Where a display's server listens.
 * @param {string} display as in DISPLAY: `[HOST]:NUMBER[.SCREEN]` or a path
 * @returns {({ path: string } | { host: string, port: number })[]} in the order to try, empty if it names none
 */
export function x11Addresses(display) {
  if (display.startsWith('/')) return [{ path: display.replace(/\.\d+$/, '') }, { path: display }]
  const match = /^(?:([a-z]+)\/)?(.*):(\d+)(?:\.\d+)?$/i.exec(display)
  if (!match) return []
  const [, , host = '', number = '0'] = match
  if (host !== '' && host !== 'unix') return [{ host: host.replace(/^\[|\]$/g, ''), port: 6_000 + Number(number) }]
  return [{ path: `/tmp/.X11-unix/X${number}` }, { path: `\0/tmp/.X11-unix/X${number}` }]
}

/** @param {{ path: string } | { host: string, port: number }} address @returns {Promise<boolean>} */
const answers = (address) =>
  new Promise((resolve) => {
    const socket = connect(address)
    const end = (/** @type {boolean} */ result) => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(2_000, () => end(false))
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })

/**
 * Returns the display that a window can be opened on. A variable alone is no proof: ssh and tmux keep stale ones.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<'x11' | 'wayland' | null>}
 */
export async function findDisplay(env) {
  for (const address of x11Addresses(env['DISPLAY'] ?? '')) if (await answers(address)) return 'x11'
  const wayland = env['WAYLAND_DISPLAY'] ?? ''
  const folder = env['XDG_RUNTIME_DIR'] ?? ''
  if (wayland === '' || (!isAbsolute(wayland) && folder === '')) return null
  return (await answers({ path: isAbsolute(wayland) ? wayland : join(folder, wayland) })) ? 'wayland' : null
}
