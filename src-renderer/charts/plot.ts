/** The only module that uses uPlot: lines and bands on a canvas, and selecting a range by dragging. */
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { LineSeries } from '../../src-main/analysis/figures/line'
import type { PlotData } from './plotData'
import type { Scale, ScaleKind } from '../../src-main/analysis/figures/scale'

export interface PlotOptions {
  width: number
  height: number
  /** Padding around the plotting area, in px, for axes and labels that other components draw. */
  margin: { top: number; right: number; bottom: number; left: number }
  series: readonly LineSeries[]
  data: PlotData
  kind: ScaleKind
  /** Many lines are drawn thinner. */
  crowded: boolean
  /** Colours, resolved for a canvas. */
  color: (color: string) => string
  /** Called whenever the data is set. */
  x: () => Scale
  y: () => Scale
  /** Ends of the dragged range, in the axis' unit. */
  onselect: (from: number, to: number) => void
  onreset: () => void
}

export function createPlot(target: HTMLElement, options: PlotOptions): uPlot {
  const { margin, data, series, kind, crowded } = options
  const ends = (scale: Scale): uPlot.Range.MinMax => [scale.domain[0], scale.domain[1]]
  return new uPlot(
    {
      width: options.width,
      height: options.height,
      padding: [margin.top, margin.right, margin.bottom, margin.left],
      pxAlign: 0,
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { time: false, range: () => ends(options.x()) },
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, which isolated modules can't read
        y: { distr: kind === 'log' ? 3 : 1, range: () => ends(options.y()) },
      },
      series: [{}, ...data.lines.map((line) => lineOptions(line.kind, series[line.series], crowded, options.color))],
      bands: data.bands.map((pair) => {
        const owner = series[data.lines[pair[0] - 1]?.series ?? -1]
        return { series: pair, fill: transparent(options.color(owner?.color ?? ''), 0.16) }
      }),
      cursor: {
        // Cursor and points are drawn above the canvas, where the theme's style sheet applies.
        x: false,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        bind: {
          mousedown: (_, __, handler) => (event) => (event.shiftKey ? null : handler(event)),
          dblclick: () => () => {
            options.onreset()
            return null
          },
        },
      },
      hooks: {
        setSelect: [
          (plot) => {
            const { left, width } = plot.select
            if (width <= 0) return
            options.onselect(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
      },
    },
    data.columns,
    target,
  )
}

function lineOptions(
  kind: PlotData['lines'][number]['kind'],
  series: LineSeries | undefined,
  crowded: boolean,
  color: PlotOptions['color'],
): uPlot.Series {
  const hidden = kind === 'high' || kind === 'low'
  const stroke = color(series?.color ?? '')
  return {
    stroke: hidden ? 'transparent' : kind === 'thin' ? transparent(stroke, 0.6) : stroke,
    width: hidden ? 0 : kind === 'thin' ? 0.8 : crowded ? 1 : 1.6,
    points: { show: false },
    ...(series?.dashed === true && kind === 'line' ? { dash: [4, 3] } : {}),
  }
}

/** Adds an opacity to '#rrggbb'; other notations are unchanged. */
function transparent(color: string, opacity: number): string {
  return /^#[\da-f]{6}$/i.test(color)
    ? color +
        Math.round(opacity * 255)
          .toString(16)
          .padStart(2, '0')
    : color
}
