// HOST. The changes to a plan that a history tells of, one after the other, as the workflow makes them.
import type { AddInput, CancelSubtaskInput, ChangeInput } from '../contract/changes'
import type { CheckedChange } from '../contract/activity-messages'
import type { Refusal } from '../contract/run/refusal'
import type { RunState } from '../contract/run/run-state'

interface Change {
  problem(): Refusal | undefined
  /** What becomes of it, with what its check has found; a change without one is made at once. */
  make(checked?: CheckedChange): void
  isChecked: boolean
}

export class HistoryChanges {
  /** The first one is being checked. */
  private readonly line: Change[] = []

  add({ changes }: RunState, input: AddInput): void {
    const make = (checked?: CheckedChange): void => {
      if (checked && 'added' in checked && !changes.addedProblem(input, checked.added))
        changes.add(input, checked.added)
    }
    this.enter({ problem: () => changes.addProblem(input), make, isChecked: true })
  }

  replace({ changes }: RunState, input: ChangeInput): void {
    const make = (checked?: CheckedChange): void => {
      if (!checked || !('replaced' in checked)) return
      const problem = changes.changeProblem(input) ?? changes.replaceProblem(checked.replaced)
      if (!problem) changes.replace(input, checked.replaced)
    }
    this.enter({ problem: () => changes.changeProblem(input), make, isChecked: true })
  }

  cancel({ changes }: RunState, input: CancelSubtaskInput): void {
    const make = (): void => void changes.cancel(input)
    this.enter({ problem: () => changes.cancelProblem(input), make, isChecked: false })
  }

  /** The check of the first one has ended; without a result where it was refused. */
  checked(result: CheckedChange | undefined): void {
    this.line.shift()?.make(result)
    this.goOn()
  }

  private enter(change: Change): void {
    this.line.push(change)
    if (this.line.length === 1) this.goOn()
  }

  /** What has become impossible by its turn does nothing. */
  private goOn(): void {
    for (let first = this.line[0]; first; first = this.line[0]) {
      const isPossible = !first.problem()
      if (isPossible && first.isChecked) return
      this.line.shift()
      if (isPossible) first.make()
    }
  }
}
