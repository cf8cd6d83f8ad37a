import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findRunning, noteRunning } from "#local/running-service.ts";

const directory = mkdtempSync(join(tmpdir(), "running-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const service = { dynamodb: "http://127.0.0.1:1", outputs: { TableName: "table" } };

describe("the note of a running service", () => {
  it("is found while it runs, and not before or after", () => {
    expect(findRunning(directory)).toBeNull();
    const takeAway = noteRunning(directory, service);
    expect(findRunning(directory)).toEqual({ pid: process.pid, ...service });
    takeAway();
    expect(findRunning(directory)).toBeNull();
  });

  it("of a process that was killed, or that cannot be read, is none", () => {
    noteRunning(directory, service);
    const path = join(directory, "running.json");
    const note = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...note, pid: 2 ** 22 - 1 }));
    expect(findRunning(directory)).toBeNull();
    writeFileSync(path, "{");
    expect(findRunning(directory)).toBeNull();
  });
});
