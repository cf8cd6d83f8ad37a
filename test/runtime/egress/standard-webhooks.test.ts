import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { newWebhookSecret, signatureHeaders } from "#runtime/egress/standard-webhooks.ts";

const body = '{"order":"Grüße 🐟"}';
const message = () => ({ id: "run_1_notify_0", timestampSeconds: Math.floor(Date.now() / 1000), body });
const [one, other, stranger] = [newSecret(), newSecret(), newSecret()];

function newSecret(bytes = 32): string {
  return newWebhookSecret(randomBytes(bytes));
}

/** Whether a receiver that uses the reference implementation takes what was sent. */
function accepts(secret: string, received: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(received, headers);
    return true;
  } catch {
    return false;
  }
}

describe("a signature", () => {
  it("is taken by a receiver that knows the secret, and by no other", () => {
    const headers = signatureHeaders(message(), [one]);
    expect(accepts(one, body, headers)).toBe(true);
    expect(accepts(other, body, headers)).toBe(false);
  });

  it("with two secrets is taken by receivers that know either", () => {
    const headers = signatureHeaders(message(), [one, other]);
    expect(headers["webhook-signature"]).toMatch(/^v1,[\w+/]{43}= v1,[\w+/]{43}=$/);
    expect([one, other, stranger].map((secret) => accepts(secret, body, headers))).toEqual([true, true, false]);
  });

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"] as const)(
    "holds no longer when %s is changed",
    (name) => {
      const headers = signatureHeaders(message(), [one]);
      const last = headers[name].at(-1);
      expect(
        accepts(one, body, { ...headers, [name]: `${headers[name].slice(0, -1)}${last === "1" ? "2" : "1"}` }),
      ).toBe(false);
    },
  );

  it("holds for the body to the byte, an empty one too", () => {
    expect(accepts(one, `${body} `, signatureHeaders(message(), [one]))).toBe(false);
    expect(accepts(one, "", signatureHeaders({ ...message(), body: "" }, [one]))).toBe(true);
  });

  it("is that of the example in the specification's libraries", () => {
    const example = {
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      timestampSeconds: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(signatureHeaders(example, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it.each([
    ["an id with a dot, which could pass for the time", { id: "msg_1.1614265330" }],
    ["an id with a line break", { id: "msg_1\r\nx: y" }],
    ["no id", { id: "" }],
    ["a time in fractions of a second", { timestampSeconds: 1.5 }],
    ["no time", { timestampSeconds: Number.NaN }],
  ])("is not made for %s", (_, part) => {
    expect(() => signatureHeaders({ ...message(), ...part }, [one])).toThrow(/of a webhook must be/);
  });

  it.each([
    ["none", []],
    ["a word", ["secret"]],
    ["no base64", [`whsec_${"*".repeat(40)}`]],
    ["base64 of another alphabet", [`whsec_${Buffer.alloc(32, 0xff).toString("base64url")}`]],
    ["too few bytes", [`whsec_${randomBytes(23).toString("base64")}`]],
    ["too many bytes", [`whsec_${randomBytes(65).toString("base64")}`]],
    ["a bad one after a good one", [one, "whsec_"]],
  ])("is not made with secrets of which this is wrong: %s", (_, secrets) => {
    const signing = () => signatureHeaders(message(), secrets);
    expect(signing).toThrow(/webhook/);
    for (const secret of secrets.filter((each) => each.length > 10)) expect(signing).not.toThrow(secret);
  });
});

describe("a new secret", () => {
  it.each([24, 32, 64])("of %i bytes is one that both sides can use", (bytes) => {
    const secret = newSecret(bytes);
    expect(Buffer.from(secret.slice("whsec_".length), "base64")).toHaveLength(bytes);
    expect(accepts(secret, body, signatureHeaders(message(), [secret]))).toBe(true);
  });

  it.each([0, 23, 65])("is not made of %i bytes", (bytes) => {
    expect(() => newSecret(bytes)).toThrow(RangeError);
  });
});
