// PURE. One agent or a team? Five criteria, each with a simple and an involved answer; what nobody said counts as simple.
import type { Side } from '../contract/one-or-team'

export interface Criterion {
  /** Also the option's name. */
  id: CriterionId
  question: string
  /** The simple choice first. */
  choices: readonly [Choice, Choice]
}

export interface Choice {
  value: string
  meaning: string
}

export const CRITERION_IDS = ['people', 'complexity', 'context', 'failure', 'operations'] as const
export type CriterionId = (typeof CRITERION_IDS)[number]

export const CRITERIA: readonly Criterion[] = [
  {
    id: 'people',
    question: 'How many people work on it, or with what comes out?',
    choices: [
      { value: '1-5', meaning: 'one to five' },
      { value: '10+', meaning: 'ten or more' },
    ],
  },
  {
    id: 'complexity',
    question: 'Does one step follow the other, or can parts be worked on side by side?',
    choices: [
      { value: 'sequential', meaning: 'one step after the other' },
      { value: 'parallel', meaning: 'parts side by side' },
    ],
  },
  {
    id: 'context',
    question: 'Does all that must be known fit one context window?',
    choices: [
      { value: 'fits', meaning: 'it fits one window' },
      { value: 'exceeds', meaning: 'it is more than one window' },
    ],
  },
  {
    id: 'failure',
    question: 'When something fails: is trying again enough, or must the other parts come through?',
    choices: [
      { value: 'retry', meaning: 'a retry is enough' },
      { value: 'partial', meaning: 'parts may fail, the rest must come through' },
    ],
  },
  {
    id: 'operations',
    question: 'How much may its operation cost in care?',
    choices: [
      { value: 'low', meaning: 'keep it low' },
      { value: 'accepted', meaning: 'complexity is accepted' },
    ],
  },
]

export type Answers = Partial<Record<CriterionId, string>>

export interface Judged {
  id: CriterionId
  question: string
  /** What was said; absent where nobody said anything. */
  said?: string
  meaning?: string
  speaksFor: Side
}

export interface Advice {
  criteria: Judged[]
  /** How many criteria speak for each side. */
  votes: Record<Side, number>
  advice: Side
}

/** The side with more criteria; one agent if they are even, since that is less to run and to understand. */
export function advise(answers: Answers): Advice {
  const criteria = CRITERIA.map((criterion) => judge(criterion, answers[criterion.id]))
  const team = criteria.filter(({ speaksFor }) => speaksFor === 'team').length
  const votes = { 'one agent': criteria.length - team, team }
  return { criteria, votes, advice: votes.team > votes['one agent'] ? 'team' : 'one agent' }
}

/** An answer that is none of the choices counts as not given: whoever asks offers nothing else. */
function judge({ id, question, choices }: Criterion, answer: string | undefined): Judged {
  const choice = choices.find(({ value }) => value === answer)
  const said = choice ? { said: choice.value, meaning: choice.meaning } : {}
  return { id, question, ...said, speaksFor: choice === choices[1] ? 'team' : 'one agent' }
}
