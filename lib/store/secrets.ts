import {
  DeleteParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
  TooManyUpdates,
} from "@aws-sdk/client-ssm";
import { DomainError } from "#domain/domain-error.ts";
import { ExpiringCache } from "#domain/expiring-cache.ts";
import { environment } from "./environment.ts";

/** How long a process uses a value that it has read: another value, or none, holds everywhere after this time. */
const secretsMaxAgeMs = 60_000;
const known = new ExpiringCache<string>({ maxAgeMs: secretsMaxAgeMs, entriesMax: 1_000 });

/** How many parameters SSM gives at once. */
const namesPerRead = 10;

let client: SSMClient | undefined;

function parameters(): SSMClient {
  client ??= new SSMClient({ maxAttempts: 4, requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } });
  return client;
}

/** The values of secrets by their names, read less than a minute ago. One that is not set is not in it. */
export async function readSecrets(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const nowMs = Date.now();
  const values = new Map<string, string>();
  const unread: string[] = [];
  for (const name of new Set(names)) {
    const value = known.get(name, nowMs);
    if (value === undefined) unread.push(name);
    else values.set(name, value);
  }
  for (let at = 0; at < unread.length; at += namesPerRead) {
    for (const [name, value] of await readParameters(unread.slice(at, at + namesPerRead))) {
      known.set(name, value, nowMs);
      values.set(name, value);
    }
  }
  return values;
}

async function readParameters(names: readonly string[]): Promise<[name: string, value: string][]> {
  const command = new GetParametersCommand({ Names: names.map(parameterName), WithDecryption: true });
  const { Parameters: found = [] } = await parameters().send(command);
  return found.map(({ Name, Value = "" }) => [secretName(Name), Value]);
}

/**
 * Stores a secret, encrypted at rest; of two who store it at once the last one's value stays. Doing it twice is the same as
 * doing it once.
 */
export async function putSecret(name: string, value: string): Promise<void> {
  try {
    await parameters().send(
      new PutParameterCommand({ Name: parameterName(name), Value: value, Type: "SecureString", Overwrite: true }),
    );
  } catch (error) {
    if (!(error instanceof TooManyUpdates)) throw error;
    throw new DomainError("service_unavailable", "Others are storing this secret at the same time. Try again.", {
      headers: { "retry-after": "1" },
    });
  } finally {
    known.delete(name);
  }
}

/** Deletes a secret. False when there was none. */
export async function deleteSecret(name: string): Promise<boolean> {
  try {
    await parameters().send(new DeleteParameterCommand({ Name: parameterName(name) }));
    return true;
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
    return (error.$metadata.attempts ?? 1) > 1; // an attempt before this one, whose answer was lost, may have deleted it
  } finally {
    known.delete(name);
  }
}

/** Every secret's name and when it was stored last, by name. Ten a request; values are not decrypted. */
export async function listSecrets(): Promise<{ name: string; updatedAtMs: number }[]> {
  const secrets: { name: string; updatedAtMs: number }[] = [];
  let NextToken: string | undefined;
  do {
    const page = await parameters().send(
      new GetParametersByPathCommand({ Path: environment().SECRETS_PREFIX, MaxResults: namesPerRead, NextToken }),
    );
    for (const { Name, LastModifiedDate: updated } of page.Parameters ?? []) {
      secrets.push({ name: secretName(Name), updatedAtMs: updated?.getTime() ?? 0 });
    }
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return secrets.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parameterName(name: string): string {
  return `${environment().SECRETS_PREFIX}/${name}`;
}

function secretName(parameter = ""): string {
  return parameter.slice(environment().SECRETS_PREFIX.length + 1);
}
