// The workflow of the external storage's test: a text goes in, through an activity, and out.
import { proxyActivities } from '@temporalio/workflow'

const { reverse } = proxyActivities<{ reverse(text: string): Promise<string> }>({
  startToCloseTimeout: '30 seconds',
  retry: { maximumAttempts: 1 },
})

export async function reverseText(text: string): Promise<string> {
  return await reverse(text)
}
