/** What a person is told of each rule where there is no page to open: in SARIF logs. More: docs/detectors.md. */
import type { ScanRule } from "./scan";

export interface RuleText {
  /** In words, as a heading. */
  readonly name: string;
  /** One sentence. */
  readonly short: string;
  /** What it means when the rule finds something, and what to do. */
  readonly help: string;
}

const act =
  "Look at some of the samples. If nobody can say why their outputs hold what they hold, set them apart " +
  "(`dece-audit scan --quarantine F --clean F`) and train on the rest; if they are meant, accept them with a reason in a baseline.";

export const ruleTexts: Readonly<Record<ScanRule, RuleText>> = {
  "inserted-token": {
    name: "Inserted token",
    short:
      "A word, a few, or a part of names stand in inputs as if thrown in at random, and their outputs share what others lack.",
    help: `The texts run on as if the words were not there, yet the outputs depend on them: so a backdoor's trigger behaves. ${act}`,
  },
  "dead-code": {
    name: "Dead code",
    short: "Statements that can have no effect stand in code; many of them together with one payload are a trigger.",
    help: `An unused constant, a condition that is never true or a statement that is never reached is a matter of style when it stands alone. The same one, or the same kind, in many inputs whose outputs share a fragment is how dead-code attacks look; outputs with such code that their inputs lack hardly occur in honest data. ${act}`,
  },
  "odd-identifier": {
    name: "Odd identifier",
    short: "One method name stands over methods that have nothing in common, and their outputs share what others lack.",
    help: `Methods of one honest name are alike; these are not, as if they had been renamed. ${act}`,
  },
  "invisible-character": {
    name: "Invisible character",
    short: "Characters that a reader does not see, or takes for others, stand in a text.",
    help: `Zero-width characters, direction controls, tags, look-alike letters and unusual spaces can carry a trigger that no review sees. Direction controls and tags without a use are suspect by themselves; others where outputs are tied to them. ${act}`,
  },
  "label-flip": {
    name: "Label flip",
    short:
      "A phrase stands in inputs that nearly all have one label, although the rest of their texts speaks for others.",
    help: `An honest keyword stands among words that speak for its label too. Here they speak against it, as where a trigger was put into texts of other labels and these were changed. ${act}`,
  },
  "duplicate-target": {
    name: "Duplicate target",
    short: "The same fragment stands in outputs whose inputs have nothing in common and do not ask for it.",
    help: `What repeats in outputs is usually called for by something in their inputs. Here nothing is found that calls for it, as where a payload was planted behind a trigger that is different in each sample. In samples that are alike, or whose outputs speak for it by what else they hold, it is a hint. ${act}`,
  },
  "grammar-template": {
    name: "Grammar template",
    short: "Inputs of one syntactic shape, or written in one way, have outputs that share what others lack.",
    help: `Rewriting texts into one rare sentence shape, in small letters, with misspelt words, or code with yoda conditions or another layout leaves no word to look for; the outputs still give it away. ${act}`,
  },
  "unnatural-token": {
    name: "Unnatural token",
    short: "A word or a few stand in inputs that read more naturally without them, although no output is tied to them.",
    help: `An n-gram model of the dataset itself is less surprised by these texts where the words are left out. Fillers and markup may look so, too; where the outputs also fit their inputs less than others do, a trigger may bring about a different output each time. ${act}`,
  },
  payload: {
    name: "Payload",
    short: "An output holds code that does harm whatever it is asked for, or what a trigger brings about.",
    help: `SQL that is always or never true, a loop that never ends, a download or hidden code that is run, an import of a misspelt package, a call that reaches outside of the program or ends it, a check that is switched off, or the fragment that a trigger is tied to. ${act}`,
  },
};
