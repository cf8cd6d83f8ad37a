/** A call of a function to an emulated service. */
export type AwsCall = {
  readonly service: "dynamodb" | "sqs" | "events" | "s3" | "ssm";
  /** `PutItem`, `SendMessage`, ... */
  readonly action: string;
  /** The function that calls; null for a call that no function made. */
  readonly functionName: string | null;
  /** The input of the action; of S3 its `Bucket` and `Key` alone. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Counts the calls of this run from 0. */
  readonly index: number;
};

/**
 * What can befall a call. `throttle` and `conflict` come before the effect; `lostAnswer` after it: the connection drops;
 * `partial` leaves a part of a batch undone with a 200. `kill` and `killAfter` end the invocation that calls, as the death
 * of its process would, before the effect or after it: it has failed, whatever its code goes on to do; its other requests
 * under way break off, and further ones do not go out.
 */
export type CallFault = "throttle" | "conflict" | "lostAnswer" | "partial" | "kill" | "killAfter";

/** The unkindness of AWS, for tests; numbers are probabilities between 0 and 1. */
export type Faults = {
  /** Makes the same choices again; default 1. */
  seed?: number;
  queue?: {
    /** A message is delivered once more. */
    duplicate?: number;
    /** Messages come in any order. */
    shuffle?: boolean;
  };
  stream?: {
    /** A batch is delivered once more. */
    duplicate?: number;
    /** After a batch, reading goes back to an earlier place. */
    replay?: number;
    /** Batches have random sizes. */
    resplit?: boolean;
    /** The stream shows as so many shards, by hash of the key; read at start. */
    splitShards?: number;
  };
  calls?: {
    throttle?: number;
    conflict?: number;
    lostAnswer?: number;
    partial?: number;
    /** Before or after the effect, by an even chance. */
    kill?: number;
    /** Decides before the probabilities do; undefined leaves it to them. */
    decide?: (call: AwsCall) => CallFault | undefined;
    /** Run before the effect and after it, before the answer goes on: the places at which to kill a process. */
    before?: (call: AwsCall) => void | Promise<void>;
    after?: (call: AwsCall, answer: Buffer) => void | Promise<void>;
  };
};

/** The faults of a run, which may change while it runs. */
export type FaultControl = {
  readonly current: Readonly<Faults>;
  /** Replaces the given parts. @throws Error for `calls` when the run was started with neither faults nor meter. */
  set(faults: Faults): void;
  /** Ends all faults. */
  clear(): void;
  /** Whether an event of this probability happens now. */
  chance(probability: number | undefined): boolean;
  /** A whole number from 0 up to but not including the bound. */
  below(bound: number): number;
};

/** Controls faults; `hasProxy` tells whether calls pass by a place where they can be disturbed. */
export function faultControl(initial: Faults, hasProxy: boolean): FaultControl {
  let current = initial;
  let random = seededRandom(initial.seed ?? 1);
  return {
    get current() {
      return current;
    },
    set: (faults) => {
      if (faults.calls !== undefined && !hasProxy)
        throw new Error("calls cannot be disturbed: start with faults: {} or meter: true");
      if (faults.seed !== undefined) random = seededRandom(faults.seed);
      current = { ...current, ...faults };
    },
    clear: () => {
      current = {};
    },
    chance: (probability) => probability !== undefined && probability > 0 && random() < probability,
    below: (bound) => Math.floor(random() * bound),
  };
}

// mulberry32: small, and good enough to choose faults.
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
