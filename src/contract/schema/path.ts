// PURE. Places in a plan as people write them: `subtasks[2].payload.topic`.

/** Adds steps to a path: numbers as `[2]`, names as `.name`, and names that are not plain as `["a b"]`. */
export function joinPath(path: string, steps: readonly PropertyKey[]): string {
  return steps.reduce<string>((joined, step) => {
    const text = String(step)
    if (/^\d+$/.test(text)) return `${joined}[${text}]`
    if (!/^[A-Za-z_$][\w$]*$/.test(text)) return `${joined}[${JSON.stringify(text)}]`
    return joined === '' ? text : `${joined}.${text}`
  }, path)
}
