/** An event source mapping at work. */
export type Mapping = {
  readonly id: string;
  start(): void;
  /** Looks again at the clock and the source. */
  wake(): void;
  /**
   * Delivers what can be delivered now, without waiting for batching windows or between retries, and returns when there is no more.
   *
   * @throws Error when a batch keeps failing.
   */
  catchUp(): Promise<void>;
  /** Ends after the batch under way. */
  stop(): Promise<void>;
};

/** How often `catchUp` retries a batch before it says that the mapping is blocked. */
export const hurriedRetryMax = 20;
