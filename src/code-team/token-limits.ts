// TEAM. How many tokens the team's agents are shown, by OpenAI's newest tokenizer; each number with its reason. Hosted models
// take 200,000 and more, and some count a third more tokens than this tokenizer does.
import { ONE_AGENT_TOKENS } from '../contract/one-or-team'

/** One question in all, with the form of its answer: room for an answer, for that third, and for answers that go back once. */
export const QUESTION_TOKENS = 120_000
/** Of a repository's map for the architect: some hundred files with their names, or a thousand paths. */
export const MAP_TOKENS = 20_000
/** For the spec-agent, which says what, and not where. */
export const SPEC_MAP_TOKENS = 6_000
/** README, manifests and the like, in full beside the map. */
export const INTRODUCTION_TOKENS = 6_000
/** Files of one module, or of a repository that one coder works on: what one agent takes. */
export const MODULE_TOKENS = ONE_AGENT_TOKENS
/** Contracts of what a module imports, and signatures of what its files use. */
export const IMPORTS_TOKENS = 20_000
/** What a reviewer reads of a difference at a time: beyond it no model reads with care. */
export const DIFF_TOKENS = 50_000
/** List of tests, of which those that failed come first. */
export const TESTS_TOKENS = 15_000
/** Failures of a round, and problems of it, each: what one mending can take in. */
export const FEEDBACK_TOKENS = 15_000
