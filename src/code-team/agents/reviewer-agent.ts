// TEAM. The reviewer-agent: specification, difference and what the tests said in, a verdict with findings out.
import { z } from 'zod'
import { tokenCounter } from '../../agents/models/count-tokens'
import { defineAgent } from '../../agents/define-agent'
import { TroupeError } from '../../contract/errors'
import { diffSnapshots } from '../../workspace/diff-snapshots'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { fileAt, loadSnapshot, readText } from '../../workspace/snapshots'
import {
  architectureSchema,
  checkSchema,
  contributionSchema,
  reviewSchema,
  specificationSchema,
  type Architecture,
  type Finding,
  type Review,
} from '../documents'
import { LANGUAGE_NAMES } from '../languages'
import { diffParts } from '../prompts/diff-parts'
import { REVIEWER_SYSTEM, reviewerPrompt } from '../prompts/reviewer-agent'
import { DIFF_TOKENS } from '../token-limits'
import { ownerOf } from '../rounds/affected'
import { coverage } from '../report/coverage'
import { askForBest } from './ask'
import { DOCUMENT_REPAIRS, MODEL_AGENT } from './settings'

export const reviewerAgent = defineAgent({
  ...MODEL_AGENT,
  name: 'reviewer-agent',
  capabilities: ['reviewer-agent', 'review'],
  input: z.object({
    request: z.string(),
    language: z.enum(LANGUAGE_NAMES),
    specification: specificationSchema,
    architecture: architectureSchema,
    contributions: z.array(contributionSchema),
    check: checkSchema,
    base: z.string().optional(),
  }),
  output: reviewSchema,
  async run({ base, ...input }, context) {
    context.progress('reviewing')
    const { artifacts } = context
    const snapshot = await loadSnapshot(artifacts, input.check.snapshot)
    const before = base === undefined ? undefined : await loadSnapshot(artifacts, base)
    const diff = await diffSnapshots(artifacts, before, snapshot)
    const covered = coverage(input.specification, input.check.tests)
    const untested = covered.filter(({ result }) => result === 'untested').map(({ id }) => id)
    const lines = await lineCounts(artifacts, snapshot)
    const count = await tokenCounter()
    const texts = diffParts(diff, DIFF_TOKENS, count)
    const reviews: Review[] = []
    for (const [place, text] of texts.entries()) {
      const part = { text, part: place + 1, parts: texts.length }
      if (part.parts > 1) context.progress(`reviewing part ${part.part} of ${part.parts}`)
      const { answer, rejection } = await askForBest(context, {
        system: REVIEWER_SYSTEM,
        prompt: reviewerPrompt({ ...input, diff: part, untested }, count),
        schema: reviewSchema,
        problems: (review) => reviewProblems(review, lines, input.architecture),
        repairs: DOCUMENT_REPAIRS,
      })
      if (!answer) throw new TroupeError('OutputRejected', rejection ?? 'there is no answer')
      reviews.push(answer)
    }
    const { verdict, findings } = joined(reviews)
    return { verdict, findings: findings.map((finding) => placed(finding, lines)) }
  },
})

/** Of parts that were judged by themselves: one that is to be mended is enough. */
export function joined(reviews: readonly Review[]): Review {
  const verdict = reviews.some((review) => review.verdict === 'changes') ? 'changes' : 'approve'
  return { verdict, findings: reviews.flatMap(({ findings }) => findings) }
}

/** Path → number of lines. */
async function lineCounts(artifacts: Artifacts, snapshot: Snapshot): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const path of Object.keys(snapshot.files)) {
    // Of what is too large to be shown nobody has seen a line
    const small = fileAt(snapshot, path)!.bytes < 1_000_000
    counts.set(path, small ? (await readText(artifacts, snapshot, path)).split('\n').length : Infinity)
  }
  return counts
}

/** Findings that could not be handed to anybody, and verdicts that contradict their findings. */
export function reviewProblems(
  { verdict, findings }: Review,
  lines: ReadonlyMap<string, number>,
  architecture: Architecture,
): string[] {
  const contradiction = findings.some(({ severity }) => severity === 'blocking') && verdict === 'approve'
  return [
    ...(contradiction ? ['the verdict "approve" has no blocking findings: it is "changes" with them'] : []),
    ...findings.flatMap((finding, place) =>
      placeProblem(finding, lines, architecture).map((text) => `findings[${place}]: ${text}`),
    ),
  ]
}

function placeProblem(
  { file, line, severity }: Finding,
  lines: ReadonlyMap<string, number>,
  architecture: Architecture,
): string[] {
  if (file === '') return severity === 'blocking' ? ['a blocking finding names the file where it is to be mended'] : []
  const count = lines.get(file)
  if (count === undefined) return [`there is no file ${JSON.stringify(file)} in the program`]
  if (line > count) return [`${file} has ${count} lines, and no line ${line}`]
  // All coders would go again, and none of them could mend it
  if (severity === 'advice' || ownerOf(architecture, file)) return []
  return [`${file} is no module's, so nobody may change it: a blocking finding names the file of a module`]
}

/** A finding that stays at a place which is none is about no place. */
function placed(finding: Finding, lines: ReadonlyMap<string, number>): Finding {
  const count = lines.get(finding.file)
  if (count === undefined) return { ...finding, file: '', line: 0 }
  return finding.line > count ? { ...finding, line: 0 } : finding
}
