import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ObjectHead, openObjectFolder } from "#local/object-folder.ts";

function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "objects-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
const headOf = (key: string, size: number): ObjectHead => ({ key, size, etag: '"x"', modifiedMs: 0, headers: {} });

test("an object is never seen half written, however often it is replaced", async () => {
  const folder = await openObjectFolder(newDirectory());
  // Of several sizes, and of more than a file takes at a time.
  const put = (turn: number) => {
    const size = 600_000 + turn * 100_000;
    return folder.put(headOf("a", size), Buffer.alloc(size, turn), false);
  };
  await put(0);
  let isWriting = true;
  const writing = (async () => {
    for (let turn = 1; turn <= 15; turn++) await put(turn);
    isWriting = false;
  })();
  let reads = 0;
  while (isWriting) {
    const found = await folder.get("a");
    const { size = 0 } = found?.head ?? {};
    expect(found?.body.equals(Buffer.alloc(size, (size - 600_000) / 100_000))).toBe(true);
    reads += 1;
  }
  await writing;
  expect(reads).toBeGreaterThan(0);
});

test("a list that is read for the first time while objects come and go ends up with what is there", async () => {
  const directory = newDirectory();
  const earlier = await openObjectFolder(directory);
  for (let index = 0; index < 20; index++) await earlier.put(headOf(`old${index}`, 1), Buffer.from("x"), false);
  const folder = await openObjectFolder(directory);
  await Promise.all([
    folder.list(),
    ...Array.from({ length: 20 }, (_, index) => folder.put(headOf(`new${index}`, 1), Buffer.from("x"), false)),
    ...Array.from({ length: 20 }, (_, index) => folder.delete(`old${index}`)),
  ]);
  const keys = (await folder.list()).map(({ key }) => key);
  expect(new Set(keys)).toEqual(new Set(Array.from({ length: 20 }, (_, index) => `new${index}`)));
});
