import type { LocalModel, MappingModel, RoleModel, StatementModel } from "./model.ts";

/** What the functions' roles grant; resources and conditions are not looked at, only whether an action is granted at all. */
export type Grants = {
  /** @throws Error for a role that the stack does not have. */
  allows(roleArn: string, action: string): boolean;
  /** The allowed action patterns of a role. */
  actionsOf(roleArn: string): string[];
};

// Managed policies of AWS that functions have, and what of them the laptop could meet.
const awsManaged: Readonly<Record<string, string[]>> = {
  "service-role/AWSLambdaBasicExecutionRole": ["logs:*"],
  "service-role/AWSLambdaSQSQueueExecutionRole": [
    "logs:*",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
  ],
  "service-role/AWSLambdaDynamoDBExecutionRole": [
    "logs:*",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
  ],
  AWSXRayDaemonWriteAccess: ["xray:*"],
};

/** Collects the grants of a stack's roles. @throws Error for a managed policy that is not understood. */
export function grantsOf({ roles, policies }: LocalModel): Grants {
  const statements = new Map<string, StatementModel[]>();
  for (const role of roles) statements.set(role.arn, statementsOf(role, policies));

  function of(roleArn: string): StatementModel[] {
    const found = statements.get(roleArn);
    if (found === undefined) throw new Error(`the stack has no role ${roleArn}`);
    return found;
  }

  function isAllowed(roleArn: string, action: string): boolean {
    const matching = of(roleArn).filter((statement) => statement.actions.some((pattern) => matches(pattern, action)));
    const denied = matching.some((statement) => statement.effect === "Deny" && statement.resources.includes("*"));
    return !denied && matching.some((statement) => statement.effect === "Allow");
  }

  const known = new Map<string, boolean>();
  return {
    allows: (roleArn, action) => {
      const key = `${roleArn} ${action}`;
      const allowed = known.get(key) ?? isAllowed(roleArn, action);
      known.set(key, allowed);
      return allowed;
    },
    actionsOf: (roleArn) => [
      ...new Set(
        of(roleArn)
          .filter((statement) => statement.effect === "Allow")
          .flatMap((statement) => statement.actions),
      ),
    ],
  };
}

function statementsOf(role: RoleModel, policies: LocalModel["policies"]): StatementModel[] {
  const attached = policies.filter(
    ({ arn, roleNames }) => roleNames.includes(role.name) || (arn !== null && role.managedPolicyArns.includes(arn)),
  );
  const managed = role.managedPolicyArns
    .filter((arn) => !policies.some((policy) => policy.arn === arn))
    .map((arn): StatementModel => {
      const actions = awsManaged[arn.replace(/^arn:[^:]*:iam::aws:policy\//, "")];
      if (actions === undefined)
        throw new Error(`lib/local does not know the managed policy ${arn}; add it to lib/local/iam.ts`);
      return { effect: "Allow", actions, resources: ["*"] };
    });
  return [...role.statements, ...attached.flatMap((policy) => policy.statements), ...managed];
}

function matches(pattern: string, action: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "i").test(action);
}

/** The actions that Lambda itself performs for a mapping under the function's role. */
export function mappingActions({ sourceArn, failureDestinationArn }: MappingModel): string[] {
  const source = sourceArn.startsWith("arn:aws:sqs:")
    ? ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    : ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];
  return failureDestinationArn === null ? source : [...source, "sqs:SendMessage"];
}
