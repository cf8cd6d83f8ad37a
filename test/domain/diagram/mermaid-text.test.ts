import { describe, expect, it } from "vitest";
import { mermaidOf } from "#domain/machine-diagram.ts";
import { madeAction, madeDefinition, madeState } from "#test/made-definition.ts";

/**
 * Names that could be taken for syntax, Markdown, markup or codes, and what stands for them. Each of these texts was drawn by
 * Mermaid 10.9.8, 11.0.2, 11.4.0, 11.17.2 and 12.3.0, as the label of a state and of an arrow, and read like the name.
 */
const hostile: readonly [name: string, label: string][] = [
  ["set direction TB", "set direction#32;TB"],
  ["Change direction LR now", "Change direction#32;LR now"],
  ["DIRECTION rl", "DIRECTION#32;rl"],
  ["redirection BT", "redirection#32;BT"],
  ["end note", "end note"],
  ["note right of s0", "note right of s0"],
  ["state x as s1", "state x as s1"],
  ["[*] --> s1", "#91;#42;#93; #45;#45;#62; s1"],
  ["a --> b: c", "a #45;#45;#62; b#58; c"],
  ["a ::: current", "a #58;#58;#58; current"],
  ["one; two", "one#59; two"],
  ["50 %% off", "50 #37;#37; off"],
  ["%%{init: {}}%%", "#37;#37;#123;init#58; #123;#125;#125;#37;#37;"],
  ["# 1", "#35; 1"],
  ["#quot;", "#35;quot#59;"],
  ["&lt;&amp;", "#38;lt#59;#38;amp#59;"],
  [`say "yes"`, "say #34;yes#34;"],
  ["it's", "it#39;s"],
  ["a\\nb", "a#92;nb"],
  ["two\nlines\r\n\u2028here", "two lines here"],
  ["<script>alert(1)</script>", "#60;script#62;alert#40;1#41;#60;#47;script#62;"],
  ["a<br/>b", "a#60;br#47;#62;b"],
  ["[[fork]] <<join>>", "#91;#91;fork#93;#93; #60;#60;join#62;#62;"],
  ["click s0 call f()", "click s0 call f#40;#41;"],
  ["classDef x fill:#f00;", "classDef x fill#58;#35;f00#59;"],
  ["style s0 fill:red", "style s0 fill#58;red"],
  ["1. Draft", "1#46; Draft"],
  ["- item", "#45; item"],
  ["---", "#45;#45;#45;"],
  ["__init__ and _x_", "#95;#95;init#95;#95; and #95;x#95;"],
  ["**bold** `code`", "#42;#42;bold#42;#42; #96;code#96;"],
  ["www.example.com", "www#46;example#46;com"],
  ["$$x^2$$", "#36;#36;x#94;2#36;#36;"],
  ["fa:fa-car", "fa#58;fa#45;car"],
  ["done 😀", "done #128512;"],
  ["承認, ja", "承認, ja"],
  ["ﬂ°°35¶ß", "ﬂ#8288;#176;#176;35#182;#8288;ß"],
  ["\u200b\u202e ", "#63;"],
];

function drawn(name: string, enabled = true): string[] {
  const definition = madeDefinition({
    states: [madeState("a", { name, isInitial: true, enabled }), madeState("b", { name: "Done" })],
    actions: [madeAction("x", ["a"], "b", { name, enabled })],
  });
  return mermaidOf(definition, null).split("\n");
}

describe("Mermaid", () => {
  it.each(hostile)("takes the name %j for no syntax", (name, label) => {
    const lines = drawn(name);
    expect(lines.slice(0, 5)).toEqual([
      "stateDiagram-v2",
      `  state "${label}" as s0`,
      `  state "Done" as s1`,
      "  [*] --> s0",
      `  s0 --> s1: ${label}`,
    ]);
    expect(lines).toHaveLength(9); // with three styles, and the end of the last line
  });

  it("says what is disabled", () => {
    expect(drawn("Wait", false)).toContain('  state "Wait (disabled)" as s0');
    expect(drawn("Wait", false)).toContain("  s0 --> s1: Wait (disabled)");
  });

  it("cuts a name that is longer than about 40 letters", () => {
    expect(drawn("Waiting for the signature of the second member of the board")[1]).toBe(
      '  state "Waiting for the signature of the second me#8230;" as s0',
    );
  });

  it("has one arrow from a state to another, as Mermaid draws the labels of two upon each other", () => {
    const definition = madeDefinition({
      states: [madeState("a", { isInitial: true }), madeState("b")],
      actions: [
        madeAction("x", ["a"], "b", { name: "Go" }),
        madeAction("y", ["a", "b"], "b", { name: "Stay", enabled: false }),
      ],
    });
    const arrows = mermaidOf(definition, null).match(/s\d --> s\d: .*/g);
    expect(arrows).toEqual(["s0 --> s1: Go<br/>Stay (disabled)", "s1 --> s1: Stay (disabled)"]);
  });
});
