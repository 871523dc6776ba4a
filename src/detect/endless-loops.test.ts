import { describe, expect, it } from "vitest";
import { loadGrammars } from "../syntax/grammars";
import { endlessLoops, mayHoldEndlessLoop } from "./endless-loops";

describe("endless loops", () => {
  it.each([
    ["ruby", "def f\n  while true\n  end\nend", true],
    ["ruby", "def f\n  loop do\n  end\nend", true],
    ["ruby", "def f\n  until false do end\nend", true],
    ["ruby", "def f\n  loop do\n    work\n  end\nend", false],
    ["rust", "fn f() { loop {} }", true],
    ["rust", "fn f() { while true { } }", true],
    ["rust", "fn f() { loop { work(); } }", false],
    ["bash", "f() {\n  while :; do :; done\n}", true],
    ["bash", "f() {\n  until false; do :; done\n}", true],
    ["bash", "f() {\n  while true; do sleep 1; done\n}", false],
    ["lua", "function f() while true do end end", true],
    ["lua", "function f() repeat until false end", true],
  ] as const)("%s: %j, harmful: %s", async (language, text, harmful) => {
    const grammars = await loadGrammars([language]);
    expect(mayHoldEndlessLoop(text)).toBe(true);
    const loops = grammars.parse(language, text, (root) => endlessLoops(root, language));
    expect(loops.map((loop) => loop.harmful)).toEqual([harmful]);
  });

  it.each([
    ["ruby", "def f\n  loop do\n    break if done?\n  end\nend"],
    ["ruby", "def f\n  loop { list.next }\nend"],
    ["rust", "fn f() { loop { if done() { break; } } }"],
    ["rust", "fn f() -> Result<u8, E> { loop { read()?; } }"],
    ["rust", "fn f() { loop { select! { a => break, } } }"],
    // A function that says that it never returns.
    ["rust", "fn panic(info: &PanicInfo) -> ! { loop {} }"],
    ["bash", "f() {\n  while true; do read x || break; done\n}"],
    ["lua", "function f() while true do if done() then return end end end"],
  ] as const)("that can be left are none: %s %j", async (language, text) => {
    const grammars = await loadGrammars([language]);
    expect(grammars.parse(language, text, (root) => endlessLoops(root, language))).toEqual([]);
  });
});
