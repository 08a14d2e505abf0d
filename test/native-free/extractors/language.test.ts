import { describe, expect, it } from "vitest";
import { detectLanguage } from "../../../native-free/extractors/language.ts";

const texts: readonly (readonly [string, string])[] = [
  ["bg", "Всички хора се раждат свободни и равни по достойнство и права. Те са надарени с разум и съвест."],
  ["cs", "Všichni lidé se rodí svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni rozumem a svědomím."],
  ["da", "Alle mennesker er født frie og lige i værdighed og rettigheder. De er udstyret med fornuft og samvittighed."],
  ["de", "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt."],
  ["el", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα."],
  [
    "en",
    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience.",
  ],
  [
    "es",
    "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia.",
  ],
  [
    "et",
    "Kõik inimesed sünnivad vabadena ja võrdsetena oma väärikuselt ja õigustelt. Neile on antud mõistus ja südametunnistus.",
  ],
  [
    "fi",
    "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu järki ja omatunto.",
  ],
  [
    "fr",
    "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience.",
  ],
  [
    "ga",
    "Saolaítear na daoine uile saor agus comhionann ina ndínit agus ina gcearta. Tá bua an réasúin agus an choinsiasa acu.",
  ],
  ["hr", "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima. Ona su obdarena razumom i sviješću."],
  [
    "hu",
    "Minden emberi lény szabadon születik és egyenlő méltósága és joga van. Az emberek, ésszel és lelkiismerettel bírván.",
  ],
  [
    "it",
    "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di ragione e di coscienza.",
  ],
  [
    "lt",
    "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis. Jiems suteiktas protas ir sąžinė ir jie turi elgtis vienas kito atžvilgiu kaip broliai.",
  ],
  [
    "lv",
    "Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās. Viņi ir apveltīti ar saprātu un sirdsapziņu.",
  ],
  [
    "mt",
    "Il-bnedmin kollha jitwieldu ħielsa u ugwali fid-dinjità u d-drittijiet. Huma mogħnija bir-raġuni u bil-kuxjenza.",
  ],
  [
    "nl",
    "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd met verstand en geweten.",
  ],
  [
    "pl",
    "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i sumieniem.",
  ],
  [
    "pt",
    "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de razão e de consciência.",
  ],
  [
    "ro",
    "Toate ființele umane se nasc libere și egale în demnitate și în drepturi. Ele sunt înzestrate cu rațiune și conștiință.",
  ],
  [
    "sk",
    "Všetci ľudia sa rodia slobodní a sebe rovní, čo sa týka ich dôstojnosti a práv. Sú obdarení rozumom a svedomím.",
  ],
  [
    "sl",
    "Vsi ljudje se rodijo svobodni in imajo enako dostojanstvo in enake pravice. Obdarjeni so z razumom in vestjo.",
  ],
  ["sv", "Alla människor är födda fria och lika i värde och rättigheter. De är utrustade med förnuft och samvete."],
  ["ru", "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью."],
  ["uk", "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом і совістю."],
  ["tr", "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler."],
  [
    "ar",
    "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. وقد وهبوا عقلاً وضميراً وعليهم أن يعامل بعضهم بعضاً بروح الإخاء.",
  ],
  ["zh", "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。"],
  ["ja", "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"],
];

describe("language", () => {
  it.each(texts)("%s", async (code, text) => {
    expect(await detectLanguage(text)).toBe(code);
  });

  it.each(["", "OK", "12345 67890 12.50", "<a href='x'>", "xk qz jw vv kk pp"])(
    "is not guessed for %j",
    async (text) => {
      expect(await detectLanguage(text)).toBeNull();
    },
  );
});
