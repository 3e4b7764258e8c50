// PURE. Which calls of a tool a person approves, as its grant says.
import type { ToolGrant } from '../../contract/tools'
import type { ToolApproval } from '../ledger/equip'

/** Characters of an input that are matched against `approveWhere`; a longer one is always asked about. */
const MATCHED_LENGTH = 64 * 1024

/** Undefined for a call that nobody is asked about. */
export function approvalOf(
  { approve, approveWhere }: ToolGrant,
  input: unknown,
  snapshot?: string,
): ToolApproval | undefined {
  if (approve === undefined) return undefined
  const text = JSON.stringify(input) ?? 'null'
  const isMeant = approveWhere === undefined || text.length > MATCHED_LENGTH || new RegExp(approveWhere).test(text)
  if (!isMeant) return undefined
  return { once: approve === 'once', ...(snapshot === undefined ? {} : { snapshot }) }
}
