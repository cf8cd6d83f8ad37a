import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { isFinished, newRun, type RunStatus } from "#domain/run.ts";
import { uuid7, uuid7TimeMs } from "#domain/uuid7.ts";
import { runKey } from "#store/keys.ts";
import { runItem } from "#store/run-head.ts";
import { table, tableName } from "#store/table.ts";

/** A run as counting sees it: what it does, and who changes it, is all one. */
export type CountedRun = { id: string; workflowId: string; status: RunStatus; finishedAtMs: number | null };

let made = 0;

/** An id that no other call gives, made at a time. */
export function madeId(timeMs: number): string {
  made++;
  const random = new Uint8Array(10);
  new DataView(random.buffer).setUint32(4, made);
  return uuid7(timeMs, random, made % 4);
}

/** A run that was triggered at a time and has ended after so long, if its status is one of those. */
export function countedRun(workflowId: string, status: RunStatus, triggeredMs: number, durationMs = 1_000): CountedRun {
  return withStatus(
    { id: madeId(triggeredMs), workflowId, status, finishedAtMs: null },
    status,
    triggeredMs + durationMs,
  );
}

/** The run in another status, since a time. */
export function withStatus(run: CountedRun, status: RunStatus, atMs: number): CountedRun {
  return { ...run, status, finishedAtMs: isFinished({ status }) ? atMs : null };
}

/** Writes the head of a run, whatever stood there, with further attributes. */
export async function putRun(
  run: CountedRun,
  updatedAtMs: number,
  further: Record<string, unknown> = {},
): Promise<void> {
  const { id, workflowId, status, finishedAtMs } = run;
  const made = newRun({ id, workflowId, definitionVersion: 1, tag: null, keptDays: null });
  const head = runItem({ ...made, status, finishedAtMs, updatedAtMs }, { p: "{}" }, null);
  const item = { ...head, w: [], q: "test", ...further };
  await table().send(new PutCommand({ TableName: tableName(), Item: item }));
}

/** Writes a run that goes through some statuses, a second after another from its trigger on. */
export async function liveRun(run: CountedRun, ...statuses: RunStatus[]): Promise<CountedRun> {
  let current = run;
  await putRun(current, uuid7TimeMs(run.id));
  for (const [at, status] of statuses.entries()) {
    current = withStatus(current, status, uuid7TimeMs(run.id) + (at + 1) * 1_000);
    await putRun(current, uuid7TimeMs(run.id) + (at + 1) * 1_000);
  }
  return current;
}

/** Deletes the head of a run, as a person would. */
export async function deleteRun(id: string): Promise<void> {
  await table().send(new DeleteCommand({ TableName: tableName(), Key: runKey(id) }));
}
