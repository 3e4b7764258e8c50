// HOST. What reading a plan file gives: the plan as data, and where each of its parts stands.
import type { Problem } from '../contract/errors'

export interface Position {
  /** From 1. */
  line: number
  /** From 1, in UTF-16 units, as editors count. */
  column: number
}

export interface PlanFile {
  /** The file's name as it was given; `<stdin>` for standard input. */
  file: string
  /** Absolute directory that relative paths in the file count from. */
  directory: string
  /** The plan as it stands in the file, of whatever shape, without the key `team`. */
  plan: unknown
  /** Absolute path of the module that the key `team` names. */
  team?: string
  /** What is wrong with `team`, which is no part of a plan; `checkPlanFile` reports it with all the rest. */
  problems: Problem[]
  /**
   * Where a problem's path (`subtasks[2].dependsOn[0]`) stands: the key of an entry, or an element of a list;
   * what surrounds it where the place itself does not exist.
   */
  locate(path: string): Position
}
