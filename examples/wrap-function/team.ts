// An existing function as an agent: `troupe task slug --team team.ts --payload '{"title": "Hello"}'` runs it.
import { defineAgent, defineTeam } from 'troupe'
import { z } from 'zod'
import { slug } from './slug'

const agent = defineAgent({ name: 'slug', input: z.object({ title: z.string() }), run: ({ title }) => slug(title) })

export default defineTeam({ name: 'text', agents: [agent] })
