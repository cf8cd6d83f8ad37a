// Where tests see what functions were given, and tell them how to answer: functions and tests share a process.
const seen = (globalThis.fixtureSeen ??= { queue: [], stream: [], schedule: [], window: [] });
const plans = (globalThis.fixturePlans ??= {});

async function observe(kind, event, context, fallback) {
  seen[kind].push(structuredClone(event));
  const plan = plans[kind];
  if (plan === undefined) return fallback;
  return plan(event, context);
}

export const queue = (event, context) => observe("queue", event, context, { batchItemFailures: [] });
export const stream = (event, context) => observe("stream", event, context, { batchItemFailures: [] });
export const window = (event, context) =>
  observe("window", event, context, { batchItemFailures: [], state: event.state });
export const schedule = (event, context) => observe("schedule", event, context, undefined);
