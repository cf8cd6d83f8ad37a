import { readFileSync } from "node:fs";
import type { Call } from "./service.ts";

/** A curl command as a documentation shows it, read into a request. */
export type CurlRequest = Call & { method: string; url: string };

/**
 * Reads the curl options that documentations use: -X, -H, -d and a URL.
 *
 * @throws Error for any other option, so that none is silently left out.
 */
export function parseCurl(command: string): CurlRequest {
  const [program, ...words] = splitWords(command);
  if (program !== "curl") throw new Error(`Not a curl command: ${command}`);
  const request: CurlRequest & { headers: Record<string, string> } = { method: "", url: "", headers: {} };
  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (word === "-X") request.method = words.shift() ?? "";
    else if (word === "-d") request.body = dataOf(words.shift() ?? "");
    else if (word === "-H") {
      const [name = "", ...value] = (words.shift() ?? "").split(":");
      request.headers[name.toLowerCase()] = value.join(":").trim();
    } else if (/^-s?S?i?$/.test(word)) continue;
    else if (word.startsWith("-")) throw new Error(`curl option ${word} is not known here`);
    else request.url = word;
  }
  if (request.body !== undefined) request.headers["content-type"] ??= "application/x-www-form-urlencoded";
  request.method ||= request.body === undefined ? "GET" : "POST";
  return request;
}

/** What `-d` sends: `@` names a file, of which curl leaves out the line breaks. */
function dataOf(word: string): string {
  return word.startsWith("@") ? readFileSync(word.slice(1), "utf8").replaceAll(/[\r\n]/g, "") : word;
}

/** Splits a command as a shell does: quotes, and a backslash before a line's end. */
function splitWords(command: string): string[] {
  const words = command.replaceAll(/\\\n/g, " ").matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|(\S+)/g);
  return [...words].map(([, single, double, bare]) => single ?? double?.replaceAll(/\\(.)/g, "$1") ?? bare ?? "");
}
