import fc from "fast-check";

/** The four numbers of an IPv4 address. */
export type Octets = readonly [number, number, number, number];

/** A way to write an address into a URL; `isIpv4` false where it makes another address of it, which stands for it. */
export type Notation = { name: string; of(octets: Octets): string; isIpv4: boolean };

const number = ([a, b, c, d]: Octets) => ((a * 256 + b) * 256 + c) * 256 + d;
const hex = (value: number, digits = 0) => value.toString(16).padStart(digits, "0");
const dotted = (octets: Octets) => octets.join(".");
const groups = ([a, b, c, d]: Octets) => `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
const each = (from: string, text: string) => [...text].map((digit) => [...from][Number(digit)] ?? digit).join("");

const asIpv4: [string, (octets: Octets) => string][] = [
  ["dotted decimal", dotted],
  ["dotted decimal, a dot after it", (octets) => `${dotted(octets)}.`],
  ["one decimal number", (octets) => `${number(octets)}`],
  ["one hexadecimal number", (octets) => `0x${hex(number(octets))}`],
  ["one hexadecimal number, in capitals", (octets) => `0X${hex(number(octets)).toUpperCase()}`],
  ["one octal number", (octets) => `0${number(octets).toString(8)}`],
  ["one octal number, with zeros before it", (octets) => `00000${number(octets).toString(8)}`],
  ["dotted hexadecimal", (octets) => octets.map((octet) => `0x${hex(octet)}`).join(".")],
  ["dotted octal", (octets) => octets.map((octet) => `0${octet.toString(8)}`).join(".")],
  ["three parts", ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`],
  ["two parts", ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`],
  ["mixed parts", ([a, b, c, d]) => `0x${hex(a)}.0${b.toString(8)}.${c * 256 + d}`],
  ["percent-encoded", (octets) => [...dotted(octets)].map((char) => `%${hex(char.charCodeAt(0), 2)}`).join("")],
  ["full-width digits", (octets) => each("０１２３４５６７８９", dotted(octets))],
  ["mathematical digits", (octets) => each("𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡", dotted(octets))],
  ["circled digits", (octets) => each("⓪①②③④⑤⑥⑦⑧⑨", dotted(octets))],
  ["ideographic dots", (octets) => octets.join("。")],
  ["a soft hyphen inside", (octets) => dotted(octets).replace(".", "\u00ad.")],
  ["a tab inside", (octets) => dotted(octets).replace(".", "\t.")],
  ["mapped into IPv6", (octets) => `[::ffff:${dotted(octets)}]`],
  ["mapped into IPv6, in hexadecimal", (octets) => `[::ffff:${groups(octets)}]`],
  ["mapped into IPv6, in full", (octets) => `[0:0:0:0:0:FFFF:${groups(octets)}]`],
];

const inIpv6: [string, (octets: Octets) => string][] = [
  ["IPv6-compatible", (octets) => `[::${dotted(octets)}]`],
  ["translated", (octets) => `[::ffff:0:${groups(octets)}]`],
  ["NAT64", (octets) => `[64:ff9b::${groups(octets)}]`],
  ["local NAT64", (octets) => `[64:ff9b:1::${groups(octets)}]`],
  ["6to4", (octets) => `[2002:${groups(octets)}::1]`],
  ["Teredo", ([a, b, c, d]) => `[2001::${groups([255 - a, 255 - b, 255 - c, 255 - d])}]`],
];

/** Every way to write an IPv4 address that the URL parser reads, and the addresses of IPv6 that stand for one. */
export const notations: readonly Notation[] = [
  ...asIpv4.map(([name, of]) => ({ name, of, isIpv4: true })),
  ...inIpv6.map(([name, of]) => ({ name, of, isIpv4: false })),
];

/** https://www.iana.org/assignments/iana-ipv4-special-registry, with multicast. */
const specialBlocks: readonly [first: Octets, prefix: number][] = [
  [[0, 0, 0, 0], 8],
  [[10, 0, 0, 0], 8],
  [[100, 64, 0, 0], 10],
  [[127, 0, 0, 0], 8],
  [[169, 254, 0, 0], 16],
  [[172, 16, 0, 0], 12],
  [[192, 0, 0, 0], 24],
  [[192, 0, 2, 0], 24],
  [[192, 31, 196, 0], 24],
  [[192, 52, 193, 0], 24],
  [[192, 88, 99, 0], 24],
  [[192, 168, 0, 0], 16],
  [[192, 175, 48, 0], 24],
  [[198, 18, 0, 0], 15],
  [[198, 51, 100, 0], 24],
  [[203, 0, 113, 0], 24],
  [[224, 0, 0, 0], 4],
  [[240, 0, 0, 0], 4],
];

/** Any address of any block that is not public; each block as likely as the next. */
export const specialAddress: fc.Arbitrary<Octets> = fc
  .constantFrom(...specialBlocks)
  .chain(([first, prefix]) => fc.nat(2 ** (32 - prefix) - 1).map((offset) => octetsOf(number(first) + offset)));

function octetsOf(value: number): Octets {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256) as unknown as Octets;
}
