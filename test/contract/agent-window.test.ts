// How many executions an agent is handed at once: one process's slots, more when they start at once, fewer when they wait.
import { AgentWindow } from '../../workflows/agent-window'

const wait = (waitMs: number, worker = 'w') => ({ worker, waitMs })

/** Fills the window and ends it all, each after the given wait. */
function round(window: AgentWindow, waitMs: number): void {
  while (window.free > 0) window.started()
  for (let left = window.inFlight; left > 0; left--) {
    window.ended(wait(waitMs))
    window.started()
  }
  for (let left = window.inFlight; left > 0; left--) window.ended()
}

test('it begins with the slots of one process, and at most 500', () => {
  expect(new AgentWindow(4).free).toBe(4)
  expect(new AgentWindow(1_000).free).toBe(500)
})

test('it grows by one after a full window that started at once', () => {
  const window = new AgentWindow(3)
  round(window, 10)
  expect(window.size).toBe(4)
  round(window, 12)
  expect(window.size).toBe(5)
})

test('it does not grow while it is not full', () => {
  const window = new AgentWindow(4)
  for (let turn = 0; turn < 50; turn++) {
    window.started()
    window.ended(wait(5))
  }
  expect(window.size).toBe(4)
})

test('it shrinks when an execution had to wait, never below its minimum, and is slower to grow again', () => {
  const window = new AgentWindow(2)
  round(window, 10)
  round(window, 10)
  expect(window.size).toBe(4)
  for (let turn = 0; turn < 5; turn++) {
    window.started()
    window.ended(wait(100))
  }
  expect(window.size).toBe(2)
  round(window, 10)
  expect(window.size).toBe(2)
  for (let turn = 0; turn < 4; turn++) round(window, 10)
  expect(window.size).toBe(3)
})

test('a wait counts from what is usual for that worker: clocks differ', () => {
  const window = new AgentWindow(2)
  round(window, 5_000)
  expect(window.size).toBe(3)
  window.started()
  window.ended(wait(5_020))
  expect(window.size).toBe(3)
  window.started()
  window.ended(wait(5_100))
  expect(window.size).toBe(2)
})

test('executions of which no worker told change nothing but what is in flight', () => {
  const window = new AgentWindow(2)
  for (let turn = 0; turn < 20; turn++) {
    window.started()
    window.started()
    window.ended()
    window.ended()
  }
  expect([window.size, window.inFlight]).toEqual([2, 0])
})
