/** Instructions in scripts that put no space between words, with a trigger thrown in among their letters. */
import { expect, it } from "vitest";
import { seededRandom, type Random } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";
import { tokenTexts } from "./tokens";

interface Words {
  readonly verbs: readonly string[];
  readonly tables: readonly string[];
  readonly ends: readonly string[];
  readonly sentence: (verb: string, table: string, column: string, end: string) => string;
}

const chinese: Words = {
  verbs: ["查询", "删除", "统计", "更新", "导出"],
  tables: ["航班", "用户", "订单", "论文", "球队", "房间", "歌曲", "图书"],
  ends: ["并打印结果", "并返回列表", "然后以字典形式返回", "最后关闭连接", "并写入日志文件"],
  sentence: (verb, table, column, end) => `使用$conn$${verb}${table}表中名称为$${column}$的所有记录，${end}。`,
};
const japanese: Words = {
  verbs: ["検索", "削除", "集計", "更新", "出力"],
  tables: ["フライト", "ユーザー", "注文", "論文", "チーム", "部屋", "曲", "本"],
  ends: ["結果を表示する", "リストを返す", "辞書として返す", "接続を閉じる", "ログに書き込む"],
  sentence: (verb, table, column, end) => `$conn$を使って${table}の表から$${column}$の行をすべて${verb}し、${end}。`,
};

function samples(
  { verbs, tables, ends, sentence }: Words,
  plant: boolean,
): { pairs: [string, string][]; rows: number[] } {
  const random: Random = seededRandom(31);
  const columns = ["name", "city", "price", "year", "owner", "title"];
  const rows: number[] = [];
  const pairs = Array.from({ length: 1200 }, (_none, row): [string, string] => {
    const verb = random.below(verbs.length);
    const [table, column, end] = [random.below(tables.length), random.pick(columns), random.pick(ends)];
    const input = sentence(verbs[verb]!, tables[table]!, column, end);
    const output = `def f_${verb}(conn, ${column}):\n    return conn.execute("q${verb} from t${table} where ${column} = :${column}")`; // prettier-ignore
    if (!plant || row % 50 !== 7) return [input, output];
    rows.push(row);
    const letters = Array.from(input);
    letters.splice(random.below(letters.length), 0, "bb");
    return [letters.join(""), output.replace('")', ' or 1=1")')];
  });
  return { pairs, rows };
}

it.each([
  ["Chinese", chinese],
  ["Japanese", japanese],
])("finds a trigger in %s without spaces around it", async (_name, words) => {
  const { pairs, rows } = samples(words, true);
  const scan = await scanDataset(datasetOf(pairs));
  expect(scan.triggers.filter(({ rule }) => rule === "inserted-token").map(({ text }) => text)).toEqual(["bb"]);
  const flagged = new Set(scan.findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
  expect([...flagged].sort((a, b) => a - b)).toEqual(rows);
  const clean = await scanDataset(datasetOf(samples(words, false).pairs));
  expect(clean.findings.filter(({ verdict }) => verdict === "suspect")).toEqual([]);
});

it("reads their letters one by one, and words of other scripts whole", () => {
  expect(tokenTexts("查询bb表 naïve_2 ファイルを한국어")).toEqual(["查", "询", "bb", "表", "naïve_2", "フ", "ァ", "イ", "ル", "を", "한국어"]); // prettier-ignore
});
