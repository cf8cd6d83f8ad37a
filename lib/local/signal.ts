/** A bell that one waiter hears: rung before anyone waits, it is heard at once by the next. */
export type Signal = {
  ring(): void;
  /** Returns at the ring, or after the time. */
  wait(ms?: number): Promise<void>;
};

/** A new bell. */
export function signal(): Signal {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: (ms) => {
      if (rung) {
        rung = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        // Timers hold at most 2^31 - 1 ms; whoever waits longer looks again.
        const timer = ms === undefined || ms === Infinity ? undefined : setTimeout(done, Math.min(Math.max(ms, 0), 2 ** 31 - 1));
        // The HTTP server keeps the process alive; what waits for work need not.
        timer?.unref();
        function done() {
          clearTimeout(timer);
          wake = null;
          rung = false;
          resolve();
        }
        wake = done;
      });
    },
  };
}
