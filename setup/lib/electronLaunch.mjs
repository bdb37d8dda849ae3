import { node24 } from './paths.mjs'

/**
 * Returns how Electron is started for the window, by `npm start` and by `npm run dev`.
 * @param {string} display as `findDisplay` returns it
 * @param {string | undefined} dataDir
 */
export function electronLaunch(display, dataDir) {
  return {
    switches: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(display === 'wayland' ? ['--ozone-platform=wayland'] : []),
      ...(dataDir === undefined ? [] : [`--data-dir=${dataDir}`]),
    ],
    env: { ...process.env, MCNN_NODE: node24, ELECTRON_RUN_AS_NODE: undefined },
  }
}
