import type { ActionsByFunction } from "./access-guard.ts";
import type { AdvanceOptions } from "./advance-clock.ts";
import type { DynamoDbOptions } from "./dynoxide.ts";
import type { BusEvent } from "./event-bus.ts";
import type { FaultControl, Faults } from "./faults.ts";
import type { LocalResource } from "./interpret-template.ts";
import type { FunctionUsage } from "./lambda-host.ts";
import type { OnEvent } from "./local-event.ts";
import type { CallUsage, TableUsage } from "./meter.ts";

/** What to run, and how. */
export type LocalOptions = {
  /** Directory of the CDK cloud assembly (`cdk.out`). */
  readonly assembly: string;
  /** Needed when the assembly holds several stacks. */
  readonly stackName?: string | undefined;
  /** Where tables, queues, objects, parameters and checkpoints live; `:memory:` keeps nothing. */
  readonly dataDir: string;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 0: a free one. */
  readonly port?: number | undefined;
  readonly clock?: "real" | "virtual" | undefined;
  readonly dynamodb?: DynamoDbOptions | undefined;
  /** Given, even empty, it puts a proxy before the emulators, so that calls can be disturbed. */
  readonly faults?: Faults | undefined;
  /** Counts requests, bytes and capacity units of the functions' calls, by way of the proxy. */
  readonly meter?: boolean | undefined;
  readonly onEvent?: OnEvent | undefined;
  /** Told when an engine dies; by default the error is thrown where nobody catches it. */
  readonly onFatal?: ((error: Error) => void) | undefined;
};

/** What a run came to. */
type Usage = {
  readonly functions: Readonly<Record<string, FunctionUsage>>;
  /** IAM actions performed, those of event source mappings included. */
  readonly actionsByFunction: Readonly<ActionsByFunction>;
  /** The action patterns that each function's role grants. */
  readonly grantsByFunction: Readonly<Record<string, readonly string[]>>;
  /** Only with `meter`; by `dynamodb:PutItem` and the like. */
  readonly calls: Readonly<Record<string, CallUsage>>;
  /** Only with `meter`; by table name. */
  readonly tables: Readonly<Record<string, TableUsage>>;
  /** Sets calls and tables to zero. */
  reset(): void;
};

/** A stack that runs. */
export type LocalRuntime = {
  readonly url: string;
  /** Finishes requests and batches under way, and ends the engines. */
  stop(): Promise<void>;
  /**
   * Returns when every queue mapping has no visible message left, every stream mapping has caught up, and no function runs.
   *
   * @throws Error when a stream mapping is blocked by a batch that keeps failing.
   */
  settle(): Promise<void>;
  readonly clock: {
    now(): number;
    /**
     * Settles, moves the virtual clock, fires what is due (missed ticks of a schedule coalesce to one), expires items and
     * objects, makes delayed messages visible, and settles again. All of it once, at the end, unless `tickEveryMs` has
     * the clock stop on its way.
     */
    advance(ms: number, options?: AdvanceOptions): Promise<void>;
  };
  readonly faults: FaultControl;
  /** The newest events put on event buses, oldest first, at most 1,000. */
  readonly events: readonly BusEvent[];
  readonly outputs: Readonly<Record<string, string>>;
  /** A resource by logical id or construct path. @throws Error unless exactly one matches. */
  resource(logicalIdOrPath: string): LocalResource;
  /** The engines themselves, without the proxy. */
  readonly endpoints: {
    readonly dynamodb: string;
    readonly sqs: string | null;
    readonly s3: string | null;
    readonly ssm: string;
  };
  readonly usage: Usage;
};
