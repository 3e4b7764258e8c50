// TEAM. Which file a program begins in, as far as its run command tells.

/** The path of its first argument; undefined where that is an option, such as `-m`. */
export function startedFile([, first = '']: readonly string[]): string | undefined {
  return first === '' || first.startsWith('-') ? undefined : first.replace(/^\.\//, '')
}
