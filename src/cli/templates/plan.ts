// HOST. What `troupe init` writes as `plan.yaml`.
export const PLAN_TEMPLATE = `# A plan: what is to be done, by which agent, after what. Check it: troupe validate plan.yaml
# Run it: troupe run plan.yaml --input '{"name": "Ada"}'
name: hello
team: ./team.ts

inputs:
  type: object
  properties:
    name: { type: string, default: world }

# Agents that only this plan has: any program, with the payload as JSON on standard input.
agents:
  shout:
    command: [tr, '[:lower:]', '[:upper:]']

subtasks:
  - id: greeting
    agentType: greeter
    payload: { name: { $from: inputs, path: /name } }

  # A reference makes the dependency: both wait for the greeting, and not for each other.
  - id: letters
    agentType: counter
    payload: { text: { $from: greeting, path: /text } }

  - id: loud
    agentType: shout
    payload: { $from: greeting }
`
