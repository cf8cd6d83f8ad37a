import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { OperatorSettings } from "#contract/environment.ts";

/** Where the secrets of a stack lie among the account's parameters: what their names begin with, and its ARN. */
export type SecretsPlace = { prefix: string; arn: string };

/**
 * The place of a stack's secrets. They are encrypted under the account's own key for parameters (`alias/aws/ssm`), which
 * lets every principal of the account decrypt (AWS: "Restricting decryption of SecureString parameter values"): so no grant
 * on the key is made, and what guards a value is who is granted the parameter.
 *
 * @throws Error for a PROJECT_NAME that no parameter's name may begin with.
 */
export function secretsPlace(scope: Construct, { PROJECT_NAME }: OperatorSettings): SecretsPlace {
  if (/^(aws|ssm)/i.test(PROJECT_NAME)) {
    throw new Error("PROJECT_NAME must not begin with aws or ssm: secrets lie under it, and AWS keeps such names.");
  }
  const stack = Stack.of(scope);
  const path = `${PROJECT_NAME}/${stack.stackName}/secrets`;
  const arn = stack.formatArn({ service: "ssm", resource: "parameter", resourceName: path });
  return { prefix: `/${path}`, arn };
}
