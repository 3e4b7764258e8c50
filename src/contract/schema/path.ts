// PURE. Places in a plan as people write them: `subtasks[2].payload.topic`.
import { quote } from '../json'

/** Adds steps to a path: numbers as `[2]`, names as `.name`, and names that are not plain as `["a b"]`. */
export function joinPath(path: string, steps: readonly PropertyKey[]): string {
  return steps.reduce<string>((joined, step) => {
    const text = String(step)
    if (/^\d+$/.test(text)) return `${joined}[${text}]`
    if (!/^[A-Za-z_$][\w$]*$/.test(text)) return `${joined}[${quote(text)}]`
    return joined === '' ? text : `${joined}.${text}`
  }, path)
}

/** The steps of a path that `joinPath` made; what does not look like a step ends it. */
export function pathSteps(path: string): string[] {
  const step = /\.?([A-Za-z_$][\w$]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y
  const steps: string[] = []
  for (let match = step.exec(path); match; match = step.exec(path)) {
    const [, name, index, quoted] = match
    steps.push(name ?? index ?? (JSON.parse(quoted!) as string))
  }
  return steps
}
