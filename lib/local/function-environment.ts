import { region } from "./aws-names.ts";
import type { FunctionModel } from "./model.ts";

/** The addresses that functions find AWS's services at; null where the stack has nothing of a service. */
export type FunctionEndpoints = {
  readonly dynamodb: string;
  readonly sqs: string | null;
  readonly events: string | null;
  readonly s3: string | null;
  readonly ssm: string | null;
};

/** A loopback port on which nothing listens: what has no emulator is refused at once. */
const nowhere = "http://127.0.0.1:9";

/**
 * The environment of all functions together, for they share this process.
 *
 * @throws Error when two functions give a variable different values, naming both.
 */
export function functionEnvironment(functions: readonly FunctionModel[]): Record<string, string> {
  const values: Record<string, string> = {};
  const owners: Record<string, string> = {};
  for (const { name, environment } of functions) {
    for (const [variable, value] of Object.entries(environment)) {
      if (variable.startsWith("AWS_REGION") || variable.startsWith("AWS_ACCESS_KEY")) {
        throw new Error(`${name} sets ${variable}, which Lambda reserves`);
      }
      if (variable in values && values[variable] !== value) {
        throw new Error(
          `${owners[variable]} and ${name} give ${variable} different values ("${values[variable]}", "${value}"); ` +
            "on a laptop all functions share one process: use two names",
        );
      }
      values[variable] = value;
      owners[variable] = name;
    }
  }
  return values;
}

/**
 * Puts the functions' environment into `process.env`, along with addresses and credentials that cannot reach a real
 * account: whatever AWS service has no emulator here resolves to a closed loopback port.
 *
 * @returns a function that puts back what was there before.
 */
export function installEnvironment(
  variables: Readonly<Record<string, string>>,
  endpoints: FunctionEndpoints,
): () => void {
  const wanted: Record<string, string | undefined> = {
    ...variables,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
    AWS_EC2_METADATA_DISABLED: "true",
    // Files of the user's own could name endpoints and accounts.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_ENDPOINT_URL: nowhere,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs ?? nowhere,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.events ?? nowhere,
    AWS_ENDPOINT_URL_S3: endpoints.s3 ?? nowhere,
    AWS_ENDPOINT_URL_SSM: endpoints.ssm ?? nowhere,
  };
  // An address for one service alone (AWS_ENDPOINT_URL_SNS, say) would go before the general one.
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("AWS_ENDPOINT_URL_") && !(name in wanted)) wanted[name] = undefined;
  }
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  assign(Object.entries(wanted));
  return () => assign(before);
}

function assign(entries: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of entries) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
