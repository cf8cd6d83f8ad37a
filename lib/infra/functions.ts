import { Duration } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { answerSecondsMax, type Grants, type SecretsAction, type TableAction } from "#contract/route.ts";
import { accessPartitions } from "#contract/table-schema.ts";
import type { Bundles } from "./bundle.ts";
import type { Tables } from "./tables.ts";

/** What all functions share, and may be granted. */
type Shared = {
  bundles: Bundles;
  environment: Record<string, string>;
  tables: Tables;
  queue: IQueue;
  outputs: { bucketArn: string };
  secrets: { arn: string };
};

/** How a function differs from the others. */
export type FunctionOptions = {
  grants: Grants;
  /** True where callers are authenticated: it may then read API keys, note their use and count requests. */
  authenticates?: boolean;
  /** True where an event source adds grants of its own, which no other function may share. */
  ownRole?: boolean;
  memoryMiB?: number;
  timeout?: Duration;
};

/** Makes the functions: a role per distinct set of grants and a log group per family, and nothing per function that can be shared. */
export class Functions extends Construct {
  readonly #roles = new Map<string, Role>();
  readonly #logGroups = new Map<string, LogGroup>();
  readonly #shared: Shared;

  constructor(scope: Construct, id: string, shared: Shared) {
    super(scope, id);
    this.#shared = shared;
  }

  /** The function named `<family>.<verb>`, with the least it needs. */
  make(
    name: string,
    {
      grants,
      authenticates = false,
      ownRole = false,
      memoryMiB = 512,
      timeout = Duration.seconds(answerSecondsMax),
    }: FunctionOptions,
  ): LambdaFunction {
    const { bundles, environment } = this.#shared;
    const [family = "", verb = ""] = name.split(".");
    const folder = bundles.folders[name];
    if (folder === undefined) throw new Error(`Function ${name} was not bundled.`);
    const logGroup = this.#logGroup(family);
    const role = this.#role(grants, authenticates, ownRole ? name : "shared");
    logGroup.grantWrite(role);
    return new LambdaFunction(this, `${pascal(family)}${pascal(verb)}`, {
      description: `Sluice ${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(folder),
      handler: bundles.handler,
      memorySize: memoryMiB,
      timeout,
      environment,
      role,
      logGroup,
    });
  }

  #logGroup(family: string): LogGroup {
    const known =
      this.#logGroups.get(family) ??
      new LogGroup(this, `${pascal(family)}Logs`, { retention: RetentionDays.ONE_MONTH });
    this.#logGroups.set(family, known);
    return known;
  }

  #role(grants: Grants, authenticates: boolean, sharing: string): Role {
    const key = JSON.stringify([sharing, authenticates, sorted(grants)]);
    const known = this.#roles.get(key);
    if (known !== undefined) return known;
    const role = new Role(this, `Role${this.#roles.size + 1}`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    for (const statement of this.#statements(grants)) role.addToPolicy(statement);
    if (authenticates) for (const statement of this.#accessStatements()) role.addToPolicy(statement);
    this.#roles.set(key, role);
    return role;
  }

  /** What authentication needs, on the items it touches and no others. */
  #accessStatements(): PolicyStatement[] {
    const { families, counters } = this.#shared.tables;
    return [
      within(accessPartitions.apiKeys, ["GetItem", "PutItem"], families.tableArn),
      within(accessPartitions.requestLimits, ["UpdateItem"], counters.tableArn),
    ];
  }

  #statements({ table = [], counters = [], queue = [], outputs = [], secrets = [] }: Grants): PolicyStatement[] {
    const { families, counters: countersTable } = this.#shared.tables;
    const { bucketArn } = this.#shared.outputs;
    const indexed = table.includes("Query") ? [`${families.tableArn}/index/*`] : [];
    return [
      ...allow("dynamodb", table, [families.tableArn, ...indexed]),
      ...allow("dynamodb", counters, [countersTable.tableArn]),
      ...allow("sqs", queue, [this.#shared.queue.queueArn]),
      ...allow("s3", outputs, [bucketArn, `${bucketArn}/*`]),
      ...this.#secretsStatements(secrets),
    ];
  }

  /** A listing is judged by the path it asks for, all else by the parameter (AWS: "How Parameter Store authorizes parameter retrieval"). */
  #secretsStatements(actions: readonly SecretsAction[]): PolicyStatement[] {
    const { arn } = this.#shared.secrets;
    const [listing, others] = [true, false].map((isListing) =>
      actions.filter((action) => (action === "GetParametersByPath") === isListing),
    );
    return [...allow("ssm", listing ?? [], [arn]), ...allow("ssm", others ?? [], [`${arn}/*`])];
  }
}

type Service = "dynamodb" | "sqs" | "s3" | "ssm";

function allow(service: Service, actions: readonly string[], resources: string[]): PolicyStatement[] {
  if (actions.length === 0) return [];
  return [new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`).sort(), resources })];
}

/** Allows actions on the items of a table whose partition key begins so. */
function within(prefix: string, actions: readonly TableAction[], tableArn: string): PolicyStatement {
  return new PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [tableArn],
    conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`${prefix}*`] } },
  });
}

function sorted({ table = [], counters = [], queue = [], outputs = [], secrets = [] }: Grants): string[][] {
  return [table, counters, queue, outputs, secrets].map((actions) => [...actions].sort());
}

function pascal(text: string): string {
  return text.replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
