// Lint rules: promises are awaited, types are imported as types, and each room imports only whom it may.
// test/architecture.test.ts holds the same arrows against the files and against the bundle of the workflows.
import tseslint from 'typescript-eslint'

const noCommandLine = { regex: '(^|/)cli(/|$)', message: 'Nobody imports the command line.' }
const effectsAsTypes = {
  regex: '(^|/)activities(/|$)',
  allowTypeImports: true,
  message: 'Only src/worker.ts and src/hosting/ import activities/; others its types.',
}
const otherPackages = 'This room does without that package.'
const contractOnly = 'The contract imports only itself, and outside schema/ nothing of schema/: workflows bundle it.'
const clientOnly = 'The client imports the contract, storage and itself.'
const agentsOnly = 'Agents import the contract and the workspace: what they need of a host stands in their context.'

/** What the files of a room may not import. For a file that several rooms name, the last one counts. */
function room(files, ...patterns) {
  return { files, rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] } }
}

/** Packages other than those that a pattern names. */
function packagesBut(pattern, message = otherPackages) {
  return { regex: `^(?!\\.|${pattern})`, message }
}

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.troupe/', 'troupe-out/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-control-regex': 'error',
      'no-self-compare': 'error',
      // A handler may read what is assigned later
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },

  // test/architecture.test.ts resolves the paths; here they are matched as they are written
  room(['src/**/*.ts'], noCommandLine, effectsAsTypes),
  room(['src/worker.ts', 'src/hosting/**/*.ts'], noCommandLine),
  room(['src/cli/**/*.ts'], effectsAsTypes),
  room(['src/contract/*.ts'], packagesBut('$', 'Pure: packages only below src/contract/schema/.'), {
    regex: '^(\\.\\./|\\./schema/)',
    message: contractOnly,
  }),
  room(['src/contract/run/*.ts'], packagesBut('@cfworker/json-schema$', 'Pure: no other package runs in workflows.'), {
    regex: '^\\.\\./(\\.\\.|schema)/',
    message: contractOnly,
  }),
  room(['src/contract/schema/*.ts'], packagesBut('zod$|ajv$|ajv/|ajv-formats$', 'Schemas are made of zod and ajv.'), {
    regex: '^\\.\\./\\.\\./',
    message: contractOnly,
  }),
  room(['workflows/**/*.ts'], {
    regex: '^(?!\\./|@temporalio/workflow$|\\.\\./src/contract/(?!schema/))',
    message: 'A workflow imports @temporalio/workflow and the contract outside schema/.',
  }),
  room(
    ['activities/**/*.ts'],
    packagesBut('@temporalio/(activity|common)$', 'Effects are handed in by activities/dependencies.ts.'),
    {
      regex: '^\\.\\./(?!src/contract/)',
      allowTypeImports: true,
      message: 'Of src/ beyond the contract only types.',
    },
  ),
  ...[
    ['src/client.ts', '^\\./(?!client/|contract/|storage/|definition-hash$)'],
    ['src/client/**/*.ts', '^\\.\\./(?!client$|contract/|storage/|definition-hash$)'],
  ].map(([files, regex]) =>
    room(
      [files],
      packagesBut('node:|@temporalio/(client|common|proto)(/|$)'),
      { regex: '^@temporalio/proto', allowTypeImports: true, message: 'Of the protocol only types.' },
      { regex, message: clientOnly },
    ),
  ),
  ...[
    ['src/agents/*.ts', '^\\.\\./(?!contract/|workspace/|package-root$)'],
    ['src/agents/*/*.ts', '^\\.\\./\\.\\./(?!contract/|workspace/|package-root$)'],
  ].map(([files, regex]) =>
    room([files], packagesBut('node:|zod$|jiti$|ai$|@ai-sdk/|@pydantic/genai-prices$|gpt-tokenizer(/|$)'), {
      regex,
      message: agentsOnly,
    }),
  ),
  ...[
    ['src/workspace/*.ts', '^\\.\\./(?!contract/|agents/process/|package-root$|host-path$)'],
    ['src/workspace/*/*.ts', '^\\.\\./\\.\\./(?!contract/|agents/process/|package-root$|host-path$)'],
  ].map(([files, regex]) =>
    room([files], packagesBut('node:|diff$|gpt-tokenizer(/|$)'), {
      regex,
      message: 'The workspace imports the contract, the processes of agents, and itself.',
    }),
  ),
  room(['src/code-team/*.ts'], packagesBut('node:|zod$|ai$|gpt-tokenizer(/|$)'), {
    regex: '^\\.\\./(?!contract/|agents/|workspace/|package-root$)',
    message: 'The code team imports the contract, agents, the workspace and itself.',
  }),
  room(['src/code-team/*/*.ts'], packagesBut('node:|zod$|ai$|gpt-tokenizer(/|$)'), {
    regex: '^\\.\\./\\.\\./(?!contract/|agents/|workspace/|package-root$)',
    message: 'The code team imports the contract, agents, the workspace and itself.',
  }),
  room(['src/storage/**/*.ts', 'src/server/**/*.ts', 'src/plan-file/**/*.ts'], {
    regex: '^\\.\\./(?!contract/|package-root$|host-path$|definition-hash$)',
    message: 'This room imports the contract and itself.',
  }),
)
