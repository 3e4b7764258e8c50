// HOST. Where a run of the code team is to be delivered: it stands among the run's inputs, so that whoever attaches delivers
// to the same place.
import { z } from 'zod'
import type { JsonObject } from '../../contract/json'

const inputsSchema = z.looseObject({
  delivery: z.object({
    /** Absolute. */
    directory: z.string().min(1),
    /** Of a repository: the commit that the run began from. */
    commit: z.string().optional(),
  }),
})

export type DeliveryPlace = z.infer<typeof inputsSchema>['delivery']

export function withDelivery(inputs: JsonObject, { directory, commit }: DeliveryPlace): JsonObject {
  return { ...inputs, delivery: { directory, ...(commit === undefined ? {} : { commit }) } }
}

/** Undefined for runs that `troupe code` has not started. */
export function deliveryPlaceOf(inputs: unknown): DeliveryPlace | undefined {
  return inputsSchema.safeParse(inputs).data?.delivery
}

/** Of a delivery to a repository. */
export function branchOf(runId: string): string {
  return `troupe/${runId}`
}
