import { Duration } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Grants, TableAction } from "#contract/route.ts";
import type { Bundles } from "./bundle.ts";
import type { Tables } from "./tables.ts";

/** How a function differs from the others. */
export type FunctionOptions = { grants: Grants; memoryMiB?: number; timeout?: Duration };

/** Makes the functions: a role per distinct set of grants and a log group per family, and nothing per function that can be shared. */
export class Functions extends Construct {
  readonly #roles = new Map<string, Role>();
  readonly #logGroups = new Map<string, LogGroup>();
  readonly #shared: { bundles: Bundles; environment: Record<string, string>; tables: Tables };

  constructor(
    scope: Construct,
    id: string,
    shared: { bundles: Bundles; environment: Record<string, string>; tables: Tables },
  ) {
    super(scope, id);
    this.#shared = shared;
  }

  /** The function named `<family>.<verb>`, with the least it needs. */
  make(name: string, { grants, memoryMiB = 512, timeout = Duration.seconds(20) }: FunctionOptions): LambdaFunction {
    const { bundles, environment } = this.#shared;
    const [family = "", verb = ""] = name.split(".");
    const folder = bundles.folders[name];
    if (folder === undefined) throw new Error(`Function ${name} was not bundled.`);
    const logGroup = this.#logGroup(family);
    const role = this.#role(grants);
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

  #role(grants: Grants): Role {
    const key = JSON.stringify(sorted(grants));
    const known = this.#roles.get(key);
    if (known !== undefined) return known;
    const role = new Role(this, `Role${this.#roles.size + 1}`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    for (const statement of this.#statements(grants)) role.addToPolicy(statement);
    this.#roles.set(key, role);
    return role;
  }

  #statements({ table = [], counters = [] }: Grants): PolicyStatement[] {
    const { families, counters: countersTable } = this.#shared.tables;
    const indexed = table.includes("Query") ? [`${families.tableArn}/index/*`] : [];
    return [...allow(table, [families.tableArn, ...indexed]), ...allow(counters, [countersTable.tableArn])];
  }
}

function allow(actions: readonly TableAction[], resources: string[]): PolicyStatement[] {
  if (actions.length === 0) return [];
  return [new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`).sort(), resources })];
}

function sorted(grants: Grants): Grants {
  return { table: [...(grants.table ?? [])].sort(), counters: [...(grants.counters ?? [])].sort() };
}

function pascal(text: string): string {
  return text.replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
