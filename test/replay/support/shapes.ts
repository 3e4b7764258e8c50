// Every shape of run whose history is kept.
import { PLANNED } from './planned-shapes'
import type { Shape } from './shape'
import { TOLD } from './told-shapes'

export const SHAPES: readonly Shape[] = [...PLANNED, ...TOLD]
