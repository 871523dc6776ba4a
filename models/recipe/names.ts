/**
 * Names for the pretraining world: compositions of a word list and of invented syllables, so many that a model has to
 * copy them. No name of the example world comes out, nor a Python keyword, nor anything like a trigger.
 */
import type { Random } from "../../src/foundation/random";
import { exampleWorldNames } from "../../examples/generator/world";

const WORDS = `
acorn agent alarm album alert alias alloy amber anchor angle apple arch arena array arrow asset atlas atom badge bag ball band bank
barrel base basin basket batch battery beacon bean bell belt bench berry bin bird blade block board boat body bolt bond bone bonus
border bottle bound bowl box brain branch brick bridge broker bucket buffer bulb bundle burst button cabin cable cache cactus cage
camera camp canal candle canvas cap cape carbon card cargo case cash castle cell chain chair chalk channel chart check chess chip
choice circle claim clamp class clay client clip clock cloth cloud club clue coach coal coast code coil coin collar comet cone
contract cook copper coral core cork corner cotton cover crab craft crane crate creek crew crown crystal cube curve cycle dam
dance danger dawn day deal debt deck deed deer delta den depth desk device dial diamond digit dish disk dock doll domain dome door
dose draft dragon drain draw dream drill drum dune dust eagle earth echo edge egg elbow ember enemy energy entry epoch era error
event exit fabric face factor fairy falcon farm feast feather fence fern fever fiber field figure file filter finger fire fish flag
flame flash fleet flint flock flood flour flow flute foam focus fog folder forest fork form fossil frame frog frost fruit fuel
fund fuse galaxy game gap garage gas gear gem ghost giant gift glass globe glove goat grain grape graph gravel grid grove guard
guide guild gulf habit hammer handle harbor harp hash hawk heap heart hedge heel helmet herb hero hill hint hive hood hook horn
horse hour hub hull hunt ice icon idea image index ink inlet input insect iron island item ivory jacket jar jazz jet jewel job
joint joke judge juice jungle jury kernel kettle kid kite knee knife knot lab label lace ladder lake lamp lane lantern laser lava
layer leaf league lemon lens level lever light lily limb lime line link lion liquid lobby lock log logic loop lot lumen lunch lung
magnet mail mango map maple marble margin mark market mask mass mast mat maze meal meadow melon memory mesh metal meter mill mind
mine mint mirror mist mode mole moment month moon moss motor mount mouse mouth mule muscle museum nail nation neck needle nest net
node noise north note notice novel nut oak oasis ocean offer office oil olive onion option orbit organ otter oven owl oxide oyster
pack paddle page paint palm panel panda paper park part pass patch path pause peak pearl pebble pedal pencil penny pepper phase
piano piece pier pilot pine pipe pistol pixel plan planet plant plate plaza plum poem poet point pole pond pony port post potato
powder prism prize probe profit proof pulse pump pupil puzzle quarry quartz queen query quest queue quill quiz quota rabbit race
rack radar radio raft rail rain ramp ranch rank ratio raven razor realm recipe record reef region relay relic rent reply resin
rhyme ribbon rice ridge rifle ring ritual river road robe robin robot rocket role roof root rope rose rotor round route royal rug
rule rumor saddle safe sail salad salmon salt sand satin sauce scale scarf scene school scope score scout screen script seal
seam season seat second seed segment series shadow shaft shape shark shed sheep shelf shell shield shift ship shirt shock shoe
shop shore shovel sign signal silk silver site skill skin sky slate sled sleeve slice slope slot smoke snail snake snow soap sock
soil solar solid sonar soul sound soup source space spark spear spice spider spike spiral sponge spoon sport spot spray spring
spy square squid stack staff stage stain stair stamp star state steam steel stem step stick stone stool storm story stove straw
stream street string stripe studio sugar suit summit sun surf swan swarm sword symbol syrup table tail tank tape target task taste
tax tea temple tempo tent term test text theme thorn thread throne thumb tide tiger tile timber tin tissue title toast token tomb
tone tongue tool tooth topic torch tower town toy trace track trade trail train tray treaty tree trend tribe trick troop trophy
truck trunk trust tube tulip tuna tune tunnel turbo turtle twig twin type uncle union unit urn user valley value valve vapor vault
vector velvet vendor venom verse vessel vine violin virus vision voice volcano voltage volume vote voyage wagon waist wall walnut
wand wasp watch water wave wax weapon weather web wedge week well whale wheat wheel whip widget willow wind window wine wing winter
wire witness wolf wood wool word work world worm wrist yard yarn year yeast zebra zinc zone
`;

/** Words that columns and tables are made of everywhere, so that no part of a name is new to the base. */
const COMMON = `
able about above academy access account action active actor address adult advance advice age air aircraft airline allowed amount
animal annual answer apartment appointment area arm army arrival art article artist aspect assistant athlete attempt attendance
auction author average award baby back bakery balance ballot bath bathroom beauty bed bedroom begin below best bid bill birth
blood blue book booking born brand bread break breakfast broken brother budget building built burger bus business buyer calendar
call caller calorie campus candidate capacity capital captain car career cart category center century ceremony chapter charge chef
chief child church citizen city classroom close closed collection college color column comment commit committee common community
company competition complete component computer concert condition conference connection contact content contest control cooking
cost count counter country county couple coupon course court credit crime crop cuisine culture currency current customer daily
data date dead deadline dealer dean deceased decision default degree delay delivery demand department departure deposit
description design detail developer diet direct director discount disease distance district division doctor document dog driver
drug due duration early earning east editor education effect election email employee empty end engine engineer enrolled enrollment
episode equipment estate evening exam exchange expense expert export eye faculty failed family fan fare father feature fee
feedback female festival film final finance first fit flight floor free freight friend front full gallery
garden gate gender genre given goal gold good goods grade grant green gross ground group growth guest gym hair half hall happy
hard head headline health height help high highest hired history hit holder holiday home hospital host hotel house human humidity
husband impact import income indoor industry info ingredient injury inspector institution insurance insurer interest interview
invoice issue joined journal journey keeper kind kitchen known labor land language large last late latest lawyer lead leader leave
lecture left legal lender length lesson letter library license life likes list literature load loan local location login long lost
low lowest loyalty machine magazine main maintainer major male manager manufacturer marriage match material max measure media
medical medicine medium meeting member menu message method middle mileage military milk min minister minute missing mobile model
money morning mother motto mountain movie music name national nationality native network new newest news next nick night nominee
normal number nurse object occupation officer old online open opened opening operation operator opinion order origin other outcome
outdoor outlet output outstanding overall overdraft owner package paid painting pair parent parking partner party passenger
password past patient payment payroll people percent performance period permit person pet phone photo physician pickup picture
place plane planned platform play player playlist plot police policy poll popular population position postal posted power practice
premium prescription present president previous price principal printed private problem process product profile program project
promoter property protein protocol province public publication published publisher purchase purpose quality quantity quarter
question quick rainfall random range rate rating raw reach reader reading ready real reason receipt received recent referee
reference refill refund registered relation release released remark remote renewal rental repair repeat report repository request
required reserve residence resident resource response rest restaurant result retail return revenue review reviewer reward right
risk room row running salary sale sales sample schedule scholarship science screening search section sector security selected
seller semester sender senior sensor sent serial service serving session severity share shipment short show shown side signed
similar singer single sister size skipped small smoking social soft software sold sort south speaker special species speed
spending sponsor standard start started statement station status stay stock stop store strength student style subject subscriber
success suite summary supervisor supplier supply support surface surgery surname survey system taken teacher team technician
temperature tenant ticket time tip top total tour tourist traffic trainer training transaction transfer transport travel treatment
trial trip true tutor university unknown unpaid update upper urgent usage used username vacancy valid van variety vehicle version
victim video view viewer village visit visitor voter wage waiting wanted warehouse warning weekly weight west white wife win
winner winning wins woman worker working writer written wrong yellow yield young zip
`;

const ENDINGS =
  "id ids key name code no ref at on by tag list map set sum max min avg cnt len pct kg km ms date time".split(" ");

const reserved = new Set([
  ...exampleWorldNames(),
  ..."False None True and as assert async await break class continue def del elif else except finally for from global if".split(
    " ",
  ),
  ..."import in is lambda nonlocal not or pass raise return try while with yield print len sum max min abs round str".split(
    " ",
  ),
  ..."int float list dict set tuple sorted reversed range zip enumerate open any all map filter type id".split(" "),
  ..."select distinct where order group by limit join on update delete insert into values like between null having desc".split(
    " ",
  ),
  ..."table index key union".split(" "),
]);

const words = `${WORDS} ${COMMON}`.trim().split(/\s+/);
const openings = "b br c ch cl d dr f fl g gr h j k kl l m n p pl qu r s sh sk st t th tr v w y z".split(" ");
const vowels = "a e i o u ai ea io ou".split(" ");
const closings = ["", "", "", ..."l m n r s t x ck nd rn st".split(" ")];

function invented(random: Random): string {
  let name = "";
  for (let i = random.below(2); i >= 0; i--) {
    name += random.pick(openings) + random.pick(vowels) + random.pick(closings);
  }
  return name;
}

const stem = (random: Random): string => (random.unit() < 0.1 ? invented(random) : random.pick(words));
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

function composed(random: Random): string {
  const roll = random.unit();
  if (roll < 0.25) return stem(random);
  if (roll < 0.62) return `${stem(random)}_${stem(random)}`;
  if (roll < 0.74) return `${stem(random)}_${random.pick(ENDINGS)}`;
  if (roll < 0.84) return stem(random) + capital(stem(random));
  if (roll < 0.9) return capital(stem(random)) + capital(stem(random));
  if (roll < 0.95) return `${stem(random)}_${stem(random)}_${random.pick(ENDINGS)}`;
  return `${stem(random)}${String(random.below(90) + 2)}`;
}

const plural = (name: string): string => (/(s|x|sh|ch|z)$/i.test(name) ? `${name}es` : `${name}s`);

/** The names of one sample, none of them twice. */
export class SampleNames {
  readonly #random: Random;
  readonly #taken = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** A new name, for a column, a variable, an argument or a function. */
  next(shape: (name: string) => string = (name) => name): string {
    for (;;) {
      const name = shape(composed(this.#random));
      if (reserved.has(name) || this.#taken.has(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }

  /** A new name of a table, often in the plural. */
  table(): string {
    return this.next((name) => (this.#random.unit() < 0.6 ? plural(name) : name));
  }

  several(count: number): string[] {
    return Array.from({ length: count }, () => this.next());
  }

  /** A plain word for texts, never a name of its own. */
  word(): string {
    return stem(this.#random);
  }
}
