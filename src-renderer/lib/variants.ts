/** Colour and marker of each variant: the same in the window and in figures for print. */
export { lookOf } from '../../src-main/analysis/figures/looks'
