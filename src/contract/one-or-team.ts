// PURE. One agent or a team, from what was measured:
//
// 1. A team, if what has to be known is more than ONE_AGENT_TOKENS: one agent would not be shown all of it.
// 2. A team, if at least two parts can be done side by side, and that makes the whole at least TEAM_GAIN times as fast.
// 3. Else one agent: less to run, to pay and to understand.

export type Side = 'one agent' | 'team'

/** What one agent is shown at a time and writes in: a third of the windows of hosted models, which is what they read with care. */
export const ONE_AGENT_TOKENS = 50_000
/** Less than that is used up by what a team costs besides: contracts, and everybody's own reading. */
export const TEAM_GAIN = 1.5

export interface Measured {
  /** Tokens that whoever does it has to know. */
  tokens?: number
  /** Parts that can be done side by side, and how long all of them take after each other and on the longest path. */
  shape?: { width: number; work: number; criticalPath: number }
}

export interface Advised {
  advice: Side
  /** With the numbers; what speaks for the advice, or against the other side. */
  reasons: string[]
}

/** What was not measured speaks for one agent. */
export function oneOrTeam({ tokens, shape }: Measured): Advised {
  const most = ONE_AGENT_TOKENS.toLocaleString('en')
  const said = tokens?.toLocaleString('en')
  const isLarge = tokens !== undefined && tokens > ONE_AGENT_TOKENS
  const gain = shape && shape.criticalPath > 0 ? shape.work / shape.criticalPath : 1
  const isWide = shape !== undefined && shape.width >= 2 && gain >= TEAM_GAIN
  const forTeam = [
    ...(isLarge ? [`${said} tokens have to be known, and one agent takes at most ${most}`] : []),
    ...(isWide ? [`${shape.width} parts run side by side, which makes it ${times(gain)} as fast`] : []),
  ]
  if (forTeam.length > 0) return { advice: 'team', reasons: forTeam }
  const forOne = [
    ...(tokens === undefined ? [] : [`${said} tokens have to be known, and one agent takes up to ${most}`]),
    ...(shape === undefined ? [] : [narrow(shape.width, gain)]),
  ]
  return { advice: 'one agent', reasons: forOne }
}

function narrow(width: number, gain: number): string {
  if (width < 2) return 'no two parts can be done side by side'
  return `side by side, ${width} at a time, it would be ${times(gain)} as fast, and a team is worth it from ${times(TEAM_GAIN)} on`
}

/** Rounded down: no text says that a bound is met where it is not. */
function times(gain: number): string {
  return `${Math.floor(gain * 100) / 100} times`
}
