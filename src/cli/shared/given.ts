// HOST. Options that were given, without those that were not: a call tells the two apart.

type Given<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> }

export function given<Values extends Record<string, unknown>>(values: Values): Given<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<Values>
}
