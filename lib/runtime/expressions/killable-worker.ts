import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** How long a worker may take to be there, in milliseconds. */
const startMsMax = 10_000;

/**
 * A thread that answers one message after the other, and is killed when it takes too long; another takes its place then.
 * It is started at the first message, kept warm between them, and never keeps the process alive.
 *
 * Its heap has no limit of its own: with one, V8 aborts the whole process where a single allocation exceeds it. What may
 * be allocated is for the source to bound.
 */
export class KillableWorker<Request, Answer> {
  readonly #source: string;
  readonly #timeMsMax: number;
  #worker: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** @param source CommonJS, which posts one message when it is ready, and then one for each that it gets */
  constructor(source: string, timeMsMax: number) {
    this.#source = source;
    this.#timeMsMax = timeMsMax;
  }

  /**
   * The answer to a message; null when the thread died of it, or was killed for it. The time counts from when it is this
   * message's turn.
   */
  ask(request: Request, timeMsMax = this.#timeMsMax): Promise<Answer | null> {
    const answer = this.#last.then(() => this.#askNow(request, timeMsMax));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #askNow(request: Request, timeMsMax: number): Promise<Answer | null> {
    const worker = await this.#warm();
    const answer = await answerOf<Answer>(worker, request, timeMsMax);
    if (answer !== null) return answer;
    await worker.terminate();
    this.#worker = null;
    await this.#warm(); // at once: what is not awaited is frozen with the sandbox
    return null;
  }

  async #warm(): Promise<Worker> {
    if (this.#worker !== null) return this.#worker;
    const worker = await startWorker(this.#source);
    worker.once("exit", () => {
      if (this.#worker === worker) this.#worker = null;
    });
    this.#worker = worker;
    return worker;
  }
}

/** No environment, so that what gets out of an expression finds no credentials there. */
async function startWorker(source: string): Promise<Worker> {
  const worker = new Worker(source, { eval: true, env: {}, execArgv: [], name: "expressions" });
  try {
    await once(worker, "message", { signal: AbortSignal.timeout(startMsMax) });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  worker.on("error", () => {}); // who waits for an answer hears of it too
  worker.unref();
  return worker;
}

function answerOf<Answer>(worker: Worker, request: unknown, timeMsMax: number): Promise<Answer | null> {
  return new Promise((resolve) => {
    const end = (answer: Answer | null) => {
      clearTimeout(timer);
      worker.off("message", end).off("error", died).off("exit", died).unref();
      resolve(answer);
    };
    const died = () => end(null);
    const timer = setTimeout(died, timeMsMax);
    worker.on("message", end).on("error", died).on("exit", died).ref();
    worker.postMessage(request);
  });
}
