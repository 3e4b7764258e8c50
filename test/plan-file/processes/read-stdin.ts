// Reads a plan from standard input and prints what came of it as JSON.
import { readPlanFile } from '../../../src/plan-file/read-plan-file'

readPlanFile('-').then(
  (file) => console.log(JSON.stringify(file)),
  (error: Error) => console.log(JSON.stringify({ message: error.message })),
)
