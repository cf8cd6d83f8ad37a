/** What bounds expressions. All but the time are the same on every machine, so that a repeat ends as the first did. */
export const limits = {
  /** The longest expression, in UTF-16 units. */
  expressionLengthMax: 1_000,
  /** How many nodes its syntax tree may have. */
  nodesMax: 200,
  /** How often it may have `??` and `?:`: the parser copies what stands before them, so each may double the tree. */
  copyingOperatorsMax: 5,
  /** How many different expressions one value may have. */
  expressionsMax: 100,
  /** The most that one may read: as JSON, in UTF-8 bytes. */
  inputBytesMax: 1024 * 1024,
  /** The longest sequence that a path may make. JSONata copies some of them for each item that joins. */
  sequenceLengthMax: 10_000,
  /** The largest value on the way, in about as many units as it has bytes as JSON. */
  valueSizeMax: 1024 * 1024,
  /** What one may cost: each step of its evaluation `stepCost`, and the size of what it reads and makes. */
  costMax: 4 * 1024 * 1024,
  stepCost: 64,
  /** What a copy of the input costs one that cannot share it with others, for each unit of its size. */
  copyCost: 4,
  /** What all expressions of one value may cost together. */
  valueCostMax: 16 * 1024 * 1024,
  /** What the guards of all actions of an instance may cost together; one alone may cost `costMax`. */
  guardsCostMax: 8 * 1024 * 1024,
  /** The same for timed actions that are due at one moment: nobody waits for them, and they are not tried again. */
  timedGuardsCostMax: 32 * 1024 * 1024,
  /** When one is stopped whatever it costs. On a slow machine too the cost must be what decides. */
  timeMsMax: 2_000,
  /** The same for several that are evaluated together, which have to be read besides. */
  togetherTimeMsMax: 8_000,
} as const;
