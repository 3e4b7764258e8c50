// One run of the code team on a real server, with a script in the place of its model.
import { codePlan, type CodeRequest } from '../../../src/code-team/plan'
import { codeReport } from '../../../src/code-team/report/report'
import { codeRunOf, type CodeRun } from '../../../src/code-team/report/code-run'
import { newestSnapshot, type NewestSnapshot } from '../../../src/code-team/report/newest-snapshot'
import { codeTeam } from '../../../src/code-team/team'
import { readText } from '../../../src/workspace/snapshots'
import { OpenAiServer } from '../../support/openai-server'
import { SANDBOX_LEAVE } from '../../support/sandbox'
import type { TestTroupe } from '../../support/troupe'
import { REQUEST } from './program'
import { ScriptedAgents, type Script } from './scripted-agents'

export interface Played {
  run: CodeRun
  report: string
  /** How often each agent was asked, by `<agent>` or `<agent> <module>`. */
  calls: Record<string, number>
  /** What an agent was told with a question of its, all messages of the user. */
  told(who: string, occasion?: number): string
  newest?: NewestSnapshot
  /** The newest text of a file. */
  text(path: string): Promise<string>
}

export interface Stage {
  models: OpenAiServer
  play(script: Script, request?: Partial<CodeRequest>, maxTokens?: number): Promise<Played>
}

export function useCodeTeam(test: TestTroupe): Stage {
  const stage = {} as Stage
  const team = codeTeam(SANDBOX_LEAVE)
  beforeAll(async () => {
    stage.models = await OpenAiServer.start()
    process.env.OPENAI_COMPATIBLE_BASE_URL = stage.models.url
    await test.serve(team)
  })
  afterAll(async () => {
    delete process.env.OPENAI_COMPATIBLE_BASE_URL
    await stage.models.close()
  })
  stage.play = async (script, request = {}, maxTokens) => {
    const agents = new ScriptedAgents(script)
    stage.models.reset()
    stage.models.answerBy(agents.respond)
    const { plan, inputs } = codePlan({ request: REQUEST, ...request })
    const limits = maxTokens === undefined ? {} : { maxTokens }
    const started = await test.troupe.start(plan, { team, inputs, model: 'openai-compatible/scripted', ...limits })
    const run = codeRunOf({ ...(await started.outcome()), inputs })
    const { artifacts } = test.troupe.store
    const newest = await newestSnapshot(artifacts, run)
    return {
      ...{ run, report: codeReport(run), calls: agents.calls },
      told: (who, occasion = 0) => JSON.stringify(agents.asked.get(who)?.[occasion]?.body.messages.slice(1) ?? []),
      ...(newest ? { newest } : {}),
      text: (path) => readText(artifacts, newest!.snapshot, path),
    }
  }
  return stage
}
