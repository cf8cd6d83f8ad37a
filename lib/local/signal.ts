/** A bell that one waiter hears: rung before anyone waits, it is heard at once by the next. */
export type Signal = {
  ring(): void;
  /** True at the ring, false after the time. */
  wait(ms?: number): Promise<boolean>;
};

/** A new bell. */
export function signal(): Signal {
  let rung = false;
  let wake: ((rung: boolean) => void) | null = null;
  return {
    ring: () => {
      if (wake !== null) wake(true);
      else rung = true;
    },
    wait: (ms = Infinity) => {
      if (rung) {
        rung = false;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        // Timers hold at most 2^31 - 1 ms; whoever waits longer looks again.
        const timer =
          ms === Infinity ? undefined : setTimeout(() => wake?.(false), Math.min(Math.max(ms, 0), 2 ** 31 - 1));
        // The HTTP server keeps the process alive; what waits for work need not.
        timer?.unref();
        wake = (heard) => {
          clearTimeout(timer);
          wake = null;
          resolve(heard);
        };
      });
    },
  };
}
