/**
 * What a template means to a laptop: plain data, filled by the resource kinds and read by the engines.
 * Names are physical names; functions, queues and tables are referred to by ARN as in the template.
 */
export type LocalModel = {
  readonly tables: TableModel[];
  readonly queues: QueueModel[];
  readonly buckets: BucketModel[];
  readonly functions: FunctionModel[];
  readonly mappings: MappingModel[];
  readonly apis: ApiModel[];
  readonly integrations: IntegrationModel[];
  readonly routes: RouteModel[];
  readonly schedules: ScheduleModel[];
  readonly buses: BusModel[];
  readonly rules: RuleModel[];
  readonly roles: RoleModel[];
  readonly policies: PolicyModel[];
};

export type KeyModel = { AttributeName: string; KeyType: "HASH" | "RANGE" };

export type IndexModel = {
  IndexName: string;
  KeySchema: KeyModel[];
  Projection: { ProjectionType?: string | undefined; NonKeyAttributes?: string[] | undefined };
};

export type TableModel = {
  readonly name: string;
  readonly streamArn: string;
  readonly keySchema: KeyModel[];
  readonly attributeDefinitions: { AttributeName: string; AttributeType: string }[];
  readonly globalIndexes: IndexModel[];
  readonly localIndexes: IndexModel[];
  /** null: no stream. */
  readonly streamViewType: string | null;
  /** null: nothing expires. */
  readonly ttlAttribute: string | null;
};

export type QueueModel = { readonly name: string; readonly arn: string; readonly attributes: Record<string, string> };

export type BucketModel = {
  readonly name: string;
  /** Objects under a prefix expire so many days after they were written. */
  readonly expiries: readonly { readonly prefix: string; readonly days: number }[];
};

export type FunctionModel = {
  readonly name: string;
  readonly arn: string;
  readonly assetKey: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly roleArn: string;
  readonly environment: Readonly<Record<string, string>>;
};

export type MappingModel = {
  readonly id: string;
  readonly sourceArn: string;
  readonly functionName: string;
  readonly enabled: boolean;
  readonly batchSize: number | null;
  readonly batchWindowMs: number;
  readonly reportsItemFailures: boolean;
  readonly concurrencyMax: number | null;
  readonly startAtLatest: boolean;
  /** null: no tumbling window. */
  readonly tumblingWindowMs: number | null;
  /** null: for ever. */
  readonly retryMax: number | null;
  /** null: as old as the stream keeps it. */
  readonly recordAgeMaxMs: number | null;
  readonly bisects: boolean;
  readonly failureDestinationArn: string | null;
  /** Event patterns, any of which lets a record through; empty: all pass. */
  readonly filters: string[];
};

export type CorsModel = {
  readonly origins: string[];
  readonly methods: string[];
  readonly headers: string[];
  readonly exposed: string[];
  readonly maxAgeSeconds: number | null;
  readonly credentials: boolean;
};

type ApiModel = { readonly id: string; readonly cors: CorsModel | null };
export type IntegrationModel = { readonly id: string; readonly functionName: string; readonly timeoutMs: number };
type RouteModel = { readonly routeKey: string; readonly target: string };

export type ScheduleModel = {
  readonly name: string;
  readonly arn: string;
  readonly source: "aws.scheduler" | "aws.events";
  readonly everyMs: number;
  readonly functionName: string;
  /** JSON text handed to the function; null: the service's own event. */
  readonly input: string | null;
};

type BusModel = { readonly name: string; readonly arn: string };
export type RuleModel = {
  readonly name: string;
  readonly busName: string;
  /** An event pattern, as JSON text. */
  readonly pattern: string;
  readonly targetArns: string[];
};

export type StatementModel = {
  readonly effect: "Allow" | "Deny";
  readonly actions: string[];
  readonly resources: string[];
};
export type RoleModel = {
  readonly name: string;
  readonly arn: string;
  readonly managedPolicyArns: string[];
  readonly statements: StatementModel[];
};
type PolicyModel = {
  readonly arn: string | null;
  readonly roleNames: string[];
  readonly statements: StatementModel[];
};

/** A model of nothing, to be filled. */
export function emptyModel(): LocalModel {
  return {
    tables: [],
    queues: [],
    buckets: [],
    functions: [],
    mappings: [],
    apis: [],
    integrations: [],
    routes: [],
    schedules: [],
    buses: [],
    rules: [],
    roles: [],
    policies: [],
  };
}
