import { installEnvironment } from "#local/function-environment.ts";
import { findRunning } from "#local/running-service.ts";

/**
 * Points this process at the table whose keys are meant: the one named by `--table` or TABLE_NAME, which is in AWS (the
 * output TableName of the stack); else that of the service that runs on DATA_DIR, with credentials that no account has.
 *
 * @throws Error that says how to mend it when there is neither.
 */
export function useKeysTable(tableName: string | undefined, dataDir: string): void {
  if (tableName !== undefined && tableName !== "") {
    process.env.TABLE_NAME = tableName;
    return;
  }
  const service = findRunning(dataDir);
  const { TableName: name } = service?.outputs ?? {};
  if (service === null || name === undefined) {
    throw new Error(
      `No service runs on ${dataDir} (DATA_DIR). Start it with npm start and run this again beside it, or name the table of a deployed one: --table NAME (the output TableName of its stack).`,
    );
  }
  installEnvironment(
    { TABLE_NAME: name },
    { dynamodb: service.dynamodb, sqs: null, events: null, s3: null, ssm: null },
  );
}
