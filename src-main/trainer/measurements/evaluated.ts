/**
 * Accumulates what an evaluation of the test examples yields besides its loss: the confusion matrix and the worst
 * mistakes.
 */
import type { Evaluation, Mistake } from '../../contract/runs/evaluation'
import type { EvaluationResult } from '../../graph/training'

/** Number of mistakes kept. */
const kept = 48

export class Evaluated {
  private readonly confusion: Uint32Array
  private mistakes: Mistake[] = []
  private seen = 0

  constructor(private readonly classes: number) {
    this.confusion = new Uint32Array(classes * classes)
  }

  /** Batches come in the order of the examples. @param labels at least as many as predictions */
  add(labels: Int32Array, { predicted, confidence }: Pick<EvaluationResult, 'predicted' | 'confidence'>): void {
    predicted.forEach((guess, i) => {
      const label = labels[i] ?? 0
      const at = label * this.classes + guess
      this.confusion[at] = (this.confusion[at] ?? 0) + 1
      if (guess !== label)
        this.mistakes.push({
          index: this.seen + i,
          label,
          predicted: guess,
          confidence: Math.min(1, confidence[i] ?? 0),
        })
    })
    this.seen += predicted.length
    this.mistakes = this.mistakes.sort((a, b) => b.confidence - a.confidence || a.index - b.index).slice(0, kept)
  }

  result(): Omit<Evaluation, 'epoch'> {
    return { classes: this.classes, confusion: [...this.confusion], mistakes: this.mistakes }
  }
}
