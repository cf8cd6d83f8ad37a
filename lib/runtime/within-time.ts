import { type Context, createContext, Script } from "node:vm";
import { DomainError } from "#domain/domain-error.ts";

let context: Context | undefined;
const call = new Script("work()");

/** How often work is begun anew where the machine was busy with other things; the time is doubled for each. */
const attemptsMax = 5;

/**
 * Does synchronous work that somebody else's data may make endless, such as a regular expression of theirs, and breaks it
 * off: Node interrupts what a script called, V8's regular expressions included. What counts is the time that this thread
 * computed: work that only waited for a processor is begun anew, so that a busy machine refuses nobody. The thread is
 * blocked meanwhile, so the time is to be short. Work must leave nothing half done that is used again.
 *
 * @param cpuMs how long it may compute
 * @returns what the work returned; null when it was broken off, or went too deep for the stack
 * @throws DomainError `service_unavailable` when the machine is too busy to tell.
 */
export function withinTime<Result>(cpuMs: number, work: () => Result): { result: Result } | null {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const before = process.threadCpuUsage();
    const ended = endedWithin(cpuMs * 2 ** attempt, work);
    if (ended !== "timed out") return ended;
    const { user, system } = process.threadCpuUsage(before);
    // Half of it, since the clocks differ: what was kept from the processor for most of the time is not to blame.
    if ((user + system) / 1000 >= cpuMs / 2) return null;
  }
  throw new DomainError("service_unavailable", "The service is busy. Try again in a second.", {
    headers: { "retry-after": "1" },
  });
}

function endedWithin<Result>(timeoutMs: number, work: () => Result): { result: Result } | null | "timed out" {
  context ??= createContext(Object.create(null));
  let done: { result: Result } | null = null;
  context.work = () => {
    done = { result: work() };
  };
  try {
    call.runInContext(context, { timeout: timeoutMs });
    return done;
  } catch (error) {
    if (isTimeout(error)) return "timed out";
    if (error instanceof RangeError) return null;
    throw error;
  } finally {
    delete context.work;
  }
}

/** By its code alone: the error is one of the other context. */
function isTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
