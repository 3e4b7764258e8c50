// WORKFLOW. The workflow types of Troupe, to be bundled by a worker; `troupe/workflows` for those who have a bundle of their own.
export { askWorkers } from './ask-workers'
export { control } from './control'
export { orchestrate } from './orchestrate'
