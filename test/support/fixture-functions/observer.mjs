// Where tests see what functions were given, and tell them how to answer: functions and tests share a process.
globalThis.fixtureSeen ??= { queue: [], dead: [], stream: [], schedule: [], window: [] };
globalThis.fixturePlans ??= {};

async function observe(kind, event, context, fallback) {
  globalThis.fixtureSeen[kind].push(structuredClone(event));
  const plan = globalThis.fixturePlans[kind];
  return plan === undefined ? fallback : plan(event, context);
}

export const queue = (event, context) => observe("queue", event, context, { batchItemFailures: [] });
export const dead = (event, context) => observe("dead", event, context, { batchItemFailures: [] });
export const stream = (event, context) => observe("stream", event, context, { batchItemFailures: [] });
export const window = (event, context) =>
  observe("window", event, context, { batchItemFailures: [], state: event.state });
export const schedule = (event, context) => observe("schedule", event, context, undefined);
