import { isDeepStrictEqual } from "node:util";
import type { Answer } from "./client.ts";

/** @throws Error that shows both values when they differ. */
export function same(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what} is ${shown(actual)}, not ${shown(expected)}`);
}

/** Checks an answer's status, and members of its body where given. @throws Error that shows what came instead. */
export function answered(answer: Answer, status: number, members: Record<string, unknown> = {}): void {
  if (answer.status !== status) throw new Error(`status is ${answer.status}, not ${status}: ${shown(answer.body)}`);
  for (const [name, expected] of Object.entries(members)) same(name, answer.body?.[name], expected);
}

/** Checks that an answer is an error with the one error body. @throws Error that names what is wrong with it. */
export function refused(answer: Answer, status: number, code: string): void {
  answered(answer, status, { status, code });
  const { type, title, detail, instance, error, message, request_id: requestId } = answer.body;
  for (const [name, value] of Object.entries({ type, title, detail, instance, error })) {
    if (typeof value !== "string" || value === "") throw new Error(`${name} of the error body is ${shown(value)}`);
  }
  same("message", message, detail);
  same("request_id", requestId, answer.headers.get("x-request-id"));
}

/** A header of an answer. @throws Error when there is none. */
export function headerOf(answer: Answer, name: string): string {
  const value = answer.headers.get(name);
  if (value === null) throw new Error(`there is no ${name} header`);
  return value;
}

/**
 * Repeats a check until it holds: lists lag a moment behind a write, reports seconds.
 *
 * @throws what the check threw last, once the time is over.
 */
export async function eventually(timeoutMs: number, verify: () => Promise<void>): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await verify();
    } catch (error) {
      if (Date.now() > deadlineMs) throw new Error(`${(error as Error).message}, after ${timeoutMs / 1_000} s`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
