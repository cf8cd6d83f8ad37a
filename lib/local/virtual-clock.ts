/** The time that functions, queues and mappings live in. */
export type LocalClock = {
  readonly virtual: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /** What the clock showed at a time of the machine's own clock: other processes (dynoxide) know only that one. */
  fromMachineTime(atMs: number): number;
  /** Moves the clock forward. @throws Error on the real clock. */
  move(ms: number): void;
  /** Gives `Date` back. */
  uninstall(): void;
};

/** The machine's own clock. */
export function realClock(): LocalClock {
  return {
    virtual: false,
    now: () => Date.now(),
    fromMachineTime: (atMs) => atMs,
    move: () => {
      throw new Error('the real clock cannot be moved: start with clock: "virtual"');
    },
    uninstall: () => {},
  };
}

/**
 * Replaces the global `Date` by one that runs ahead of the machine's by an offset, so that all code of this
 * process agrees on the time. Timers and `performance.now` stay real: a function's timeout is not virtual.
 */
export function installVirtualClock(): LocalClock {
  const MachineDate = globalThis.Date;
  let offsetMs = 0;
  const moves: { machineMs: number; offsetMs: number }[] = [];
  const now = () => MachineDate.now() + offsetMs;
  const VirtualDate: DateConstructor = new Proxy(MachineDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget === VirtualDate ? target : newTarget),
    apply: (target) => new target(now()).toString(),
    get: (target, property) => (property === "now" ? now : Reflect.get(target, property)),
  });
  globalThis.Date = VirtualDate;

  return {
    virtual: true,
    now,
    // dynoxide stamps whole seconds: of the offsets of that second the latest is taken, so that nothing looks too old.
    fromMachineTime: (atMs) => atMs + (moves.findLast((move) => move.machineMs < atMs + 1000)?.offsetMs ?? 0),
    move: (ms) => {
      if (!(ms >= 0)) throw new Error(`the clock only moves forward, not by ${ms}`);
      offsetMs += ms;
      moves.push({ machineMs: MachineDate.now(), offsetMs });
    },
    uninstall: () => {
      if (globalThis.Date === VirtualDate) globalThis.Date = MachineDate;
    },
  };
}
