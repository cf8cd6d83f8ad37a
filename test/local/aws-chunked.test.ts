import fc from "fast-check";
import { expect, test } from "vitest";
import { unchunked } from "#local/aws-chunked.ts";

const chunk = (bytes: Uint8Array, extension = "") =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}${extension}\r\n`), bytes, Buffer.from("\r\n")]);
const end = (extension: string, trailers: Record<string, string>) => {
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\r\n`);
  return Buffer.from(`0${extension}\r\n${lines.join("")}\r\n`);
};

test("chunks of any bytes, signed or not, are put together again, and what trails them is read", () => {
  const bytes = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 });
  fc.assert(
    fc.property(bytes, fc.constantFrom("", ";chunk-signature=00ff"), (parts, extension) => {
      const trailers = { "x-amz-checksum-crc32": "NhCmhg==" };
      const content = Buffer.concat([...parts.map((part) => chunk(part, extension)), end(extension, trailers)]);
      const read = unchunked(content);
      expect(read.body.equals(Buffer.concat(parts))).toBe(true);
      expect(read.trailers).toEqual(trailers);
    }),
  );
});

test("content that breaks off before its last chunk is an error, wherever it does", () => {
  const parts = Buffer.concat([chunk(Buffer.from("hello")), chunk(Buffer.from("\r\n0\r\n\r\n"))]);
  const whole = Buffer.concat([parts, end("", {})]);
  expect(unchunked(whole).body.toString()).toBe("hello\r\n0\r\n\r\n");
  for (let length = 0; length < parts.length + 3; length++)
    expect(() => unchunked(whole.subarray(0, length))).toThrow("terminated unexpectedly");
});
