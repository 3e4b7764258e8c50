// HOST. What `troupe init` writes as `team.ts`. It needs nothing installed beside it.
export const TEAM_TEMPLATE = `// A team: agents by name. Try one: troupe task greeter --team team.ts --payload '{"name": "Ada"}'
import { defineAgent, defineTeam } from 'troupe'

const greeter = defineAgent({
  name: 'greeter',
  run(payload) {
    const { name } = payload as { name: string }
    return { text: \`Hello, \${name}!\` }
  },
})

const counter = defineAgent({
  name: 'counter',
  timeoutMs: 10_000,
  run(payload) {
    const { text } = payload as { text: string }
    return { letters: [...text].filter((character) => /\\p{L}/u.test(character)).length }
  },
})

export default defineTeam({ name: 'hello', agents: [greeter, counter] })
`
