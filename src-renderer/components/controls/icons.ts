/** Icons on a 16 × 16 grid, drawn in lines of the text's colour. */
export interface IconPath {
  d: string
  fill?: boolean
  opacity?: number
  width?: number
  dash?: string
}

const circle = (cx: number, cy: number, r: number): string =>
  `M${cx - r} ${cy}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`

export const icons = {
  studies: [{ d: 'M2.5 3.5h11M2.5 8h11M2.5 12.5h6' }],
  runs: [{ d: 'M2 12.5 6 8l3 2.5 5-7' }, { d: 'M2 14h12', opacity: 0.5 }],
  banks: [{ d: 'M2.5 2.5h4.6v4.6H2.5zM8.9 2.5h4.6v4.6H8.9zM2.5 8.9h4.6v4.6H2.5zM8.9 8.9h4.6v4.6H8.9z' }],
  data: [
    {
      d: 'M3 4c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2zM3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2',
    },
  ],
  system: [
    { d: 'M4.5 4.5h7v7h-7zM6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14' },
  ],
  plus: [{ d: 'M8 3v10M3 8h10' }],
  search: [{ d: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.2 3.2' }],
  columns: [{ d: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10' }],
  pin: [{ d: 'M6 2.5h4M6.8 2.5v4L5 9h6L9.2 6.5v-4M8 9v4.5' }],
  export: [{ d: 'M8 10V2.5M5 5.5l3-3 3 3M3 10v3.5h10V10' }],
  tag: [{ d: 'M2.5 2.5h5.2l5.8 5.8-5.2 5.2-5.8-5.8zM5.3 5.3h.01' }],
  archive: [{ d: 'M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.5h3' }],
  x: [{ d: 'm4.5 4.5 7 7M11.5 4.5l-7 7' }],
  play: [{ d: 'M5 3.2v9.6L12.5 8z', fill: true }],
  pause: [{ d: 'M5.5 3.5v9M10.5 3.5v9', width: 2 }],
  stop: [{ d: 'M4 4h8v8H4z', fill: true }],
  down: [{ d: 'm4 6 4 4 4-4' }],
  up: [{ d: 'm4 10 4-4 4 4' }],
  right: [{ d: 'm6 4 4 4-4 4' }],
  more: [{ d: 'M3.5 8h.01M8 8h.01M12.5 8h.01', width: 2.2 }],
  copy: [{ d: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3' }],
  trash: [{ d: 'M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5' }],
  import: [{ d: 'M8 2.5V10M5 7l3 3 3-3M3 10v3.5h10V10' }],
  refresh: [{ d: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3' }],
  folder: [{ d: 'M2 4.5V13h12V5.5H8L6.5 3.5H2z' }],
  find: [{ d: circle(7, 7, 4) }, { d: 'm10 10 3.5 3.5' }],
  link: [{ d: 'M6.5 9.5l3-3M7.5 4.7l1-1a2.7 2.7 0 0 1 3.8 3.8l-1 1M8.5 11.3l-1 1a2.7 2.7 0 0 1-3.8-3.8l1-1' }],
  verify: [{ d: circle(6.5, 8, 4), opacity: 0.5 }, { d: 'm6.3 8.2 2.6 2.6 5.1-5.6' }],
  undo: [{ d: 'M4 6.5h5.5a3.2 3.2 0 0 1 0 6.5H7M6.5 3.5l-3 3 3 3' }],
  warn: [{ d: 'M8 2.5 14 13H2zM8 6.5v3M8 11.2v.01' }],
  info: [{ d: circle(8, 8, 5.5) }, { d: 'M8 7.5V11M8 5.2v.01' }],
  done: [{ d: 'm3.8 8.4 2.8 2.8 5.6-6' }],
  running: [{ d: circle(8, 8, 5), opacity: 0.3 }, { d: 'M8 3a5 5 0 0 1 4.3 7.5' }],
  queued: [{ d: circle(8, 8, 4.3), dash: '1.6 1.78' }],
  paused: [{ d: 'M6 4.5v7M10 4.5v7', width: 2 }],
  stopped: [{ d: 'M4.5 4.5h7v7h-7z' }],
  interrupted: [{ d: 'M9.3 2.5 4.5 8.8h3.3L6.7 13.5l4.8-6.3H8.2z' }],
  diverged: [{ d: 'M2.5 11.5c2.5 0 3.3-.8 4.2-2.5C8 6.5 8.7 5 9.5 2.5M9.5 8.5h.01M11.5 6l2.5 5M14 6l-2.5 5' }],
  failed: [{ d: circle(8, 8, 5.3) }, { d: 'm6 6 4 4M10 6l-4 4' }],
} as const satisfies Record<string, readonly IconPath[]>

export type IconName = keyof typeof icons
